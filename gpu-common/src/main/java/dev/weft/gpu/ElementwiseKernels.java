package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.LossOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;
import dev.weft.gpu.Elementwise.Pair;
import dev.weft.gpu.Elementwise.Scalars;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** Functions, losses and their gradients, element by element. */
final class ElementwiseKernels {
    private final Elementwise elementwise;
    private final Copies copies;
    private final Map<UnaryOp, Pair> unary;
    private final Map<UnaryOp, Pair> unaryI32 = new EnumMap<>(UnaryOp.class);
    private final Map<UnaryOp, Pair> unaryGrad = new EnumMap<>(UnaryOp.class);
    private final Map<BinaryOp, Pair> binary;
    private final Map<BinaryOp, Pair> binaryI32 = new EnumMap<>(BinaryOp.class);
    private final Map<LossOp, Pair> loss;
    private final Map<LossOp, Pair> lossGrad;
    private final Pair divGradB;
    private final Pair powGradA;
    private final Pair powGradB;
    private final Pair unlessGreaterGrad;
    private final Pair unlessLessGrad;

    ElementwiseKernels(Elementwise elementwise, Copies copies) {
        this.elementwise = elementwise;
        this.copies = copies;
        unary = pairs(UnaryOp.class, KernelFile.UNARY, ElementwiseKernels::name);
        for (UnaryOp op : UnaryOp.values()) {
            if (op.supports(DType.I32)) {
                unaryI32.put(op, elementwise.pair(KernelFile.UNARY, nameI32(name(op))));
            }
            if (hasGradKernel(op)) {
                String name = name(op).replace("_value", "") + "_grad";
                unaryGrad.put(op, elementwise.pair(KernelFile.UNARY_GRAD, name));
            }
        }
        binary = pairs(BinaryOp.class, KernelFile.BINARY, ElementwiseKernels::name);
        for (BinaryOp op : BinaryOp.values()) {
            if (op.supports(DType.I32)) {
                binaryI32.put(op, elementwise.pair(KernelFile.BINARY, nameI32(name(op))));
            }
        }
        loss = pairs(LossOp.class, KernelFile.LOSS, ElementwiseKernels::name);
        lossGrad = pairs(LossOp.class, KernelFile.LOSS, op -> name(op) + "_grad");
        divGradB = elementwise.pair(KernelFile.BINARY, "div_grad_b");
        powGradA = elementwise.pair(KernelFile.BINARY, "pow_grad_a");
        powGradB = elementwise.pair(KernelFile.BINARY, "pow_grad_b");
        unlessGreaterGrad = elementwise.pair(KernelFile.BINARY, "unless_greater_grad");
        unlessLessGrad = elementwise.pair(KernelFile.BINARY, "unless_less_grad");
    }

    private <E extends Enum<E>> Map<E, Pair> pairs(
            Class<E> ops, KernelFile file, Function<E, String> name) {
        Map<E, Pair> pairs = new EnumMap<>(ops);
        for (E op : ops.getEnumConstants()) {
            pairs.put(op, elementwise.pair(file, name.apply(op)));
        }
        return pairs;
    }

    /** Names that C's library has are not free. */
    private static String name(UnaryOp op) {
        return switch (op) {
            case AFFINE -> "affine";
            case NEG -> "neg";
            case ABS -> "abs_value";
            case EXP -> "exp_value";
            case LOG -> "log_value";
            case SQRT -> "sqrt_value";
            case SQUARE -> "square";
            case RELU -> "relu";
            case LEAKY_RELU -> "leaky_relu";
            case ELU -> "elu";
            case SIGMOID -> "sigmoid";
            case TANH -> "tanh_value";
            case GELU_ERF -> "gelu_erf";
            case GELU_TANH -> "gelu_tanh";
            case SILU -> "silu";
            case SOFTPLUS -> "softplus";
            case CLAMP -> "clamp_value";
        };
    }

    private static String name(BinaryOp op) {
        return switch (op) {
            case ADD -> "add";
            case SUB -> "sub";
            case MUL -> "mul";
            case DIV -> "div_value";
            case POW -> "pow_value";
            case MIN -> "min_value";
            case MAX -> "max_value";
        };
    }

