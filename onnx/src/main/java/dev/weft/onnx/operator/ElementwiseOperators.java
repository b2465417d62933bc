package dev.weft.onnx.operator;

import dev.weft.DType;
import dev.weft.Tensor;

import java.util.Arrays;

/** ONNX's arithmetic and functions of each element. */
final class ElementwiseOperators {
    private ElementwiseOperators() {}

    static void addTo(OperatorTable operators) {
        operators.binary("Add", Tensor::add);
        operators.binary("Sub", Tensor::sub);
        operators.binary("Mul", Tensor::mul);
        operators.binary("Div", Tensor::div);
        operators.binary(
                "Pow",
                (a, b) ->
                        a.dtype().isFloating() || !b.dtype().isFloating()
                                ? a.pow(b.to(a.dtype()))
                                : a.to(DType.F64).pow(b.to(DType.F64)).to(a.dtype()));
        operators.variadic("Sum", Tensor::add);
        operators.variadic("Max", Tensor::max);
        operators.variadic("Min", Tensor::min);
        operators.one(
                "Mean",
                node ->
                        Arrays.stream(node.all())
                                .reduce(Tensor::add)
                                .orElseThrow()
                                .div(node.inputs()));
        operators.unary("Neg", Tensor::neg);
        operators.unary("Abs", Tensor::abs);
        operators.unary("Exp", Tensor::exp);
        operators.unary("Log", Tensor::log);
        operators.unary("Sqrt", Tensor::sqrt);
        operators.unary("Reciprocal", Tensor::reciprocal);
        operators.unary("Sin", Tensor::sin);
        operators.unary("Cos", Tensor::cos);
        operators.unary("Tan", Tensor::tan);
        operators.unary("Asin", Tensor::asin);
        operators.unary("Acos", Tensor::acos);
        operators.unary("Atan", Tensor::atan);
        operators.unary("Sinh", Tensor::sinh);
        operators.unary("Cosh", Tensor::cosh);
        operators.unary("Asinh", Tensor::asinh);
        operators.unary("Acosh", Tensor::acosh);
        operators.unary("Atanh", Tensor::atanh);
        operators.unary("Erf", Tensor::erf);
        operators.unary("Floor", Tensor::floor);
        operators.unary("Ceil", Tensor::ceil);
        operators.unary("Round", Tensor::round);
        operators.unary("Sign", Tensor::sign);
        operators.one(
                "Mod",
                node ->
                        node.integer("fmod", 0) == 1
                                ? node.x(0).fmod(node.x(1))
                                : node.x(0).remainder(node.x(1)));
        operators.one("Clip", ElementwiseOperators::clip);
    }

    /** The bounds are attributes before version 11. */
    private static Tensor clip(NodeCall node) {
        Tensor x = node.x(0);
        boolean attributes = node.opset() < 11;
        boolean known = (!node.has(1) || node.isKnown(1)) && (!node.has(2) || node.isKnown(2));
        if (attributes || (known && x.dtype().isFloating())) {
            double low = node.has(1) ? node.number(1) : Double.NEGATIVE_INFINITY;
            double high = node.has(2) ? node.number(2) : Double.POSITIVE_INFINITY;
            return x.clamp(node.real("min", low), node.real("max", high));
        }
        Tensor above = node.has(1) ? x.max(node.x(1)) : x;
        return node.has(2) ? above.min(node.x(2)) : above;
    }
}
