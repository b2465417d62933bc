package dev.weft.benchmarks.task;

import java.util.Arrays;
import java.util.stream.IntStream;

/** What training should have come to: the last loss, and the parameters after it. */
final class Trained {
    private final double loss;
    private final double[] parameters;

    /** What a network of other layers has come to. */
    Trained(double loss, double[] parameters) {
        this.loss = loss;
        this.parameters = parameters;
    }

    /** After some steps with one batch; the loss is the last step's, before its update. */
    static Trained steps(SimpleNet net, float[] images, int[] labels, int steps) {
        int[] all = IntStream.range(0, labels.length).toArray();
        double loss = Double.NaN;
        for (int step = 0; step < steps; step++) {
            loss = net.step(images, labels, all);
        }
        return new Trained(loss, net.parameters());
    }

    /** After a pass in this order; the loss is the mean over the examples. */
    static Trained epoch(SimpleNet net, float[] images, int[] labels, int[] order, int batch) {
        double sum = 0;
        for (int from = 0; from < order.length; from += batch) {
            int[] examples = Arrays.copyOfRange(order, from, Math.min(order.length, from + batch));
            sum += net.step(images, labels, examples) * examples.length;
        }
        return new Trained(sum / order.length, net.parameters());
    }

    /**
     * Compares a result that is the loss and then the parameters.
     *
     * @param bound on a parameter: what F32 sums of this length keep
     */
    void check(Check check, double[] result, double bound) {
        check(check, result, bound, 0, bound);
    }

    /**
     * The same where a few parameters may be off by more.
     *
     * @param few how many
     * @param wide by how much
     */
    void check(Check check, double[] result, double bound, int few, double wide) {
        check.length(result, parameters.length + 1);
        check.element(0, result[0], loss, 1e-4 * Math.abs(loss));
        checkParameters(check, Arrays.copyOfRange(result, 1, result.length), bound, few, wide);
    }

    /** Compares a result that is the parameters. */
    void checkParameters(Check check, double[] result, double bound) {
        checkParameters(check, result, bound, 0, bound);
    }

    private void checkParameters(Check check, double[] result, double bound, int few, double wide) {
        check.length(result, parameters.length);
        int off = 0;
        for (int i = 0; i < parameters.length; i++) {
            boolean beyond = !(Math.abs(result[i] - parameters[i]) <= bound);
            off += beyond ? 1 : 0;
            check.element(i, result[i], parameters[i], off <= few ? wide : bound);
        }
    }
}
