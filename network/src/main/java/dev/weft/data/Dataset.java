package dev.weft.data;

import dev.weft.HostArray;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Grey images with the class of each, as bytes on the host. */
public final class Dataset {
    private final byte[] pixels;
    private final int rows;
    private final int columns;
    private final int[] labels;
    private final int classes;
    private final String source;

    /**
     * A data set over these arrays, which it does not copy.
     *
     * @param pixels image after image, row by row, 0 (background) to 255
     * @param rows of each image
     * @param columns of each image
     * @param labels the class of each image, 0 to {@code classes} - 1
     * @param classes how many classes there are
     * @param source where it comes from, for messages
     * @throws IllegalArgumentException where sizes disagree or a label is out of range
     */
    public Dataset(byte[] pixels, int rows, int columns, int[] labels, int classes, String source) {
        if (rows < 1 || columns < 1 || classes < 1) {
            throw new IllegalArgumentException(
                    "%s: rows, columns and classes must be at least 1, got %d, %d and %d"
                            .formatted(source, rows, columns, classes));
        }
        // Not the product of all three, which may be beyond a long.
        long features = (long) rows * columns;
        if (features > Integer.MAX_VALUE || labels.length * features != pixels.length) {
            throw new IllegalArgumentException(
                    "%s: %d images of %dx%d do not take %d bytes"
                            .formatted(source, labels.length, rows, columns, pixels.length));
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalArgumentException(
                        source
                                + ": example "
                                + i
                                + " has the label "
                                + labels[i]
                                + ", expected 0 to "
                                + (classes - 1));
            }
        }
        this.pixels = pixels;
        this.rows = rows;
        this.columns = columns;
        this.labels = labels;
        this.classes = classes;
        this.source = source;
    }

    /** How many examples there are. */
    public int size() {
        return labels.length;
    }

    /** The rows of each image. */
    public int rows() {
        return rows;
    }

    /** The columns of each image. */
    public int columns() {
        return columns;
    }

    /** rows × columns. */
    public int features() {
        return rows * columns;
    }

    /** How many classes there are. */
    public int classes() {
        return classes;
    }

    /** The class of example {@code i}. */
    public int label(int i) {
        return labels[i];
    }

    /** The class of each example, a copy. */
    public int[] labels() {
        return labels.clone();
    }

    /** The image of example {@code i}, row by row, a copy. */
    public byte[] pixels(int i) {
        Objects.checkIndex(i, size());
        return Arrays.copyOfRange(pixels, i * features(), (i + 1) * features());
    }

    /** The examples {@code from} (inclusive) to {@code to} (exclusive), a copy. */
    public Dataset part(int from, int to) {
        if (from < 0 || from > to || to > size()) {
            throw new IllegalArgumentException(
                    source + ": has no examples " + from + " to " + to + ", only 0 to " + size());
        }
        return new Dataset(
                Arrays.copyOfRange(pixels, from * features(), to * features()),
                rows,
                columns,
                Arrays.copyOfRange(labels, from, to),
                classes,
                source);
    }

    /** The examples of these numbers, in this order, a copy. */
    public Dataset select(int[] which) {
        byte[] chosen = new byte[Math.multiplyExact(which.length, features())];
        int[] theirs = new int[which.length];
        for (int i = 0; i < which.length; i++) {
            Objects.checkIndex(which[i], size());
            System.arraycopy(pixels, which[i] * features(), chosen, i * features(), features());
            theirs[i] = labels[which[i]];
        }
        return new Dataset(chosen, rows, columns, theirs, classes, source);
    }

    /**
     * What a network takes and learns: normalised pixels, F32 of size×features, and classes, I32.
     *
     * @param normalization of the training set, also where this is the test set
     * @throws IllegalArgumentException where there are no examples
     */
    public Examples examples(Normalization normalization) {
        return new Examples(
                List.of(inputs(normalization)), List.of(HostArray.of(labels, size())), null);
    }

    /** The same with one-hot rows, F32 of size×classes, for targets. */
    public Examples oneHotExamples(Normalization normalization) {
        float[] rows = new float[Math.multiplyExact(size(), classes)];
        for (int i = 0; i < size(); i++) {
            rows[i * classes + labels[i]] = 1;
        }
        return new Examples(
                List.of(inputs(normalization)), List.of(HostArray.of(rows, size(), classes)), null);
    }

    private HostArray inputs(Normalization normalization) {
        if (size() == 0) {
            throw new IllegalArgumentException(source + ": holds no examples");
        }
        return HostArray.of(normalization.apply(pixels), size(), features());
    }

    /** Where it comes from, for messages. */
    public String source() {
        return source;
    }

    /** All images, one after the other; not a copy. */
    byte[] allPixels() {
        return pixels;
    }
}
