package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;
import static dev.weft.conformance.Bound.TINY;
import static dev.weft.conformance.Bound.roundoffs;
import static dev.weft.conformance.Bound.times;
import static dev.weft.conformance.Bound.ulp;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.CompareOp;
import dev.weft.backend.KernelCall;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cases of {@code unary}, {@code unaryGrad}, {@code binary}, {@code binaryGrad} and {@code
 * compare}.
 */
final class ElementwiseKernels {
    /**
     * How many shapes are drawn for a function without a gradient kernel: these go through shapes
     * and strides as all others do, and have their difficulties in their values.
     */
    private static final int FEW = 12;

    private ElementwiseKernels() {}

    static List<KernelCase> of(DType dtype) {
        List<KernelCase> cases = new ArrayList<>();
        if (dtype == DType.BOOL) {
            return cases;
        }
        for (UnaryOp op : UnaryOp.values()) {
            if (op.supports(dtype)) {
                List<KernelCase> forward = new ArrayList<>();
                forEachShape((shape, in, out) -> forward.add(unary(op, dtype, shape, in, out)));
                forward.add(unaryInPlace(op, dtype));
                cases.addAll(Sample.of(forward, op.hasGradKernel() ? forward.size() : FEW));
            }
            if (dtype.isFloating() && op.hasGradKernel()) {
                forEachShape((shape, in, out) -> cases.add(unaryGrad(op, dtype, shape, in, out)));
            }
        }
        for (BinaryOp op : BinaryOp.values()) {
            if (op.supports(dtype)) {
                List<KernelCase> forward = new ArrayList<>();
                forEachShape((shape, in, out) -> forward.add(binary(op, dtype, shape, in, out)));
                forward.add(binaryInPlace(op, dtype));
                cases.addAll(Sample.of(forward, op.hasGradKernel() ? forward.size() : FEW));
            }
            if (dtype.isFloating() && op.hasGradKernel()) {
                forEachShape((shape, in, out) -> cases.add(binaryGrad(op, dtype, shape, in, out)));
            }
        }
        for (CompareOp op : CompareOp.values()) {
            forEachShape((shape, in, out) -> cases.add(compare(op, dtype, shape, in, out)));
        }
        return cases;
    }

    /** Takes a shape, where the inputs lie and where the output lies. */
    interface Visitor {
        void visit(Shape shape, Placement in, Placement out);
    }

    static void forEachShape(Visitor visitor) {
        for (int size : Draws.SIZES) {
            visitor.visit(Shape.of(size), Placement.DENSE, Placement.DENSE);
        }
        for (Shape shape : Draws.SHAPES) {
            for (Placement in : Placement.values()) {
                for (Placement out : Placement.values()) {
                    boolean distinct = in == out || in == Placement.DENSE || out == Placement.DENSE;
                    if (distinct && out != Placement.BROADCAST) {
                        visitor.visit(shape, in, out);
                    }
                }
            }
        }
    }

    private static String detail(Shape shape, Placement in, Placement out) {
        return shape + " " + in + " to " + out;
    }

    /** The operations' p: exact in every type that they are defined for. */
    static double p(UnaryOp op, DType dtype) {
        boolean fraction = dtype.isFloating();
        return switch (op) {
            case AFFINE -> fraction ? -1.5 : -3;
            case LEAKY_RELU -> 0.125;
            case ELU -> 1.25;
            case CELU -> 1.25;
            case CLAMP -> fraction ? -0.75 : Math.max(-5, dtype.smallest());
            default -> 0;
        };
    }

    static double q(UnaryOp op, DType dtype) {
        boolean fraction = dtype.isFloating();
        return switch (op) {
            case AFFINE -> fraction ? 0.625 : 7;
            case CLAMP -> fraction ? 2.5 : Math.min(900, dtype.largest());
            default -> 0;
        };
    }

    /** How far y = op(x) may be off. */
    static Bound bound(UnaryOp op, Values values) {
        double[] x = finite(values);
        return switch (op) {
            case NEG, ABS, RELU, LEAKY_RELU, CLAMP, SQUARE -> EXACT;
            case FLOOR, CEIL, ROUND, TRUNC, SIGN -> EXACT;
            case SQRT, RECIPROCAL -> ulp(1);
            case SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH -> ulp(4);
            case EXPM1, LOG1P, LOG10, RSQRT, ERF -> ulp(4);
            case LOG2 -> (f, i, y) -> x[i] == Math.pow(2, Math.rint(y)) ? 0 : 4 * f.ulp(y);
            case EXP2 -> (f, i, y) -> x[i] == Math.rint(x[i]) ? 0 : 4 * f.ulp(y);
            case ERFC -> tail(op, x).plus(TINY);
            case HARD_SWISH, SOFTSIGN -> ulp(4).plus(TINY);
            // x / 6 + ½ cancels about -3.
            case HARD_SIGMOID -> ulp(1).plus(roundoffs(1));
            case SELU, CELU, MISH, LOG_SIGMOID -> ulp(8).plus(TINY);
            // p x + q with one rounding or with two.
            case AFFINE -> ulp(0.5).plus(times(1.5, x)).plus((f, _, _) -> f.smallest());
            case EXP, LOG -> ulp(3);
            case TANH -> ulp(5);
            case SIGMOID -> ulp(6).plus(TINY);
            case ELU, SOFTPLUS, SILU -> ulp(8).plus(TINY);
            case GELU_ERF, GELU_TANH -> tail(op, x).plus(TINY);
        };
    }

