package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;

import static org.junit.jupiter.api.Assertions.fail;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cases of {@code update} and {@code dropoutMask}: the kernels that keep a state on the device. */
final class UpdateKernels {
    private static final Penalty SOME = new Penalty(0.001, 0.01, 0.02);
    private static final Penalty DECAY = new Penalty(0, 0, 0.02);
    private static final double LR = 0.0078125;

    private UpdateKernels() {}

    static List<KernelCase> of(DType dtype) {
        List<KernelCase> cases = new ArrayList<>();
        if (!dtype.isFloating()) {
            return cases;
        }
        for (UpdateRule rule : rules()) {
            for (int size : Draws.SIZES) {
                cases.add(update(dtype, rule, size, 1, 0, 1));
            }
            cases.add(countUnfit(dtype, rule, 37));
            if (dtype != dtype.computesIn()) {
                // Its parameters are rounded after each step, which the reference does not do.
                continue;
            }
            cases.add(update(dtype, rule, 37, 2, 5, 1));
            cases.add(update(dtype, rule, 129, 100, 0, 1));
            // Rates from a table that is gone through twice.
            cases.add(update(dtype, rule, 37, 16, 3, 8));
            // Beyond what an F32 counts, and with a carry to the high word.
            cases.add(update(dtype, rule, 37, 3, 1 << 24, 1));
            cases.add(update(dtype, rule, 37, 3, 0xFFFF_FFFEL, 4));
            cases.add(update(dtype, rule, 5, 2, 7L << 32, 1));
            for (double lr : new double[] {1e-3, 1, 1e30}) {
                if (rule.penalty().l2() == 0 && lr * rule.penalty().weightDecay() <= 1) {
                    cases.add(largest(dtype, rule, Values.of(dtype, lr).real(0)));
                }
            }
        }
        // Of the rule it takes l2 alone.
        for (Penalty penalty : List.of(Penalty.NONE, SOME)) {
            for (int size : Draws.SIZES) {
                cases.add(countUnfit(dtype, new UpdateRule.Sgd(0.9, true, penalty), size));
            }
        }
        // The last rounds to 1 in F32, and drops 2³² of 2³².
        for (double rate : new double[] {0, 0.1, 0.5, 0.999, 1 - 1e-12}) {
            for (int size : Draws.SIZES) {
                cases.add(dropout(dtype, rate, size, 0x1234_5678_9ABC_DEF0L, 3));
            }
            // The block number's low word overflows within one mask.
            cases.add(dropout(dtype, rate, 129, -1, 0xFFFF_FFF0L));
            cases.add(dropout(dtype, rate, 129, Long.MIN_VALUE, -5));
        }
        return cases;
    }

    private static List<UpdateRule> rules() {
        return List.of(
                new UpdateRule.Sgd(0, false, Penalty.NONE),
                new UpdateRule.Sgd(0, false, SOME),
                new UpdateRule.Sgd(0, 0, false, true, Penalty.NONE),
                new UpdateRule.Sgd(0.9, false, Penalty.NONE),
                new UpdateRule.Sgd(0.9, false, SOME),
                new UpdateRule.Sgd(0.9, true, SOME),
                new UpdateRule.Sgd(0.9, 0.25, false, true, SOME),
                new UpdateRule.Adam(0.9, 0.999, 1e-8, Penalty.NONE),
                new UpdateRule.Adam(0.9, 0.999, 1e-8, SOME),
                new UpdateRule.Adam(0, 0.5, 0.1, new Penalty(0, 0, 0.1)),
                new UpdateRule.Adam(0.9, 0.999, 1e-8, true, false, Penalty.NONE),
                new UpdateRule.Adam(0.9, 0.9, 1e-8, true, true, SOME),
                new UpdateRule.RmsProp(0.99, 1e-8, Penalty.NONE),
                new UpdateRule.RmsProp(0.9, 0.01, SOME),
                new UpdateRule.RmsProp(0.99, 1e-8, 0.5, false, true, SOME),
                new UpdateRule.RmsProp(0.99, 1e-8, 0, true, false, DECAY),
                new UpdateRule.RmsProp(0.9, 1e-8, 0.5, true, false, Penalty.NONE),
                new UpdateRule.Adagrad(0, 0, 1e-10, false, Penalty.NONE),
                new UpdateRule.Adagrad(0.01, 0.5, 1e-3, true, SOME),
                new UpdateRule.Adadelta(0.9, 1e-6, false, Penalty.NONE),
                new UpdateRule.Adadelta(0.5, 1, true, SOME),
                new UpdateRule.Adamax(0.9, 0.999, 1e-8, false, Penalty.NONE),
                new UpdateRule.Adamax(0.5, 0.25, 0.01, true, SOME),
                new UpdateRule.NAdam(0.9, 0.999, 1e-8, 0.004, false, false, Penalty.NONE),
                new UpdateRule.NAdam(0.5, 0.9, 1e-8, 0, true, true, SOME),
                new UpdateRule.NAdam(0, 0.5, 0.1, 1, false, false, SOME),
                new UpdateRule.RAdam(0.9, 0.999, 1e-8, false, Penalty.NONE),
                new UpdateRule.RAdam(0.5, 0.9, 0.01, true, SOME),
                new UpdateRule.RAdam(0, 0, 1e-8, false, SOME),
                new UpdateRule.Lion(0.9, 0.99, false, Penalty.NONE),
                new UpdateRule.Lion(0.5, 0, true, DECAY));
    }

