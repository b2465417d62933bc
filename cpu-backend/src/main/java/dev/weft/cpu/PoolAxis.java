package dev.weft.cpu;

import dev.weft.backend.Window;

import java.util.Arrays;

/** The windows along an axis in numbers that are looked up: to work them out takes divisions. */
final class PoolAxis {
    /** Elements of a window, and from the start of one to that of the next. */
    final int size;

    final int stride;

    /** How many windows there are, and elements. */
    final int windows;

    final int extent;

    /** Of each window: its start, the first and the end of its elements that are there. */
    final int[] start;

    final int[] from;
    final int[] until;

    /** What its elements count in a mean. */
    final int[] count;

    /** Of each k: the first window whose element k is not before x, and the first behind x. */
    final int[] low;

    final int[] high;

    /** Windows that have all of their elements. */
    final int firstWhole;

    final int endWhole;

    /** Of each element: the first window that may hold it, and the last. */
    final int[] first;

    final int[] last;

    private final Window.Axis axis;

    PoolAxis(Window.Axis axis, long extent, long windows, boolean padded) {
        this.axis = axis;
        this.size = axis.size();
        this.stride = axis.stride();
        this.windows = (int) windows;
        this.extent = (int) extent;
        start = new int[this.windows];
        from = new int[this.windows];
        until = new int[this.windows];
        count = new int[this.windows];
        for (int o = 0; o < this.windows; o++) {
            start[o] = (int) axis.start(o);
            from[o] = axis.from(o);
            until[o] = axis.until(o, extent);
            count[o] = axis.count(o, extent, padded);
        }
        low = new int[size];
        high = new int[size];
        Arrays.setAll(low, k -> window(-at(k)));
        Arrays.setAll(high, k -> window(this.extent - at(k)));
        first = new int[this.extent];
        last = new int[this.extent];
        Arrays.setAll(first, element -> (int) axis.first(element));
        Arrays.setAll(last, element -> (int) axis.last(element, windows));
        firstWhole = low[0];
        endWhole = Math.max(firstWhole, high[size - 1]);
    }

    /** The first window that is so far from the first one. */
    private int window(int distance) {
        return Math.clamp(Math.ceilDiv(distance, stride), 0, windows);
    }

    /** Where the first window has its element k, be it before x. */
    int at(int k) {
        return (int) (axis.start(0) + (long) k * axis.dilation());
    }

    /** Where window o has its element k. */
    int place(int o, int k) {
        return start[o] + k * axis.dilation();
    }

    /** Whether a window between them does. */
    boolean holds(int o, int element) {
        return axis.dilation() == 1 || axis.holds(o, element);
    }
}
