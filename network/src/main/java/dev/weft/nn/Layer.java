package dev.weft.nn;

import dev.weft.Tensor;

import java.util.List;

/**
 * A function of a batch, with parameters that the network holds for it. Layers are descriptions:
 * they keep no tensors, so one layer may serve in any number of networks and on any device.
 */
public interface Layer {
    /** What errors and parameter names call this layer, such as {@code Linear(784, 128)}. */
    String describe();

    /** The parameters that this layer needs, in order; none by default. */
    default List<ParameterSpec> parameters() {
        return List.of();
    }

    /**
     * y = f(x; parameters).
     *
     * @param x the batch, examples along the first axis
     * @param pass the values of this layer's parameters, and whether this is training
     */
    Tensor forward(Tensor x, Pass pass);
}
