package dev.weft.nn;

import dev.weft.Shape;

/**
 * How many numbers go into one output of a layer, and to how many outputs one input goes.
 *
 * @param in the fan-in
 * @param out the fan-out
 */
public record Fans(long in, long out) {
    /**
     * Of a weight whose first extent counts outputs and whose second counts inputs: (out, in) of a
     * linear layer, (out, in, kernel…) of a convolution, where each is multiplied by the kernel's
     * size, as in PyTorch. A weight of rank 1 has as many of each as elements.
     */
    public static Fans of(Shape weight) {
        if (weight.rank() < 2) {
            return new Fans(weight.size(), weight.size());
        }
        long kernel = 1;
        for (int axis = 2; axis < weight.rank(); axis++) {
            kernel *= weight.dim(axis);
        }
        return new Fans(weight.dim(1) * kernel, weight.dim(0) * kernel);
    }
}
