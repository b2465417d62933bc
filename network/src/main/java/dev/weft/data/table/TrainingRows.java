package dev.weft.data.table;

import dev.weft.HostArray;
import dev.weft.data.Examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is special about the rows that a preprocessing was fitted to: some are left out, and columns
 * that are encoded by the target are so by other folds' rows.
 *
 * @param preprocessing what was fitted
 * @param drops which rows are left out
 * @param byTarget of columns that are encoded by the target
 */
record TrainingRows(
        Preprocessing preprocessing, List<Drop> drops, List<TargetStatistics> byTarget) {
    /**
     * Which rows are left out because of a column.
     *
     * @param encoder of the column
     * @param missing those without its cell
     * @param outliers those with a number far out
     */
    record Drop(Encoder encoder, boolean missing, boolean outliers) {
        static Drop of(Encoder encoder, PreprocessingBuilder options) {
            ColumnRule rule = options.rule(encoder.field().name());
            return new Drop(encoder, rule.missing() == Missing.DROP, rule.outliers().drop());
        }

        boolean any() {
            return missing || (outliers && encoder instanceof NumberEncoder);
        }

        boolean keeps(Column cells, int row) {
            if (cells.isMissing(row)) {
                return !missing;
            }
            return !outliers
                    || !(encoder instanceof NumberEncoder number)
                    || number.isInside(((Column.Numbers) cells).values()[row]);
        }
    }

    TrainingRows with(Preprocessing other) {
        return new TrainingRows(other, drops, byTarget);
    }

    /** Whether rows must be gone through before the preprocessing is whole. */
    boolean needsPass() {
        return !drops.isEmpty() || !byTarget.isEmpty();
    }

    /** Counts targets by category, and the rows that are kept. */
    long count(TableSource training) throws IOException {
        long kept = 0;
        try (TableSource.Chunks pass = training.open(preprocessing.withTarget())) {
            for (Table chunk = pass.next(); chunk != null; chunk = pass.next()) {
                Table rows = kept(chunk);
                kept += rows.rows();
                HostArray targets = preprocessing.target().encode(rows);
                for (TargetStatistics statistics : byTarget) {
                    statistics.add(rows, cells(statistics, rows), targets);
                }
            }
        }
        return kept;
    }

    private Column.Texts cells(TargetStatistics statistics, Table rows) {
        return (Column.Texts) preprocessing.cells(statistics.field(), rows);
    }

    /** The rows that have a target and are not left out. */
    Table kept(Table rows) {
        Table labelled = preprocessing.labelled(rows);
        if (drops.isEmpty()) {
            return labelled;
        }
        List<Column> cells = new ArrayList<>();
        drops.forEach(drop -> cells.add(labelled.column(drop.encoder().field().name())));
        int[] kept = new int[labelled.rows()];
        int count = 0;
        for (int i = 0; i < kept.length; i++) {
            boolean keep = true;
            for (int k = 0; k < drops.size(); k++) {
                keep &= drops.get(k).keeps(cells.get(k), i);
            }
            if (keep) {
                kept[count++] = i;
            }
        }
        return labelled.select(Arrays.copyOf(kept, count));
    }

    /** Examples of the rows that are kept. */
    Examples encode(Table rows) throws IOException {
        Table kept = kept(rows);
        Map<String, TargetStatistics> statistics = new HashMap<>();
        byTarget.forEach(column -> statistics.put(column.field().name(), column));
        HostArray inputs =
                preprocessing.encode(
                        kept,
                        (encoder, cells, out, at, stride) -> {
                            TargetStatistics column = statistics.get(encoder.field().name());
                            if (column == null) {
                                encoder.encode(cells, out, at, stride);
                            } else {
                                column.encode(kept, (Column.Texts) cells, out, at, stride);
                            }
                        });
        return Examples.of(inputs, preprocessing.target().encode(kept));
    }
}
