package dev.weft;

import dev.weft.autograd.Op;
import dev.weft.autograd.Tape;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.CompareOp;
import dev.weft.backend.KernelCall;
import dev.weft.backend.UnaryOp;

import java.util.Locale;

/** Checks, allocates for, dispatches and records the elementwise operations. */
final class Elementwise {
    private Elementwise() {}

    static Tensor unary(UnaryOp op, double p, double q, Tensor x) {
        if (!op.supports(x.dtype())) {
            throw undefined(name(op), x);
        }
        Device device = x.device();
        Tensor y =
                device.make(
                        name(op),
                        x.dtype(),
                        x.shape(),
                        dst -> device.backend().run(new KernelCall.Unary(op, p, q, x.view(), dst)));
        Tape tape = Layout.tapeFor(x);
        if (tape != null) {
            tape.record(new Op.Unary(op, p, q, x, y));
        }
        return y;
    }

    static Tensor binary(BinaryOp op, Tensor a, Tensor b) {
        sameType(name(op), a, b);
        if (!op.supports(a.dtype())) {
            throw undefined(name(op), a);
        }
        Shape shape = Shape.broadcast(name(op), a.shape(), b.shape());
        if (op == BinaryOp.DIV && a.dtype().isInteger()) {
            checkDivisor(a, b);
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
        Tape tape = device.recording();
        if (tape != null && (tape.tracks(a) || tape.tracks(b))) {
            tape.record(new Op.Binary(op, a, b, y));
        }
        return y;
    }

    static Tensor withScalar(BinaryOp op, Tensor a, double b) {
        if (!op.supports(a.dtype())) {
            throw undefined(name(op), a);
        }
        fitting(name(op), a, b);
        if (op == BinaryOp.DIV && b == 0 && a.dtype().isInteger()) {
            throw new ArithmeticException(
                    "%s: %s is divided by 0: integers have no quotient by it; convert it first, with to(F32)"
                            .formatted(name(op), a));
        }
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

    static Tensor compare(CompareOp op, Tensor a, Tensor b) {
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

    static Tensor where(Tensor condition, Tensor a, Tensor b) {
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
        Tape tape = device.recording();
        if (tape != null && (tape.tracks(a) || tape.tracks(b))) {
            tape.record(new Op.Where(condition, a, b, y));
        }
        return y;
    }

    static Tensor clamp(Tensor x, double low, double high) {
        if (!(low <= high)) {
            throw new IllegalArgumentException(
                    "clamp: low (%s) must not exceed high (%s)".formatted(low, high));
        }
        if (!UnaryOp.CLAMP.supports(x.dtype())) {
            throw undefined("clamp", x);
        }
        // An infinite bound is none: for integers it saturates.
        for (double bound : new double[] {low, high}) {
            if (Double.isFinite(bound)) {
                fitting("clamp", x, bound);
            }
        }
        return unary(UnaryOp.CLAMP, low, high, x);
    }

    /** The number, which an operation on integers takes only where it is one of them itself. */
    static double fitting(String name, Tensor x, double number) {
        if (!x.dtype().isFloating()) {
            fitting(name, x.dtype(), x.toString(), number);
        }
        return number;
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
    private static void checkDivisor(Tensor a, Tensor b) {
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
                    "div: a is %s, b is %s, and an element of b is 0: integers have no quotient by it; convert them first, with to(F32)"
                            .formatted(a, b));
        }
    }

    private static ShapeException undefined(String name, Tensor x) {
        return new ShapeException(
                "%s: is not defined for %s, got %s: convert it first, with to(F32)"
                        .formatted(name, x.dtype(), x));
    }

    private static void sameType(String operation, Tensor a, Tensor b) {
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
                    operation + ": a is " + a + ", b is " + b + ": both must be on one device");
        }
    }

    static String name(Enum<?> op) {
        return op.name().toLowerCase(Locale.ROOT);
    }
}