    /**
     * What falls to 0 as e^-w does takes w's rounding: x² u for the normal distribution, where w =
     * x² / 2, and four times as much for its likeness by tanh. Where w is so large that e^-w is
     * below the smallest number, both are 0.
     */
    private static Bound tail(UnaryOp op, double[] x) {
        double n =
                switch (op) {
                    case GELU_ERF -> 1;
                    case ERFC -> 2;
                    case GELU_TANH -> 4;
                    default -> 0;
                };
        return (format, i, expected) -> {
            double size = Math.abs(format.round(expected));
            double w = Math.min(x[i] * x[i], -2 * Math.log(format.smallest()));
            return (16 + n * w) * format.roundoff() * size;
        };
    }

    /** How far dx = dy op'(x) may be off. */
    static Bound gradBound(UnaryOp op, Values values, Values dy) {
        double[] d = finite(dy);
        double[] x = finite(values);
        double[] uncancelled = new double[d.length];
        for (int i = 0; i < d.length; i++) {
            uncancelled[i] = x[i] > -2 ? d[i] : 0;
        }
        return switch (op) {
            case NEG, ABS, RELU, CLAMP -> EXACT;
            case AFFINE, LEAKY_RELU, SQUARE -> ulp(1);
            case LOG, SQRT -> ulp(3);
            // From y, or from x anew.
            case EXP -> ulp(5);
            // 1 - y and 1 - y² cancel where y is near 1.
            case SIGMOID, TANH -> ulp(2).plus(times(4, d));
            case ELU -> ulp(5);
            case SOFTPLUS -> ulp(6).plus((f, i, _) -> f.smallestNormal() * Math.abs(d[i]));
            // F(x) + x F'(x) cancels about -1, where it is 0.
            case SILU, GELU_ERF, GELU_TANH -> tail(op, x).plus(times(16, uncancelled)).plus(TINY);
            default -> throw new IllegalArgumentException(op + " has no gradient kernel");
        };
    }

    private static double[] finite(Values values) {
        double[] finite = values.reals();
        Arrays.setAll(finite, i -> Double.isFinite(finite[i]) ? finite[i] : 0);
        return finite;
    }

    private static KernelCase unary(
            UnaryOp op, DType dtype, Shape shape, Placement in, Placement out) {
        return new KernelCase(
                "unary " + op + " " + dtype,
                detail(shape, in, out),
                side -> {
                    Values values = Draws.any(side.random(), dtype, shape.size());
                    Draws.repeated(values, shape, in);
                    View x = side.input(values, shape, in);
                    View y = side.output(dtype, shape, out, bound(op, values));
                    side.run(new KernelCall.Unary(op, p(op, dtype), q(op, dtype), x, y));
                });
    }

    private static KernelCase unaryInPlace(UnaryOp op, DType dtype) {
        return new KernelCase(
                "unary " + op + " " + dtype,
                "in place",
                side -> {
                    Values values = Draws.any(side.random(), dtype, 61);
                    View x = side.updated(values, bound(op, values));
                    side.run(new KernelCall.Unary(op, p(op, dtype), q(op, dtype), x, x));
                });
    }

    /**
     * x in the range where the derivative is finite; y is the forward result, correctly rounded.
     */
    private static KernelCase unaryGrad(
            UnaryOp op, DType dtype, Shape shape, Placement in, Placement out) {
        return new KernelCase(
                "unaryGrad " + op + " " + dtype,
                detail(shape, in, out),
                side -> {
                    boolean positive = op == UnaryOp.LOG || op == UnaryOp.SQRT;
                    long size = shape.size();
                    Values values =
                            positive
                                    ? Draws.uniform(side.random(), dtype, size, 0.01, 50)
                                    : Draws.normal(side.random(), dtype, size, 3);
                    Values results = forward(op, p(op, dtype), q(op, dtype), values);
                    Values gradients = Draws.normal(side.random(), dtype, size, 1);
                    View x = side.input(Draws.repeated(values, shape, in), shape, in);
                    View y = side.input(Draws.repeated(results, shape, in), shape, in);
                    View dy = side.input(Draws.repeated(gradients, shape, in), shape, in);
                    Bound bound = gradBound(op, values, gradients);
                    View dx = side.output(dtype, shape, out, bound);
                    // Fused callers have kept y only.
                    boolean byResult =
                            op == UnaryOp.RELU || op == UnaryOp.SIGMOID || op == UnaryOp.TANH;
                    View kept = byResult ? y : x;
                    double p = p(op, dtype);
                    side.run(new KernelCall.UnaryGrad(op, p, q(op, dtype), kept, y, dy, dx));
                });
    }

