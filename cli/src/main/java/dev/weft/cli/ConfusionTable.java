package dev.weft.cli;

import dev.weft.io.PrintableWriter;
import dev.weft.metrics.ConfusionMatrix;

import java.io.PrintWriter;
import java.util.List;

/**
 * A confusion matrix as text: a row for each class, a column for each prediction, zeros as dots.
 */
final class ConfusionTable {
    private static final int LABEL_WIDTH = 8;
    private static final int LONGEST = 14;
    private static final int MOST_CLASSES = 40;

    private ConfusionTable() {}

    /**
     * Prints it, unless there are so many classes that nobody could read it.
     *
     * @param names of the classes
     */
    static void print(PrintWriter out, ConfusionMatrix confusion, List<String> names) {
        if (confusion.classes() > MOST_CLASSES) {
            return;
        }
        List<String> shown = names.stream().map(ConfusionTable::cut).toList();
        int longest = shown.stream().mapToInt(String::length).max().orElse(0);
        int width = Math.max(longest, Long.toString(confusion.total()).length()) + 1;
        int before = Math.max(LABEL_WIDTH, longest);
        StringBuilder text = new StringBuilder("is \\ predicted as\n").append(" ".repeat(before));
        for (int j = 0; j < confusion.classes(); j++) {
            text.append(padded(shown.get(j), width));
        }
        for (int i = 0; i < confusion.classes(); i++) {
            text.append('\n').append(padded(shown.get(i), before));
            long total = 0;
            for (int j = 0; j < confusion.classes(); j++) {
                long count = confusion.count(i, j);
                total += count;
                text.append(padded(count == 0 ? "." : Long.toString(count), width));
            }
            if (total > 0) {
                text.append(String.format("  %5.1f %%", 100.0 * confusion.count(i, i) / total));
            }
        }
        text.toString().lines().forEach(out::println);
    }

    private static String cut(String name) {
        String line = PrintableWriter.line(name);
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST - 1) + "…";
    }

    private static String padded(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }
}
