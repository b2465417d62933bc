package dev.weft.autograd;

import dev.weft.Device;
import dev.weft.Op;
import dev.weft.Recorder;
import dev.weft.ShapeException;
import dev.weft.Tensor;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Supplier;

/**
 * Records the operations on watched tensors, and on what is computed from them, for {@link
 * #gradients}, from when it is made until it is closed. Of what it records, the values that
 * derivatives are made of must stay open and as they are until the gradients are taken, and are
 * refused where they are not: b for a · b, the result for e to the power of x, nothing for a + b.
 * What operations made for themselves stays open as long as the tape.
 *
 * <pre>{@code
 * try (Tape tape = new Tape(device)) {
 *     tape.watch(w);
 *     Tensor loss = Losses.mse(x.matmul(w), target);
 *     Tensor dw = tape.gradients(loss).of(w);
 * }
 * }</pre>
 */
public final class Tape implements Recorder {
    private final Device device;
    private final Runnable onClose;
    private final List<Entry> entries = new ArrayList<>();
    private final IdentityHashMap<Tensor, @Nullable Tensor> watched = new IdentityHashMap<>();
    private final IdentityHashMap<Tensor, Boolean> results = new IdentityHashMap<>();
    private boolean paused;

    /**
     * An operation that was recorded.
     *
     * @param time {@link Device#writes} then: what is overwritten later is not what it has read
     */
    record Entry(Op op, long time) {}

    private boolean closed;

    /**
     * Starts to record the operations on a device, until it is closed.
     *
     * @throws IllegalStateException where a tape is open there already
     */
    public Tape(Device device) {
        this.device = device;
        this.onClose = device.record(this);
    }

    /** Asks for the gradient by {@code x}, which is floating and from now on recorded. */
    public void watch(Tensor x) {
        watch(x, null);
    }

    /**
     * Asks for the gradient by {@code x}, to be written to {@code gradient}: contiguous, of the
     * same shape and type, any content, and memory of its own.
     *
     * @throws ShapeException where x is not floating, or the gradient does not fit
     * @throws IllegalArgumentException where the gradient's memory is also x's or another's
     *     gradient's, or a tensor is on another device
     * @throws IllegalStateException where a tensor or the tape was closed
     */
    public void watch(Tensor x, @Nullable Tensor gradient) {
        if (closed) {
            throw new IllegalStateException(
                    "watch: the tape was closed, and no longer takes %s".formatted(x));
        }
        View values = require("watch", x);
        if (!x.dtype().isFloating()) {
            throw new ShapeException(
                    "watch: " + x.describe() + ": only floating tensors have gradients");
        }
        if (gradient != null
                && !(gradient.shape().equals(x.shape())
                        && gradient.isContiguous()
                        && gradient.dtype() == x.dtype())) {
            throw new ShapeException(
                    "watch: the gradient of %s cannot be written to %s: it must be contiguous, of the same shape and type"
                            .formatted(x, gradient));
        }
        if (gradient != null) {
            View target = require("watch", gradient);
            if (target.overlaps(values)) {
                throw sharesMemory(x, gradient, x);
            }
            watched.forEach(
                    (other, itsGradient) -> {
                        if (other != x
                                && itsGradient != null
                                && itsGradient.view().overlaps(target)) {
                            throw sharesMemory(x, gradient, itsGradient);
                        }
                    });
        }
        watched.put(x, gradient);
    }

    private static IllegalArgumentException sharesMemory(Tensor x, Tensor gradient, Tensor with) {
        return new IllegalArgumentException(
                "watch: the gradient of %s cannot be written to %s, which shares memory with %s: give it memory of its own"
                        .formatted(x, gradient, with));
    }

    @Override
    public boolean tracks(Tensor x) {
        return !paused && isTracked(x);
    }

    @Override
    public <T> T paused(Supplier<T> body) {
        boolean before = paused;
        paused = true;
        try {
            return body.get();
        } finally {
            paused = before;
        }
    }

    @Override
    public void record(Op op) {
        entries.add(new Entry(op, device.writes()));
        results.put(op.out(), true);
    }

    @Override
    public int length() {
        return entries.size();
    }

    /**
     * The derivatives of {@code y}, which has one element, by every watched tensor. Recording
     * pauses meanwhile, so gradients of gradients are not available. Results belong to the
     * innermost open scope; where it fails, destinations of gradients have any content.
     *
     * @throws IllegalStateException where a value that a derivative is made of was overwritten
     *     since, as by {@link Tensor#assign}, an optimizer's step or a replay, or was closed
     */
    public Gradients gradients(Tensor y) {
        if (y.size() != 1) {
            throw new ShapeException(
                    "gradients: "
                            + y.describe()
                            + " is not a scalar: reduce it, or pass the gradient by it");
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
                    "gradients: "
                            + y.describe()
                            + " was not computed from a tensor that the tape watches");
        }
        device.backend(); // for this thread only
        return paused(() -> Gradients.compute(this, y, dy));
    }

    private View require(String operation, Tensor x) {
        if (x.device() != device) {
            throw new IllegalArgumentException(
                    operation + ": " + x.describe() + " is not on " + device);
        }
        return x.view();
    }

    Device device() {
        return device;
    }

    List<Entry> entries() {
        return entries;
    }

    IdentityHashMap<Tensor, @Nullable Tensor> watched() {
        return watched;
    }

    boolean isTracked(Tensor x) {
        return watched.containsKey(x) || results.containsKey(x);
    }

    @Override
    public void close() {
        if (!closed) {
            onClose.run();
            closed = true;
            entries.clear();
            results.clear();
            watched.clear();
        }
    }
}
