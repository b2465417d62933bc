package dev.weft.data.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds what stands between a file's cells. */
final class Separators {
    private static final char[] CANDIDATES = {',', ';', '\t', '|'};
    private static final int MOST_CHARS = 1 << 16;
    private static final int MOST_LINES = 100;

    private Separators() {}

    /**
     * The format's own, or the one that most of the first lines have as often as the very first,
     * and of those the most frequent; a comma where none is in the first line.
     */
    static char of(Path path, CsvFormat format) throws IOException {
        if (format.separator() != null) {
            return format.separator();
        }
        char[] text = new char[MOST_CHARS];
        int length = 0;
        try (DecodedText in = DecodedText.open(path, format.charset())) {
            for (int read = 0; read >= 0 && length < text.length; length += Math.max(0, read)) {
                read = in.read(text, length, text.length - length);
            }
        }
        char best = ',';
        double bestAgreeing = 0;
        int bestCount = 0;
        for (char candidate : CANDIDATES) {
            if (format.decimalComma() && candidate == ',') {
                continue;
            }
            List<Integer> counts = counts(text, length, candidate, format.quote());
            int first = counts.isEmpty() ? 0 : counts.getFirst();
            double agreeing =
                    counts.stream().filter(n -> n == first).count() / (double) counts.size();
            if (first > 0
                    && (agreeing > bestAgreeing
                            || (agreeing == bestAgreeing && first > bestCount))) {
                best = candidate;
                bestAgreeing = agreeing;
                bestCount = first;
            }
        }
        return best;
    }

    /** How often a character is in each whole line that is not empty, outside quotes. */
    private static List<Integer> counts(char[] text, int length, char candidate, char quote) {
        List<Integer> counts = new ArrayList<>();
        boolean quoted = false;
        boolean empty = true;
        int count = 0;
        for (int i = 0; i < length && counts.size() < MOST_LINES; i++) {
            char c = text[i];
            if (c == quote) {
                quoted = !quoted;
            } else if (!quoted && (c == '\n' || c == '\r')) {
                if (!empty) {
                    counts.add(count);
                }
                count = 0;
                empty = true;
                continue;
            } else if (!quoted && c == candidate) {
                count++;
            }
            empty = false;
        }
        return counts;
    }
}