    /**
     * Some steps from the first state, with gradients that alternate. Each step may err by 64 u of
     * what it is made of: the parameter, and lr times the step's largest size (10 times the
     * gradient with momentum 0.9, √(1 / (1 - alpha)) ≤ 10 for RMSprop and Adam, twice that with
     * momentum 0.5).
     *
     * @param rows of the table of rates: each half of the one before
     */
    private static KernelCase update(
            DType dtype, UpdateRule rule, int size, int steps, long stepsBefore, int rows) {
        return new KernelCase(
                "update " + rule.getClass().getSimpleName() + " " + dtype,
                "%s, %d parameters, %d steps after %d, %d rates"
                        .formatted(rule, size, steps, stepsBefore, rows),
                side -> {
                    Values parameters = Draws.normal(side.random(), dtype, size, 1);
                    Values even = Draws.normal(side.random(), dtype, size, 1);
                    Values odd = Draws.normal(side.random(), dtype, size, 0.1);
                    for (int i = 0; i < size; i++) {
                        // Where eps counts, and where nothing moves.
                        double factor = i % 7 == 3 ? 0 : i % 5 == 0 ? 1e-8 : 1;
                        even.set(i, even.real(i) * factor);
                        odd.set(i, second(rule, even.real(i), odd.real(i) * factor));
                        parameters.set(i, i % 11 == 4 ? 0 : parameters.real(i));
                    }
                    Bound ofParameters =
                            (format, i, p) -> {
                                double g = 1 + Math.abs(even.real(i)) + Math.abs(odd.real(i));
                                double step = Math.abs(p) * LR * 0.02 + LR * 20 * g;
                                double sizes = Math.abs(parameters.real(i)) + Math.abs(p);
                                return format.roundoff() * steps * (64 * step + 2 * sizes);
                            };
                    Bound ofStates =
                            (format, i, _) -> {
                                double g =
                                        0.02 * (Math.abs(parameters.real(i)) + 1)
                                                + Math.abs(even.real(i))
                                                + Math.abs(odd.real(i));
                                double most = Math.max(velocity(rule), Math.max(g, g * g));
                                return 32 * format.roundoff() * steps * most;
                            };
                    View control = side.input(Values.of(dtype, rates(rows)));
                    View done = side.updated(words(stepsBefore), EXACT);
                    View halt = side.updated(Values.of(0), EXACT);
                    View halted = side.updated(Values.of(-3), EXACT);
                    View p = side.updated(parameters, ofParameters);
                    View[] g = {side.input(even), side.input(odd)};
                    List<View> states = new ArrayList<>();
                    for (int i = 0; i < rule.states(); i++) {
                        states.add(side.updated(states(dtype, rule, size), ofStates));
                    }
                    for (int step = 0; step < steps; step++) {
                        View now = g[step % 2];
                        for (View stop : List.of(halt, halted)) {
                            side.run(
                                    new KernelCall.Update(
                                            rule, control, done, stop, p, now, states));
                        }
                    }
                });
    }

    /**
     * The second gradient of a parameter. Where a difference of two averages would lose what a type
     * holds, it is such that there is none: Lion takes a sign, RMSprop a variance.
     */
    private static double second(UpdateRule rule, double first, double drawn) {
        return switch (rule) {
            case UpdateRule.Lion _ -> Math.copySign(drawn, first);
            case UpdateRule.RmsProp rms when rms.centered() -> Math.copySign(drawn, -first);
            default -> drawn;
        };
    }

    /**
     * How large a velocity of RMSprop becomes, which does not go with the gradient: steps of up to
     * 10, each half of the one before.
     */
    private static double velocity(UpdateRule rule) {
        return rule instanceof UpdateRule.RmsProp rms && rms.momentum() != 0 ? 20 : 0;
    }

    private static double[] rates(int rows) {
        double[] control = new double[2 * rows];
        for (int row = 0; row < rows; row++) {
            control[2 * row] = Math.scalb(LR, -row);
        }
        return control;
    }

    private static Values states(DType dtype, UpdateRule rule, int size) {
        Values states = Values.zeros(dtype, size);
        for (int i = 0; i < size; i++) {
            states.set(i, rule.initialState());
        }
        return states;
    }

