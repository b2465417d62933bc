package dev.weft;

import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.View;

/**
 * A tensor that devices of one kind read at the same time, each on its own thread, without a copy:
 * one set of weights for all threads of a service.
 *
 * <pre>{@code
 * SharedTensor weights = mine.tensor(values, 1000, 1000).share();
 * Thread.ofPlatform().start(() -> {
 *     try (Device device = Devices.open("cpu");
 *             Tensor w = weights.on(device)) {
 *         serve(device, w);
 *     }
 * });
 * }</pre>
 *
 * <p>The memory stays as long as one tensor of it is open, on whichever device: no device has to
 * outlive another, and the last to close gives it back. Each counts it among its live tensors. It
 * is read-only for good, for the device that shared it as well.
 *
 * <p>Any thread may use this object.
 */
public final class SharedTensor {
    private final String kind;
    private final SharedMemory memory;
    private final View view;

    SharedTensor(String kind, SharedMemory memory, View view) {
        this.kind = kind;
        this.memory = memory;
        this.view = view;
    }

    /** The extents. */
    public Shape shape() {
        return view.shape();
    }

    /** The type of the elements. */
    public DType dtype() {
        return view.dtype();
    }

    /** Whether all its tensors are closed, and the memory was given back. */
    public boolean isGone() {
        return memory.isGone();
    }

    /**
     * The tensor on a device, in its innermost open scope: the same memory, to be read only.
     *
     * <p>Devices of the CPU backend can read each other's memory, and those of the reference
     * backend. OpenCL and CUDA devices cannot: each has its own queue, whose order is all that
     * guards its memory.
     *
     * @throws IllegalArgumentException where the device cannot read it: see {@link #isReadableOn}
     * @throws IllegalStateException where all its tensors are closed
     */
    public Tensor on(Device device) {
        device.check();
        DeviceBuffer handle = device.backend().shared(view.buffer());
        if (handle == null) {
            throw new IllegalArgumentException(
                    "share: %s cannot read the %s %s that %s shares: only devices of one kind can, on one memory; bring it there by HostArray.of(tensor).on(device)"
                            .formatted(device, dtype(), shape(), kind));
        }
        if (!memory.enter()) {
            throw new IllegalStateException(
                    "share: the %s %s that %s has shared is gone: its last tensor was closed"
                            .formatted(dtype(), shape(), kind));
        }
        return device.shared(handle, memory, view);
    }

    /** Whether a device can read this memory. */
    public boolean isReadableOn(Device device) {
        return device.backend().shared(view.buffer()) != null;
    }

    @Override
    public String toString() {
        return "shared %s %s of %s".formatted(dtype(), shape(), kind);
    }
}
