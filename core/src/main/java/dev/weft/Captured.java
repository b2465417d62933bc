package dev.weft;

import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.Recording;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.util.List;

/**
 * What a capture holds of its device: closed with the capture or with the device. Refers to neither
 * of them, so that a capture that was dropped is noticed.
 */
final class Captured implements Holdings.Held, Runnable {
    private static final System.Logger LOG = System.getLogger("dev.weft.Capture");

    private final Holdings device;
    private final Recording recording;
    private final MemoryPool memory;
    private final List<DeviceBuffer> held;
    private final @Nullable Throwable site =
            Debug.IS_ON ? new Throwable("the step was captured here") : null;
    private volatile boolean closed;

    /**
     * What a capture holds.
     *
     * @param memory where the step's tensors are from
     * @param held memory from elsewhere that the step uses
     */
    Captured(Holdings device, Recording recording, MemoryPool memory, List<DeviceBuffer> held) {
        this.device = device;
        this.recording = recording;
        this.memory = memory;
        this.held = held;
        device.add(this);
    }

    Recording recording() {
        return recording;
    }

    MemoryPool memory() {
        return memory;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            device.remove(this);
            try {
                recording.close();
            } finally {
                memory.close();
                held.forEach(memory::unhold);
            }
        }
    }

    /** Where the capture was dropped, on another thread than the device's. */
    @Override
    public void run() {
        if (!closed) {
            LOG.log(
                    Level.WARNING,
                    "a capture was dropped without close(): its memory is freed when its device next captures, trims or opens a scope%s"
                            .formatted(
                                    Debug.IS_ON
                                            ? ""
                                            : "; -Dweft.debug=true tells where it was captured"),
                    site);
            device.drop(this);
        }
    }
}
