package dev.weft.data;

import dev.weft.random.Philox;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;

/**
 * Divides rows into parts: each row is in one of them, and none in two. Parts are rows' numbers
 * from 0 on, in ascending order; the same seed gives the same parts.
 *
 * <p>Fractions are of the rows and add up to 1; a part that would have no row is refused.
 */
public final class Splits {
    private static final double TOLERANCE = 1e-6;

    private Splits() {}

    /**
     * What is learnt from in a round of cross-validation, and what is tested on.
     *
     * @param train the rows' numbers
     * @param test all others; for {@link #timeFolds} the next ones
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Fold(int[] train, int[] test) {}

    /** At random. */
    public static List<int[]> random(int rows, long seed, double... fractions) {
        return cut(new Philox(seed).permutation(rows), ends(rows, fractions));
    }

    /**
     * At random, with the same shares of every label in each part, as near as whole rows allow.
     * Each label is in the first part.
     *
     * @param labels of each row
     * @throws IllegalArgumentException where a label has one row
     */
    public static List<int[]> stratified(List<String> labels, long seed, double... fractions) {
        int rows = labels.size();
        ends(rows, fractions);
        Philox random = new Philox(seed);
        Parts parts = new Parts(fractions.length);
        for (int[] members : strata(labels).values()) {
            shuffle(members, random);
            int at = 0;
            for (int part = 0; part < fractions.length; part++) {
                int whole = (int) Math.floor(fractions[part] * members.length + TOLERANCE);
                int quota = part == 0 ? Math.max(1, whole) : whole;
                for (int i = 0; i < quota && at < members.length; i++) {
                    parts.add(part, members[at++]);
                }
            }
            while (at < members.length) {
                parts.add(parts.neediest(rows, fractions), members[at++]);
            }
        }
        return parts.done();
    }

    /**
     * At random, all rows of a group in one part.
     *
     * @param groups of each row
     */
    public static List<int[]> grouped(List<String> groups, long seed, double... fractions) {
        ends(groups.size(), fractions);
        Parts parts = new Parts(fractions.length);
        for (int[] members : shuffledGroups(groups, seed)) {
            parts.addAll(parts.neediest(groups.size(), fractions), members);
        }
        return parts.done();
    }

    /**
     * The earliest rows in the first part, the latest in the last; rows of one time are in one
     * part.
     *
     * @param times of each row, in any unit
     */
    public static List<int[]> byTime(long[] times, double... fractions) {
        int[] order = byTime(times);
        int[] ends = ends(times.length, fractions);
        for (int part = 0; part < ends.length; part++) {
            ends[part] = endOfTime(times, order, ends[part]);
        }
        return cut(order, ends);
    }

    /** In their order: the first ones in the first part. */
    public static List<int[]> inOrder(int rows, double... fractions) {
        return cut(IntStream.range(0, rows).toArray(), ends(rows, fractions));
    }

    /** Each row in the test of one of some folds, at random. */
    public static List<Fold> folds(int rows, int count, long seed) {
        requireFolds(count, rows, "rows");
        int[] order = new Philox(seed).permutation(rows);
        return folds(cut(order, evenEnds(rows, count)));
    }

    /**
     * Each row in the test of one of some folds, at random, with the same shares of every label.
     *
     * @throws IllegalArgumentException where a label has one row
     */
    public static List<Fold> stratifiedFolds(List<String> labels, int count, long seed) {
        requireFolds(count, labels.size(), "rows");
        Philox random = new Philox(seed);
        Parts parts = new Parts(count);
        int next = 0;
        for (int[] members : strata(labels).values()) {
            shuffle(members, random);
            for (int row : members) {
                parts.add(next++ % count, row);
            }
        }
        return folds(parts.done());
    }

    /** Each row in the test of one of some folds, at random, all rows of a group in the same. */
    public static List<Fold> groupedFolds(List<String> groups, int count, long seed) {
        List<int[]> shuffled = shuffledGroups(groups, seed);
        requireFolds(count, shuffled.size(), "groups");
        double[] fractions = new double[count];
        Arrays.fill(fractions, 1.0 / count);
        // The largest first, so that what is left evens the folds out.
        shuffled.sort((a, b) -> Integer.compare(b.length, a.length));
        Parts parts = new Parts(count);
        for (int[] members : shuffled) {
            parts.addAll(parts.neediest(groups.size(), fractions), members);
        }
        return folds(parts.done());
    }

    /**
     * Folds that learn from the past only: with k folds, fold i is tested on part i + 1 of k + 1 by
     * time, and learns from all parts before.
     */
    public static List<Fold> timeFolds(long[] times, int count) {
        requireFolds(count, times.length - 1, "rows less one");
        int[] order = byTime(times);
        int[] ends = evenEnds(times.length, count + 1);
        for (int part = 0; part < ends.length; part++) {
            ends[part] = endOfTime(times, order, ends[part]);
        }
        List<int[]> parts = cut(order, ends);
        List<Fold> folds = new ArrayList<>();
        for (int part = 1; part < parts.size(); part++) {
            folds.add(new Fold(joined(parts.subList(0, part)), parts.get(part)));
        }
        return folds;
    }

    /**
     * Which rows of a source of unknown size are in a part: each is drawn by its number, so that
     * parts have about their fractions of the rows.
     *
     * @param part which, from 0
     */
    public static LongPredicate streamed(int part, long seed, double... fractions) {
        checkFractions(fractions);
        double from = Arrays.stream(fractions, 0, part).sum();
        double to = part == fractions.length - 1 ? 1 : from + fractions[part];
        return row -> {
            double drawn = new Philox(seed, row).nextDouble();
            return drawn >= from && drawn < to;
        };
    }

