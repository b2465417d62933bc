package dev.weft.data.table;

/**
 * How a column is to be cleaned and, where it holds numbers, encoded.
 *
 * @param encoding how numbers become features
 * @param missing what stands for a missing one
 * @param constant that, for {@link Missing#CONSTANT}
 * @param indicator whether a feature says that one was missing, where some training rows had none
 * @param outliers what is done about numbers far out
 */
record ColumnRule(
        NumberEncoding encoding,
        Missing missing,
        double constant,
        boolean indicator,
        Outliers outliers) {
    static final ColumnRule DEFAULT =
            new ColumnRule(NumberEncoding.AUTO, Missing.MEDIAN, 0, true, Outliers.keep());

    ColumnRule encoding(NumberEncoding other) {
        return new ColumnRule(other, missing, constant, indicator, outliers);
    }

    ColumnRule missing(Missing other, double value) {
        return new ColumnRule(encoding, other, value, indicator, outliers);
    }

    ColumnRule indicator(boolean wanted) {
        return new ColumnRule(encoding, missing, constant, wanted, outliers);
    }

    ColumnRule outliers(Outliers other) {
        return new ColumnRule(encoding, missing, constant, indicator, other);
    }
}
