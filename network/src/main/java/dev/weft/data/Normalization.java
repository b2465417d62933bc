package dev.weft.data;

import java.util.Map;

/**
 * x = (pixel / 255 - mean) / deviation.
 *
 * @param mean of the training set's pixels / 255, in [0, 1]
 * @param deviation their standard deviation, in (0, 1]
 */
public record Normalization(double mean, double deviation) {
    /** The key of the mean in a model's metadata. */
    public static final String MEAN = "weft.mean";

    /** The key of the deviation in a model's metadata. */
    public static final String DEVIATION = "weft.deviation";

    private static final int LEVELS = 256;
    private static final double WHITE = LEVELS - 1;

    /**
     * Checks that the mean is one of numbers from 0 to 1, and the deviation above 0 and at most 1.
     */
    public Normalization {
        if (!(mean >= 0 && mean <= 1)
                || !(deviation > 0 && deviation <= 1)
                || Float.isInfinite((float) (1 / deviation))) {
            throw new IllegalArgumentException(
                    ("normalization: mean %s and deviation %s: the mean must be in [0, 1], the"
                                    + " deviation in (0, 1], and its inverse an F32")
                            .formatted(mean, deviation));
        }
    }

    /** The mean and deviation of a data set; a deviation of 1 where all pixels are equal. */
    public static Normalization of(Dataset data) {
        // In integers, so that the result does not depend on the order of summing.
        long sum = 0;
        long squares = 0;
        for (byte pixel : data.allPixels()) {
            int value = pixel & 0xFF;
            sum += value;
            squares += (long) value * value;
        }
        double count = Math.max(1, data.allPixels().length);
        double mean = sum / count;
        double variance = Math.max(0, squares / count - mean * mean);
        return new Normalization(mean / WHITE, variance > 0 ? Math.sqrt(variance) / WHITE : 1);
    }

    /** As strings, for a model's metadata. */
    public Map<String, String> metadata() {
        return Map.of(MEAN, Double.toString(mean), DEVIATION, Double.toString(deviation));
    }

    /** The normalised pixels, in the same order. */
    public float[] apply(byte[] pixels) {
        float[] table = new float[LEVELS];
        for (int value = 0; value < LEVELS; value++) {
            table[value] = (float) ((value / WHITE - mean) / deviation);
        }
        float[] normalised = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            normalised[i] = table[pixels[i] & 0xFF];
        }
        return normalised;
    }
}
