package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;
import static dev.weft.conformance.Bound.U;

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

    static List<KernelCase> all() {
        List<KernelCase> cases = new ArrayList<>();
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
                cases.add(update(rule, size, 1, 0));
            }
            cases.add(update(rule, 37, 2, 5));
            cases.add(update(rule, 129, 100, 0));
            // Beyond what an F32 counts, and with a carry to the high word.
            cases.add(update(rule, 37, 3, 1 << 24));
            cases.add(update(rule, 37, 3, 0xFFFF_FFFEL));
            cases.add(update(rule, 5, 2, 7L << 32));
            for (double lr : new double[] {1e-3, 1, 1e30}) {
                if (rule.penalty().l2() == 0 && lr * rule.penalty().weightDecay() <= 1) {
                    cases.add(largest(rule, (float) lr));
                }
            }
            cases.add(countUnfit(rule, 37));
        }
        // Of the rule it takes l2 alone.
        for (Penalty penalty : List.of(Penalty.NONE, SOME)) {
            for (int size : Draws.SIZES) {
                cases.add(countUnfit(new UpdateRule.Sgd(0.9, true, penalty), size));
            }
        }
        // The last rounds to 1 in F32, and drops 2³² of 2³².
        for (double rate : new double[] {0, 0.1, 0.5, 0.999, 1 - 1e-12}) {
            for (int size : Draws.SIZES) {
                cases.add(dropout(rate, size, 0x1234_5678_9ABC_DEF0L, 3));
            }
            // The block number's low word overflows within one mask.
            cases.add(dropout(rate, 129, -1, 0xFFFF_FFF0L));
            cases.add(dropout(rate, 129, Long.MIN_VALUE, -5));
        }
        return cases;
    }

    /**
     * Some steps from a state of zeros, with gradients that alternate. Each step may err by 64 u of
     * what it is made of: the parameter, and lr times the step's largest size (10 times the
     * gradient with momentum 0.9, √(1 / (1 - alpha)) ≤ 10 for RMSprop and Adam).
     */
    private static KernelCase update(UpdateRule rule, int size, int steps, long stepsBefore) {
        return new KernelCase(
                "update " + rule.getClass().getSimpleName(),
                "%s, %d parameters, %d steps after %d".formatted(rule, size, steps, stepsBefore),
                side -> {
                    float lr = 0.0078125f;
                    Shape shape = Shape.of(size);
                    float[] parameters = Draws.normal(side.random(), size, 1);
                    float[] even = Draws.normal(side.random(), size, 1);
                    float[] odd = Draws.normal(side.random(), size, 0.1);
                    for (int i = 0; i < size; i++) {
                        // Where eps counts, and where nothing moves.
                        even[i] *= i % 5 == 0 ? 1e-8f : 1;
                        odd[i] *= i % 5 == 0 ? 1e-8f : 1;
                        even[i] = i % 7 == 3 ? 0 : even[i];
                        odd[i] = i % 7 == 3 ? 0 : odd[i];
                        parameters[i] = i % 11 == 4 ? 0 : parameters[i];
                    }
                    Bound ofParameters =
                            (i, p) -> {
                                double g = 1 + Math.abs(even[i]) + Math.abs(odd[i]);
                                return 64 * U * steps * (Math.abs(p) * lr * 0.02 + lr * 10 * g)
                                        + 2 * U * steps * (Math.abs(parameters[i]) + Math.abs(p));
                            };
                    Bound ofStates =
                            (i, _) -> {
                                double g =
                                        0.02 * (Math.abs(parameters[i]) + 1)
                                                + Math.abs(even[i])
                                                + Math.abs(odd[i]);
                                return 16 * U * steps * Math.max(g, g * g) * 2;
                            };
                    View control = side.input(new float[] {lr, 1});
                    View done = side.updated(words(stepsBefore), EXACT);
                    View halt = side.updated(new int[] {0}, EXACT);
                    View halted = side.updated(new int[] {-3}, EXACT);
                    View p = side.updated(parameters, shape, Placement.DENSE, ofParameters);
                    View[] g = {side.input(even), side.input(odd)};
                    List<View> states = new ArrayList<>();
                    for (int i = 0; i < rule.states(); i++) {
                        float[] zeros = new float[size];
                        states.add(side.updated(zeros, shape, Placement.DENSE, ofStates));
                    }
                    for (int step = 0; step < steps; step++) {
                        View now = g[step % 2];
                        side.kernels()
                                .run(
                                        new KernelCall.Update(
                                                rule, control, done, halt, p, now, states));
                        side.kernels()
                                .run(
                                        new KernelCall.Update(
                                                rule, control, done, halted, p, now, states));
                    }
                });
    }

    /** A 64-bit number, the low word first. */
    private static int[] words(long number) {
        return new int[] {(int) number, (int) (number >>> 32)};
    }

    /**
     * Steps with the largest gradients that are let pass, from the largest parameters: nothing
     * becomes infinite.
     */
    private static KernelCase largest(UpdateRule rule, float lr) {
        int steps = 40;
        return new KernelCase(
                "update " + rule.getClass().getSimpleName(),
                "%s, the largest gradients at lr %s".formatted(rule, lr),
                side -> {
                    float most = Math.nextDown((float) rule.largestGradient(lr));
                    float max = Float.MAX_VALUE;
                    float[] parameters = {max, -max, max, -max, 0, 1, max, -max};
                    float[] even = {most, most, -most, -most, most, -most, most, 0};
                    float[] odd = {most, most, -most, -most, -most, -most, 0, most};
                    double sum = most * 2.0 / (1 - 0.9);
                    double square = (double) most * most;
                    Bound ofParameters =
                            (_, p) -> 64 * U * steps * (Math.abs(p) + max) + 64 * lr * sum;
                    Bound ofStates = (_, _) -> 64 * U * steps * Math.max(sum, square);
                    View control = side.input(new float[] {lr, most});
                    View done = side.updated(new int[2], EXACT);
                    View halt = side.input(new int[1]);
                    View p = side.updated(parameters, Shape.of(8), Placement.DENSE, ofParameters);
                    List<View> written = new ArrayList<>(List.of(p));
                    for (int i = 0; i < rule.states(); i++) {
                        written.add(
                                side.updated(new float[8], Shape.of(8), Placement.DENSE, ofStates));
                    }
                    View[] g = {side.input(even), side.input(odd)};
                    List<View> states = written.subList(1, written.size());
                    for (int step = 0; step < steps; step++) {
                        side.kernels()
                                .run(
                                        new KernelCall.Update(
                                                rule,
                                                control,
                                                done,
                                                halt,
                                                p,
                                                g[step / 30],
                                                states));
                    }
                    for (View each : written) {
                        side.demand(each, UpdateKernels::requireFinite);
                    }
                });
    }

    private static void requireFinite(double[] values) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                fail("an update by gradients that were let pass gave " + Arrays.toString(values));
            }
        }
    }

    /** Gradients of any size, NaN among them, against a limit, with and without a loss. */
    private static KernelCase countUnfit(UpdateRule rule, int size) {
        return new KernelCase(
                "countUnfit",
                "%s, %d parameters".formatted(rule, size),
                side -> {
                    View usual = side.input(Draws.normal(side.random(), size, 1));
                    View wild = side.input(Draws.wild(side.random(), size));
                    for (float most : new float[] {1.5f, 0x1p63f, 1e-30f, 1e38f}) {
                        View control = side.input(new float[] {Float.NaN, most});
                        for (View p : List.of(usual, wild)) {
                            for (View g : List.of(usual, wild)) {
                                View count = side.updated(new int[] {5}, EXACT);
                                side.kernels()
                                        .run(
                                                new KernelCall.CountUnfit(
                                                        rule, control, null, p, g, count));
                            }
                        }
                        for (float loss : new float[] {1e30f, Float.NaN, -1 / 0f}) {
                            View scalar = side.input(new float[] {loss});
                            View count = side.updated(new int[] {Integer.MAX_VALUE - 1}, EXACT);
                            side.kernels()
                                    .run(
                                            new KernelCall.CountUnfit(
                                                    rule, control, scalar, usual, wild, count));
                        }
                    }
                });
    }

    /** Two masks, one after the other, bit for bit. */
    private static KernelCase dropout(double rate, int size, long key, long block) {
        return new KernelCase(
                "dropoutMask",
                "rate %s, %d elements, key %d, block %d".formatted(rate, size, key, block),
                side -> {
                    int[] words = {
                        (int) key, (int) (key >>> 32), (int) block, (int) (block >>> 32)
                    };
                    View state = side.updated(words, EXACT);
                    Shape shape = Shape.of(size);
                    for (int i = 0; i < 2; i++) {
                        View mask = side.output(DType.F32, shape, Placement.DENSE, EXACT);
                        side.kernels().run(new KernelCall.DropoutMask(rate, state, mask));
                    }
                });
    }
}
