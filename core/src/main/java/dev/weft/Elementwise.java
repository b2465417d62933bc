package dev.weft;

import dev.weft.backend.BinaryOp;
import dev.weft.backend.CompareOp;
import dev.weft.backend.KernelCall;
import dev.weft.backend.UnaryOp;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Functions of each element, of one, two or three operands. Operands broadcast as in NumPy: missing
 * leading axes are added, and extents of 1 repeated. They are on one device and of one type, which
 * the result has too, except where said; F16, BF16, U8 and I8 compute in {@link DType#computesIn}
 * and are rounded, or wrap, once. Gradients flow to every floating operand.
 *
 * <p>All throw a {@link ShapeException} where shapes do not broadcast, types differ, or a function
 * is not defined for the type; an {@link IllegalArgumentException} where operands are on two
 * devices, or a number is not one that the type has; an {@link IllegalStateException} where an
 * operand was closed.
 */
public final class Elementwise {
    /** Of the op enums' constants, as messages call them: each operation asks for its own. */
    private static final Map<Enum<?>, String> NAMES = new ConcurrentHashMap<>();

    private Elementwise() {}

    /**
     * y = f(x; p, q), as {@link UnaryOp} defines it.
     *
     * @param p the function's first parameter, which most ignore
     * @param q its second
     * @throws IllegalArgumentException where x is of integers and a parameter that counts is not
     *     one of them, or the bounds of {@link UnaryOp#CLAMP} are exchanged or NaN
     */
    public static Tensor unary(UnaryOp op, double p, double q, Tensor x) {
        defined(op, x);
        if (op == UnaryOp.CLAMP) {
            bounds(x, p, q);
        } else if (op == UnaryOp.AFFINE) {
            fitting(op, x, p);
            fitting(op, x, q);
        }
        return mapped(op, p, q, x);
    }

    /**
     * y = min(max(x, low), high): {@link UnaryOp#CLAMP}. An infinite bound is none.
     *
     * @throws IllegalArgumentException where low exceeds high or either is NaN, or where x is of
     *     integers and a finite bound is not one of them
     */
    public static Tensor clamp(Tensor x, double low, double high) {
        return unary(UnaryOp.CLAMP, low, high, x);
    }

    /** The function, whose operand and parameters were checked. */
    private static Tensor mapped(UnaryOp op, double p, double q, Tensor x) {
        Device device = x.device();
        Tensor y =
                device.make(
                        name(op),
                        x.dtype(),
                        x.shape(),
                        dst -> device.backend().run(new KernelCall.Unary(op, p, q, x.view(), dst)));
        Recorder recorder = x.recorder();
        if (recorder != null) {
            recorder.record(new Op.Unary(op, p, q, x, y));
        }
        return y;
    }

    /**
     * y = f(a, b), as {@link BinaryOp} defines it. Integer divisors are read back and looked at
     * first, save in a step that is captured, where division by 0 gives 0.
     *
     * @throws ArithmeticException where integers are divided, and an element of b is 0
     */
    public static Tensor binary(BinaryOp op, Tensor a, Tensor b) {
        sameType(name(op), a, b);
        if (!op.supports(a.dtype())) {
            throw undefined(name(op), a);
        }
        Shape shape = Shape.broadcast(name(op), a.shape(), b.shape());
        if (op.divides() && a.dtype().isInteger()) {
            checkDivisor(op, a, b);
        }
        return dispatched(op, a, b, shape);
    }

    /** The operation, whose operands were checked. */
    private static Tensor dispatched(BinaryOp op, Tensor a, Tensor b, Shape shape) {
        Device device = a.device();
        Tensor y =
                device.make(
                        name(op),
                        a.dtype(),
                        shape,
                        dst ->
                                device.backend()
                                        .run(
                                                new KernelCall.Binary(
                                                        op,
                                                        a.view().expand(shape),
                                                        b.view().expand(shape),
                                                        dst)));
        Recorder recorder = device.recording();
        if (recorder != null && (recorder.tracks(a) || recorder.tracks(b))) {
            recorder.record(new Op.Binary(op, a, b, y));
        }
        return y;
    }

    /**
     * y = f(a, b) with a number, which becomes an element of a's type.
     *
     * @throws IllegalArgumentException where a is of integers and b is not one of them
     * @throws ArithmeticException where integers are divided by 0
     */
    public static Tensor binary(BinaryOp op, Tensor a, double b) {
        if (!op.supports(a.dtype())) {
            throw undefined(name(op), a);
        }
        fitting(op, a, b);
        if (b == 0 && op.divides() && a.dtype().isInteger()) {
            throw new ArithmeticException(
                    "%s: %s is divided by 0: integers have no quotient by it; convert it first, with to(F32)"
                            .formatted(name(op), a));
        }
        return switch (op) {
            case ADD -> mapped(UnaryOp.AFFINE, 1, b, a);
            case SUB -> mapped(UnaryOp.AFFINE, 1, -b, a);
            // Adding -0 changes nothing; adding 0 would make 0 of -0.
            case MUL -> mapped(UnaryOp.AFFINE, b, -0.0, a);
            default -> withFilled(op, a, b);
        };
    }

    private static Tensor withFilled(BinaryOp op, Tensor a, double b) {
        Device device = a.device();
        return device.compute(
                () ->
                        dispatched(
                                op,
                                a,
                                device.make(
                                        name(op),
                                        a.dtype(),
                                        Shape.SCALAR,
                                        y -> device.backend().run(new KernelCall.Fill(b, y))),
                                a.shape()));
    }

    /**
     * Where a relates to b so: y is BOOL, and false where either is NaN, or true for {@link
     * CompareOp#NOT_EQUAL}. Not for BOOL. No gradient.
     */
    public static Tensor compare(CompareOp op, Tensor a, Tensor b) {
        sameType(name(op), a, b);
        if (a.dtype() == DType.BOOL) {
            throw undefined(name(op), a);
        }
        Shape shape = Shape.broadcast(name(op), a.shape(), b.shape());
        Device device = a.device();
        return device.make(
                name(op),
                DType.BOOL,
                shape,
                dst ->
                        device.backend()
                                .run(
                                        new KernelCall.Compare(
                                                op,
                                                a.view().expand(shape),
                                                b.view().expand(shape),
                                                dst)));
    }

    /**
     * y = condition ? a : b: bits are moved, of all types; all three broadcast.
     *
     * @param condition BOOL
     * @throws ShapeException where it is not BOOL, or a and b are of two types
     */
    public static Tensor where(Tensor condition, Tensor a, Tensor b) {
        sameDevice("where", condition, a);
        sameType("where", a, b);
        if (condition.dtype() != DType.BOOL) {
            throw new ShapeException(
                    "where: the condition is %s: it must be BOOL, as comparisons give"
                            .formatted(condition));
        }
        Shape both = Shape.broadcast("where", a.shape(), b.shape());
        Shape shape = Shape.broadcast("where", condition.shape(), both);
        Device device = a.device();
        Tensor y =
                device.make(
                        "where",
                        a.dtype(),
                        shape,
                        dst ->
                                device.backend()
                                        .run(
                                                new KernelCall.Where(
                                                        condition.view().expand(shape),
                                                        a.view().expand(shape),
                                                        b.view().expand(shape),
                                                        dst)));
        Recorder recorder = device.recording();
        if (recorder != null && (recorder.tracks(a) || recorder.tracks(b))) {
            recorder.record(new Op.Where(condition, a, b, y));
        }
        return y;
    }

    /**
     * x where the mask is false, and {@code value} where it is true; of every type.
     *
     * @param mask BOOL; broadcasts to x's shape
     * @throws ShapeException where it is not BOOL, or does not broadcast to x
     */
    public static Tensor maskedFill(Tensor x, Tensor mask, double value) {
        sameDevice("masked_fill", x, mask);
        if (mask.dtype() != DType.BOOL || !mask.shape().broadcastsTo(x.shape())) {
            throw new ShapeException(
                    "masked_fill: x is %s, the mask is %s: it must be BOOL, as comparisons give, and broadcast to x"
                            .formatted(x, mask));
        }
        fitting("masked_fill", x.dtype(), x.describe(), value);
        Device device = x.device();
        return device.compute(() -> where(mask, device.full(x.dtype(), value, Shape.SCALAR), x));
    }

    private static void defined(UnaryOp op, Tensor x) {
        if (!op.supports(x.dtype())) {
            throw undefined(name(op), x);
        }
    }

    private static void bounds(Tensor x, double low, double high) {
        if (!(low <= high)) {
            throw new IllegalArgumentException(
                    "clamp: low (%s) must not exceed high (%s)".formatted(low, high));
        }
        // An infinite bound is none: for integers it saturates.
        for (double bound : new double[] {low, high}) {
            if (Double.isFinite(bound)) {
                fitting(UnaryOp.CLAMP, x, bound);
            }
        }
    }

    /** A number that an operation on integers takes has to be one of them itself. */
    private static void fitting(Enum<?> op, Tensor x, double number) {
        if (!x.dtype().isFloating()) {
            fitting(name(op), x.dtype(), x.describe(), number);
        }
    }

    /** Checks a number that is to become an element of {@code what}. */
    static void fitting(String name, DType dtype, String what, double number) {
        boolean fits =
                dtype.isFloating()
                        || (number == Math.rint(number)
                                && number >= dtype.smallest()
                                && number <= dtype.largest()
                                && number < 0x1p63);
        if (!fits) {
            throw new IllegalArgumentException(
                    "%s: %s takes whole numbers from %d to %d, got %s: convert it first, with to(F32)"
                            .formatted(name, what, dtype.smallest(), dtype.largest(), number));
        }
    }

    /**
     * Refuses integers that are to be divided by 0. Waits for them to be known; a step that is
     * captured is not asked, and gives 0.
     */
    private static void checkDivisor(BinaryOp op, Tensor a, Tensor b) {
        Device device = b.device();
        if (b.size() == 0 || device.isCapturing()) {
            return;
        }
        boolean divides;
        try (Scope _ = device.scope()) {
            divides = b.detach().abs().min().item() != 0;
        }
        if (!divides) {
            throw new ArithmeticException(
                    "%s: a is %s, b is %s, and an element of b is 0: integers have no quotient by it; convert them first, with to(F32)"
                            .formatted(name(op), a, b));
        }
    }

    /** Refuses BOOL, which has no arithmetic. */
    static void requireArithmetic(String name, Tensor x) {
        if (x.dtype() == DType.BOOL) {
            throw undefined(name, x);
        }
    }

    /** Refuses what is not floating. */
    static void requireFloating(String name, Tensor x) {
        if (!x.dtype().isFloating()) {
            throw undefined(name, x);
        }
    }

    private static ShapeException undefined(String name, Tensor x) {
        return new ShapeException(
                "%s: is not defined for %s, got %s: convert it first, with to(F32)"
                        .formatted(name, x.dtype(), x));
    }

    static void sameType(String operation, Tensor a, Tensor b) {
        sameDevice(operation, a, b);
        if (a.dtype() != b.dtype()) {
            throw new ShapeException(
                    "%s: a is %s, b is %s: types must be equal; convert one of them, with to(%s) or to(%s)"
                            .formatted(operation, a, b, a.dtype(), b.dtype()));
        }
    }

    static void sameDevice(String operation, Tensor a, Tensor b) {
        if (a.device() != b.device()) {
            throw new IllegalArgumentException(
                    operation
                            + ": a is "
                            + a.describe()
                            + ", b is "
                            + b.describe()
                            + ": both must be on one device");
        }
    }

    static String name(Enum<?> op) {
        return NAMES.computeIfAbsent(op, each -> each.name().toLowerCase(Locale.ROOT));
    }
}
