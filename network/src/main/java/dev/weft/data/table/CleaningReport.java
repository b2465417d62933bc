package dev.weft.data.table;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was found in the training rows, and what was done about it.
 *
 * @param rows how many there were
 * @param withoutTarget how many of them had no target, and were left out
 * @param dropped how many were left out because of a missing cell or a number far out
 * @param columns what was found in each column
 */
public record CleaningReport(long rows, long withoutTarget, long dropped, List<Line> columns) {
    /**
     * A column.
     *
     * @param column its name
     * @param type what its cells are
     * @param missing how many of its cells are missing
     * @param found what else was found: a range, how many categories
     * @param done what was done: how it is encoded, or why it is left out
     * @param features how many features it makes
     */
    public record Line(
            String column,
            ColumnType type,
            long missing,
            String found,
            String done,
            int features) {}

    /** Keeps the list as it is now. */
    public CleaningReport {
        columns = List.copyOf(columns);
    }

    /** For JSON. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("rows", rows);
        map.put("without_target", withoutTarget);
        map.put("dropped", dropped);
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Line line : columns) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("column", line.column);
            entry.put("type", line.type.label());
            entry.put("missing", line.missing);
            entry.put("found", line.found);
            entry.put("done", line.done);
            entry.put("features", line.features);
            lines.add(entry);
        }
        map.put("columns", lines);
        return map;
    }

    /** How many rows there were, and were left out, in words. */
    public String ofRows() {
        return "%,d rows; %,d without a target and %,d others left out"
                .formatted(rows, withoutTarget, dropped);
    }

    /** A line for the rows, and one for each column. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(ofRows());
        int widest = columns.stream().mapToInt(line -> line.column.length()).max().orElse(0);
        for (Line line : columns) {
            text.append(
                    "%n%s  %-8s  %s; %d missing; %s"
                            .formatted(
                                    line.column + " ".repeat(widest - line.column.length()),
                                    line.type.label(),
                                    line.found,
                                    line.missing,
                                    line.done));
        }
        return text.toString();
    }
}
