package dev.weft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

class SplitsTest {
    private static final int ROWS = 103;

    private static final List<String> LABELS =
            IntStream.range(0, ROWS).mapToObj(i -> i % 10 == 0 ? "rare" : "often" + i % 2).toList();

    private static String refusal(Executable split) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, split).getMessage());
    }

    private static void assertParts(int rows, List<int[]> parts) {
        int[] all = parts.stream().flatMapToInt(Arrays::stream).sorted().toArray();
        assertArrayEquals(IntStream.range(0, rows).toArray(), all);
        for (int[] part : parts) {
            int[] sorted = part.clone();
            Arrays.sort(sorted);
            assertArrayEquals(sorted, part);
        }
    }

    private static void assertFolds(int rows, List<Splits.Fold> folds) {
        assertParts(rows, folds.stream().map(Splits.Fold::test).toList());
        for (Splits.Fold fold : folds) {
            assertParts(rows, List.of(fold.train(), fold.test()));
        }
    }

    private static double count(int[] rows, String label) {
        return Arrays.stream(rows).filter(row -> LABELS.get(row).equals(label)).count();
    }

    @Test
    void dividesAtRandomBySeed() {
        List<int[]> parts = Splits.random(ROWS, 1, 0.7, 0.15, 0.15);
        assertParts(ROWS, parts);
        assertEquals(List.of(72, 16, 15), parts.stream().map(part -> part.length).toList());
        assertArrayEquals(parts.get(1), Splits.random(ROWS, 1, 0.7, 0.15, 0.15).get(1));
        assertTrue(!Arrays.equals(parts.get(1), Splits.random(ROWS, 2, 0.7, 0.15, 0.15).get(1)));
    }

    @Test
    void keepsTheSharesOfLabels() {
        List<int[]> parts = Splits.stratified(LABELS, 3, 0.6, 0.2, 0.2);
        assertParts(ROWS, parts);
        assertEquals(6.0, count(parts.get(0), "rare"), 1.0);
        for (int[] part : parts) {
            double share = count(part, "often1") / part.length;
            assertEquals(0.5, share, 0.05);
            assertTrue(count(part, "rare") >= 2);
        }
        assertEquals(62, parts.get(0).length, 2);
        assertEquals(
                "stratified split: 'b' has one row, number 2, which cannot be in two parts; leave"
                        + " it out, or split by something else, such as the order",
                refusal(() -> Splits.stratified(List.of("a", "b", "a", "a"), 1, 0.5, 0.5)));
        // Two rows of a label: one is learnt from.
        for (int seed = 0; seed < 20; seed++) {
            List<String> few = List.of("a", "b", "a", "b", "a", "a", "a", "a");
            int[] train = Splits.stratified(few, seed, 0.3, 0.7).getFirst();
            assertTrue(Arrays.stream(train).anyMatch(row -> few.get(row).equals("b")));
        }
    }

    @Test
    void keepsGroupsTogether() {
        List<String> groups = IntStream.range(0, ROWS).mapToObj(i -> "g" + i * 7 % 13).toList();
        List<int[]> parts = Splits.grouped(groups, 5, 0.5, 0.25, 0.25);
        assertParts(ROWS, parts);
        List<Splits.Fold> folds = Splits.groupedFolds(groups, 4, 5);
        assertFolds(ROWS, folds);
        List<List<int[]>> all = new ArrayList<>(List.of(parts));
        all.add(folds.stream().map(Splits.Fold::test).toList());
        for (List<int[]> some : all) {
            Set<String> seen = new HashSet<>();
            for (int[] part : some) {
                Set<String> here = new HashSet<>();
                Arrays.stream(part).forEach(row -> here.add(groups.get(row)));
                here.forEach(group -> assertTrue(seen.add(group), group));
                assertTrue(part.length > 10);
            }
        }
        assertEquals(
                "folds: 3 folds of 2 groups; there must be 2 to 2",
                refusal(() -> Splits.groupedFolds(List.of("a", "b", "a", "b"), 3, 1)));
    }

    @Test
    void putsTheLatestLast() {
        long[] times = {5, 1, 4, 4, 4, 9, 8};
        List<int[]> parts = Splits.byTime(times, 0.4, 0.6);
        assertArrayEquals(new int[] {1, 2, 3, 4}, parts.get(0));
        assertArrayEquals(new int[] {0, 5, 6}, parts.get(1));
        assertTrue(
                refusal(() -> Splits.byTime(new long[] {3, 3, 3}, 0.5, 0.5))
                        .startsWith("split: part 2 of 2 would have no row"));
        List<int[]> inOrder = Splits.inOrder(10, 0.8, 0.2);
        assertArrayEquals(new int[] {8, 9}, inOrder.get(1));
    }

    @Test
    void learnsFromThePastOnly() {
        long[] times = LongStream.range(0, ROWS).map(i -> i * 37 % ROWS).toArray();
        List<Splits.Fold> folds = Splits.timeFolds(times, 4);
        assertEquals(4, folds.size());
        for (Splits.Fold fold : folds) {
            long latest =
                    Arrays.stream(fold.train()).mapToLong(row -> times[row]).max().orElseThrow();
            assertTrue(Arrays.stream(fold.test()).allMatch(row -> times[row] > latest));
        }
        assertEquals(ROWS, folds.getLast().train().length + folds.getLast().test().length);
    }

    @Test
    void testsEachRowOnce() {
        List<Splits.Fold> folds = Splits.folds(ROWS, 5, 1);
        assertFolds(ROWS, folds);
        assertTrue(folds.stream().allMatch(fold -> Math.abs(fold.test().length - ROWS / 5.0) < 1));
        List<Splits.Fold> even = Splits.stratifiedFolds(LABELS, 5, 1);
        assertFolds(ROWS, even);
        for (Splits.Fold fold : even) {
            assertEquals(11 / 5.0, count(fold.test(), "rare"), 1);
        }
        assertFolds(7, Splits.folds(7, 7, 1));
    }

    @Test
    void refusesWhatCannotBe() {
        assertEquals(
                "folds: 8 folds of 7 rows; there must be 2 to 7",
                refusal(() -> Splits.folds(7, 8, 1)));
        assertEquals(
                "folds: 1 folds of 7 rows; there must be 2 to 7",
                refusal(() -> Splits.folds(7, 1, 1)));
        refusal(() -> Splits.stratifiedFolds(List.of("a", "a"), 3, 1));
        assertEquals(
                "split: two fractions or more, each above 0, must add up to 1; got [0.5, 0.4],"
                        + " which add up to 0.9000",
                refusal(() -> Splits.random(10, 1, 0.5, 0.4)));
        refusal(() -> Splits.random(10, 1, 1));
        refusal(() -> Splits.random(10, 1, 1.5, -0.5));
        refusal(() -> Splits.random(10, 1, Double.NaN, 0.5));
        assertEquals(
                "split: part 2 of 2 would have no row; there are too few rows, groups or times for"
                        + " it",
                refusal(() -> Splits.random(3, 1, 0.9, 0.1)));
    }

    @Test
    void drawsPartsOfStreams() {
        double[] fractions = {0.7, 0.1, 0.2};
        List<LongPredicate> parts =
                IntStream.range(0, 3).mapToObj(i -> Splits.streamed(i, 9, fractions)).toList();
        int[] counts = new int[3];
        for (long row = 0; row < 20_000; row++) {
            int in = 0;
            for (int part = 0; part < 3; part++) {
                if (parts.get(part).test(row)) {
                    in++;
                    counts[part]++;
                }
            }
            assertEquals(1, in);
        }
        for (int part = 0; part < 3; part++) {
            assertEquals(fractions[part] * 20_000, counts[part], 300);
        }
    }
}
