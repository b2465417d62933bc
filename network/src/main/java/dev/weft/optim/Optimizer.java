package dev.weft.optim;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;
import dev.weft.nn.Parameter;
import dev.weft.nn.Parameters;

import org.jspecify.annotations.Nullable;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Updates a network's parameters by their gradients, in one kernel over the flat buffers. Its state
 * belongs to the scope that is innermost when it is made.
 *
 * <p>A step whose gradients are not finite, or so large that it could make a parameter or a state
 * infinite ({@link UpdateRule#largestGradient}), is refused as a whole: nothing is changed.
 */
public final class Optimizer {
    private final Parameters parameters;
    private final OptimizerKind kind;
    private final UpdateRule rule;
    private final Tensor control;
    private final Tensor steps;
    private final Tensor unfit;
    private final List<Tensor> states = new ArrayList<>();
    private double lr;

    /**
     * An optimizer with its defaults.
     *
     * @param lr the learning rate, finite and above 0; backends round it to F32
     * @throws IllegalArgumentException where lr is out of range, or too large for the penalty: lr
     *     weightDecay may be at most 1
     */
    public Optimizer(Parameters parameters, OptimizerKind kind, double lr, Penalty penalty) {
        this.parameters = parameters;
        this.kind = kind;
        this.rule = kind.rule(penalty);
        this.lr = lr;
        Device device = parameters.groups().getFirst().values().device();
        double[] settings = settings(lr);
        try (Scope made = device.scope()) {
            control =
                    device.tensor(DType.F32, settings).named("learning rate and largest gradient");
            steps = device.tensor(new int[2]).named("steps done");
            unfit = device.tensor(new int[1]).named("gradients that were refused");
            for (int i = 0; i < rule.states(); i++) {
                Tensor state = device.zeros(parameters.groups().getFirst().values().size());
                states.add(state.named(kind.stateNames().get(i)));
            }
            made.keepAll();
        }
    }

    /** With the kind's own penalty: {@link OptimizerKind#defaultPenalty}. */
    public Optimizer(Parameters parameters, OptimizerKind kind, double lr) {
        this(parameters, kind, lr, kind.defaultPenalty());
    }

    /**
     * One step: see {@link UpdateRule}. Blocks, unless a step is being captured: then replays
     * change nothing from the first refusal on, and {@link #check} tells of it.
     *
     * @throws ArithmeticException where a gradient is refused, naming it; nothing was changed
     */
    public void step() {
        countUnfit(null, unfit);
        step(unfit);
        if (!parameters.groups().getFirst().values().device().isCapturing()) {
            check();
        }
    }

    /**
     * One step, or none where {@code halt} is not 0 when the device comes to it: so that nobody
     * waits to learn whether the gradients are fit for use. It does not look at them itself: see
     * {@link #countUnfit}.
     *
     * @param halt I32 of one element
     */
    public void step(Tensor halt) {
        Tensor values = parameters.groups().getFirst().values();
        List<View> written = new ArrayList<>(states.size());
        for (Tensor state : states) {
            written.add(state.viewToWrite());
        }
        try {
            values.device()
                    .backend()
                    .run(
                            new KernelCall.Update(
                                    rule,
                                    control.view(),
                                    steps.viewToWrite(),
                                    halt.view(),
                                    values.viewToWrite(),
                                    parameters.groups().getFirst().gradients().view(),
                                    written));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * count += how many of the loss and the gradients are unfit for a step: NaN, infinite, or
     * gradients that are too large. Does not block.
     *
     * @param loss F32 of one element, or null for none
     * @param count I32 of one element
     */
    public void countUnfit(@Nullable Tensor loss, Tensor count) {
        Tensor values = parameters.groups().getFirst().values();
        try {
            values.device()
                    .backend()
                    .run(
                            new KernelCall.CountUnfit(
                                    rule,
                                    control.view(),
                                    steps.view(),
                                    loss == null ? null : loss.view(),
                                    values.view(),
                                    parameters.groups().getFirst().gradients().view(),
                                    count.viewToWrite()));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Tells of a refusal by {@link #step()} that nobody was told of, and lets steps go on. Blocks.
     *
     * @throws ArithmeticException where a gradient was refused, naming it if it is still there
     */
    public void check() {
        if (unfit.toIntArray()[0] == 0) {
            return;
        }
        unfit.device().backend().run(new KernelCall.Fill(0, unfit.viewToWrite()));
        throw new ArithmeticException(
                "step %d: %s; nothing was changed: try a smaller learning rate"
                        .formatted(steps() + 1, refusal().orElse("a gradient was refused")));
    }

    /**
     * Which gradient a step would refuse, for messages: the last parameter's, in the order of the
     * layers, since that is the first on the way back. Blocks.
     */
    public Optional<String> refusal() {
        double l2 = rule.penalty().l2();
        double largest = rule.largestGradient(lr);
        for (Parameter parameter : parameters.list().reversed()) {
            double[] g = parameter.gradient().toDoubleArray();
            double[] p = l2 == 0 ? g : parameter.value().toDoubleArray();
            for (int i = 0; i < g.length; i++) {
                if (!(Math.abs(g[i]) + l2 * Math.abs(p[i]) <= largest)) {
                    return Optional.of(
                            "the gradient of %s is %s%s, where %s takes at most %.2g at lr %s"
                                    .formatted(
                                            parameter.element(i),
                                            g[i],
                                            l2 == 0 ? "" : " beside an l2 p of " + l2 * p[i],
                                            kind.label(),
                                            largest,
                                            lr));
                }
            }
        }
        return Optional.empty();
    }

    /** Which optimizer it is. */
    public OptimizerKind kind() {
        return kind;
    }

    /** The rule, with its constants. */
    public UpdateRule rule() {
        return rule;
    }

    /** The learning rate, as it was given. */
    public double lr() {
        return lr;
    }

    /**
     * Sets the learning rate from the next step on.
     *
     * @throws IllegalArgumentException as the constructor
     */
    public void setLr(double newLr) {
        if (newLr != lr) {
            try (Tensor fresh = control.device().tensor(DType.F32, settings(newLr))) {
                control.assign(fresh);
            }
            lr = newLr;
        }
    }

    /** How many steps were done. Blocks. */
    public long steps() {
        int[] words = steps.toIntArray();
        return Integer.toUnsignedLong(words[0]) | (long) words[1] << 32;
    }

    /** Sets the number of steps done, as when training is resumed. */
    public void restore(long done) {
        if (done < 0) {
            throw new IllegalArgumentException("steps must be at least 0, got " + done);
        }
        try (Tensor fresh = steps.device().tensor(new int[] {(int) done, (int) (done >>> 32)})) {
            steps.assign(fresh);
        }
    }

    /**
     * The buffers that the rule keeps, laid out as the parameters, named by {@link
     * OptimizerKind#stateNames}.
     */
    public List<Tensor> states() {
        return states;
    }

    /** What the kernels read of a learning rate. */
    private double[] settings(double newLr) {
        if (!(newLr > 0 && Float.isFinite((float) newLr))) {
            throw new IllegalArgumentException("lr must be a finite number above 0, got " + newLr);
        }
        if ((float) newLr < Float.MIN_NORMAL) {
            throw new IllegalArgumentException(
                    "lr must be at least %s, below which F32 has no full precision, got %s"
                            .formatted(Float.MIN_NORMAL, newLr));
        }
        Penalty penalty = rule.penalty();
        if (newLr * penalty.weightDecay() > 1) {
            throw new IllegalArgumentException(
                    "lr times weightDecay must be at most 1, or decay would make parameters grow;"
                            + " got %s times %s".formatted(newLr, penalty.weightDecay()));
        }
        double largest = rule.largestGradient(newLr);
        if (!(largest > 0)) {
            throw new IllegalArgumentException(
                    "l1 must be below %s at lr %s, or every step could overflow; got %s"
                            .formatted(rule.largestStep(newLr), newLr, penalty.l1()));
        }
        return new double[] {newLr, largest};
    }
}
