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

    private static Tensor running(Tensor before, Tensor now, double momentum) {
        return before.mul(momentum).add(now.mul(1 - momentum));
    }
}