    private static String name(LossOp op) {
        return switch (op) {
            case SQUARED_ERROR -> "squared_error";
            case ABSOLUTE_ERROR -> "absolute_error";
            case HUBER -> "huber";
            case BINARY_CROSS_ENTROPY -> "binary_cross_entropy";
            case BINARY_CROSS_ENTROPY_LOGITS -> "binary_cross_entropy_logits";
            case CATEGORICAL_CROSS_ENTROPY -> "categorical_cross_entropy";
        };
    }

    private static String nameI32(String name) {
        return name.replace("_value", "") + "_i32";
    }

    /** Whether the gradient is not simply another kernel. */
    private static boolean hasGradKernel(UnaryOp op) {
        return switch (op) {
            case AFFINE, NEG, EXP, LOG -> false;
            case ABS,
                    SQRT,
                    SQUARE,
                    RELU,
                    LEAKY_RELU,
                    ELU,
                    SIGMOID,
                    TANH,
                    GELU_ERF,
                    GELU_TANH,
                    SILU,
                    SOFTPLUS,
                    CLAMP ->
                    true;
        };
    }

    private static <E> Pair of(Map<E, Pair> pairs, E op) {
        return Objects.requireNonNull(pairs.get(op));
    }

    void unary(UnaryOp op, double p, double q, View x, View y) {
        if (y.dtype() == DType.F32) {
            elementwise.run(of(unary, op), a -> a.f32(p).f32(q), x, y);
            return;
        }
        elementwise.run(of(unaryI32, op), a -> a.i64((long) p).i64((long) q), x, y);
    }

    void unaryGrad(UnaryOp op, double p, double q, View x, View y, View dy, View dx) {
        switch (op) {
            case AFFINE -> elementwise.run(of(unary, op), a -> a.f32(p).f32(-0.0), dy, dx);
            case NEG -> elementwise.run(of(unary, op), a -> a.f32(0).f32(0), dy, dx);
            case EXP -> elementwise.run(of(binary, BinaryOp.MUL), Scalars.NONE, dy, y, dx);
            case LOG -> elementwise.run(of(binary, BinaryOp.DIV), Scalars.NONE, dy, x, dx);
            case ABS,
                    SQRT,
                    SQUARE,
                    RELU,
                    LEAKY_RELU,
                    ELU,
                    SIGMOID,
                    TANH,
                    GELU_ERF,
                    GELU_TANH,
                    SILU,
                    SOFTPLUS,
                    CLAMP ->
                    elementwise.run(of(unaryGrad, op), a -> a.f32(p).f32(q), x, y, dy, dx);
        }
    }

    void binary(BinaryOp op, View a, View b, View y) {
        Pair pair = of(y.dtype() == DType.F32 ? binary : binaryI32, op);
        elementwise.run(pair, Scalars.NONE, a, b, y);
    }

    void binaryGrad(BinaryOp op, boolean byB, View a, View b, View dy, View d) {
        switch (op) {
            case ADD -> copies.copy(dy, d);
            case SUB -> {
                if (byB) {
                    elementwise.run(of(unary, UnaryOp.NEG), s -> s.f32(0).f32(0), dy, d);
                } else {
                    copies.copy(dy, d);
                }
            }
            case MUL -> elementwise.run(of(binary, BinaryOp.MUL), Scalars.NONE, dy, byB ? a : b, d);
            case DIV -> {
                if (byB) {
                    elementwise.run(divGradB, Scalars.NONE, a, b, dy, d);
                } else {
                    elementwise.run(of(binary, BinaryOp.DIV), Scalars.NONE, dy, b, d);
                }
            }
            case POW -> elementwise.run(byB ? powGradB : powGradA, Scalars.NONE, a, b, dy, d);
            case MIN ->
                    elementwise.run(
                            byB ? unlessLessGrad : unlessGreaterGrad, Scalars.NONE, a, b, dy, d);
            case MAX ->
                    elementwise.run(
                            byB ? unlessGreaterGrad : unlessLessGrad, Scalars.NONE, a, b, dy, d);
        }
    }

    void loss(LossOp op, double p, View x, View t, View l) {
        elementwise.run(of(loss, op), a -> a.f32(p), x, t, l);
    }

    void lossGrad(LossOp op, double p, View x, View t, View dl, View dx) {
        elementwise.run(of(lossGrad, op), a -> a.f32(p), x, t, dl, dx);
    }
}
