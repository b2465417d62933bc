package dev.weft;

import dev.weft.autograd.Op;
import dev.weft.autograd.Tape;
import dev.weft.backend.BinaryOp;
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
        sameDevice(name(op), a, b);
        if (a.dtype() != b.dtype()) {
            throw new ShapeException(
                    name(op)
                            + ": a is "
                            + a.dtype()
                            + ", b is "
                            + b.dtype()
                            + ": types must be equal");
        }
        if (!op.supports(a.dtype())) {
            throw undefined(name(op), a);
        }
        Shape shape = Shape.broadcast(name(op), a.shape(), b.shape());
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
        if (op == BinaryOp.DIV && b == 0 && a.dtype() == DType.I32) {
            throw new IllegalArgumentException(
                    "%s: %s is divided by 0, which no I32 can be: convert it first, with to(F32)"
                            .formatted(name(op), a));
        }
        Device device = a.device();
        return device.compute(
                () ->
                        binary(
                                op,
                                a,
                                device.make(
                                        name(op),
                                        a.dtype(),
                                        Shape.SCALAR,
                                        y -> device.backend().run(new KernelCall.Fill(b, y)))));
    }

    static Tensor clamp(Tensor x, double low, double high) {
        if (!(low <= high)) {
            throw new IllegalArgumentException(
                    "clamp: low (%s) must not exceed high (%s)".formatted(low, high));
        }
        boolean integral = x.dtype() == DType.I32;
        // An infinite bound is none.
        double p = integral && low == Double.NEGATIVE_INFINITY ? Integer.MIN_VALUE : low;
        double q = integral && high == Double.POSITIVE_INFINITY ? Integer.MAX_VALUE : high;
        return unary(UnaryOp.CLAMP, fitting("clamp", x, p), fitting("clamp", x, q), x);
    }

    /** The number, which an operation on an I32 tensor takes only where it is an I32 itself. */
    static double fitting(String name, Tensor x, double number) {
        if (x.dtype() == DType.I32 && number != (int) number) {
            throw new IllegalArgumentException(
                    "%s: %s takes whole numbers from %d to %d, got %s: convert it first, with to(F32)"
                            .formatted(name, x, Integer.MIN_VALUE, Integer.MAX_VALUE, number));
        }
        return number;
    }

    private static ShapeException undefined(String name, Tensor x) {
        return new ShapeException(
                "%s: is not defined for %s, got %s: convert it first, with to(F32)"
                        .formatted(name, x.dtype(), x));
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
