package dev.weft.data.augment;

/** Augmentations of a table's rows; {@link Mixture#swap} is another. */
public final class TableAugmentations {
    private TableAugmentations() {}

    /**
     * x + deviation · normal.
     *
     * @param columns which numbers of a row; all where none is given
     * @throws IllegalArgumentException when it is applied to a row that lacks one of them
     */
    public static Augmentation noise(double deviation, int... columns) {
        Draws.checkRange("noise", deviation, 0, Float.MAX_VALUE);
        int[] chosen = columns.clone();
        return (x, shape, random) -> {
            int count = chosen.length == 0 ? x.length : chosen.length;
            for (int i = 0; i < count; i++) {
                int column = chosen.length == 0 ? i : chosen[i];
                if (column < 0 || column >= x.length) {
                    throw new IllegalArgumentException(
                            "noise: an example is %s, and has no number %d"
                                    .formatted(shape, column));
                }
                x[column] += (float) (deviation * random.nextGaussian());
            }
        };
    }
}
