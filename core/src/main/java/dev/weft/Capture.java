package dev.weft;

import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.Recording;

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
    private final MemoryPool memory;
    private final List<DeviceBuffer> held;
    private final List<Storage> written;
    private final Recording recording;
    private boolean closed;

    /**
     * A capture.
     *
     * @param memory where the step's tensors are from
     * @param held memory from elsewhere that the step uses
     * @param written what the step makes and leaves open, or overwrites
     */
    Capture(
            Device device,
            MemoryPool memory,
            List<DeviceBuffer> held,
            List<Storage> written,
            Recording recording) {
        this.device = device;
        this.memory = memory;
        this.held = held;
        this.written = written;
        this.recording = recording;
    }

    /**
     * Does the step again, with what is in its tensors by now: enqueues it and returns.
     *
     * @throws IllegalStateException where this capture or its device was closed, or a step is being
     *     captured
     */
    public void replay() {
        device.check();
        if (closed) {
            throw new IllegalStateException("replay: this capture was closed");
        }
        if (device.isCapturing()) {
            throw new IllegalStateException("replay: a step is being captured on " + device);
        }
        device.written(written);
        recording.replay();
    }

    /**
     * Gives back the memory of the step's tensors, save those that are still open. Idempotent; the
     * device closes what was not closed.
     */
    @Override
    public void close() {
        if (!closed) {
            device.check();
            closed = true;
            device.closed(this);
            try {
                recording.close();
            } finally {
                memory.close();
                held.forEach(memory::unhold);
            }
        }
    }
}
