package dev.weft.cli;

import dev.weft.data.table.Table;
import dev.weft.data.table.TableSource;
import dev.weft.data.table.Target;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * The rows of a table that have a target, to be divided. Where they are not in memory, the columns
 * that say how to divide them are, so that the parts are the same.
 *
 * @param all every row, also those without a target
 * @param labelled which of them have one
 * @param keys those, with the columns that they are divided by
 * @param target what is learnt
 */
record TableRows(TableSource all, BitSet labelled, Table keys, Target target) implements Divisible {
    /**
     * Those of a table, or of a file.
     *
     * @param by the column of times or groups, null for none
     */
    static TableRows of(TableSource all, Target target, @Nullable String by) throws IOException {
        String learnt = target.field().name();
        List<String> others = new ArrayList<>(all.schema().names());
        others.remove(learnt);
        if (by != null) {
            others.remove(all.schema().field(by).name());
        }
        Table keys = all.read(all.schema().without(others));
        int[] there = Target.labelled(keys, target.field());
        return new TableRows(all, bits(there), keys.select(there), target);
    }

    /** Without rows of these numbers: in memory where all are. */
    static TableSource without(TableSource all, BitSet numbers) throws IOException {
        return chosen(all, row -> !numbers.get((int) row));
    }

    private static TableSource chosen(TableSource all, LongPredicate numbers) throws IOException {
        TableSource some = all.where(numbers);
        return all instanceof Table ? some.read() : some;
    }

    private static BitSet bits(int[] numbers) {
        BitSet bits = new BitSet();
        for (int number : numbers) {
            bits.set(number);
        }
        return bits;
    }

    @Override
    public int size() {
        return keys.rows();
    }

    @Override
    public @Nullable List<String> labels() {
        return target instanceof Target.Classes(var field, var _) ? keys.texts(field.name()) : null;
    }

    @Override
    public long[] times(String column) {
        return keys.times(column);
    }

    @Override
    public List<String> groups(String column) {
        return keys.texts(column);
    }

    /** Those of these numbers, in their order: in memory where all are. */
    TableSource part(int[] numbers) throws IOException {
        BitSet some = new BitSet();
        int[] there = labelled.stream().toArray();
        for (int number : numbers) {
            some.set(there[number]);
        }
        return chosen(all, row -> some.get((int) row));
    }
}
