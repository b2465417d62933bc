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

    private UpdateKernels() {}

    static List<KernelCase> of(DType dtype) {
        List<KernelCase> cases = new ArrayList<>();
        if (!dtype.isFloating()) {
            return cases;
        }
        List<UpdateRule> rules =
                List.of(
                        new UpdateRule.Sgd(0, false, Penalty.NONE),
                        new UpdateRule.Sgd(0, false, SOME),
                        new UpdateRule.Sgd(0.9, false, Penalty.NONE),
                        new UpdateRule.Sgd(0.9, false, SOME),
                        new UpdateRule.Sgd(0.9, true, SOME),
                        new UpdateRule.Adam(0.9, 0.999, 1e-8, Penalty.NONE),
                        new UpdateRule.Adam(0.9, 0.999, 1e-8, SOME),
                        new UpdateRule.Adam(0, 0.5, 0.1, new Penalty(0, 0, 0.1)),
                        new UpdateRule.RmsProp(0.99, 1e-8, Penalty.NONE),
                        new UpdateRule.RmsProp(0.9, 0.01, SOME));
        for (UpdateRule rule : rules) {
            for (int size : Draws.SIZES) {
                cases.add(update(dtype, rule, size, 1, 0));
            }
            cases.add(countUnfit(dtype, rule, 37));
            if (dtype != dtype.computesIn()) {
                // Its parameters are rounded after each step, which the reference does not do.
                continue;
            }
            cases.add(update(dtype, rule, 37, 2, 5));
            cases.add(update(dtype, rule, 129, 100, 0));
            // Beyond what an F32 counts, and with a carry to the high word.
            cases.add(update(dtype, rule, 37, 3, 1 << 24));
            cases.add(update(dtype, rule, 37, 3, 0xFFFF_FFFEL));
            cases.add(update(dtype, rule, 5, 2, 7L << 32));
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

    /**
     * Some steps from a state of zeros, with gradients that alternate. Each step may err by 64 u of
     * what it is made of: the parameter, and lr times the step's largest size (10 times the
     * gradient with momentum 0.9, √(1 / (1 - alpha)) ≤ 10 for RMSprop and Adam).
     */
    private static KernelCase update(
            DType dtype, UpdateRule rule, int size, int steps, long stepsBefore) {
        return new KernelCase(
                "update " + rule.getClass().getSimpleName() + " " + dtype,
                "%s, %d parameters, %d steps after %d".formatted(rule, size, steps, stepsBefore),
                side -> {
                    double lr = 0.0078125;
                    Values parameters = Draws.normal(side.random(), dtype, size, 1);
                    Values even = Draws.normal(side.random(), dtype, size, 1);
                    Values odd = Draws.normal(side.random(), dtype, size, 0.1);
                    for (int i = 0; i < size; i++) {
                        // Where eps counts, and where nothing moves.
                        double factor = i % 7 == 3 ? 0 : i % 5 == 0 ? 1e-8 : 1;
                        even.set(i, even.real(i) * factor);
                        odd.set(i, odd.real(i) * factor);
                        parameters.set(i, i % 11 == 4 ? 0 : parameters.real(i));
                    }
                    Bound ofParameters =
                            (format, i, p) -> {
                                double g = 1 + Math.abs(even.real(i)) + Math.abs(odd.real(i));
                                double step = Math.abs(p) * lr * 0.02 + lr * 10 * g;
                                double sizes = Math.abs(parameters.real(i)) + Math.abs(p);
                                return format.roundoff() * steps * (64 * step + 2 * sizes);
                            };
                    Bound ofStates =
                            (format, i, _) -> {
                                double g =
                                        0.02 * (Math.abs(parameters.real(i)) + 1)
                                                + Math.abs(even.real(i))
                                                + Math.abs(odd.real(i));
                                return 32 * format.roundoff() * steps * Math.max(g, g * g);
                            };
                    View control = side.input(Values.of(dtype, lr, 1));
                    View done = side.updated(words(stepsBefore), EXACT);
                    View halt = side.updated(Values.of(0), EXACT);
                    View halted = side.updated(Values.of(-3), EXACT);
                    View p = side.updated(parameters, ofParameters);
                    View[] g = {side.input(even), side.input(odd)};
                    List<View> states = new ArrayList<>();
                    for (int i = 0; i < rule.states(); i++) {
                        states.add(side.updated(Values.zeros(dtype, size), ofStates));
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
                    Bound ofStates =
                            (format, _, _) ->
                                    64 * format.roundoff() * steps * Math.max(sum, most * most);
                    View control = side.input(Values.of(dtype, lr, most));
                    View done = side.updated(words(0), EXACT);
                    View halt = side.input(Values.of(0));
                    View p = side.updated(parameters, ofParameters);
                    List<View> written = new ArrayList<>(List.of(p));
                    for (int i = 0; i < rule.states(); i++) {
                        written.add(side.updated(Values.zeros(dtype, 8), ofStates));
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
                    for (double most : new double[] {1.5, 0x1p63, 1e-30, large}) {
                        View control = side.input(Values.of(dtype, Double.NaN, most));
                        for (View p : List.of(usual, wild)) {
                            for (View g : List.of(usual, wild)) {
                                View count = side.updated(Values.of(5), EXACT);
                                side.run(
                                        new KernelCall.CountUnfit(
                                                rule, control, null, p, g, count));
                            }
                        }
                        for (double loss : new double[] {1e30, Double.NaN, -1 / 0.0}) {
                            View scalar = side.input(Values.of(dtype, loss));
                            View count = side.updated(Values.of(Integer.MAX_VALUE - 1), EXACT);
                            side.run(
                                    new KernelCall.CountUnfit(
                                            rule, control, scalar, usual, wild, count));
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
