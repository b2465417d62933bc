package dev.weft.data.augment;

/**
 * Augmentations of sequences of tokens that end in padding. Wei and Zou, "EDA", EMNLP 2019.
 *
 * <p>Tokens are numbers up to 2²⁴, which a float holds exactly.
 */
public final class TextAugmentations {
    private TextAugmentations() {}

    /** Leaves each token out with some probability, but never all of them. */
    public static Augmentation drop(double probability, int padding) {
        Draws.checkProbability("drop", probability);
        return (x, shape, random) -> {
            int length = length(x, padding);
            int last = length == 0 ? -1 : random.nextInt(length);
            int kept = 0;
            for (int i = 0; i < length; i++) {
                // The one that stays is drawn before, so that no draw depends on others.
                if (random.nextDouble() >= probability || i == last) {
                    x[kept++] = x[i];
                }
            }
            for (int i = kept; i < length; i++) {
                x[i] = padding;
            }
        };
    }

    /** Exchanges each token with the next with some probability. */
    public static Augmentation swap(double probability, int padding) {
        Draws.checkProbability("swap", probability);
        return (x, shape, random) -> {
            int length = length(x, padding);
            for (int i = 0; i + 1 < length; i++) {
                if (random.nextDouble() < probability) {
                    float token = x[i];
                    x[i] = x[i + 1];
                    x[i + 1] = token;
                }
            }
        };
    }

    private static int length(float[] x, int padding) {
        int length = x.length;
        while (length > 0 && x[length - 1] == padding) {
            length--;
        }
        return length;
    }
}
