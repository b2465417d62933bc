package dev.weft.conformance;

import dev.weft.Normalizations;
import dev.weft.Tensor;
import dev.weft.backend.ReduceOp;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** ONNX's normalisations: (x - mean) / √(variance + ε) over different axes, scaled and shifted. */
final class OnnxNormalizations {
    private static final double EPSILON = 1e-5;

    private OnnxNormalizations() {}

    static void addTo(Map<String, OnnxOperators.Operator> operators) {
        operators.put("LayerNormalization", OnnxNormalizations::layer);
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
        operators.put("BatchNormalization", OnnxNormalizations::batch);
    }

    private static double epsilon(OnnxNode node) {
        return node.real("epsilon", EPSILON);
    }

    private static int axis(OnnxNode node) {
        return (int) node.integer("axis", -1);
    }

    /** With the mean and the reciprocal of the root, which training would keep. */
    private static List<Tensor> layer(OnnxNode node) {
        Tensor x = node.x(0);
        int first = x.shape().axis("axis", axis(node));
        int[] axes = new int[x.rank() - first];
        Arrays.setAll(axes, i -> first + i);
        @Nullable Tensor bias = node.has(2) ? node.x(2) : null;
        Tensor mean = x.reduce(ReduceOp.MEAN, true, axes);
        Tensor variance = x.sub(mean).square().reduce(ReduceOp.MEAN, true, axes);
        return List.of(
                Normalizations.layerNorm(x, axis(node), node.x(1), bias, epsilon(node)),
                mean,
                variance.add(epsilon(node)).rsqrt());
    }

    private static List<Tensor> batch(OnnxNode node) {
        Tensor x = node.x(0);
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
