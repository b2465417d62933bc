package dev.weft.benchmarks.task;

import dev.weft.optim.OptimizerKind;

import org.jspecify.annotations.Nullable;

/**
 * SimpleNet's training step with one batch: forward, backward, update, and a look at the loss. A
 * result is the loss of the last step and then the parameters.
 */
public final class TrainingStep implements Task {
    private static final int IMAGES_SEED = 42;
    private static final int LABELS_SEED = 49;
    private static final double BOUND = 1e-5;

    private final int batch;
    private final OptimizerKind kind;
    private @Nullable Trained expected;

    /** A step with this many examples. */
    public TrainingStep(int batch, OptimizerKind kind) {
        this.batch = batch;
        this.kind = kind;
    }

    /** How many examples it has. */
    public int batch() {
        return batch;
    }

    /** Which optimizer updates. */
    public OptimizerKind kind() {
        return kind;
    }

    /** The learning rate. */
    public double lr() {
        return kind.defaultLr();
    }

    /** batch×784. */
    public float[] images() {
        return Draws.normal(IMAGES_SEED, batch * SimpleNet.INPUTS);
    }

    /** One for each image. */
    public int[] labels() {
        return Draws.classes(LABELS_SEED, batch, SimpleNet.CLASSES);
    }

    @Override
    public String suite() {
        return "training";
    }

    @Override
    public String family() {
        return "training step, " + title();
    }

    @Override
    public String what() {
        return kind == OptimizerKind.SGD
                ? "training step, batch " + batch
                : "training step, %s, batch %d".formatted(title(), batch);
    }

    /** Such as Adam. */
    private String title() {
        return kind == OptimizerKind.SGD
                ? kind.name()
                : kind.name().charAt(0) + kind.label().substring(1);
    }

    @Override
    public double size() {
        return batch;
    }

    @Override
    public double flops() {
        return SimpleNet.FLOPS_PER_EXAMPLE * batch;
    }

    @Override
    public double bytes() {
        return 0;
    }

    /** Gradients show in the parameters, and an optimizer's state from the second step on. */
    @Override
    public int runsBeforeCheck() {
        return 3;
    }

    /**
     * Adam divides by the gradient's size: where there is nearly no gradient, rounding may turn an
     * update round, by twice the learning rate in each step. That excuses a few of the parameters.
     */
    @Override
    public void check(String library, double[] result) {
        Trained trained = expected;
        if (trained == null) {
            trained = after(runsBeforeCheck());
            expected = trained;
        }
        boolean normalised = kind != OptimizerKind.SGD;
        trained.check(
                new Check(library, this),
                result,
                BOUND,
                normalised ? SimpleNet.PARAMETERS / 1000 : 0,
                2 * lr() * runsBeforeCheck());
    }

    /** What some steps should come to. */
    Trained after(int steps) {
        SimpleNet net = new SimpleNet(kind.rule(kind.defaultPenalty()), lr());
        return Trained.steps(net, images(), labels(), steps);
    }
}
