package dev.weft.data.table;

import dev.weft.data.Examples;
import dev.weft.data.Source;

import java.io.IOException;

/** A preprocessing, and the training rows that it was fitted to. */
public final class FittedTable {
    private final TableSource training;
    private final TrainingRows rows;
    private final CleaningReport report;
    private final long size;

    FittedTable(TableSource training, TrainingRows rows, CleaningReport report, long size) {
        this.training = training;
        this.rows = rows;
        this.report = report;
        this.size = size;
    }

    /** What was fitted: for all rows but these. */
    public Preprocessing preprocessing() {
        return rows.preprocessing();
    }

    /** What was found in the training rows, and what was done about it. */
    public CleaningReport report() {
        return report;
    }

    /**
     * The training rows as examples, those left out that have no target or are to be dropped. What
     * {@link Preprocessing#examples} makes of them is the same, but for rows that are dropped, and
     * for columns that are encoded by the target: there each row has the means of other folds.
     */
    public Examples examples() throws IOException {
        return rows.encode(training.read(preprocessing().withTarget()));
    }

    /** {@link #examples}, by streaming. */
    public Source source() {
        return new EncodedRows(
                size, () -> training.open(preprocessing().withTarget()), rows::encode);
    }
}
