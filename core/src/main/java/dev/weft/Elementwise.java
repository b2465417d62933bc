package dev.weft;

import dev.weft.autograd.Op;
import dev.weft.autograd.Tape;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.UnaryOp;

import java.util.Locale;

/** Checks, allocates for, dispatches and records the elementwise operations. */
final class Elementwise {
    private Elementwise() {}

    static Tensor unary(UnaryOp op, double p, double q, Tensor x) {
        if (!op.supports(x.dtype())) {
            throw new ShapeException(name(op) + ": is not defined for " + x.dtype() + ", got " + x);
        }
        Device device = x.device();
        Tensor y =
                device.make(
                        name(op),
                        x.dtype(),
                        x.shape(),
                        dst -> device.backend().unary(op, p, q, x.view(), dst));
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
            throw new ShapeException(name(op) + ": is not defined for " + a.dtype() + ", got " + a);
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
                                        .binary(
                                                op,
                                                a.view().expand(shape),
                                                b.view().expand(shape),
                                                dst));
        Tape tape = device.recording();
        if (tape != null && (tape.tracks(a) || tape.tracks(b))) {
            tape.record(new Op.Binary(op, a, b, y));
        }
        return y;
    }

    static Tensor withScalar(BinaryOp op, Tensor a, double b) {
        Device device = a.device();
        return device.compute(() -> binary(op, a, device.scalar(b).to(a.dtype())));
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
