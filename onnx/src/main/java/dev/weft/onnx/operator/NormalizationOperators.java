package dev.weft.onnx.operator;

import dev.weft.Normalizations;
import dev.weft.Tensor;
import dev.weft.backend.ReduceOp;

import java.util.Arrays;
import java.util.List;

/** ONNX's normalisations: (x - mean) / √(variance + ε) over different axes, scaled and shifted. */
final class NormalizationOperators {
    private static final double EPSILON = 1e-5;

    private NormalizationOperators() {}

    static void addTo(OperatorTable operators) {
        operators.put("LayerNormalization", NormalizationOperators::layer);
        operators.put(
                "RMSNormalization",
                node ->
                        List.of(
                                Normalizations.rmsNorm(
                                        node.x(0), axis(node), node.x(1), epsilon(node))));
        operators.put(
                "InstanceNormalization",
                node ->
                        List.of(
                                Normalizations.instanceNorm(
                                        node.x(0), node.x(1), node.x(2), epsilon(node))));
        operators.put(
                "GroupNormalization",
                node ->
                        List.of(
                                Normalizations.groupNorm(
                                        node.x(0),
                                        node.integer("num_groups", 1),
                                        node.x(1),
                                        node.x(2),
                                        epsilon(node))));
        operators.put("BatchNormalization", NormalizationOperators::batch);
        operators.one("MeanVarianceNormalization", NormalizationOperators::meanVariance);
        operators.one("LRN", NormalizationOperators::localResponse);
    }

    private static double epsilon(NodeCall node) {
        return node.real("epsilon", EPSILON);
    }

    private static int axis(NodeCall node) {
        return (int) node.integer("axis", -1);
    }

    /** With the mean and the reciprocal of the root, which training would keep. */
    private static List<Tensor> layer(NodeCall node) {
        Tensor x = node.x(0);
        int first = x.shape().axis("axis", axis(node));
        int[] axes = new int[x.rank() - first];
        Arrays.setAll(axes, i -> first + i);
        node.ignore("stash_type");
        Tensor y =
                Normalizations.layerNorm(x, axis(node), node.x(1), node.optional(2), epsilon(node));
        if (!node.asksFor(1) && !node.asksFor(2)) {
            return List.of(y);
        }
        Tensor mean = x.reduce(ReduceOp.MEAN, true, axes);
        Tensor variance = x.sub(mean).square().reduce(ReduceOp.MEAN, true, axes);
        return List.of(y, mean, variance.add(epsilon(node)).rsqrt());
    }

    private static List<Tensor> batch(NodeCall node) {
        Tensor x = node.x(0);
        node.ignore("spatial");
        node.ignore("momentum");
        if (node.integer("training_mode", 0) == 0) {
            return List.of(
                    Normalizations.batchNorm(
                            x, node.x(3), node.x(4), node.x(1), node.x(2), epsilon(node)));
        }
        Normalizations.Batch batch =
                Normalizations.batchNorm(x, node.x(1), node.x(2), epsilon(node));
        double momentum = node.real("momentum", 0.9);
        return List.of(
                batch.y(),
                running(node.x(3), batch.mean(), momentum),
                running(node.x(4), batch.variance(), momentum));
    }

    /** (x - mean) / (√variance + ε), of batches of pictures unless axes are given. */
    private static Tensor meanVariance(NodeCall node) {
        Tensor x = node.x(0);
        int[] given = node.axes(1);
        int[] axes = given.length == 0 ? new int[] {0, 2, 3} : given;
        Tensor centred = x.sub(x.reduce(ReduceOp.MEAN, true, axes));
        Tensor deviation = centred.square().reduce(ReduceOp.MEAN, true, axes).sqrt();
        return centred.div(deviation.add(1e-9));
    }

    /**
     * x / (bias + α/n Σ x²)^β, the sum over n neighbouring channels (Krizhevsky et al. 2012, 3.3).
     */
    private static Tensor localResponse(NodeCall node) {
        Tensor x = node.x(0);
        long size = node.integer("size", 1);
        long[] widths = new long[2 * x.rank()];
        // Pairs begin with the last axis; channels are the second.
        widths[2 * (x.rank() - 2)] = (size - 1) / 2;
        widths[2 * (x.rank() - 2) + 1] = size / 2;
        Tensor squares = x.square().pad(0, widths);
        Tensor sum = squares.slice(1, 0, x.dim(1));
        for (long i = 1; i < size; i++) {
            sum = sum.add(squares.slice(1, i, i + x.dim(1)));
        }
        Tensor scale = sum.mul(node.real("alpha", 1e-4) / (double) size).add(node.real("bias", 1));
        return x.div(scale.pow(node.real("beta", 0.75)));
    }

    private static Tensor running(Tensor before, Tensor now, double momentum) {
        return before.mul(momentum).add(now.mul(1 - momentum));
    }
}
