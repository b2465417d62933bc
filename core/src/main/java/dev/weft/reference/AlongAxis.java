package dev.weft.reference;

import dev.weft.Shape;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What works along the last axis, one line after the other, in the order of its elements. */
final class AlongAxis {
    private AlongAxis() {}

    /** Where the elements of one line lie in each of some views. */
    @FunctionalInterface
    private interface Line {
        /**
         * @param index the line's number in row-major order
         * @param starts where it begins in the buffer of each view
         */
        void at(long index, long[] starts);
    }

    /** Goes through the lines of views with the same leading axes. */
    private static void forEachLine(Line line, View... views) {
        Shape lines = views[0].shape().with(-1, 1);
        long[] index = new long[lines.rank()];
        for (long i = 0; i < lines.size(); i++) {
            long[] starts = new long[views.length];
            for (int v = 0; v < views.length; v++) {
                starts[v] = views[v].offset();
                for (int axis = 0; axis < index.length; axis++) {
                    starts[v] += index[axis] * views[v].stride(axis);
                }
            }
            line.at(i, starts);
            for (int axis = index.length - 1;
                    axis >= 0 && ++index[axis] == lines.dim(axis);
                    axis--) {
                index[axis] = 0;
            }
        }
    }

    private static long index(
            String what, View indices, long line, long start, long j, long bound) {
        long index = Elements.of(indices).getLong(start + j * indices.stride(-1));
        return checked(what, index, line * indices.dim(-1) + j, bound);
    }

    /** The index, if it is in [0, bound). */
    static long checked(String what, long index, long position, long bound) {
        if (index < 0 || index >= bound) {
            throw new IndexOutOfBoundsException(
                    "%s %d at position %d is outside [0, %d)"
                            .formatted(what, index, position, bound));
        }
        return index;
    }

    private static void check(String what, View indices, long bound) {
        forEachLine(
                (line, at) -> {
                    for (long j = 0; j < indices.dim(-1); j++) {
                        index(what, indices, line, at[0], j, bound);
                    }
                },
                indices);
    }

    static void take(View x, View indices, View y) {
        String what = "takeAlong: index";
        check(what, indices, x.dim(-1));
        forEachLine(
                (line, at) -> {
                    for (long j = 0; j < y.dim(-1); j++) {
                        long from = index(what, indices, line, at[1], j, x.dim(-1));
                        move(x, at[2] + from * x.stride(-1), y, at[0] + j * y.stride(-1));
                    }
                },
                y,
                indices,
                x);
    }

    static void scatter(boolean adds, View x, View indices, View y) {
        String what = "scatterAlong: index";
        check(what, indices, y.dim(-1));
        forEachLine(
                (line, at) -> {
                    Map<Long, PreciseSum> sums = new HashMap<>();
                    for (long j = 0; j < x.dim(-1); j++) {
                        long index = index(what, indices, line, at[1], j, y.dim(-1));
                        long from = at[0] + j * x.stride(-1);
                        long to = at[2] + index * y.stride(-1);
                        if (!adds) {
                            move(x, from, y, to);
                        } else if (y.dtype().isFloating()) {
                            sums.computeIfAbsent(to, place -> sumFrom(y, place))
                                    .add(Elements.of(x).get(from));
                        } else {
                            long sum = Elements.of(y).getLong(to) + Elements.of(x).getLong(from);
                            Elements.of(y).setLong(to, sum);
                        }
                    }
                    sums.forEach((to, sum) -> Elements.of(y).set(to, sum.value()));
                },
                x,
                indices,
                y);
    }

    static void scan(ReduceOp op, boolean reversed, View x, View y) {
        boolean adds = op == ReduceOp.SUM;
        long n = x.dim(-1);
        forEachLine(
                (line, at) -> {
                    PreciseSum sum = new PreciseSum();
                    double product = 1;
                    long whole = adds ? 0 : 1;
                    for (long i = 0; i < n; i++) {
                        long j = reversed ? n - 1 - i : i;
                        long from = at[0] + j * x.stride(-1);
                        long to = at[1] + j * y.stride(-1);
                        if (!x.dtype().isFloating()) {
                            long value = Elements.of(x).getLong(from);
                            whole = adds ? whole + value : whole * value;
                            Elements.of(y).setLong(to, whole);
                        } else {
                            sum.add(Elements.of(x).get(from));
                            product *= Elements.of(x).get(from);
                            Elements.of(y).set(to, adds ? sum.value() : product);
                        }
                    }
                },
                x,
                y);
    }

    static void sort(boolean descending, View x, View y, View indices) {
        int n = (int) x.dim(-1);
        forEachLine(
                (line, at) -> {
                    Integer[] order = new Integer[n];
                    Arrays.setAll(order, j -> j);
                    Arrays.sort(order, order(descending, x, at[0]));
                    for (int j = 0; j < y.dim(-1); j++) {
                        move(x, at[0] + order[j] * x.stride(-1), y, at[1] + j * y.stride(-1));
                        Elements.of(indices).setLong(at[2] + j * indices.stride(-1), order[j]);
                    }
                },
                x,
                y,
                indices);
    }

    private static Comparator<Integer> order(boolean descending, View x, long start) {
        Elements elements = Elements.of(x);
        long stride = x.stride(-1);
        if (!x.dtype().isFloating()) {
            Comparator<Integer> whole =
                    Comparator.comparingLong(j -> elements.getLong(start + j * stride));
            return descending ? whole.reversed() : whole;
        }
        // Without its sign, a zero is one zero.
        ToDoubleFunction<Integer> value = j -> elements.get(start + j * stride) + 0.0;
        Comparator<Integer> real = Comparator.comparingDouble(value);
        Comparator<Integer> nanLast =
                Comparator.comparing(j -> Double.isNaN(value.applyAsDouble(j)));
        return nanLast.thenComparing(descending ? real.reversed() : real);
    }

    private static PreciseSum sumFrom(View y, long place) {
        PreciseSum sum = new PreciseSum();
        sum.add(Elements.of(y).get(place));
        return sum;
    }

    private static void move(View x, long from, View y, long to) {
        if (y.dtype().isFloating()) {
            Elements.of(y).set(to, Elements.of(x).get(from));
        } else {
            Elements.of(y).setLong(to, Elements.of(x).getLong(from));
        }
    }
}
