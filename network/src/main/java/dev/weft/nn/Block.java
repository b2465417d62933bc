package dev.weft.nn;

import dev.weft.Tensor;

import java.util.List;

/**
 * A part of a network: a function of tensors, with named children, parameters and buffers. A block
 * is a description: a {@link Network} holds the tensors for it, so that one block may serve in any
 * number of networks, on any device. Within a network, a block that stands in two places has one
 * set of parameters for both, as in PyTorch: that is how weights are tied.
 *
 * <p>Names are paths: the parameter {@code weight} of the child {@code 0} of the child {@code
 * encoder} is {@code encoder.0.weight}, as in PyTorch's state dicts.
 *
 * <pre>{@code
 * final class TwoTowers implements Block {
 *     private final Layer left = new Linear(8, 4);
 *     private final Layer right = new Linear(5, 4);
 *
 *     public List<Child> children() {
 *         return List.of(new Child("left", left), new Child("right", right));
 *     }
 *
 *     public List<Tensor> forward(Pass pass, List<Tensor> inputs) {
 *         return List.of(pass.apply(left, inputs.get(0)).add(pass.apply(right, inputs.get(1))));
 *     }
 * }
 * }</pre>
 *
 * <p>A block that takes one tensor and gives one is a {@link Layer}.
 */
public interface Block {
    /** What errors and summaries call this block, such as {@code Linear(784, 128)}. */
    default String describe() {
        return getClass().getSimpleName();
    }

    /** The blocks that this one is made of, in order; none by default. */
    default List<Child> children() {
        return List.of();
    }

    /** The parameters of this block itself, in order; none by default. */
    default List<ParameterSpec> parameters() {
        return List.of();
    }

    /** What it keeps beside parameters, such as running means, in order; none by default. */
    default List<BufferSpec> buffers() {
        return List.of();
    }

    /**
     * The results for a batch, examples along the first axis. Children are called by {@link
     * Pass#apply}, so that summaries and messages know of them.
     *
     * @param pass the values of parameters and buffers, and whether this is training
     */
    List<Tensor> forward(Pass pass, List<Tensor> inputs);
}
