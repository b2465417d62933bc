package dev.weft.nn;

import dev.weft.Tensor;

import java.util.List;
import java.util.Optional;

/** A block that takes one tensor and gives one. */
public interface Layer extends Block {
    /**
     * y = f(x).
     *
     * @param pass the values of parameters and buffers, and whether this is training
     * @param x the batch, examples along the first axis
     */
    Tensor forward(Pass pass, Tensor x);

    /**
     * The results as a list.
     *
     * @throws IllegalArgumentException where there is not one input
     */
    @Override
    default List<Tensor> forward(Pass pass, List<Tensor> inputs) {
        if (inputs.size() != 1) {
            throw new IllegalArgumentException(
                    "%s takes one input, got %d".formatted(describe(), inputs.size()));
        }
        return List.of(forward(pass, inputs.getFirst()));
    }

    /**
     * A layer that does this and the next in one kernel, where this one can: {@link Sequential}
     * asks each for the one behind it. It reads the same parameters: those of {@code this}.
     */
    default Optional<Layer> fusedWith(Layer next) {
        return Optional.empty();
    }
}
