package dev.weft.benchmarks.task;

import dev.weft.backend.UpdateRule;
import dev.weft.optim.OptimizerKind;

/**
 * An optimizer's update of many parameters by a gradient that stays as it is.
 *
 * @param title what it is called before its size
 */
public record Update(String family, String title, OptimizerKind kind, int elements)
        implements Task {
    private static final int P_SEED = 42;
    private static final int G_SEED = 43;
    private static final int MOST_CHECKED = 1 << 20;

    /** The learning rate. */
    public static final double LR = 1e-3;

    @Override
    public String suite() {
        return "kernels";
    }

    @Override
    public String what() {
        return title + ", " + elements + (title.contains("update") ? " elements" : " parameters");
    }

    @Override
    public double size() {
        return Double.NaN;
    }

    @Override
    public double flops() {
        return 0;
    }

    /** Reads and writes the parameters and each state, reads the gradient. */
    @Override
    public double bytes() {
        return (12.0 + 8.0 * rule().states()) * elements;
    }

    /** With the kind's constants. */
    public UpdateRule rule() {
        return kind.rule(kind.defaultPenalty());
    }

    /** The parameters to start from. */
    public float[] p() {
        return Draws.normal(P_SEED, elements);
    }

    /** Their gradient. */
    public float[] g() {
        return Draws.normal(G_SEED, elements);
    }

    /** The second step is the first with a state. */
    @Override
    public int runsBeforeCheck() {
        return 2;
    }

    @Override
    public void check(String library, double[] result) {
        Check check = new Check(library, this);
        check.length(result, elements);
        float[] p = p();
        float[] g = g();
        Draws.indices(elements, MOST_CHECKED)
                .forEach(
                        i -> {
                            ScalarRule rule = new ScalarRule(rule(), LR);
                            double expected = p[i];
                            for (int step = 0; step < runsBeforeCheck(); step++) {
                                expected = rule.step(expected, g[i]);
                            }
                            check.element(i, result[i], expected);
                        });
    }
}
