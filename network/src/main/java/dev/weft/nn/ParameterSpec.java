package dev.weft.nn;

import dev.weft.Shape;

/**
 * A parameter that a block asks for.
 *
 * @param name its name within the block, such as {@code weight}
 * @param shape its extents
 * @param fans what initializers scale by: {@link Fans#of} the weight's shape, also for its bias
 * @param initializer what fills it
 */
public record ParameterSpec(String name, Shape shape, Fans fans, Initializer initializer) {}
