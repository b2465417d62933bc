package dev.weft;

/**
 * How {@link Tensor#toString(PrintOptions)} shows the elements: NumPy's print options of the same
 * names. Immutable.
 *
 * @param precision the most digits after the point
 * @param threshold the most elements that are all shown
 * @param edgeItems of more, how many are shown at each end of an axis
 * @param lineWidth the most characters of a line, where an element is no longer
 */
public record PrintOptions(int precision, long threshold, int edgeItems, int lineWidth) {
    /**
     * Checks them.
     *
     * @throws IllegalArgumentException where one is negative
     */
    public PrintOptions {
        if (precision < 0 || threshold < 0 || edgeItems < 0 || lineWidth < 0) {
            throw new IllegalArgumentException(
                    "print options: precision %d, threshold %d, edge items %d and line width %d must not be negative"
                            .formatted(precision, threshold, edgeItems, lineWidth));
        }
    }

    /** NumPy's: 8 digits, 1000 elements, 3 at each end, 75 characters. */
    public static PrintOptions defaults() {
        return new PrintOptions(8, 1000, 3, 75);
    }

    /** With another precision. */
    public PrintOptions precision(int digits) {
        return new PrintOptions(digits, threshold, edgeItems, lineWidth);
    }

    /** With another threshold. */
    public PrintOptions threshold(long elements) {
        return new PrintOptions(precision, elements, edgeItems, lineWidth);
    }

    /** With another number of elements at each end. */
    public PrintOptions edgeItems(int elements) {
        return new PrintOptions(precision, threshold, elements, lineWidth);
    }

    /** With another width of lines. */
    public PrintOptions lineWidth(int characters) {
        return new PrintOptions(precision, threshold, edgeItems, characters);
    }
}
