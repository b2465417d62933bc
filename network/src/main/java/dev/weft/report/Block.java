package dev.weft.report;

import dev.weft.metrics.Calibration;
import dev.weft.metrics.ConfusionMatrix;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a section is made of. All text is escaped where it is written. */
public sealed interface Block {
    /** A paragraph. */
    record Text(String text) implements Block {}

    /** Names and what they are, in their order: settings, versions, hashes. */
    record Facts(Map<String, String> facts) implements Block {
        /** Keeps the facts as they are now. */
        public Facts {
            facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        }
    }

    /**
     * A table. Columns of which all cells are numbers are aligned as such.
     *
     * @param head the columns' names
     * @param rows each with a cell for each column
     */
    record Table(List<String> head, List<List<String>> rows) implements Block {
        /**
         * Keeps the rows as they are now.
         *
         * @throws IllegalArgumentException where a row has not as many cells as there are columns
         */
        public Table {
            head = List.copyOf(head);
            rows = rows.stream().map(List::copyOf).toList();
            for (List<String> row : rows) {
                if (row.size() != head.size()) {
                    throw new IllegalArgumentException(
                            "table: a row has %d cells, and there are %d columns"
                                    .formatted(row.size(), head.size()));
                }
            }
        }
    }

    /** Text as it stands, in letters of one width: a model's summary. */
    record Listing(String text) implements Block {}

    /**
     * Lines or points over two axes. Values that are not finite are left out.
     *
     * @param caption a sentence below the title, may be empty
     */
    record Chart(String title, String caption, Axis x, Axis y, List<Line> lines) implements Block {
        /** Keeps the lines as they are now. */
        public Chart {
            lines = List.copyOf(lines);
        }
    }

    /**
     * How often each class was taken for each, as a picture.
     *
     * @param names of the classes
     */
    record Confusion(String title, ConfusionMatrix matrix, List<String> names) implements Block {
        /**
         * Keeps the names as they are now.
         *
         * @throws IllegalArgumentException where there is not one for each class
         */
        public Confusion {
            names = List.copyOf(names);
            if (names.size() != matrix.classes()) {
                throw new IllegalArgumentException(
                        "confusion: %d names for %d classes"
                                .formatted(names.size(), matrix.classes()));
            }
        }
    }

    /** A diagram of reliability. */
    record Reliability(String title, Calibration calibration) implements Block {}

    /** Examples that were predicted worst, each as a card, beside each other. */
    record Mistakes(List<Mistake> mistakes) implements Block {
        /** Keeps the mistakes as they are now. */
        public Mistakes {
            mistakes = List.copyOf(mistakes);
        }
    }

    /**
     * An example that was predicted badly.
     *
     * @param caption such as "7 predicted as 1, with 98 %"
     * @param picture of it, or null
     * @param row its columns, or none
     */
    record Mistake(String caption, @Nullable Picture picture, Map<String, String> row) {
        /** Keeps the row as it is now. */
        public Mistake {
            row = Collections.unmodifiableMap(new LinkedHashMap<>(row));
        }
    }
}
