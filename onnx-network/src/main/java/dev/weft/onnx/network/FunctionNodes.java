package dev.weft.onnx.network;

import dev.weft.DType;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.CompareOp;
import dev.weft.backend.UnaryOp;
import dev.weft.onnx.graph.Attribute;
import dev.weft.onnx.graph.OnnxException;

import java.util.Map;

/** Elementwise functions as nodes: one where ONNX has the function, and otherwise its formula. */
final class FunctionNodes {
    private final Sketch sketch;

    FunctionNodes(Sketch sketch) {
        this.sketch = sketch;
    }

    String unary(UnaryOp op, double p, double q, DType type, String x) {
        return switch (op) {
            case AFFINE -> affine(type, x, p, q);
            case NEG -> sketch.node("Neg", x);
            case ABS -> sketch.node("Abs", x);
            case EXP -> sketch.node("Exp", x);
            case LOG -> sketch.node("Log", x);
            case SQRT -> sketch.node("Sqrt", x);
            case SQUARE -> sketch.node("Mul", x, x);
            case RELU -> sketch.node("Relu", x);
            case LEAKY_RELU -> sketch.node("LeakyRelu", alpha(p), x);
            case ELU -> sketch.node("Elu", alpha(p), x);
            case SIGMOID -> sketch.node("Sigmoid", x);
            case TANH -> sketch.node("Tanh", x);
            case GELU_ERF -> halved(type, x, sketch.node("Erf", times(type, x, Math.sqrt(0.5))));
            case GELU_TANH -> {
                String cube = sketch.node("Mul", sketch.node("Mul", x, x), x);
                String sum = sketch.node("Add", x, times(type, cube, 0.044715));
                yield halved(
                        type, x, sketch.node("Tanh", times(type, sum, Math.sqrt(2 / Math.PI))));
            }
            case SILU -> sketch.node("Mul", x, sketch.node("Sigmoid", x));
            case SOFTPLUS -> sketch.node("Softplus", x);
            case CLAMP -> sketch.node("Clip", x, sketch.scalar(type, p), sketch.scalar(type, q));
            case SIN -> sketch.node("Sin", x);
            case COS -> sketch.node("Cos", x);
            case TAN -> sketch.node("Tan", x);
            case ASIN -> sketch.node("Asin", x);
            case ACOS -> sketch.node("Acos", x);
            case ATAN -> sketch.node("Atan", x);
            case SINH -> sketch.node("Sinh", x);
            case COSH -> sketch.node("Cosh", x);
            case ASINH -> sketch.node("Asinh", x);
            case ACOSH -> sketch.node("Acosh", x);
            case ATANH -> sketch.node("Atanh", x);
            case EXPM1 -> plus(type, sketch.node("Exp", x), -1);
            case LOG1P -> sketch.node("Log", plus(type, x, 1));
            case LOG2 -> times(type, sketch.node("Log", x), 1 / Math.log(2));
            case LOG10 -> times(type, sketch.node("Log", x), 1 / Math.log(10));
            case EXP2 -> sketch.node("Pow", sketch.scalar(type, 2), x);
            case RSQRT -> sketch.node("Reciprocal", sketch.node("Sqrt", x));
            case RECIPROCAL -> sketch.node("Reciprocal", x);
            case ERF -> sketch.node("Erf", x);
            case ERFC -> sketch.node("Sub", sketch.scalar(type, 1), sketch.node("Erf", x));
            case FLOOR -> sketch.node("Floor", x);
            case CEIL -> sketch.node("Ceil", x);
            case ROUND -> sketch.node("Round", x);
            case TRUNC ->
                    sketch.node(
                            "Mul",
                            sketch.node("Sign", x),
                            sketch.node("Floor", sketch.node("Abs", x)));
            case SIGN -> sketch.node("Sign", x);
            case HARD_SIGMOID ->
                    sketch.node(
                            "HardSigmoid", Map.of("alpha", real(1 / 6.0), "beta", real(0.5)), x);
            case HARD_SWISH -> sketch.node("HardSwish", x);
            case MISH -> sketch.node("Mul", x, sketch.node("Tanh", sketch.node("Softplus", x)));
            case SELU -> sketch.node("Selu", x);
            case CELU -> sketch.node("Celu", alpha(p), x);
            case SOFTSIGN -> sketch.node("Softsign", x);
            case LOG_SIGMOID -> sketch.node("Neg", sketch.node("Softplus", sketch.node("Neg", x)));
        };
    }

    private String affine(DType type, String x, double p, double q) {
        String scaled = p == 1 ? x : times(type, x, p);
        return q == 0 ? scaled : plus(type, scaled, q);
    }

    String times(DType type, String x, double factor) {
        return sketch.node("Mul", x, sketch.scalar(type, factor));
    }

    private String plus(DType type, String x, double summand) {
        return sketch.node("Add", x, sketch.scalar(type, summand));
    }

    /** x (1 + t) / 2. */
    private String halved(DType type, String x, String t) {
        return sketch.node("Mul", times(type, x, 0.5), plus(type, t, 1));
    }

    private static Map<String, Attribute> alpha(double p) {
        return Map.of("alpha", real(p));
    }

    static Attribute real(double number) {
        return new Attribute.Real((float) number);
    }

    String binary(BinaryOp op, DType type, String a, String b) {
        return switch (op) {
            case ADD -> sketch.node("Add", a, b);
            case SUB -> sketch.node("Sub", a, b);
            case MUL -> sketch.node("Mul", a, b);
            case DIV -> sketch.node("Div", a, b);
            case POW -> sketch.node("Pow", a, b);
            case MIN -> sketch.node("Min", a, b);
            case MAX -> sketch.node("Max", a, b);
            case FMOD -> sketch.node("Mod", Map.of("fmod", new Attribute.Int(1)), a, b);
            case REMAINDER ->
                    type.isFloating()
                            ? sketch.node(
                                    "Sub",
                                    a,
                                    sketch.node(
                                            "Mul",
                                            b,
                                            sketch.node("Floor", sketch.node("Div", a, b))))
                            : sketch.node("Mod", a, b);
            case HYPOT ->
                    sketch.node(
                            "Sqrt",
                            sketch.node("Add", sketch.node("Mul", a, a), sketch.node("Mul", b, b)));
            case ATAN2 -> throw new OnnxException("export: ONNX has no operator for atan2");
        };
    }

    String compare(CompareOp op, String a, String b) {
        return switch (op) {
            case EQUAL -> sketch.node("Equal", a, b);
            case NOT_EQUAL -> sketch.node("Not", sketch.node("Equal", a, b));
            case LESS -> sketch.node("Less", a, b);
            case LESS_EQUAL -> sketch.node("LessOrEqual", a, b);
            case GREATER -> sketch.node("Greater", a, b);
            case GREATER_EQUAL -> sketch.node("GreaterOrEqual", a, b);
        };
    }
}
