package dev.weft.nn;

import dev.weft.Tensor;

/**
 * One parameter of a network.
 *
 * @param name its name in the network, such as {@code 1.weight}
 * @param value a view of the network's flat values
 * @param gradient a view of the network's flat gradients
 */
public record Parameter(String name, Tensor value, Tensor gradient) {}
