package dev.weft.embeddings;

import java.util.Arrays;
import java.util.List;

/**
 * Some texts' tokens, filled up to one length. A text without any has one of those that fill up.
 *
 * @param rows how many texts
 * @param length tokens of each, with those that fill up
 * @param ids of all tokens, row by row
 * @param lengths how many tokens of each row are the text's
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Batch(int rows, int length, int[] ids, int[] lengths) {
    static Batch of(List<int[]> texts, int length, int padding) {
        int rows = texts.size();
        int[] ids = new int[rows * length];
        int[] lengths = new int[rows];
        Arrays.fill(ids, padding);
        for (int row = 0; row < rows; row++) {
            int[] text = texts.get(row);
            System.arraycopy(text, 0, ids, row * length, text.length);
            lengths[row] = Math.max(1, text.length);
        }
        return new Batch(rows, length, ids, lengths);
    }

    /** 1 for each token that is a text's, 0 for those that fill up. */
    boolean[] mask() {
        boolean[] mask = new boolean[ids.length];
        for (int row = 0; row < rows; row++) {
            Arrays.fill(mask, row * length, row * length + lengths[row], true);
        }
        return mask;
    }

    /** What each token counts for: rows×length. */
    float[] weights(Pooling pooling) {
        float[] weights = new float[ids.length];
        for (int row = 0; row < rows; row++) {
            pooling.weigh(weights, row * length, lengths[row]);
        }
        return weights;
    }
}
