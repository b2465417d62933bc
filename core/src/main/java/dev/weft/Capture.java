package dev.weft;

import java.lang.ref.Reference;
import java.util.List;

/**
 * A step's kernel calls, recorded once by {@link Device#capture} and done again by {@link #replay}:
 * on CUDA as one graph, elsewhere as a list of calls. A replay costs no checks of shapes, no
 * tensors and no memory, and on a GPU one launch instead of many.
 *
 * <pre>{@code
 * Tensor[] loss = new Tensor[1];
 * try (Capture step = device.capture(() -> loss[0] = trainOn(x, labels))) {
 *     for (Tensor batch : batches) {
 *         x.assign(batch);
 *         step.replay();
 *     }
 *     System.out.println(loss[0].item());
 * }
 * }</pre>
 */
public final class Capture implements AutoCloseable {
    private final Device device;
    private final Captured captured;
    private final List<Storage> written;
    private final Runnable unregister;

    /**
     * A capture.
     *
     * @param written what the step makes and leaves open, or overwrites
     */
    Capture(Device device, Captured captured, List<Storage> written) {
        this.device = device;
        this.captured = captured;
        this.written = written;
        this.unregister = Holdings.whenDropped(this, captured);
    }

    /**
     * Does the step again, with what is in its tensors by now: enqueues it and returns.
     *
     * @throws IllegalStateException where this capture or its device was closed, or a step is being
     *     captured
     */
    public void replay() {
        device.check();
        if (captured.isClosed()) {
            throw new IllegalStateException("replay: this capture was closed");
        }
        if (device.isCapturing()) {
            throw new IllegalStateException("replay: a step is being captured on " + device);
        }
        device.written(written);
        try {
            captured.recording().replay();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Gives back the memory of the step's tensors, save those that are still open. Idempotent. The
     * device closes what was not closed; a capture that was dropped before is reported at WARNING.
     */
    @Override
    public void close() {
        if (!captured.isClosed()) {
            device.check();
            try {
                captured.close();
            } finally {
                unregister.run();
            }
        }
    }
}
