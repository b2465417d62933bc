package dev.weft.data.augment;

import dev.weft.Shape;
import dev.weft.random.Philox;

/** Mixes an example with another at random. Used by many threads. */
@FunctionalInterface
public interface Mixture {
    /**
     * Mixes another example into one, where this is; returns what the one's own targets count for,
     * 0 to 1, while the other's count for the rest.
     *
     * @param x the one's numbers in row-major order
     * @param other the other's, which stay as they are
     * @param shape of each example alone
     * @param random its own stream, from which all that is random is drawn
     * @throws IllegalArgumentException where it is not for examples of this shape
     */
    double mix(float[] x, float[] other, Shape shape, Philox random);

    /** Whether targets are mixed, too; classes then become rows of weights. */
    default boolean mixesTargets() {
        return true;
    }

    /**
     * x = λx + (1 - λ)other with λ of Beta(α, α). Zhang, Cissé, Dauphin and Lopez-Paz, "mixup",
     * ICLR 2018.
     *
     * @param alpha above 0; the smaller, the less is mixed; 0.2 is usual
     */
    static Mixture mixup(double alpha) {
        Draws.checkRange("mixup: alpha", alpha, Float.MIN_NORMAL, Float.MAX_VALUE);
        return (x, other, shape, random) -> {
            double share = Draws.beta(random, alpha);
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) (share * x[i] + (1 - share) * other[i]);
            }
            return share;
        };
    }

    /**
     * For images [C, H, W]: a rectangle of the other, with a share of 1 - λ of the area before it
     * is cut off at the edges, λ of Beta(α, α). Yun, Han, Oh, Chun, Choe and Yoo, "CutMix", ICCV
     * 2019.
     *
     * @param alpha above 0; 1 is usual
     */
    static Mixture cutmix(double alpha) {
        Draws.checkRange("cutmix: alpha", alpha, Float.MIN_NORMAL, Float.MAX_VALUE);
        return (x, other, shape, random) -> {
            Image image = Image.of("cutmix", shape);
            double side = Math.sqrt(1 - Draws.beta(random, alpha));
            Image.Part part = image.part(random, side * image.height(), side * image.width());
            part.each(image, i -> x[i] = other[i]);
            return 1 - (double) part.height() * part.width() / (image.height() * image.width());
        };
    }

    /**
     * For tables: each number is replaced by the other's with some probability, so that a network
     * does not lean on one alone. Targets stay. Vincent et al., "Stacked denoising autoencoders",
     * JMLR 2010, with noise that is drawn from the data.
     */
    static Mixture swap(double probability) {
        Draws.checkProbability("swap", probability);
        return new Mixture() {
            @Override
            public double mix(float[] x, float[] other, Shape shape, Philox random) {
                for (int i = 0; i < x.length; i++) {
                    if (random.nextDouble() < probability) {
                        x[i] = other[i];
                    }
                }
                return 1;
            }

            @Override
            public boolean mixesTargets() {
                return false;
            }
        };
    }
}
