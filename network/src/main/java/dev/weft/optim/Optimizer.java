package dev.weft.optim;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;
import dev.weft.nn.Parameters;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/**
 * Updates a network's parameters by their gradients, in one kernel over the flat buffers. Its state
 * belongs to the scope that is innermost when it is made.
 */
public final class Optimizer {
    private final Parameters parameters;
    private final OptimizerKind kind;
    private final UpdateRule rule;
    private final Tensor control;
    private final Tensor never;
    private final List<Tensor> states = new ArrayList<>();
    private double lr;

    /**
     * An optimizer with its defaults.
     *
     * @param lr the learning rate, finite and above 0
     */
    public Optimizer(Parameters parameters, OptimizerKind kind, double lr, Penalty penalty) {
        this.parameters = parameters;
        this.kind = kind;
        this.rule = kind.rule(penalty);
        this.lr = checked(lr);
        Device device = parameters.values().device();
        try (Scope made = device.scope()) {
            control = device.tensor(new float[] {(float) lr, 0}).named("learning rate and step");
            never = device.tensor(new int[] {0}).named("no reason to halt");
            for (int i = 0; i < rule.states(); i++) {
                Tensor state = device.zeros(parameters.values().size());
                states.add(state.named(kind.stateNames().get(i)));
            }
            made.keepAll();
        }
    }

    /** With the kind's own penalty: {@link OptimizerKind#defaultPenalty}. */
    public Optimizer(Parameters parameters, OptimizerKind kind, double lr) {
        this(parameters, kind, lr, kind.defaultPenalty());
    }

    /** One step: see {@link UpdateRule}. */
    public void step() {
        step(never);
    }

    /**
     * One step, or none where {@code halt} is not 0 when the device comes to it: so that nobody
     * waits to learn whether the gradients are fit for use.
     *
     * @param halt I32 of one element
     */
    public void step(Tensor halt) {
        Tensor values = parameters.values();
        List<View> written = new ArrayList<>(states.size());
        for (Tensor state : states) {
            written.add(state.viewToWrite());
        }
        values.device()
                .backend()
                .update(
                        rule,
                        control.viewToWrite(),
                        halt.view(),
                        values.viewToWrite(),
                        parameters.gradients().view(),
                        written);
        Reference.reachabilityFence(this);
    }

    /** Which optimizer it is. */
    public OptimizerKind kind() {
        return kind;
    }

    /** The rule, with its constants. */
    public UpdateRule rule() {
        return rule;
    }

    /** The learning rate. */
    public double lr() {
        return lr;
    }

    /** Sets the learning rate from the next step on. */
    public void setLr(double newLr) {
        if (newLr != lr) {
            lr = checked(newLr);
            restore(steps());
        }
    }

    /** How many steps were done. Blocks. */
    public long steps() {
        return (long) control.toDoubleArray()[1];
    }

    /** Sets the number of steps done, as when training is resumed. */
    public void restore(long steps) {
        try (Tensor fresh = control.device().tensor(new double[] {lr, steps})) {
            control.assign(fresh);
        }
    }

    /**
     * The buffers that the rule keeps, laid out as the parameters, named by {@link
     * OptimizerKind#stateNames}.
     */
    public List<Tensor> states() {
        return states;
    }

    private static double checked(double lr) {
        if (!(lr > 0 && Double.isFinite((float) lr))) {
            throw new IllegalArgumentException("lr must be a finite number above 0, got " + lr);
        }
        return lr;
    }
}