    /** A 64-bit number, the low word first. */
    private static Values words(long number) {
        return Values.of((int) number, (int) (number >>> 32));
    }

    /**
     * Steps with the largest gradients that are let pass, from the largest parameters: nothing
     * becomes infinite.
     */
    private static KernelCase largest(DType dtype, UpdateRule rule, double lr) {
        int steps = 40;
        return new KernelCase(
                "update " + rule.getClass().getSimpleName() + " " + dtype,
                "%s, the largest gradients at lr %s".formatted(rule, lr),
                side -> {
                    double most = below(dtype, rule.largestGradient(lr));
                    double max = FloatFormat.of(dtype).largest();
                    Values parameters = Values.of(dtype, max, -max, max, -max, 0, 1, max, -max);
                    Values even = Values.of(dtype, most, most, -most, -most, most, -most, most, 0);
                    Values odd = Values.of(dtype, most, most, -most, -most, -most, -most, 0, most);
                    double sum = most * 2.0 / (1 - 0.9);
                    Bound ofParameters =
                            (format, _, p) ->
                                    64 * format.roundoff() * steps * Math.abs(p)
                                            + 64 * format.roundoff() * steps * max
                                            + 64 * lr * sum;
                    // Of a gradient that stays, 1/25 is left of v where a² is taken away.
                    double largest = Math.max(25 * velocity(rule), Math.max(sum, most * most));
                    Bound ofStates = (format, _, _) -> 64 * format.roundoff() * steps * largest;
                    View control = side.input(Values.of(dtype, lr, most));
                    View done = side.updated(words(0), EXACT);
                    View halt = side.input(Values.of(0));
                    View p = side.updated(parameters, ofParameters);
                    List<View> written = new ArrayList<>(List.of(p));
                    for (int i = 0; i < rule.states(); i++) {
                        written.add(side.updated(states(dtype, rule, 8), ofStates));
                    }
                    View[] g = {side.input(even), side.input(odd)};
                    List<View> states = written.subList(1, written.size());
                    for (int step = 0; step < steps; step++) {
                        View now = g[step / 30];
                        side.run(new KernelCall.Update(rule, control, done, halt, p, now, states));
                    }
                    for (View each : written) {
                        side.demand(each, UpdateKernels::requireFinite);
                    }
                });
    }

    /** The number of the type before the one that {@code x} rounds to. */
    private static double below(DType dtype, double x) {
        Values values = Values.of(dtype, x);
        values.bits()[0]--;
        return values.real(0);
    }

    private static void requireFinite(double[] values) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                fail("an update by gradients that were let pass gave " + Arrays.toString(values));
            }
        }
    }

    /** Gradients of any size, NaN among them, against a limit, with and without a loss. */
    private static KernelCase countUnfit(DType dtype, UpdateRule rule, int size) {
        return new KernelCase(
                "countUnfit " + dtype,
                "%s, %d parameters".formatted(rule, size),
                side -> {
                    View usual = side.input(Draws.normal(side.random(), dtype, size, 1));
                    View wild = side.input(Draws.wild(side.random(), dtype, size));
                    double large = FloatFormat.of(dtype).largest() / 4;
                    View steps = side.updated(words((3L << 32) + 5), EXACT);
                    for (double most : new double[] {1.5, 0x1p63, 1e-30, large}) {
                        // Only the second of four rows is the next step's.
                        View control =
                                side.input(
                                        Values.of(dtype, 1, 0, Double.NaN, most, 1, 0, 1, large));
                        for (View p : List.of(usual, wild)) {
                            for (View g : List.of(usual, wild)) {
                                View count = side.updated(Values.of(5), EXACT);
                                side.run(
                                        new KernelCall.CountUnfit(
                                                rule, control, steps, null, p, g, count));
                            }
                        }
                        for (double loss : new double[] {1e30, Double.NaN, -1 / 0.0}) {
                            View scalar = side.input(Values.of(dtype, loss));
                            View count = side.updated(Values.of(Integer.MAX_VALUE - 1), EXACT);
                            side.run(
                                    new KernelCall.CountUnfit(
                                            rule, control, steps, scalar, usual, wild, count));
                        }
                    }
                });
    }

    /** Two masks, one after the other, bit for bit. */
    private static KernelCase dropout(DType dtype, double rate, int size, long key, long block) {
        return new KernelCase(
                "dropoutMask " + dtype,
                "rate %s, %d elements, key %d, block %d".formatted(rate, size, key, block),
                side -> {
                    int[] words = {
                        (int) key, (int) (key >>> 32), (int) block, (int) (block >>> 32)
                    };
                    View state = side.updated(Values.of(words), EXACT);
                    for (int i = 0; i < 2; i++) {
                        View mask = side.output(dtype, Shape.of(size), EXACT);
                        side.run(new KernelCall.DropoutMask(rate, state, mask));
                    }
                });
    }
}
