package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.ReduceOp;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** ONNX's conversions, what it asks of a shape or a number, and what it makes of those. */
final class OnnxConversions {
    private OnnxConversions() {}

    static void addTo(Map<String, OnnxOperators.Operator> operators) {
        operators.put("IsInf", node -> one(isInf(node)));
        operators.put("Swish", node -> one(swish(node)));
        operators.put("Cast", node -> one(cast(node, node.x(0), (int) node.integer("to", 0))));
        operators.put("CastLike", node -> one(cast(node, node.x(0), node.type(1))));
        operators.put("Shape", node -> one(node.integers(shape(node))));
        operators.put("Size", node -> one(size(node)));
        operators.put("ConstantOfShape", node -> one(constant(node)));
        operators.put("LpNormalization", node -> one(normalization(node)));
    }

    private static List<Tensor> one(Tensor y) {
        return List.of(y);
    }

    /** A NaN, which equals nothing, in the place of an infinity that does not count. */
    private static Tensor isInf(OnnxNode node) {
        Tensor x = node.x(0);
        boolean low = node.integer("detect_negative", 1) == 1;
        boolean high = node.integer("detect_positive", 1) == 1;
        return x.equal(x.fullLike(high ? Double.POSITIVE_INFINITY : Double.NaN))
                .logicalOr(x.equal(x.fullLike(low ? Double.NEGATIVE_INFINITY : Double.NaN)));
    }

    private static Tensor swish(OnnxNode node) {
        Tensor x = node.x(0);
        return x.mul(x.mul(node.real("alpha", 1)).sigmoid());
    }

    private static Tensor cast(OnnxNode node, Tensor x, int type) {
        node.ignore("saturate");
        node.ignore("round_mode");
        DType to = OnnxTensor.dtype(type);
        if (to == null) {
            throw new UnsupportedCase("type " + OnnxNode.typeName(type));
        }
        return x.to(to);
    }

    private static long[] shape(OnnxNode node) {
        long[] dims = node.dims(0);
        int start = at(node.integer("start", 0), dims.length);
        int end = at(node.integer("end", dims.length), dims.length);
        return start < end ? Arrays.copyOfRange(dims, start, end) : new long[0];
    }

    private static int at(long index, int rank) {
        return Math.clamp(index < 0 ? index + rank : index, 0, rank);
    }

    private static Tensor size(OnnxNode node) {
        return node.integers(new long[] {Shape.of(node.dims(0)).size()}).reshape();
    }

    private static Tensor constant(OnnxNode node) {
        OnnxTensor value = node.tensor("value");
        long[] dims = node.numbers(0);
        if (value == null) {
            return node.device().zeros(DType.F32, dims);
        }
        Values values = value.values();
        if (values == null) {
            throw new UnsupportedCase("type " + OnnxNode.typeName(value.type()));
        }
        return values.on(node.device(), Shape.of(1)).expand(dims).contiguous();
    }

    /** x / ‖x‖, and 0 where the length is. */
    private static Tensor normalization(OnnxNode node) {
        Tensor x = node.x(0);
        int axis = (int) node.integer("axis", -1);
        Tensor length =
                switch ((int) node.integer("p", 2)) {
                    case 1 -> x.abs().reduce(ReduceOp.SUM, true, axis);
                    case 2 -> x.square().reduce(ReduceOp.SUM, true, axis).sqrt();
                    default -> throw new UnsupportedCase("p");
                };
        Tensor none = length.equal(length.zerosLike());
        return x.div(none.where(length.onesLike(), length));
    }
}
