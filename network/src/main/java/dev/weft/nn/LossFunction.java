package dev.weft.nn;

import dev.weft.Reduction;
import dev.weft.Tensor;

/** A loss of an output with its target. */
@FunctionalInterface
public interface LossFunction {
    /** The loss of each example or element, or reduced over all. */
    Tensor of(Tensor output, Tensor target, Reduction reduction);
}
