package dev.weft.reference;

import dev.weft.backend.View;
import dev.weft.backend.Window;

/** Pooling, window by window. */
final class Pools {
    private Pools() {}

    /** An element of a window, or of a plane that lies in it. */
    @FunctionalInterface
    private interface Visit {
        /**
         * @param window the window's number among those of all planes
         * @param place the element's number in its plane
         * @param element its number among those of all planes
         * @param count what divides the window's mean
         */
        void visit(long window, long place, long element, long count);
    }

    /** Goes through all windows in order, and in each through the elements that are there. */
    private static void forEach(Window window, boolean padded, View x, View y, Visit visit) {
        Window.Axis depth = window.depth();
        Window.Axis rows = window.rows();
        Window.Axis columns = window.columns();
        long plane = x.dim(1) * x.dim(2) * x.dim(3);
        long o = 0;
        for (long p = 0; p < y.dim(0); p++) {
            for (long i = 0; i < y.dim(1); i++) {
                for (long j = 0; j < y.dim(2); j++) {
                    for (long k = 0; k < y.dim(3); k++, o++) {
                        long count =
                                (long) depth.count(i, x.dim(1), padded)
                                        * rows.count(j, x.dim(2), padded)
                                        * columns.count(k, x.dim(3), padded);
                        for (int a = depth.from(i); a < depth.until(i, x.dim(1)); a++) {
                            for (int b = rows.from(j); b < rows.until(j, x.dim(2)); b++) {
                                for (int c = columns.from(k); c < columns.until(k, x.dim(3)); c++) {
                                    long row =
                                            (depth.start(i) + (long) a * depth.dilation())
                                                            * x.dim(2)
                                                    + rows.start(j)
                                                    + (long) b * rows.dilation();
                                    long place =
                                            row * x.dim(3)
                                                    + columns.start(k)
                                                    + (long) c * columns.dilation();
                                    visit.visit(o, place, p * plane + place, count);
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    static void max(Window window, View x, View y, View indices) {
        Elements to = Elements.of(y);
        Elements at = Elements.of(indices);
        long[] last = {-1};
        forEach(
                window,
                false,
                x,
                y,
                (o, place, element, _) -> {
                    double value = Elements.of(x).get(x.offset() + element);
                    double best = last[0] == o ? to.get(y.offset() + o) : Double.NaN;
                    if (last[0] != o
                            || value > best
                            || (Double.isNaN(value) && !Double.isNaN(best))) {
                        to.set(y.offset() + o, value);
                        at.setLong(indices.offset() + o, place);
                    }
                    last[0] = o;
                });
    }

    static void maxGrad(Window window, View indices, View dy, View dx) {
        PreciseSum[] sums = PreciseSum.zeros(dx.size());
        forEach(
                window,
                false,
                dx,
                dy,
                (o, place, element, _) -> {
                    if (Elements.of(indices).getLong(indices.offset() + o) == place) {
                        sums[(int) element].add(Elements.of(dy).get(dy.offset() + o));
                    }
                });
        PreciseSum.store(sums, dx);
    }

    static void average(Window window, boolean padded, View x, View y) {
        PreciseSum[] sums = PreciseSum.zeros(y.size());
        long[] counts = new long[sums.length];
        forEach(
                window,
                padded,
                x,
                y,
                (o, _, element, count) -> {
                    counts[(int) o] = count;
                    sums[(int) o].add(Elements.of(x).get(x.offset() + element));
                });
        for (int o = 0; o < sums.length; o++) {
            Elements.of(y).set(y.offset() + o, sums[o].value() / counts[o]);
        }
    }

    static void averageGrad(Window window, boolean padded, View dy, View dx) {
        PreciseSum[] sums = PreciseSum.zeros(dx.size());
        forEach(
                window,
                padded,
                dx,
                dy,
                (o, _, element, count) ->
                        sums[(int) element].add(Elements.of(dy).get(dy.offset() + o) / count));
        PreciseSum.store(sums, dx);
    }
}
