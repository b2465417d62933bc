package dev.weft.data.augment;

import dev.weft.Shape;
import dev.weft.random.Philox;

/** Changes an example at random, so that what it is stays the same. Used by many threads. */
@FunctionalInterface
public interface Augmentation {
    /**
     * Changes an example where it is.
     *
     * @param x its numbers in row-major order
     * @param shape of the example alone
     * @param random its own stream, from which all that is random is drawn
     * @throws IllegalArgumentException where it is not for examples of this shape
     */
    void apply(float[] x, Shape shape, Philox random);

    /** This one, then another. */
    default Augmentation then(Augmentation next) {
        return (x, shape, random) -> {
            apply(x, shape, random);
            next.apply(x, shape, random);
        };
    }

    /** This one with some probability, and otherwise nothing. */
    default Augmentation sometimes(double probability) {
        Draws.checkProbability("sometimes", probability);
        return (x, shape, random) -> {
            if (random.nextDouble() < probability) {
                apply(x, shape, random);
            }
        };
    }
}