    private static void checkFractions(double[] fractions) {
        double sum = Arrays.stream(fractions).sum();
        if (fractions.length < 2
                || Math.abs(sum - 1) > TOLERANCE
                || !Arrays.stream(fractions).allMatch(f -> f > 0)) {
            throw new IllegalArgumentException(
                    "split: two fractions or more, each above 0, must add up to 1; got %s, which add up to %s"
                            .formatted(
                                    Arrays.toString(fractions),
                                    String.format(Locale.ROOT, "%.4g", sum)));
        }
    }

    /** Where each part ends, in rows. */
    private static int[] ends(int rows, double[] fractions) {
        checkFractions(fractions);
        int[] ends = new int[fractions.length];
        double sum = 0;
        for (int i = 0; i < ends.length; i++) {
            sum += fractions[i];
            ends[i] = (int) Math.round(sum * rows);
        }
        ends[ends.length - 1] = rows;
        return ends;
    }

    private static int[] evenEnds(int rows, int count) {
        int[] ends = new int[count];
        Arrays.setAll(ends, i -> (int) ((i + 1L) * rows / count));
        return ends;
    }

    private static List<int[]> cut(int[] order, int[] ends) {
        Parts parts = new Parts(ends.length);
        int at = 0;
        for (int part = 0; part < ends.length; part++) {
            while (at < ends[part]) {
                parts.add(part, order[at++]);
            }
        }
        return parts.done();
    }

    private static void requireFolds(int count, int most, String what) {
        if (count < 2 || count > most) {
            throw new IllegalArgumentException(
                    "folds: %d folds of %d %s; there must be 2 to %d"
                            .formatted(count, most, what, Math.max(2, most)));
        }
    }

    private static List<Fold> folds(List<int[]> parts) {
        List<Fold> folds = new ArrayList<>();
        for (int[] test : parts) {
            List<int[]> others = new ArrayList<>(parts);
            others.remove(test);
            folds.add(new Fold(joined(others), test));
        }
        return folds;
    }

    private static int[] joined(List<int[]> parts) {
        return parts.stream().flatMapToInt(Arrays::stream).sorted().toArray();
    }

    /** The rows of each label, which has at least two. */
    private static Map<String, int[]> strata(List<String> labels) {
        Map<String, int[]> strata = groups(labels);
        strata.forEach(
                (label, members) -> {
                    if (members.length == 1) {
                        throw new IllegalArgumentException(
                                "stratified split: '%s' has one row, number %d, which cannot be in two parts; leave it out, or split by something else, such as the order"
                                        .formatted(label, members[0] + 1));
                    }
                });
        return strata;
    }

    private static Map<String, int[]> groups(List<String> keys) {
        Map<String, IntStream.Builder> members = new LinkedHashMap<>();
        for (int row = 0; row < keys.size(); row++) {
            members.computeIfAbsent(keys.get(row), _ -> IntStream.builder()).add(row);
        }
        Map<String, int[]> groups = new LinkedHashMap<>();
        members.forEach((key, rows) -> groups.put(key, rows.build().toArray()));
        return groups;
    }

    private static List<int[]> shuffledGroups(List<String> keys, long seed) {
        List<int[]> groups = List.copyOf(groups(keys).values());
        List<int[]> shuffled = new ArrayList<>();
        for (int group : new Philox(seed).permutation(groups.size())) {
            shuffled.add(groups.get(group));
        }
        return shuffled;
    }

    private static void shuffle(int[] rows, Philox random) {
        int[] before = rows.clone();
        int[] order = random.permutation(rows.length);
        Arrays.setAll(rows, i -> before[order[i]]);
    }

    /** The rows in the order of their times, and of their numbers where times are equal. */
    private static int[] byTime(long[] times) {
        return IntStream.range(0, times.length)
                .boxed()
                .sorted((a, b) -> Long.compare(times[a], times[b]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** The first place from {@code at} on where another time begins. */
    private static int endOfTime(long[] times, int[] order, int at) {
        int end = at;
        while (end > 0 && end < order.length && times[order[end]] == times[order[end - 1]]) {
            end++;
        }
        return end;
    }

    /** Parts in the making. */
    private static final class Parts {
        private final List<IntStream.Builder> rows = new ArrayList<>();
        private final int[] sizes;

        Parts(int count) {
            sizes = new int[count];
            for (int i = 0; i < count; i++) {
                rows.add(IntStream.builder());
            }
        }

        void add(int part, int row) {
            rows.get(part).add(row);
            sizes[part]++;
        }

        void addAll(int part, int[] members) {
            for (int row : members) {
                add(part, row);
            }
        }

        /** The part that lacks the most rows. */
        int neediest(int total, double[] fractions) {
            int best = 0;
            for (int part = 1; part < sizes.length; part++) {
                if (fractions[part] * total - sizes[part] > fractions[best] * total - sizes[best]) {
                    best = part;
                }
            }
            return best;
        }

        List<int[]> done() {
            for (int part = 0; part < sizes.length; part++) {
                if (sizes[part] == 0) {
                    throw new IllegalArgumentException(
                            "split: part %d of %d would have no row; there are too few rows, groups or times for it"
                                    .formatted(part + 1, sizes.length));
                }
            }
            return rows.stream().map(part -> part.build().sorted().toArray()).toList();
        }
    }
}
