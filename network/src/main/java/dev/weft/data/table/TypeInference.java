package dev.weft.data.table;

import java.util.function.Predicate;

/**
 * Says what a column is from its first cells.
 *
 * <ul>
 *   <li>All numbers: a number. Whole numbers of which one begins with a 0, as 01234, are names.
 *   <li>Else all dates by one order of their parts, tried as {@link DateOrder} lists them: a date.
 *   <li>Else, where at least nine of ten are numbers, and there are too many different ones for a
 *       category: a number, whose other cells are refused when they are read. The same for dates.
 *   <li>Else text, where most are different and have two words or more; otherwise a category.
 * </ul>
 */
final class TypeInference {
    /** A category may have so many different cells, whatever they are. */
    private static final int FEW = 20;

    /** Of so many cells what they are is said of the column. */
    static final double MOST = 0.9;

    private TypeInference() {}

    /** What the format says, or the cells. */
    static Field infer(String name, Column.Texts cells, CsvFormat format) {
        ColumnType said = format.types().get(name);
        Counted counted = new Counted(cells);
        if (said == ColumnType.DATE) {
            return new Field(name, said, counted.order(format));
        }
        if (said != null) {
            return new Field(name, said);
        }
        if (counted.all == 0) {
            return new Field(name, ColumnType.CATEGORY);
        }
        char point = format.decimal();
        long numbers = counted.of(cell -> !Double.isNaN(Decimals.parse(cell, point)));
        if (numbers == counted.all) {
            return new Field(
                    name,
                    counted.of(cell -> isName(cell)) > 0 ? ColumnType.CATEGORY : ColumnType.NUMBER);
        }
        DateOrder order = counted.order(format);
        long dates = counted.dates(order);
        boolean many = counted.distinct > FEW;
        if (dates == counted.all || (many && dates >= MOST * counted.all)) {
            return new Field(name, ColumnType.DATE, order);
        }
        if (many && numbers >= MOST * counted.all) {
            return new Field(name, ColumnType.NUMBER);
        }
        boolean words =
                many
                        && 2L * counted.distinct > counted.all
                        && 2 * counted.of(cell -> cell.indexOf(' ') > 0) > counted.all;
        return new Field(name, words ? ColumnType.TEXT : ColumnType.CATEGORY);
    }

    private static boolean isName(String cell) {
        return cell.length() > 1
                && cell.charAt(0) == '0'
                && cell.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Different texts, and how often each is there. */
    private static final class Counted {
        private final Column.Texts cells;
        private final int[] counts;
        private final long all;
        private final int distinct;

        Counted(Column.Texts cells) {
            this.cells = cells;
            counts = new int[cells.values().size()];
            long present = 0;
            int different = 0;
            for (int code : cells.codes()) {
                if (code != Column.Texts.MISSING) {
                    different += counts[code]++ == 0 ? 1 : 0;
                    present++;
                }
            }
            all = present;
            distinct = different;
        }

        long of(Predicate<String> kind) {
            long found = 0;
            for (int i = 0; i < counts.length; i++) {
                found += counts[i] > 0 && kind.test(cells.values().get(i)) ? counts[i] : 0;
            }
            return found;
        }

        long dates(DateOrder order) {
            return of(cell -> order.seconds(cell) != DateOrder.MISSING);
        }

        /** The first order by which the most cells are dates. */
        DateOrder order(CsvFormat format) {
            if (format.dates() != null) {
                return format.dates();
            }
            DateOrder best = DateOrder.YEAR_MONTH_DAY;
            long most = dates(best);
            for (DateOrder order : DateOrder.values()) {
                long found = dates(order);
                if (found > most) {
                    best = order;
                    most = found;
                }
            }
            return best;
        }
    }
}
