package dev.weft.onnx.operator;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.Encoding;
import dev.weft.backend.ReduceOp;
import dev.weft.onnx.graph.ElementType;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.graph.OnnxTensor;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import java.util.Arrays;
import java.util.List;

/** ONNX's conversions, what it asks of a shape or a number, and what it makes of those. */
final class ConversionOperators {
    private ConversionOperators() {}

    static void addTo(OperatorTable operators) {
        operators.put("IsInf", node -> one(isInf(node)));
        operators.put("Swish", node -> one(swish(node)));
        operators.put("Cast", node -> one(cast(node)));
        operators.put("CastLike", node -> one(castLike(node)));
        operators.put("Shape", node -> one(node.integers(shape(node))));
        operators.put("Size", node -> one(size(node)));
        operators.put("ConstantOfShape", node -> one(filled(node)));
        operators.put("Constant", node -> one(constant(node)));
        operators.put("LpNormalization", node -> one(normalization(node)));
    }

    private static List<Tensor> one(Tensor y) {
        return List.of(y);
    }

    /** A NaN, which equals nothing, in the place of an infinity that does not count. */
    private static Tensor isInf(NodeCall node) {
        Tensor x = node.x(0);
        boolean low = node.integer("detect_negative", 1) == 1;
        boolean high = node.integer("detect_positive", 1) == 1;
        return x.equal(x.fullLike(high ? Double.POSITIVE_INFINITY : Double.NaN))
                .logicalOr(x.equal(x.fullLike(low ? Double.NEGATIVE_INFINITY : Double.NaN)));
    }

    private static Tensor swish(NodeCall node) {
        Tensor x = node.x(0);
        return x.mul(x.mul(node.real("alpha", 1)).sigmoid());
    }

    private static Tensor cast(NodeCall node) {
        node.ignore("saturate");
        node.ignore("round_mode");
        int type = (int) node.integer("to", 0);
        DType to = ElementType.dtype(type);
        if (to == null) {
            throw new UnsupportedOnnxException("a cast to type " + ElementType.name(type));
        }
        return node.x(0).to(to);
    }

    private static Tensor castLike(NodeCall node) {
        node.ignore("saturate");
        node.ignore("round_mode");
        return node.x(0).to(node.dtype(1));
    }

    private static long[] shape(NodeCall node) {
        long[] dims = node.dims(0);
        int start = at(node.integer("start", 0), dims.length);
        int end = at(node.integer("end", dims.length), dims.length);
        return start < end ? Arrays.copyOfRange(dims, start, end) : new long[0];
    }

    private static int at(long index, int rank) {
        return Math.clamp(index < 0 ? index + rank : index, 0, rank);
    }

    private static Tensor size(NodeCall node) {
        return node.integers(node.value(0).shape().size()).reshape();
    }

    private static Tensor filled(NodeCall node) {
        OnnxTensor value = node.tensor("value");
        long[] dims = node.numbers(0);
        if (value == null) {
            return node.device().zeros(DType.F32, dims);
        }
        HostArray element = value.elements();
        if (element.shape().size() != 1) {
            throw new OnnxException("the value must be one element, and is " + element.shape());
        }
        return element.dtype() == DType.I64
                ? node.integers(Encoding.getLong(DType.I64, element.content(), 0))
                        .expand(dims)
                        .contiguous()
                : node.device().full(element.dtype(), element.get(0), Shape.of(dims));
    }

    private static Tensor constant(NodeCall node) {
        Device device = node.device();
        OnnxTensor value = node.tensor("value");
        if (value != null) {
            HostArray elements = value.elements();
            return device.constant(() -> elements.on(device));
        }
        if (node.hasAttribute("value_int") || node.hasAttribute("value_ints")) {
            return node.hasAttribute("value_int")
                    ? node.integers(node.integer("value_int", 0)).reshape()
                    : node.integers(node.integers("value_ints"));
        }
        boolean one = node.hasAttribute("value_float");
        if (!one && !node.hasAttribute("value_floats")) {
            throw new UnsupportedOnnxException("a constant that is neither tensor nor numbers");
        }
        double[] reals = {node.real("value_float", 0)};
        double[] all = one ? reals : node.reals("value_floats");
        Tensor row = device.constant(() -> device.tensor(DType.F32, all));
        return one ? row.reshape() : row;
    }

    /** x / ‖x‖, and 0 where the length is. */
    private static Tensor normalization(NodeCall node) {
        Tensor x = node.x(0);
        int axis = (int) node.integer("axis", -1);
        Tensor length =
                switch ((int) node.integer("p", 2)) {
                    case 1 -> x.abs().reduce(ReduceOp.SUM, true, axis);
                    case 2 -> x.square().reduce(ReduceOp.SUM, true, axis).sqrt();
                    default -> throw new UnsupportedOnnxException("p");
                };
        Tensor none = length.equal(length.zerosLike());
        return x.div(none.where(length.onesLike(), length));
    }
}
