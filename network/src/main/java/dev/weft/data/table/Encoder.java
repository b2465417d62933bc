package dev.weft.data.table;

import java.util.List;
import java.util.Map;

/** Makes features of a column's cells, by what was fitted to the training rows. */
sealed interface Encoder
        permits NumberEncoder,
                OneHotEncoder,
                OrdinalEncoder,
                HashingEncoder,
                TargetEncoder,
                DateEncoder,
                WordsEncoder {
    /** The column, and what its cells are. */
    Field field();

    /** The features' names. */
    List<String> features();

    /**
     * Writes the features of each cell of a column.
     *
     * @param out where feature k of cell i goes to: [at + i · stride + k]; all 0 before
     */
    void encode(Column cells, float[] out, int at, int stride);

    /** What it is, for a file; {@link EncoderJson} reads it. */
    Map<String, Object> toMap();
}
