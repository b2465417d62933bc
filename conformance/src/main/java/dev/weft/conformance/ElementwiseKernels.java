package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;
import static dev.weft.conformance.Bound.U;
import static dev.weft.conformance.Bound.absolute;
import static dev.weft.conformance.Bound.times;
import static dev.weft.conformance.Bound.ulp;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.KernelCall;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;

import java.util.ArrayList;
import java.util.List;

/** Cases of {@code unary}, {@code unaryGrad}, {@code binary} and {@code binaryGrad}. */
final class ElementwiseKernels {
    /** Where a factor underflows, so does the product: an absolute part of the bounds. */
    private static final Bound TINY = absolute(0x1p-126);

    private ElementwiseKernels() {}

    static List<KernelCase> all() {
        List<KernelCase> cases = new ArrayList<>();
        for (UnaryOp op : UnaryOp.values()) {
            forEachShape((shape, in, out) -> cases.add(unary(op, shape, in, out)));
            forEachShape((shape, in, out) -> cases.add(unaryGrad(op, shape, in, out)));
            cases.add(unaryInPlace(op));
            if (op.supports(DType.I32)) {
                forEachShape((shape, in, out) -> cases.add(unaryI32(op, shape, in, out)));
            }
        }
        for (BinaryOp op : BinaryOp.values()) {
            forEachShape((shape, in, out) -> cases.add(binary(op, shape, in, out)));
            forEachShape((shape, in, out) -> cases.add(binaryGrad(op, shape, in, out)));
            cases.add(binaryInPlace(op));
            if (op.supports(DType.I32)) {
                forEachShape((shape, in, out) -> cases.add(binaryI32(op, shape, in, out)));
            }
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

    /** The operations' p: exact in F32. */
    static double p(UnaryOp op) {
        return switch (op) {
            case AFFINE -> -1.5;
            case LEAKY_RELU -> 0.125;
            case ELU -> 1.25;
            case CLAMP -> -0.75;
            default -> 0;
        };
    }

    static double q(UnaryOp op) {
        return switch (op) {
            case AFFINE -> 0.625;
            case CLAMP -> 2.5;
            default -> 0;
        };
    }

    /** How far y = op(x) may be off. */
    static Bound bound(UnaryOp op, float[] values) {
        double[] x = finite(values);
        return switch (op) {
            case NEG, ABS, RELU, LEAKY_RELU, CLAMP, SQUARE -> EXACT;
            case SQRT -> ulp(1);
            // p x + q with one rounding or with two.
            case AFFINE -> ulp(0.5).plus(times(1.5 * U, x)).plus(absolute(0x1p-149));
            case EXP, LOG -> ulp(3);
            case TANH -> ulp(5);
            case SIGMOID -> ulp(6).plus(TINY);
            case ELU, SOFTPLUS, SILU -> ulp(8).plus(TINY);
            case GELU_ERF, GELU_TANH -> tail(op, x).plus(TINY);
        };
    }

    /**
     * What falls to 0 as e^-w does takes w's rounding: x² u for the normal distribution, where w =
     * x² / 2, and four times as much for its likeness by tanh. Beyond |x| = 15 both are 0.
     */
    private static Bound tail(UnaryOp op, double[] x) {
        double n =
                switch (op) {
                    case GELU_ERF -> 1;
                    case GELU_TANH -> 4;
                    default -> 0;
                };
        return (i, expected) ->
                (16 + n * Math.min(x[i] * x[i], 225)) * U * Math.abs((float) expected);
    }

    /** How far dx = dy op'(x) may be off. */
    static Bound gradBound(UnaryOp op, float[] values, float[] dy) {
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
            case SIGMOID, TANH -> ulp(2).plus(times(4 * U, d));
            case ELU -> ulp(5);
            case SOFTPLUS -> ulp(6).plus(times(0x1p-126, d));
            // F(x) + x F'(x) cancels about -1, where it is 0.
            case SILU, GELU_ERF, GELU_TANH ->
                    tail(op, x).plus(times(16 * U, uncancelled)).plus(TINY);
        };
    }

    private static double[] finite(float[] values) {
        double[] finite = new double[values.length];
        for (int i = 0; i < finite.length; i++) {
            finite[i] = Float.isFinite(values[i]) ? values[i] : 0;
        }
        return finite;
    }

    private static KernelCase unary(UnaryOp op, Shape shape, Placement in, Placement out) {
        return new KernelCase(
                "unary " + op,
                detail(shape, in, out),
                side -> {
                    float[] values = repeated(Draws.wild(side.random(), shape.size()), shape, in);
                    View x = side.input(values, shape, in);
                    View y = side.output(DType.F32, shape, out, bound(op, values));
                    side.kernels().run(new KernelCall.Unary(op, p(op), q(op), x, y));
                });
    }

    /** With a stride of 0 along the first axis all rows are the last one that was written. */
    static float[] repeated(float[] values, Shape shape, Placement placement) {
        if (placement == Placement.BROADCAST && shape.rank() > 0 && values.length > 0) {
            int row = values.length / (int) shape.dim(0);
            int last = values.length - row;
            for (int i = 0; i < last; i++) {
                values[i] = values[last + i % row];
            }
        }
        return values;
    }

    private static KernelCase unaryInPlace(UnaryOp op) {
        Shape shape = Shape.of(61);
        return new KernelCase(
                "unary " + op,
                "in place",
                side -> {
                    float[] values = Draws.wild(side.random(), shape.size());
                    View x = side.updated(values, shape, Placement.DENSE, bound(op, values));
                    side.kernels().run(new KernelCall.Unary(op, p(op), q(op), x, x));
                });
    }

    private static KernelCase unaryI32(UnaryOp op, Shape shape, Placement in, Placement out) {
        double p = op == UnaryOp.AFFINE ? -3 : -5;
        double q = op == UnaryOp.AFFINE ? 7 : 900;
        return new KernelCase(
                "unary I32 " + op,
                detail(shape, in, out),
                side -> {
                    View x = side.input(Draws.integers(side.random(), shape.size()), shape, in);
                    View y = side.output(DType.I32, shape, out, EXACT);
                    side.kernels().run(new KernelCall.Unary(op, p, q, x, y));
                });
    }

    /**
     * x in the range where the derivative is finite; y is the forward result, correctly rounded.
     */
    private static KernelCase unaryGrad(UnaryOp op, Shape shape, Placement in, Placement out) {
        return new KernelCase(
                "unaryGrad " + op,
                detail(shape, in, out),
                side -> {
                    boolean positive = op == UnaryOp.LOG || op == UnaryOp.SQRT;
                    float[] values =
                            positive
                                    ? Draws.uniform(side.random(), shape.size(), 0.01, 50)
                                    : Draws.normal(side.random(), shape.size(), 3);
                    float[] results = forward(op, p(op), q(op), values);
                    float[] gradients = Draws.normal(side.random(), shape.size(), 1);
                    repeated(values, shape, in);
                    repeated(results, shape, in);
                    repeated(gradients, shape, in);
                    View x = side.input(values, shape, in);
                    View y = side.input(results, shape, in);
                    View dy = side.input(gradients, shape, in);
                    Bound bound = gradBound(op, values, gradients);
                    View dx = side.output(DType.F32, shape, out, bound);
                    // Fused callers have kept y only.
                    boolean byResult =
                            op == UnaryOp.RELU || op == UnaryOp.SIGMOID || op == UnaryOp.TANH;
                    side.kernels()
                            .run(
                                    new KernelCall.UnaryGrad(
                                            op, p(op), q(op), byResult ? y : x, y, dy, dx));
                });
    }

    /** y = op(x), correctly rounded. */
    static float[] forward(UnaryOp op, double p, double q, float[] values) {
        try (Device device = Devices.open("reference");
                Tensor x = device.tensor(values)) {
            device.backend().run(new KernelCall.Unary(op, p, q, x.view(), x.view()));
            return x.toFloatArray();
        }
    }

    static Bound bound(BinaryOp op) {
        return switch (op) {
            case ADD, SUB, MUL, MIN, MAX -> EXACT;
            case DIV -> ulp(1);
            case POW -> ulp(16);
        };
    }

    private static KernelCase binary(BinaryOp op, Shape shape, Placement in, Placement out) {
        return new KernelCase(
                "binary " + op,
                detail(shape, in, out),
                side -> {
                    float[] left = Draws.wild(side.random(), shape.size());
                    float[] right = Draws.wild(side.random(), shape.size());
                    for (int i = 0; i < left.length; i++) {
                        if (side.random().nextInt(4) == 0) {
                            right[i] = left[i];
                        }
                    }
                    View a = side.input(left, shape, Placement.DENSE);
                    View b = side.input(right, shape, in);
                    View y = side.output(DType.F32, shape, out, bound(op));
                    side.kernels().run(new KernelCall.Binary(op, a, b, y));
                    View other = side.output(DType.F32, shape, out, bound(op));
                    side.kernels().run(new KernelCall.Binary(op, b, a, other));
                });
    }

    private static KernelCase binaryInPlace(BinaryOp op) {
        Shape shape = Shape.of(61);
        return new KernelCase(
                "binary " + op,
                "in place",
                side -> {
                    float[] left = Draws.wild(side.random(), shape.size());
                    View a = side.updated(left, shape, Placement.DENSE, bound(op));
                    View b = side.input(Draws.wild(side.random(), shape.size()));
                    side.kernels().run(new KernelCall.Binary(op, a, b, a));
                    View c = side.updated(left, shape, Placement.DENSE, bound(op));
                    side.kernels().run(new KernelCall.Binary(op, b, c, c));
                });
    }

    private static KernelCase binaryI32(BinaryOp op, Shape shape, Placement in, Placement out) {
        return new KernelCase(
                "binary I32 " + op,
                detail(shape, in, out),
                side -> {
                    int[] left = Draws.integers(side.random(), shape.size());
                    int[] right = Draws.integers(side.random(), shape.size());
                    View a = side.input(left, shape, Placement.DENSE);
                    View b = side.input(right, shape, in);
                    View y = side.output(DType.I32, shape, out, EXACT);
                    side.kernels().run(new KernelCall.Binary(op, a, b, y));
                    View other = side.output(DType.I32, shape, out, EXACT);
                    side.kernels().run(new KernelCall.Binary(op, b, a, other));
                });
    }

    static Bound gradBound(BinaryOp op) {
        return switch (op) {
            case ADD, SUB, MIN, MAX -> EXACT;
            case MUL -> ulp(0.5);
            case DIV -> ulp(4);
            case POW -> ulp(24).plus(TINY);
        };
    }

    /** a, b and dy moderate; see {@link ExtremeKernels} for others. */
    private static KernelCase binaryGrad(BinaryOp op, Shape shape, Placement in, Placement out) {
        Bound bound = gradBound(op);
        return new KernelCase(
                "binaryGrad " + op,
                detail(shape, in, out),
                side -> {
                    boolean pow = op == BinaryOp.POW;
                    float[] left =
                            pow
                                    ? Draws.uniform(side.random(), shape.size(), 0.05, 9)
                                    : Draws.normal(side.random(), shape.size(), 2);
                    float[] right = Draws.uniform(side.random(), shape.size(), 0.125, 4);
                    for (int i = 0; i < left.length; i++) {
                        if (side.random().nextInt(4) == 0) {
                            left[i] = pow ? 0 : right[i];
                        }
                    }
                    float[] gradients = Draws.normal(side.random(), shape.size(), 1);
                    View a = side.input(left, shape, Placement.DENSE);
                    View b = side.input(right, shape, in);
                    View dy = side.input(gradients, shape, in);
                    View da = side.output(DType.F32, shape, out, bound);
                    side.kernels().run(new KernelCall.BinaryGrad(op, false, a, b, dy, da));
                    View db = side.output(DType.F32, shape, out, bound);
                    side.kernels().run(new KernelCall.BinaryGrad(op, true, a, b, dy, db));
                });
    }
}
