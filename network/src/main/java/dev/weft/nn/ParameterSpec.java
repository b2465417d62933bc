package dev.weft.nn;

import dev.weft.Shape;

/**
 * A parameter that a layer asks for.
 *
 * @param name its name within the layer, such as {@code weight}
 * @param shape its extents; the first is the number of outputs
 * @param inputs the layer's fan-in, which initializers scale by
 * @param initializer what fills it
 */
public record ParameterSpec(String name, Shape shape, long inputs, Initializer initializer) {}
