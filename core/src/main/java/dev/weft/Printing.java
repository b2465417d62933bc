package dev.weft;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A tensor's elements as NumPy prints an array's. */
final class Printing {
    private static final String CUT = "...";

    private final PrintOptions options;
    private final Shape shape;
    private final boolean[] cut;
    private final List<String> words;
    private int next;

    /**
     * To print.
     *
     * @param shape of what is shown
     * @param cut the axes of which only the ends are
     */
    private Printing(PrintOptions options, Shape shape, boolean[] cut, List<String> words) {
        this.options = options;
        this.shape = shape;
        this.cut = cut;
        this.words = words;
    }

    /** The elements; of many, only those that are shown are read. */
    static String text(Tensor x, PrintOptions options) {
        if (x.rank() == 0) {
            return scalar(x);
        }
        if (x.size() == 0) {
            return "[]";
        }
        boolean[] cut = new boolean[x.rank()];
        long edge = options.edgeItems();
        try (Scope _ = x.device().scope()) {
            Tensor shown = x.detach();
            for (int axis = 0; axis < cut.length && x.size() > options.threshold(); axis++) {
                long extent = x.dim(axis);
                cut[axis] = extent > 2 * edge;
                if (cut[axis]) {
                    Tensor start = shown.slice(axis, 0, edge);
                    shown = Tensor.concat(axis, start, shown.slice(axis, extent - edge, extent));
                }
            }
            List<String> words = words(shown, options.precision());
            return new Printing(options, shown.shape(), cut, words)
                    .rows(0, " ", options.lineWidth());
        }
    }

    private static String scalar(Tensor x) {
        if (x.dtype() == DType.BOOL) {
            return x.toBooleanArray()[0] ? "True" : "False";
        }
        return x.dtype().isFloating()
                ? NumberText.of(x.dtype(), x.toDoubleArray()[0])
                : Long.toString(x.toLongArray()[0]);
    }

    private static List<String> words(Tensor x, int precision) {
        if (x.dtype() == DType.BOOL) {
            return NumberText.of(x.toBooleanArray());
        }
        return x.dtype().isFloating()
                ? NumberText.of(x.dtype(), x.toDoubleArray(), precision)
                : NumberText.of(x.toLongArray());
    }

    /** An axis and those within it. */
    private String rows(int axis, String indent, int width) {
        String text =
                axis == shape.rank() - 1
                        ? elements(axis, indent, width)
                        : blocks(axis, indent, width);
        return "[" + text.substring(indent.length()) + "]";
    }

    /** Where the elements that are left out would stand: before this index, or nowhere. */
    private int gap(int axis) {
        return cut[axis] ? options.edgeItems() : -1;
    }

    private String blocks(int axis, String indent, int width) {
        String between = "\n".repeat(shape.rank() - axis - 1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i <= shape.dim(axis); i++) {
            if (i == gap(axis)) {
                text.append(text.isEmpty() ? "" : between).append(indent).append(CUT);
            }
            if (i < shape.dim(axis)) {
                text.append(text.isEmpty() ? "" : between).append(indent);
                text.append(rows(axis + 1, indent + " ", width - 1));
            }
        }
        return text.toString();
    }

    /** Words one after the other, in lines that are as long as they may be. */
    private String elements(int axis, String indent, int width) {
        StringBuilder text = new StringBuilder();
        StringBuilder line = new StringBuilder(indent);
        int count = (int) shape.dim(axis);
        List<String> row =
                IntStream.rangeClosed(0, count)
                        .boxed()
                        .flatMap(
                                i ->
                                        Stream.of(
                                                        i == gap(axis) ? CUT : "",
                                                        i < count ? words.get(next++) : "")
                                                .filter(word -> !word.isEmpty()))
                        .toList();
        for (String word : row) {
            boolean first = line.length() <= indent.length();
            if (!first && line.length() + 1 + word.length() > width - 1) {
                text.append(line.toString().stripTrailing()).append('\n');
                line = new StringBuilder(indent);
                first = true;
            }
            line.append(first ? "" : " ").append(word);
        }
        return text.append(line).toString();
    }
}
