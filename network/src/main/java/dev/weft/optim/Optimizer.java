package dev.weft.optim;

import dev.weft.Device;
import dev.weft.Schedule;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;
import dev.weft.nn.ParameterGroup;
import dev.weft.nn.Parameters;

import org.jspecify.annotations.Nullable;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Updates a network's parameters by their gradients, in one kernel over the flat buffers of each
 * group. Its state belongs to the scope that is innermost when it is made.
 *
 * <pre>{@code
 * network.parameters().group("no decay", "*.bias", "*.norm.*");
 * OptimizerSettings settings = OptimizerKind.ADAMW.settings().lr(3e-4).betas(0.9, 0.95);
 * Optimizer adamw =
 *         new Optimizer(
 *                 network.parameters(),
 *                 group -> group.name().equals("no decay") ? settings.weightDecay(0) : settings,
 *                 Schedule.linear(0.1, 1, 100).then(100, Schedule.cosine(900, 0)));
 * }</pre>
 *
 * <p>A step whose gradients are not finite, or so large that it could make a parameter or a state
 * infinite ({@link UpdateRule#largestGradient}), is refused as a whole: nothing is changed, and the
 * schedule stays where it is. Steps that are captured follow the schedule as others do: their rates
 * are in device memory, and the host brings new ones each few hundred steps.
 */
public final class Optimizer {
    private static final String PREFIX = "optimizer";
    private static final String SCHEDULE = "optimizer.schedule";
    private static final String STEPS = "optimizer.steps";
    private static final String LR_NOW = "optimizer.lr_now";

    private final Parameters parameters;
    private final int arrangement;
    private final Device device;
    private final Schedule schedule;
    private final List<GroupUpdate> groups = new ArrayList<>();
    private final Tensor unfit;

    /** How many steps may be begun before new rates are due. */
    private int served = Rates.ROWS;

    /**
     * An optimizer whose groups have settings, and whose rates go by a schedule.
     *
     * @param settings of each group; learning rates are rounded to the parameters' type
     * @throws IllegalArgumentException where nothing is trained, or a rate is too large for the
     *     penalty: lr weightDecay may be at most 1
     */
    public Optimizer(
            Parameters parameters,
            Function<ParameterGroup, OptimizerSettings> settings,
            Schedule schedule) {
        if (parameters.groups().isEmpty()) {
            throw new IllegalArgumentException(
                    "optimizer: every parameter is frozen: unfreeze some first");
        }
        this.parameters = parameters;
        this.arrangement = parameters.arrangement();
        this.schedule = schedule;
        device = parameters.groups().getFirst().values().device();
        try (Scope made = device.scope()) {
            for (ParameterGroup group : parameters.groups()) {
                groups.add(new GroupUpdate(group, settings.apply(group), schedule));
            }
            unfit = device.tensor(new int[1]).named("gradients that were refused");
            made.keepAll();
        }
    }

    /** With the same settings for every group. */
    public Optimizer(Parameters parameters, OptimizerSettings settings, Schedule schedule) {
        this(parameters, _ -> settings, schedule);
    }

    /** With a rate that stays. */
    public Optimizer(Parameters parameters, OptimizerSettings settings) {
        this(parameters, settings, Schedule.CONSTANT);
    }

    /** With the kind's defaults but for the rate and the penalty. */
    public Optimizer(Parameters parameters, OptimizerKind kind, double lr, Penalty penalty) {
        this(parameters, kind.settings().lr(lr).penalty(penalty));
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
        if (!device.isCapturing()) {
            check();
        }
    }

    /**
     * One step, or none where {@code halt} is not 0 when the device comes to it: so that nobody
     * waits to learn whether the gradients are fit for use. It does not look at them itself: see
     * {@link #countUnfit}.
     *
     * @param halt I32 of one element
     * @throws IllegalStateException where groups were changed since this was made
     */
    public void step(Tensor halt) {
        requireArrangement();
        if (!schedule.isConstant()) {
            if (device.isCapturing()) {
                device.beforeReplay(this::serve);
                served--;
            } else {
                serve();
            }
        }
        try {
            groups.forEach(group -> group.step(halt));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private void requireArrangement() {
        if (parameters.arrangement() != arrangement) {
            throw new IllegalStateException(
                    "optimizer: parameters were frozen or put into other groups since it was made:"
                            + " make it afterwards");
        }
    }

    /** Half of the ring is left at any time, for what a capture begins. */
    private void serve() {
        if (served <= Rates.ROWS / 2) {
            long done = steps();
            groups.forEach(group -> group.rates().write(group.rates().lr(), done));
            served = Rates.ROWS;
        }
        served--;
    }

    /**
     * count += how many of the loss and the gradients are unfit for a step: NaN, infinite, or
     * gradients that are too large. Does not block.
     *
     * @param loss of one element, of the parameters' type, or null for none
     * @param count I32 of one element
     */
    public void countUnfit(@Nullable Tensor loss, Tensor count) {
        requireArrangement();
        try {
            for (GroupUpdate group : groups) {
                group.countUnfit(group == groups.getFirst() ? loss : null, count);
            }
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
        device.backend().run(new KernelCall.Fill(0, unfit.viewToWrite()));
        throw new ArithmeticException(
                "step %d: %s; nothing was changed: try a smaller learning rate"
                        .formatted(steps() + 1, refusal().orElse("a gradient was refused")));
    }

    /**
     * Which gradient a step would refuse, for messages: the last parameter's, in the order of the
     * layers, since that is the first on the way back. Blocks.
     */
    public Optional<String> refusal() {
        return groups.reversed().stream().flatMap(group -> group.refusal().stream()).findFirst();
    }

    /** Which optimizer the first group has. */
    public OptimizerKind kind() {
        return groups.getFirst().settings().kind();
    }

    /** The first group's rule, with its constants. */
    public UpdateRule rule() {
        return groups.getFirst().settings().rule();
    }

    /** How rates go with the steps. */
    public Schedule schedule() {
        return schedule;
    }

    /** The first group's learning rate, as it was given, or set since. */
    public double lr() {
        return groups.getFirst().rates().lr();
    }

    /** The same times the schedule's factor for the next step. Blocks where there is a schedule. */
    public double currentLr() {
        return schedule.isConstant() ? lr() : groups.getFirst().rates().at(steps());
    }

    /**
     * Sets the first group's learning rate from the next step on, and the others' in proportion.
     * Blocks where there is a schedule.
     *
     * @throws IllegalArgumentException as the constructor
     */
    public void setLr(double newLr) {
        double before = lr();
        if (newLr == before) {
            return;
        }
        OptimizerSettings valid = groups.getFirst().settings().lr(newLr);
        long done = schedule.isConstant() ? 0 : steps();
        for (GroupUpdate group : groups) {
            boolean isFirst = group == groups.getFirst();
            double lr = isFirst ? valid.lr() : group.rates().lr() * (newLr / before);
            group.rates().write(lr, done);
        }
        served = Rates.ROWS;
    }

    /** How many steps were done. Blocks. */
    public long steps() {
        return groups.getFirst().steps();
    }

    /** Sets the number of steps done, as when training is resumed. */
    public void restore(long done) {
        if (done < 0) {
            throw new IllegalArgumentException("steps must be at least 0, got " + done);
        }
        groups.forEach(group -> group.restore(done));
        served = Rates.ROWS;
    }

    /**
     * The buffers that the first group's rule keeps, laid out as its parameters, named by {@link
     * UpdateRule#stateNames}.
     */
    public List<Tensor> states() {
        return groups.getFirst().states();
    }

    /**
     * What the rules keep, for files: views of its parts, such as {@code m.1.weight}, in the
     * innermost open scope. With {@link #progress} it is all that changes from step to step.
     */
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        groups.forEach(group -> state.putAll(group.state()));
        return state;
    }

    /**
     * What changes from step to step but for {@link #state}: {@code optimizer.steps}, and {@code
     * optimizer.lr_now}, which is {@link #lr}. Blocks.
     */
    public Map<String, String> progress() {
        return Map.of(STEPS, Long.toString(steps()), LR_NOW, Double.toString(lr()));
    }

    /**
     * Goes to where {@link #progress} was read.
     *
     * @throws IllegalArgumentException where a number is missing or makes no sense
     */
    public void restore(Map<String, String> progress) {
        long done;
        try {
            done = Long.parseLong(progress.getOrDefault(STEPS, ""));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "%s must be a whole number, got '%s'".formatted(STEPS, progress.get(STEPS)), e);
        }
        restore(done);
        String lr = progress.get(LR_NOW);
        if (lr != null) {
            setLr(groups.getFirst().settings().with("lr", lr).lr());
        }
    }

    /**
     * What it was made with, for files: {@code optimizer} is the kind, {@code optimizer.lr} and the
     * like the first group's settings, {@code optimizer[NAME].lr} another's, and {@code
     * optimizer.schedule} the schedule's text.
     */
    public Map<String, String> settings() {
        Map<String, String> all = new LinkedHashMap<>();
        for (GroupUpdate group : groups) {
            String prefix = prefix(group.group(), group == groups.getFirst());
            group.settings()
                    .toMap()
                    .forEach(
                            (name, value) ->
                                    all.put(
                                            name.equals(PREFIX) ? prefix : prefix + "." + name,
                                            value));
        }
        all.put(SCHEDULE, schedule.text());
        return all;
    }

    private static String prefix(ParameterGroup group, boolean isFirst) {
        return isFirst ? PREFIX : "%s[%s]".formatted(PREFIX, group.name());
    }

    /**
     * An optimizer as one was made whose {@link #settings} these are; other strings among them are
     * not looked at.
     *
     * @throws IllegalArgumentException where there are none for a group of these parameters, or
     *     they make no sense, or the schedule is a program's own
     */
    public static Optimizer of(Parameters parameters, Map<String, String> settings) {
        Map<ParameterGroup, OptimizerSettings> each = new LinkedHashMap<>();
        for (ParameterGroup group : parameters.groups()) {
            String prefix = prefix(group, each.isEmpty());
            Map<String, String> own = new LinkedHashMap<>();
            settings.forEach(
                    (key, value) -> {
                        if (key.equals(prefix)) {
                            own.put(PREFIX, value);
                        } else if (key.startsWith(prefix + ".") && !isOfAll(key)) {
                            own.put(key.substring(prefix.length() + 1), value);
                        }
                    });
            each.put(group, OptimizerSettings.of(own));
        }
        Schedule schedule =
                Schedule.parse(settings.getOrDefault(SCHEDULE, Schedule.CONSTANT.text()));
        return new Optimizer(
                parameters, group -> Objects.requireNonNull(each.get(group)), schedule);
    }

    private static boolean isOfAll(String key) {
        return key.equals(SCHEDULE) || key.equals(STEPS) || key.equals(LR_NOW);
    }
}
