package dev.weft.data.image;

/**
 * Another size of a channel, each pixel a weighted mean of those that it covers: a tent that is at
 * least two pixels wide, so that shrinking leaves no pixel out and enlarging is bilinear.
 */
final class Resizing {
    private final Weights across;
    private final Weights down;

    Resizing(int height, int width, int newHeight, int newWidth) {
        across = new Weights(width, newWidth);
        down = new Weights(height, newHeight);
    }

    /** The channel, row by row, at the new size. */
    byte[] apply(byte[] plane) {
        int height = down.size;
        int newWidth = across.first.length;
        float[] rows = new float[height * newWidth];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < newWidth; x++) {
                float[] weights = across.of[x];
                int from = y * across.size + across.first[x];
                float sum = 0;
                for (int i = 0; i < weights.length; i++) {
                    sum += weights[i] * (plane[from + i] & 0xFF);
                }
                rows[y * newWidth + x] = sum;
            }
        }
        byte[] resized = new byte[down.first.length * newWidth];
        for (int y = 0; y < down.first.length; y++) {
            float[] weights = down.of[y];
            for (int x = 0; x < newWidth; x++) {
                float sum = 0.5f;
                for (int i = 0; i < weights.length; i++) {
                    sum += weights[i] * rows[(down.first[y] + i) * newWidth + x];
                }
                resized[y * newWidth + x] = (byte) Math.min(0xFF, (int) sum);
            }
        }
        return resized;
    }

    /** Of the old pixels along a side, for each new one. */
    private static final class Weights {
        private final int size;
        private final int[] first;
        private final float[][] of;

        Weights(int size, int newSize) {
            this.size = size;
            first = new int[newSize];
            of = new float[newSize][];
            double scale = (double) size / newSize;
            double reach = Math.max(1, scale);
            for (int i = 0; i < newSize; i++) {
                double centre = (i + 0.5) * scale;
                first[i] = (int) Math.max(0, Math.floor(centre - reach));
                int end = (int) Math.min(size, Math.ceil(centre + reach));
                of[i] = tent(centre, reach, first[i], end);
            }
        }

        private static float[] tent(double centre, double reach, int from, int to) {
            float[] weights = new float[to - from];
            double sum = 0;
            for (int j = 0; j < weights.length; j++) {
                double weight = Math.max(0, 1 - Math.abs(from + j + 0.5 - centre) / reach);
                weights[j] = (float) weight;
                sum += weight;
            }
            for (int j = 0; j < weights.length; j++) {
                weights[j] /= (float) sum;
            }
            return weights;
        }
    }
}
