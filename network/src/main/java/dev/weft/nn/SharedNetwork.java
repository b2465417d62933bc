package dev.weft.nn;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.SharedTensor;

import java.util.Map;

/**
 * A network whose parameters and buffers are in the memory of a device that others read: made by
 * {@link Network#share}. They stay as long as one network of them is open, on whichever device.
 *
 * <p>Any thread may use this object.
 */
public final class SharedNetwork {
    private final Block root;
    private final DType dtype;
    private final long seed;
    private final Map<String, SharedTensor> tensors;

    SharedNetwork(Block root, DType dtype, long seed, Map<String, SharedTensor> tensors) {
        this.root = root;
        this.dtype = dtype;
        this.seed = seed;
        this.tensors = Map.copyOf(tensors);
    }

    /**
     * The network on another device, in its innermost open scope, with all parameters frozen: for
     * predicting.
     *
     * @throws IllegalArgumentException where the device cannot read the memory: see {@link
     *     SharedTensor#on}
     * @throws IllegalStateException where it is gone, since all networks of it are closed
     */
    public Network on(Device device) {
        return Network.reading(device, root, dtype, seed, tensors);
    }
}
