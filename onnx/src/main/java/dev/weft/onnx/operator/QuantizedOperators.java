package dev.weft.onnx.operator;

import dev.weft.DType;
import dev.weft.Tensor;
import dev.weft.backend.ReduceOp;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/** ONNX's operators on bytes that stand for reals: x = scale (q - zero). */
final class QuantizedOperators {
    private QuantizedOperators() {}

    static void addTo(OperatorTable operators) {
        operators.one("QuantizeLinear", QuantizedOperators::quantize);
        operators.one("DequantizeLinear", QuantizedOperators::dequantize);
        operators.put("DynamicQuantizeLinear", node -> dynamic(node.x(0)));
        operators.one(
                "MatMulInteger",
                node -> product(node.x(0), node.optional(2), node.x(1), node.optional(3)));
        operators.one(
                FusedOperators.DOMAIN + "MatMulIntegerToFloat",
                node ->
                        FusedOperators.plus(
                                scaledProduct(
                                        node.x(0),
                                        node.optional(4),
                                        node.x(2),
                                        node.x(1),
                                        node.optional(5),
                                        node.x(3)),
                                node.optional(6)));
        operators.one(FusedOperators.DOMAIN + "DynamicQuantizeMatMul", QuantizedOperators::onBytes);
        operators.one("QLinearMatMul", QuantizedOperators::linearProduct);
        operators.one("ConvInteger", QuantizedOperators::convolution);
        operators.one("QLinearConv", QuantizedOperators::linearConvolution);
    }

    /** Scales or zero points along an axis of an operand, or one for all. */
    private static Tensor along(Tensor scale, Tensor x, int axis) {
        if (scale.rank() == 0 || scale.size() == 1) {
            return scale.reshape();
        }
        if (scale.rank() != 1) {
            throw new UnsupportedOnnxException("scales in blocks");
        }
        long[] dims = new long[x.rank()];
        Arrays.fill(dims, 1);
        dims[x.shape().axis("axis", axis)] = scale.size();
        return scale.reshape(dims);
    }

    private static int axis(NodeCall node) {
        if (node.integer("block_size", 0) != 0) {
            throw new UnsupportedOnnxException("block_size");
        }
        return (int) node.integer("axis", 1);
    }

    /** q = round(x / scale) + zero, to the nearest, ties to even; then what the type has. */
    private static Tensor rounded(
            Tensor x, Tensor scale, @Nullable Tensor zero, DType type, int axis) {
        Tensor q = x.div(along(scale, x, axis)).round();
        Tensor shifted = zero == null ? q : q.add(along(zero, x, axis).to(q.dtype()));
        return shifted.clamp((double) type.smallest(), (double) type.largest()).to(type);
    }

    private static Tensor quantize(NodeCall node) {
        node.ignore("saturate");
        Tensor zero = node.optional(2);
        DType type = zero == null ? DType.U8 : zero.dtype();
        if (node.integer("output_dtype", 0) != 0 && zero == null) {
            throw new UnsupportedOnnxException("output_dtype");
        }
        return rounded(node.x(0), node.x(1), zero, type, axis(node));
    }

    private static Tensor dequantize(NodeCall node) {
        Tensor x = node.x(0);
        Tensor scale = node.x(1);
        int axis = axis(node);
        Tensor wide = x.to(scale.dtype());
        Tensor zero = node.optional(2);
        Tensor shifted = zero == null ? wide : wide.sub(along(zero, x, axis).to(scale.dtype()));
        return shifted.mul(along(scale, x, axis));
    }

    /** The range of x, and 0, over 255 steps of U8. */
    private static List<Tensor> dynamic(Tensor x) {
        Tensor none = ChoiceOperators.number(x, 0);
        Tensor low = x.reduce(ReduceOp.MIN, false).min(none);
        Tensor high = x.reduce(ReduceOp.MAX, false).max(none);
        Tensor span = high.sub(low).div(255);
        // All elements are 0: any scale does.
        Tensor scale = span.equal(none).where(ChoiceOperators.number(x, 1), span);
        Tensor zero = low.neg().div(scale).clamp(0, 255).round().to(DType.U8);
        return List.of(rounded(x, scale, zero, DType.U8, 0), scale, zero);
    }

