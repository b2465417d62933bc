package dev.weft.data.table;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a table is to be preprocessed. What is not said is chosen by each column's type:
 *
 * <ul>
 *   <li>numbers: the median for missing ones, and a feature that says so; {@link
 *       NumberEncoding#AUTO};
 *   <li>categories: one-hot, missing ones as a category of their own; above {@link #maxOneHot} by
 *       {@link CategoryEncoding#TARGET}, or {@link CategoryEncoding#HASHING} where the target has
 *       many outputs;
 *   <li>dates: {@link DatePart};
 *   <li>texts: a bag of words by hashing;
 *   <li>left out: columns with no cell at all, with the same in all rows, and those that only
 *       number or name the rows, unless {@link #type} was said of them.
 * </ul>
 */
public final class PreprocessingBuilder {
    final Set<String> ignored = new HashSet<>();
    final Map<String, ColumnType> types = new HashMap<>();
    final Map<String, ColumnRule> rules = new HashMap<>();
    final Map<String, CategoryEncoding> encodings = new HashMap<>();
    final Map<String, List<String>> orders = new HashMap<>();
    final Map<String, String> fills = new HashMap<>();
    final Set<DatePart> dateParts = new HashSet<>();
    String target = "";
    TargetKind task = TargetKind.AUTO;
    char labelSeparator = '|';
    List<String> known = List.of();
    ColumnRule numbers = ColumnRule.DEFAULT;
    CategoryEncoding categories = CategoryEncoding.AUTO;
    int maxOneHot = 64;
    int buckets = 64;
    double smoothing = 10;
    int folds = 5;
    long seed;

    PreprocessingBuilder() {}

    /** The column to learn. */
    public PreprocessingBuilder target(String column) {
        target = column;
        return this;
    }

    /** What is to be learnt of it. */
    public PreprocessingBuilder task(TargetKind what) {
        task = what;
        return this;
    }

    /** That it has any number of labels, with this between them. */
    public PreprocessingBuilder multiLabel(char separator) {
        labelSeparator = separator;
        return task(TargetKind.MULTI_LABEL);
    }

    /** Classes or labels that there are, though perhaps in no training row. */
    public PreprocessingBuilder classes(List<String> names) {
        known = List.copyOf(names);
        return this;
    }

    /** Columns of which nothing is taken. */
    public PreprocessingBuilder ignore(String... columns) {
        ignored.addAll(List.of(columns));
        return this;
    }

    /** What a column's cells are, whatever they look like; it is not left out as a row's number. */
    public PreprocessingBuilder type(String column, ColumnType type) {
        types.put(column, type);
        return this;
    }

    /** How numbers become features. */
    public PreprocessingBuilder numbers(NumberEncoding encoding) {
        numbers = numbers.encoding(encoding);
        rules.replaceAll((_, rule) -> rule.encoding(encoding));
        return this;
    }

    /** How a column's numbers become features. Say what holds of all columns first. */
    public PreprocessingBuilder numbers(String column, NumberEncoding encoding) {
        rules.put(column, rule(column).encoding(encoding));
        return this;
    }

    /** What stands for missing cells; see {@link #missing(String, Missing)}. */
    public PreprocessingBuilder missing(Missing how) {
        numbers = numbers.missing(how, 0);
        rules.replaceAll((_, rule) -> rule.missing(how, 0));
        return this;
    }

    /**
     * What stands for a column's missing cells. {@link Missing#DROP} is for columns of any type,
     * {@link Missing#MOST_FREQUENT} for numbers and categories, others are for numbers; a missing
     * category is otherwise one of its own, and a missing date or text is 0 in all features.
     */
    public PreprocessingBuilder missing(String column, Missing how) {
        rules.put(column, rule(column).missing(how, 0));
        return this;
    }

    /** The number that stands for a column's missing ones. */
    public PreprocessingBuilder fill(String column, double value) {
        rules.put(column, rule(column).missing(Missing.CONSTANT, value));
        return this;
    }

    /** The category that stands for a column's missing ones. */
    public PreprocessingBuilder fill(String column, String category) {
        fills.put(column, category);
        return this;
    }

    /** Whether features say that a cell was missing, where that was so in training rows. */
    public PreprocessingBuilder indicators(boolean wanted) {
        numbers = numbers.indicator(wanted);
        rules.replaceAll((_, rule) -> rule.indicator(wanted));
        return this;
    }

    /** What is done about numbers far out. */
    public PreprocessingBuilder outliers(Outliers what) {
        numbers = numbers.outliers(what);
        rules.replaceAll((_, rule) -> rule.outliers(what));
        return this;
    }

    /** What is done about a column's numbers far out. Say what holds of all columns first. */
    public PreprocessingBuilder outliers(String column, Outliers what) {
        rules.put(column, rule(column).outliers(what));
        return this;
    }

    /** How categories become features. */
    public PreprocessingBuilder categories(CategoryEncoding encoding) {
        categories = encoding;
        return this;
    }

    /** How a column's categories become features. */
    public PreprocessingBuilder categories(String column, CategoryEncoding encoding) {
        encodings.put(column, encoding);
        return this;
    }

    /** A column's categories in their order, encoded by {@link CategoryEncoding#ORDINAL}. */
    public PreprocessingBuilder order(String column, String... ascending) {
        orders.put(column, List.of(ascending));
        return categories(column, CategoryEncoding.ORDINAL);
    }

    /** Which parts of dates are taken. */
    public PreprocessingBuilder dateParts(DatePart... parts) {
        dateParts.clear();
        dateParts.addAll(List.of(parts));
        return this;
    }

    /**
     * Up to how many categories {@link CategoryEncoding#AUTO} is one-hot; 64 if nothing is said.
     */
    public PreprocessingBuilder maxOneHot(int most) {
        maxOneHot = atLeast("maxOneHot", 1, most);
        return this;
    }

    /** How many buckets hashes choose among; 64 if nothing is said. */
    public PreprocessingBuilder buckets(int count) {
        buckets = atLeast("buckets", 2, count);
        return this;
    }

    /** How many rows of the mean target are added to each category's; 10 if nothing is said. */
    public PreprocessingBuilder smoothing(double rows) {
        if (!(rows >= 0)) {
            throw new IllegalArgumentException("smoothing must be 0 or more, got " + rows);
        }
        smoothing = rows;
        return this;
    }

    /**
     * In how many folds {@link CategoryEncoding#TARGET} divides the training rows; 5 by default.
     */
    public PreprocessingBuilder folds(int count) {
        folds = atLeast("folds", 2, count);
        return this;
    }

    /** What folds and samples are drawn by. */
    public PreprocessingBuilder seed(long value) {
        seed = value;
        return this;
    }

    private static int atLeast(String name, int least, int value) {
        if (value < least) {
            throw new IllegalArgumentException(
                    "%s must be at least %d, got %d".formatted(name, least, value));
        }
        return value;
    }

    ColumnRule rule(String column) {
        return rules.getOrDefault(column, numbers);
    }

    /** Every column that something was said of. */
    List<String> named() {
        List<String> names = new ArrayList<>(List.of(target));
        names.addAll(ignored);
        names.addAll(types.keySet());
        names.addAll(rules.keySet());
        names.addAll(encodings.keySet());
        names.addAll(fills.keySet());
        return names.stream().distinct().toList();
    }

    /**
     * Fits to the training rows, and to nothing else: rows that are to test must not be among them.
     * Makes one pass over them, and a second where a column is encoded by the target. Means and
     * deviations are of all rows that have a target; quantiles, modes and numbers far out are of a
     * sample of 65,536, and exact where there are no more; of a column's categories the first
     * 65,536 are known.
     *
     * @throws IllegalArgumentException where a column that was named is not there, or there is
     *     nothing to learn or to learn from
     * @throws IOException where rows cannot be read
     */
    public FittedTable fit(TableSource training) throws IOException {
        return new TableFitting(this, training).fit();
    }
}
