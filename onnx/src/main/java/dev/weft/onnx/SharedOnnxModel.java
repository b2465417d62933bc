package dev.weft.onnx;

import dev.weft.Device;

/**
 * A model whose weights are in the memory of a device that others read: made by {@link
 * OnnxSession#share}. The weights stay as long as one session of them is open, on whichever device.
 *
 * <p>Any thread may use this object.
 */
public final class SharedOnnxModel {
    private final OnnxModel model;
    private final GraphRunner.Shared shared;

    SharedOnnxModel(OnnxModel model, GraphRunner.Shared shared) {
        this.model = model;
        this.shared = shared;
    }

    /**
     * The model on another device, without copying its weights.
     *
     * @throws IllegalArgumentException where the device cannot read them: see {@link #isReadableOn}
     * @throws IllegalStateException where they are gone: see {@link #isGone}
     */
    public OnnxSession on(Device device) {
        return new OnnxSession(model, device, shared.on(device));
    }

    /** Whether a device can read the weights. */
    public boolean isReadableOn(Device device) {
        return shared.isReadableOn(device);
    }

    /** Whether all sessions of these weights are closed. */
    public boolean isGone() {
        return shared.isGone();
    }

    @Override
    public String toString() {
        return "%s, shared".formatted(model);
    }
}