    /**
     * Σ (a - za) (b - zb) as I32: the product of the bytes, without what the zero points add to it,
     * za Σ b + zb Σ a - K za zb.
     */
    private static Tensor product(
            Tensor a, @Nullable Tensor aZero, Tensor b, @Nullable Tensor bZero) {
        Tensor product = ProductOperators.matmul(a, b);
        Tensor za = aZero == null ? null : zeros(aZero, a, -2);
        Tensor zb = bZero == null ? null : zeros(bZero, b, -1);
        if (za != null) {
            Tensor columns = b.to(DType.I32).reduce(ReduceOp.SUM, true, -2);
            product = product.sub(columns.mul(za));
        }
        if (zb != null) {
            Tensor rows = a.to(DType.I32).reduce(ReduceOp.SUM, true, -1);
            product = product.sub(rows.mul(zb));
        }
        return za == null || zb == null ? product : product.add(za.mul(zb).mul((double) b.dim(-2)));
    }

    /** The product of what the bytes of two matrices stand for, F32. */
    static Tensor scaledProduct(
            Tensor a,
            @Nullable Tensor aZero,
            Tensor aScale,
            Tensor b,
            @Nullable Tensor bZero,
            Tensor bScale) {
        return product(a, aZero, b, bZero)
                .to(DType.F32)
                .mul(along(aScale, a, -2))
                .mul(along(bScale, b, -1));
    }

    /** A product with a matrix of bytes, for which the other becomes one. */
    private static Tensor onBytes(NodeCall node) {
        List<Tensor> a = dynamic(node.x(0));
        Tensor y =
                scaledProduct(a.get(0), a.get(2), a.get(1), node.x(1), node.optional(3), node.x(2));
        return FusedOperators.plus(y, node.optional(4));
    }

    private static Tensor zeros(Tensor zero, Tensor x, int axis) {
        return along(zero.to(DType.I32), x, axis);
    }

    private static Tensor linearProduct(NodeCall node) {
        Tensor a = node.x(0);
        Tensor b = node.x(3);
        Tensor y = scaledProduct(a, node.x(2), node.x(1), b, node.x(5), node.x(4));
        Tensor zero = node.x(7);
        return rounded(y, node.x(6), zero, zero.dtype(), -1);
    }

    /** Bytes and their zero points are exact in F32, and so are sums of 2⁸ of their products. */
    private static Tensor centred(Tensor x, @Nullable Tensor zero, int axis) {
        Tensor wide = x.to(DType.F32);
        return zero == null ? wide : wide.sub(along(zero, x, axis).to(DType.F32));
    }

    private static Tensor convolution(NodeCall node) {
        Tensor x = centred(node.x(0), node.optional(2), 0);
        Tensor w = centred(node.x(1), node.optional(3), 0);
        return ConvolutionOperators.convolution(node, x.to(DType.F64), w.to(DType.F64), null)
                .to(DType.I32);
    }

    private static Tensor linearConvolution(NodeCall node) {
        Tensor x = centred(node.x(0), node.x(2), 0).mul(node.x(1).reshape());
        Tensor w = node.x(3);
        Tensor scale = along(node.x(4), w, 0);
        Tensor weight = centred(w, node.x(5), 0).mul(scale);
        Tensor y = ConvolutionOperators.convolution(node, x, weight, null);
        if (node.has(8)) {
            Tensor bias = node.x(8).to(DType.F32).mul(node.x(1).reshape());
            Tensor scaled = bias.mul(node.x(4).size() == 1 ? node.x(4).reshape() : node.x(4));
            y = y.add(along(scaled, y, 1));
        }
        Tensor zero = node.x(7);
        return rounded(y, node.x(6), zero, zero.dtype(), 1);
    }
}
