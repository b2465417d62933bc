package dev.weft.benchmarks.task;

import dev.weft.optim.OptimizerKind;

import org.jspecify.annotations.Nullable;

/**
 * SimpleNet's training step with SGD as a loop does it that does not look at every loss: a run is
 * many steps and then one wait, so that the launches of the next hide behind the work of the one
 * before. A result is the parameters.
 */
public final class CapturedStep implements Task {
    /** Steps of a run. */
    public static final int STEPS = 20;

    private static final double BOUND = 1e-5;

    private final TrainingStep step;
    private @Nullable Trained expected;

    /** A step with this many examples. */
    public CapturedStep(int batch) {
        this.step = new TrainingStep(batch, OptimizerKind.SGD);
    }

    /** The step that it does. */
    public TrainingStep step() {
        return step;
    }

    @Override
    public String suite() {
        return step.suite();
    }

    @Override
    public String family() {
        return "captured training step, SGD";
    }

    @Override
    public String what() {
        return "captured " + step.what();
    }

    @Override
    public double size() {
        return step.size();
    }

    /** Of one step. */
    @Override
    public double flops() {
        return step.flops();
    }

    @Override
    public double bytes() {
        return 0;
    }

    @Override
    public void check(String library, double[] result) {
        Trained trained = expected;
        if (trained == null) {
            trained = step.after(STEPS);
            expected = trained;
        }
        trained.checkParameters(new Check(library, this), result, BOUND);
    }
}
