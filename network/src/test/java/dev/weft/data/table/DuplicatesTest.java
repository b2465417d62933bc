package dev.weft.data.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

class DuplicatesTest {
    @Test
    void findsRowsThatAreEqualInAllColumns() throws IOException {
        LocalDateTime day = LocalDateTime.of(2000, 1, 1, 0, 0);
        Table rows =
                Table.builder()
                        .numbers("x", 1, 1, 0, -0.0, Double.NaN, Double.NaN, 1, 1)
                        .categories("c", "ab", "ab", "", "", null, null, "ab", "a")
                        .column(
                                "d",
                                ColumnType.DATE,
                                Column.dates(
                                        Arrays.asList(day, day, day, day, null, null, null, day)))
                        .build();
        BitSet expected = new BitSet();
        expected.set(1);
        expected.set(3);
        expected.set(5);
        assertEquals(expected, Duplicates.find(rows));
        Table left = Duplicates.drop(rows);
        assertEquals(List.of("ab", "", "", "ab", "a"), List.copyOf(left.texts("c")));
        assertSame(left, Duplicates.drop(left));
    }

    @Test
    void tellsManyRowsApart() throws IOException {
        int rows = 200_000;
        Table table =
                Table.builder()
                        .numbers(
                                "x",
                                IntStream.range(0, rows)
                                        .mapToDouble(i -> Math.floorDiv(i % 100_000, 7))
                                        .toArray())
                        .numbers(
                                "z",
                                IntStream.range(0, rows)
                                        .mapToDouble(i -> i % 100_000 % 7)
                                        .toArray())
                        .build();
        BitSet found = Duplicates.find(table);
        assertEquals(100_000, found.cardinality());
        assertEquals(100_000, found.nextSetBit(0));
    }
}
