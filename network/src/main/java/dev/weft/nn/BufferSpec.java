package dev.weft.nn;

import dev.weft.Shape;

/**
 * A tensor of the network's type that a block keeps and no optimizer updates, such as a running
 * mean.
 *
 * @param name its name within the block
 * @param shape its extents
 * @param value of all elements in the beginning
 */
public record BufferSpec(String name, Shape shape, double value) {}
