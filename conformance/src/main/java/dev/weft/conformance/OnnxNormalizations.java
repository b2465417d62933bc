package dev.weft.conformance;

import dev.weft.Tensor;
import dev.weft.backend.ReduceOp;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** ONNX's normalisations: (x - mean) / √(variance + ε) over different axes, scaled and shifted. */
final class OnnxNormalizations {
    private OnnxNormalizations() {}

    static void addTo(Map<String, OnnxOperators.Operator> operators) {
        operators.put("LayerNormalization", OnnxNormalizations::layer);
        operators.put("RMSNormalization", node -> List.of(rms(node)));
        operators.put("InstanceNormalization", node -> List.of(instance(node)));
        operators.put("GroupNormalization", node -> List.of(group(node)));
        operators.put("BatchNormalization", OnnxNormalizations::batch);
    }

    private static int[] axesFrom(int first, int rank) {
        int[] axes = new int[rank - first];
        Arrays.setAll(axes, i -> first + i);
        return axes;
    }

    private static Tensor mean(Tensor x, int[] axes) {
        return x.reduce(ReduceOp.MEAN, true, axes);
    }

    private static Tensor inverse(Tensor variance, double epsilon) {
        return variance.add(epsilon).sqrt().pow(-1);
    }

    private static int[] normalised(OnnxNode node, Tensor x) {
        return axesFrom(x.shape().axis("axis", (int) node.integer("axis", -1)), x.rank());
    }

    private static List<Tensor> layer(OnnxNode node) {
        Tensor x = node.x(0);
        int[] axes = normalised(node, x);
        Tensor mean = mean(x, axes);
        Tensor centred = x.sub(mean);
        Tensor scale = inverse(mean(centred.square(), axes), node.real("epsilon", 1e-5));
        Tensor y = centred.mul(scale).mul(node.x(1));
        return List.of(node.has(2) ? y.add(node.x(2)) : y, mean, scale);
    }

    private static Tensor rms(OnnxNode node) {
        Tensor x = node.x(0);
        Tensor square = mean(x.square(), normalised(node, x));
        return x.mul(inverse(square, node.real("epsilon", 1e-5))).mul(node.x(1));
    }

    /** A vector over channels, axis 1, with extents that broadcast against {@code x}. */
    private static Tensor channels(Tensor vector, Tensor x) {
        long[] dims = new long[x.rank()];
        Arrays.fill(dims, 1);
        dims[1] = vector.size();
        return vector.reshape(dims);
    }

    private static Tensor affine(Tensor y, Tensor scale, Tensor shift) {
        return y.mul(channels(scale, y)).add(channels(shift, y));
    }

    private static Tensor standard(Tensor x, int[] axes, double epsilon) {
        Tensor centred = x.sub(mean(x, axes));
        return centred.mul(inverse(mean(centred.square(), axes), epsilon));
    }

    private static Tensor instance(OnnxNode node) {
        Tensor x = node.x(0);
        Tensor y = standard(x, axesFrom(2, x.rank()), node.real("epsilon", 1e-5));
        return affine(y, node.x(1), node.x(2));
    }

    private static Tensor group(OnnxNode node) {
        Tensor x = node.x(0);
        Tensor grouped = x.reshape(x.dim(0), node.integer("num_groups", 1), -1);
        Tensor y = standard(grouped, new int[] {2}, node.real("epsilon", 1e-5));
        return affine(y.reshape(x.shape().toArray()), node.x(1), node.x(2));
    }

    private static List<Tensor> batch(OnnxNode node) {
        Tensor x = node.x(0);
        double epsilon = node.real("epsilon", 1e-5);
        if (node.integer("training_mode", 0) == 0) {
            Tensor centred = x.sub(channels(node.x(3), x));
            Tensor y = centred.mul(inverse(channels(node.x(4), x), epsilon));
            return List.of(affine(y, node.x(1), node.x(2)));
        }
        int[] axes = axesFrom(1, x.rank());
        axes[0] = 0;
        Tensor mean = mean(x, axes);
        Tensor centred = x.sub(mean);
        Tensor variance = mean(centred.square(), axes);
        Tensor y = affine(centred.mul(inverse(variance, epsilon)), node.x(1), node.x(2));
        double momentum = node.real("momentum", 0.9);
        return List.of(
                y, running(node.x(3), mean, momentum), running(node.x(4), variance, momentum));
    }

    private static Tensor running(Tensor before, Tensor now, double momentum) {
        return before.mul(momentum).add(now.reshape(-1).mul(1 - momentum));
    }
}
