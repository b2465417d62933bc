package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;
import static dev.weft.conformance.Bound.U;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;

import java.util.ArrayList;
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
        }
        for (double rate : new double[] {0, 0.1, 0.5, 0.999}) {
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
    private static KernelCase update(UpdateRule rule, int size, int steps, int stepsBefore) {
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
                    View control =
                            side.updated(
                                    new float[] {lr, stepsBefore},
                                    Shape.of(2),
                                    Placement.DENSE,
                                    EXACT);
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
                        side.kernels().update(rule, control, halt, p, g[step % 2], states);
                        side.kernels().update(rule, control, halted, p, g[step % 2], states);
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
                        side.kernels().dropoutMask(rate, state, mask);
                    }
                });
    }
}
