package dev.weft.autograd;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.ShapeException;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Records the operations on watched tensors, and on what is computed from them, for {@link
 * #gradients}. Opened by {@link Device#tape}; what it records must stay open until the gradients
 * are taken.
 *
 * <pre>{@code
 * try (Tape tape = device.tape()) {
 *     tape.watch(w);
 *     Tensor loss = Losses.mse(x.matmul(w), target);
 *     Tensor dw = tape.gradients(loss).of(w);
 * }
 * }</pre>
 */
public final class Tape implements AutoCloseable {
    private final Device device;
    private final Runnable onClose;
    private final List<Op> ops = new ArrayList<>();
    private final IdentityHashMap<Tensor, @Nullable Tensor> watched = new IdentityHashMap<>();
    private final IdentityHashMap<Tensor, Boolean> results = new IdentityHashMap<>();
    private boolean paused;
    private boolean closed;

    /**
     * A tape for {@code device}, which calls {@code onClose} when it stops; {@link Device#tape}
     * makes it.
     */
    public Tape(Device device, Runnable onClose) {
        this.device = device;
        this.onClose = onClose;
    }

    /** Asks for the gradient by {@code x}: F32, and from now on recorded. */
    public void watch(Tensor x) {
        watch(x, null);
    }

    /**
     * Asks for the gradient by {@code x}, to be written to {@code gradient}: contiguous, of the
     * same shape, any content.
     */
    public void watch(Tensor x, @Nullable Tensor gradient) {
        require("watch", x);
        if (gradient != null) {
            require("watch", gradient);
        }
        if (x.dtype() != DType.F32) {
            throw new ShapeException(
                    "watch: " + x + " is not F32: only floating tensors have gradients");
        }
        boolean fits =
                gradient == null
                        || (gradient.shape().equals(x.shape())
                                && gradient.isContiguous()
                                && gradient.dtype() == DType.F32);
        if (!fits) {
            throw new ShapeException(
                    "watch: the gradient of "
                            + x
                            + " cannot be written to "
                            + gradient
                            + ": it must be contiguous F32 of the same shape");
        }
        watched.put(x, gradient);
    }

    /** Whether operations on {@code x} are recorded now. */
    public boolean tracks(Tensor x) {
        return !paused && isTracked(x);
    }

    /** Notes an operation of which at least one operand is tracked. */
    public void record(Op op) {
        ops.add(op);
        results.put(op.out(), true);
    }

    /**
     * The derivatives of {@code y}, which has one element, by every watched tensor. Recording
     * pauses meanwhile, so gradients of gradients are not available. Results belong to the
     * innermost open scope.
     */
    public Gradients gradients(Tensor y) {
        if (y.size() != 1) {
            throw new ShapeException(
                    "gradients: " + y + " is not a scalar: reduce it, or pass the gradient by it");
        }
        return compute(y, null);
    }

    /** The products of {@code dy} and the derivatives of {@code y}, by every watched tensor. */
    public Gradients gradients(Tensor y, Tensor dy) {
        require("gradients", dy);
        if (!dy.shape().equals(y.shape())) {
            throw new ShapeException(
                    "gradients: y is "
                            + y.shape()
                            + ", dy is "
                            + dy.shape()
                            + ": they must be equal");
        }
        return compute(y, dy);
    }

    private Gradients compute(Tensor y, @Nullable Tensor dy) {
        if (closed) {
            throw new IllegalStateException("gradients: the tape was closed");
        }
        if (!isTracked(y)) {
            throw new IllegalArgumentException(
                    "gradients: " + y + " was not computed from a tensor that the tape watches");
        }
        paused = true;
        try {
            return Gradients.compute(this, y, dy);
        } finally {
            paused = false;
        }
    }

    private void require(String operation, Tensor x) {
        if (x.device() != device) {
            throw new IllegalArgumentException(operation + ": " + x + " is not on " + device);
        }
    }

    Device device() {
        return device;
    }

    List<Op> ops() {
        return ops;
    }

    IdentityHashMap<Tensor, @Nullable Tensor> watched() {
        return watched;
    }

    boolean isTracked(Tensor x) {
        return watched.containsKey(x) || results.containsKey(x);
    }

    /** Stops recording and forgets what was recorded. Idempotent. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            ops.clear();
            results.clear();
            watched.clear();
            onClose.run();
        }
    }
}
