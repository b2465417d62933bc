package dev.weft.cli;

import dev.weft.metrics.ConfusionMatrix;

import java.io.PrintWriter;

/**
 * A confusion matrix as text: a row for each class, a column for each prediction, zeros as dots.
 */
final class ConfusionTable {
    private static final int LABEL_WIDTH = 8;

    private ConfusionTable() {}

    static void print(PrintWriter out, ConfusionMatrix confusion) {
        int width = Long.toString(confusion.total()).length() + 1;
        StringBuilder text =
                new StringBuilder("is \\ predicted as\n").append(" ".repeat(LABEL_WIDTH));
        for (int j = 0; j < confusion.classes(); j++) {
            text.append(padded(Integer.toString(j), width));
        }
        for (int i = 0; i < confusion.classes(); i++) {
            text.append('\n').append(padded(Integer.toString(i), LABEL_WIDTH));
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

    private static String padded(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }
}