    /** y = op(x), correctly rounded. */
    static Values forward(UnaryOp op, double p, double q, Values values) {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Tensor x = values.on(device);
            device.backend().run(new KernelCall.Unary(op, p, q, x.view(), x.view()));
            return Values.of(values.dtype(), x.toDoubleArray());
        }
    }

    static Bound bound(BinaryOp op) {
        return switch (op) {
            case ADD, SUB, MUL, MIN, MAX -> EXACT;
            case DIV, REMAINDER -> ulp(1);
            case FMOD -> EXACT;
            case ATAN2, HYPOT -> ulp(4).plus(TINY);
            case POW -> ulp(16);
        };
    }

    /** A quarter of the second operand equal to the first. */
    private static Values partner(Side side, Values left) {
        Values right = Draws.any(side.random(), left.dtype(), left.size());
        for (int i = 0; i < right.size(); i++) {
            right.bits()[i] = side.random().nextInt(4) == 0 ? left.bits()[i] : right.bits()[i];
        }
        return right;
    }

    private static KernelCase binary(
            BinaryOp op, DType dtype, Shape shape, Placement in, Placement out) {
        return new KernelCase(
                "binary " + op + " " + dtype,
                detail(shape, in, out),
                side -> {
                    Values left = Draws.any(side.random(), dtype, shape.size());
                    View a = side.input(left, shape, Placement.DENSE);
                    View b = side.input(partner(side, left), shape, in);
                    View y = side.output(dtype, shape, out, bound(op));
                    side.run(new KernelCall.Binary(op, a, b, y));
                    View other = side.output(dtype, shape, out, bound(op));
                    side.run(new KernelCall.Binary(op, b, a, other));
                });
    }

    private static KernelCase binaryInPlace(BinaryOp op, DType dtype) {
        return new KernelCase(
                "binary " + op + " " + dtype,
                "in place",
                side -> {
                    Values left = Draws.any(side.random(), dtype, 61);
                    View a = side.updated(left, bound(op));
                    View b = side.input(partner(side, left));
                    side.run(new KernelCall.Binary(op, a, b, a));
                    View c = side.updated(left, bound(op));
                    side.run(new KernelCall.Binary(op, b, c, c));
                });
    }

    private static KernelCase compare(
            CompareOp op, DType dtype, Shape shape, Placement in, Placement out) {
        return new KernelCase(
                "compare " + op + " " + dtype,
                detail(shape, in, out),
                side -> {
                    Values left = Draws.any(side.random(), dtype, shape.size());
                    View a = side.input(left, shape, Placement.DENSE);
                    View b = side.input(partner(side, left), shape, in);
                    View y = side.output(DType.BOOL, shape, out, EXACT);
                    side.run(new KernelCall.Compare(op, a, b, y));
                    View other = side.output(DType.BOOL, shape, out, EXACT);
                    side.run(new KernelCall.Compare(op, b, a, other));
                });
    }

    static Bound gradBound(BinaryOp op) {
        return switch (op) {
            case ADD, SUB, MIN, MAX -> EXACT;
            case MUL -> ulp(0.5);
            case DIV -> ulp(4);
            case POW -> ulp(24).plus(TINY);
            default -> throw new IllegalArgumentException(op + " has no gradient kernel");
        };
    }

    /** a, b and dy moderate; see {@link ExtremeKernels} for others. */
    private static KernelCase binaryGrad(
            BinaryOp op, DType dtype, Shape shape, Placement in, Placement out) {
        Bound bound = gradBound(op);
        return new KernelCase(
                "binaryGrad " + op + " " + dtype,
                detail(shape, in, out),
                side -> {
                    boolean pow = op == BinaryOp.POW;
                    long size = shape.size();
                    Values left =
                            pow
                                    ? Draws.uniform(side.random(), dtype, size, 0.05, 9)
                                    : Draws.normal(side.random(), dtype, size, 2);
                    Values right = Draws.uniform(side.random(), dtype, size, 0.125, 4);
                    for (int i = 0; i < left.size(); i++) {
                        if (side.random().nextInt(4) == 0) {
                            left.bits()[i] = pow ? 0 : right.bits()[i];
                        }
                    }
                    Values gradients = Draws.normal(side.random(), dtype, size, 1);
                    View a = side.input(left, shape, Placement.DENSE);
                    View b = side.input(right, shape, in);
                    View dy = side.input(gradients, shape, in);
                    for (boolean byB : new boolean[] {false, true}) {
                        View d = side.output(dtype, shape, out, bound);
                        side.run(new KernelCall.BinaryGrad(op, byB, a, b, dy, d));
                    }
                });
    }
}
