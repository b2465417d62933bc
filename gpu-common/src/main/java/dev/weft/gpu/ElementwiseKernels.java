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
import java.util.Map;
import java.util.Objects;

/**
 * Functions, losses and their gradients, element by element, in one type; for integers only those
 * that are defined.
 */
final class ElementwiseKernels {
    private final Elementwise elementwise;
    private final Copies copies;
    private final DType dtype;
    private final Map<UnaryOp, Pair> unary;
    private final Map<UnaryOp, Pair> unaryGrad;
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
        unary = pairs(UnaryOp.class, KernelFile.UNARY, "unary_", "");
        unaryGrad = pairs(UnaryOp.class, KernelFile.UNARY_GRAD, "unary_grad_", "");
        binary = pairs(BinaryOp.class, KernelFile.BINARY, "binary_", "");
        loss = pairs(LossOp.class, KernelFile.LOSS, "loss_", "");
        lossGrad = pairs(LossOp.class, KernelFile.LOSS, "loss_", "_grad");
        for (CompareOp op : CompareOp.values()) {
            DType compared = dtype == DType.BOOL ? DType.U8 : dtype;
            String name = KernelFile.name("compare_", op);
            compare.put(op, elementwise.pair(KernelFile.BINARY, compared, name));
        }
        divGradB = elementwise.pair(KernelFile.BINARY, dtype, "div_grad_b");
        powGradA = elementwise.pair(KernelFile.BINARY, dtype, "pow_grad_a");
        powGradB = elementwise.pair(KernelFile.BINARY, dtype, "pow_grad_b");
        unlessGreaterGrad = elementwise.pair(KernelFile.BINARY, dtype, "unless_greater_grad");
        unlessLessGrad = elementwise.pair(KernelFile.BINARY, dtype, "unless_less_grad");
    }

    private <E extends Enum<E>> Map<E, Pair> pairs(
            Class<E> ops, KernelFile file, String prefix, String suffix) {
        Map<E, Pair> pairs = new EnumMap<>(ops);
        for (E op : ops.getEnumConstants()) {
            pairs.put(op, elementwise.pair(file, dtype, KernelFile.name(prefix, op) + suffix));
        }
        return pairs;
    }

    /** Whether the gradient is simply another kernel. */
    static boolean gradIsAnother(UnaryOp op) {
        return switch (op) {
            case AFFINE, NEG, EXP, LOG -> true;
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
            default ->
                    elementwise.run(
                            of(unaryGrad, op),
                            a -> a.number(dtype, p).number(dtype, q),
                            x,
                            y,
                            dy,
                            dx);
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
