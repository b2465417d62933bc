package dev.weft.autograd;

import dev.weft.Op;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.UnaryOp;

import org.jspecify.annotations.Nullable;

import java.util.function.UnaryOperator;

/**
 * The derivatives of elementwise functions that have no kernel for it, composed of other
 * operations. {@link UnaryOp} and {@link BinaryOp} give the formulas; here they are in the form in
 * which nothing overflows on the way.
 */
final class Derivatives {
    private static final double LN_2 = Math.log(2);
    private static final double LN_10 = Math.log(10);
    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);
    private static final double SELU_SCALE = 1.0507009873554805;
    private static final double SELU_ALPHA = 1.6732632423543772;

    private final UnaryOperator<Tensor> saved;

    /**
     * @param saved gives an operand or a result as it was when the operation was recorded
     */
    Derivatives(UnaryOperator<Tensor> saved) {
        this.saved = saved;
    }

    /** As it was, in the type that its type computes in. */
    private Tensor read(Tensor x) {
        return saved.apply(x).to(x.dtype().computesIn());
    }

    /** dy/dx, or null where that is 0 everywhere. */
    @Nullable Tensor of(Op.Unary op) {
        return switch (op.op()) {
            case SIN -> x(op).cos();
            case COS -> x(op).sin().neg();
            case TAN -> read(op.out()).square().add(1);
            case ASIN -> besideOne(x(op)).rsqrt();
            case ACOS -> besideOne(x(op)).rsqrt().neg();
            case ATAN -> x(op).square().add(1).reciprocal();
            case SINH -> x(op).cosh();
            case COSH -> x(op).sinh();
            case ASINH -> x(op).hypot(1).reciprocal();
            case ACOSH -> x(op).sub(1).rsqrt().mul(x(op).add(1).rsqrt());
            case ATANH -> besideOne(x(op)).reciprocal();
            case EXPM1 -> x(op).exp();
            case LOG1P -> x(op).add(1).reciprocal();
            case LOG2 -> x(op).mul(LN_2).reciprocal();
            case LOG10 -> x(op).mul(LN_10).reciprocal();
            case EXP2 -> read(op.out()).mul(LN_2);
            case RSQRT -> read(op.out()).div(x(op)).mul(-0.5);
            case RECIPROCAL -> read(op.out()).square().neg();
            case ERF -> x(op).square().neg().exp().mul(TWO_OVER_SQRT_PI);
            case ERFC -> x(op).square().neg().exp().mul(-TWO_OVER_SQRT_PI);
            case HARD_SIGMOID -> within(x(op), 3).to(op.x().dtype().computesIn()).div(6);
            case HARD_SWISH -> hardSwish(x(op));
            case MISH -> mish(x(op).clamp(-1000, 1000));
            case SELU -> below(x(op), x(op).exp().mul(SELU_ALPHA)).mul(SELU_SCALE);
            case CELU -> below(x(op), x(op).div(op.p()).exp());
            case SOFTSIGN -> x(op).abs().add(1).reciprocal().square();
            case LOG_SIGMOID -> x(op).neg().sigmoid();
            case FLOOR, CEIL, ROUND, TRUNC, SIGN -> null;
            case AFFINE,
                    NEG,
                    ABS,
                    EXP,
                    LOG,
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
                    throw new IllegalArgumentException(op.op() + " has a gradient kernel");
        };
    }

    private Tensor x(Op.Unary op) {
        return read(op.x());
    }

    /** 1 - x², without cancellation about ±1. */
    private static Tensor besideOne(Tensor x) {
        return x.neg().add(1).mul(x.add(1));
    }

    /** Where |x| is below a bound. */
    private static Tensor within(Tensor x, double bound) {
        return x.abs().less(number(x, bound));
    }

    /** 1 where x is positive, otherwise y. */
    private static Tensor below(Tensor x, Tensor y) {
        return x.greater(number(x, 0)).where(number(x, 1), y);
    }

    private static Tensor hardSwish(Tensor x) {
        Tensor outside = x.sign().mul(0.5).add(0.5);
        return within(x, 3).where(x.div(3).add(0.5), outside);
    }

    /** t + x σ(x) (1 - t²) with t = tanh(ln(1 + e^x)). */
    private static Tensor mish(Tensor x) {
        Tensor t = x.softplus().tanh();
        return t.add(x.silu().mul(t.square().neg().add(1)));
    }

    /** ∂y/∂b, or ∂y/∂a. */
    Tensor of(Op.Binary op, boolean byB) {
        return switch (op.op()) {
            case ATAN2 -> {
                Tensor a = read(op.a());
                Tensor b = read(op.b());
                Tensor size = a.hypot(b);
                yield (byB ? a.neg() : b).div(size).div(size);
            }
            case HYPOT -> read(byB ? op.b() : op.a()).div(read(op.out()));
            case FMOD, REMAINDER ->
                    byB
                            ? read(op.out()).sub(read(op.a())).div(read(op.b())).round()
                            : op.out().device().ones(op.out().dtype());
            case ADD, SUB, MUL, DIV, POW, MIN, MAX ->
                    throw new IllegalArgumentException(op.op() + " has gradient kernels");
        };
    }

    private static Tensor number(Tensor like, double value) {
        return like.device().full(like.dtype(), value, Shape.SCALAR);
    }
}
