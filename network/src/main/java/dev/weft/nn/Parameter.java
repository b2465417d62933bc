package dev.weft.nn;

import dev.weft.Tensor;

import java.util.Arrays;

/**
 * One parameter of a network.
 *
 * @param name its name in the network, such as {@code 1.weight}
 * @param value a view of the network's flat values
 * @param gradient a view of the network's flat gradients
 */
public record Parameter(String name, Tensor value, Tensor gradient) {
    /**
     * What messages call an element, such as {@code 1.weight[3, 17]}.
     *
     * @param i its number in row-major order
     */
    public String element(long i) {
        long[] dims = value.shape().toArray();
        for (int axis = dims.length - 1; axis >= 0; axis--) {
            long extent = dims[axis];
            dims[axis] = i % extent;
            i /= extent;
        }
        return name + Arrays.toString(dims);
    }
}
