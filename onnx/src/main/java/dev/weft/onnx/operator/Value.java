package dev.weft.onnx.operator;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * What a name in a graph stands for while the graph runs: a tensor that was computed, on the host's
 * device or on the model's, or a constant.
 */
public final class Value implements AutoCloseable {
    private final @Nullable HostArray array;
    private final @Nullable Device home;
    private @Nullable Tensor tensor;

    private Value(@Nullable HostArray array, @Nullable Device home, @Nullable Tensor tensor) {
        this.array = array;
        this.home = home;
        this.tensor = tensor;
    }

    /** A tensor that was computed, on any device. */
    public static Value of(Tensor tensor) {
        return new Value(null, null, tensor);
    }

    /** A constant, which is brought to the model's device when it is first read there. */
    public static Value constant(HostArray array, Device home) {
        return new Value(array, home, null);
    }

    /**
     * A constant that is on the model's device already, with its elements where it has them here.
     */
    public static Value constant(@Nullable HostArray array, Device home, Tensor tensor) {
        return new Value(array, home, tensor);
    }

    /** The tensor that was computed, or that a constant has become; null where it has not. */
    public @Nullable Tensor tensor() {
        return tensor;
    }

    /** A constant's elements, or null where it was computed. */
    public @Nullable HostArray array() {
        return array;
    }

    /** Whether it can be read without asking another device than {@code host}. */
    public boolean isOn(Device host) {
        return array != null || computed().device().equals(host);
    }

    private Tensor computed() {
        return Objects.requireNonNull(tensor);
    }

    /** The extents. */
    public Shape shape() {
        return array != null ? array.shape() : computed().shape();
    }

    /** The elements' type. */
    public DType dtype() {
        return array != null ? array.dtype() : computed().dtype();
    }

    /**
     * A tensor on a device: a constant's stays there until it is closed, any other that has to be
     * brought there is in the innermost scope.
     */
    public Tensor on(Device device) {
        if (tensor != null && tensor.device().equals(device)) {
            return tensor;
        }
        HostArray elements = host();
        if (!device.equals(home)) {
            return device.constant(() -> elements.on(device));
        }
        Tensor kept = device.constant(() -> device.outsideScopes(() -> elements.on(device)));
        tensor = kept;
        return kept;
    }

    /** The elements on the host: blocks where they are on a device. */
    public HostArray host() {
        return array != null ? array : HostArray.of(computed());
    }

    /** Gives the tensor's memory back. */
    @Override
    public void close() {
        if (tensor != null) {
            tensor.close();
        }
    }
}
