package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.CompareOp;
import dev.weft.backend.KernelCall;
import dev.weft.backend.LossOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;
import dev.weft.gpu.Elementwise.Pair;
import dev.weft.gpu.Elementwise.Scalars;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Functions, losses and their gradients, element by element, in one type; for integers only those
 * that are defined.
 */
final class ElementwiseKernels {
    private final Elementwise elementwise;
    private final Copies copies;
    private final DType dtype;
    private final Map<UnaryOp, Pair> unary;
    private final Map<UnaryOp, Pair> unaryGrad = new EnumMap<>(UnaryOp.class);
    private final Map<BinaryOp, Pair> binary;
    private final Map<CompareOp, Pair> compare = new EnumMap<>(CompareOp.class);
    private final Map<LossOp, Pair> loss;
    private final Map<LossOp, Pair> lossGrad;
    private final Pair divGradB;
    private final Pair powGradA;
    private final Pair powGradB;
    private final Pair unlessGreaterGrad;
    private final Pair unlessLessGrad;

    ElementwiseKernels(Elementwise elementwise, Copies copies, DType dtype) {
        this.elementwise = elementwise;
        this.copies = copies;
        this.dtype = dtype;
        unary = pairs(UnaryOp.class, KernelFile.UNARY, ElementwiseKernels::name);
        for (UnaryOp op : UnaryOp.values()) {
            if (hasGradKernel(op)) {
                String name = name(op).replace("_value", "") + "_grad";
                unaryGrad.put(op, elementwise.pair(KernelFile.UNARY_GRAD, dtype, name));
            }
        }
        binary = pairs(BinaryOp.class, KernelFile.BINARY, ElementwiseKernels::name);
        for (CompareOp op : CompareOp.values()) {
            String name = op.name().toLowerCase(Locale.ROOT);
            DType compared = dtype == DType.BOOL ? DType.U8 : dtype;
            compare.put(op, elementwise.pair(KernelFile.BINARY, compared, name));
        }
        loss = pairs(LossOp.class, KernelFile.LOSS, ElementwiseKernels::name);
        lossGrad = pairs(LossOp.class, KernelFile.LOSS, op -> name(op) + "_grad");
        divGradB = elementwise.pair(KernelFile.BINARY, dtype, "div_grad_b");
        powGradA = elementwise.pair(KernelFile.BINARY, dtype, "pow_grad_a");
        powGradB = elementwise.pair(KernelFile.BINARY, dtype, "pow_grad_b");
        unlessGreaterGrad = elementwise.pair(KernelFile.BINARY, dtype, "unless_greater_grad");
        unlessLessGrad = elementwise.pair(KernelFile.BINARY, dtype, "unless_less_grad");
    }

    private <E extends Enum<E>> Map<E, Pair> pairs(
            Class<E> ops, KernelFile file, Function<E, String> name) {
        Map<E, Pair> pairs = new EnumMap<>(ops);
        for (E op : ops.getEnumConstants()) {
            pairs.put(op, elementwise.pair(file, dtype, name.apply(op)));
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
            default -> op.name().toLowerCase(Locale.ROOT);
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
            default -> op.name().toLowerCase(Locale.ROOT);
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
            default -> false;
        };
    }

    private static <E> Pair of(Map<E, Pair> pairs, E op) {
        return Objects.requireNonNull(pairs.get(op));
    }

    /** Integers take whole numbers, as longs. */
    void unary(KernelCall.Unary call) {
        elementwise.run(
                of(unary, call.op()),
                dtype.isInteger()
                        ? a -> a.i64(call.integerP()).i64(call.integerQ())
                        : a -> a.number(dtype, call.p()).number(dtype, call.q()),
                call.x(),
                call.y());
    }

    void unaryGrad(UnaryOp op, double p, double q, View x, View y, View dy, View dx) {
        switch (op) {
            case AFFINE ->
                    elementwise.run(
                            of(unary, op), a -> a.number(dtype, p).number(dtype, -0.0), dy, dx);
            case NEG ->
                    elementwise.run(
                            of(unary, op), a -> a.number(dtype, 0).number(dtype, 0), dy, dx);
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
                    elementwise.run(
                            of(unaryGrad, op),
                            a -> a.number(dtype, p).number(dtype, q),
                            x,
                            y,
                            dy,
                            dx);
            default -> throw new IllegalArgumentException(op + " has no gradient kernel");
        }
    }

    void binary(BinaryOp op, View a, View b, View y) {
        elementwise.run(of(binary, op), Scalars.NONE, a, b, y);
    }

    void compare(CompareOp op, View a, View b, View y) {
        elementwise.run(of(compare, op), Scalars.NONE, a, b, y);
    }

    void binaryGrad(BinaryOp op, boolean byB, View a, View b, View dy, View d) {
        switch (op) {
            case ADD -> copies.copy(dy, d);
            case SUB -> {
                if (byB) {
                    elementwise.run(
                            of(unary, UnaryOp.NEG),
                            s -> s.number(dtype, 0).number(dtype, 0),
                            dy,
                            d);
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
            default -> throw new IllegalArgumentException(op + " has no gradient kernel");
        }
    }

    void loss(LossOp op, double p, View x, View t, View l) {
        elementwise.run(of(loss, op), a -> a.number(dtype, p), x, t, l);
    }

    void lossGrad(LossOp op, double p, View x, View t, View dl, View dx) {
        elementwise.run(of(lossGrad, op), a -> a.number(dtype, p), x, t, dl, dx);
    }
}
