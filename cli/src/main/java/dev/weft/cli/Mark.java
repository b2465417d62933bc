package dev.weft.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A connected piece of ink, by its pixels and the rectangle around them.
 *
 * @param pixels the numbers of its pixels, row by row
 * @param left its first column
 * @param top its first row
 * @param right its last column
 * @param bottom its last row
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Mark(int[] pixels, int left, int top, int right, int bottom) {
    /** All pieces: pixels above the threshold, connected by sides or corners. */
    static List<Mark> all(float[] ink, int width, double threshold) {
        int height = ink.length / width;
        BitSet open = new BitSet(ink.length);
        for (int i = 0; i < ink.length; i++) {
            open.set(i, ink[i] > threshold);
        }
        List<Mark> marks = new ArrayList<>();
        // Every pixel of every piece, in the order in which they are found.
        int[] found = new int[open.cardinality()];
        int count = 0;
        for (int first = open.nextSetBit(0); first >= 0; first = open.nextSetBit(first)) {
            int begin = count;
            found[count++] = first;
            open.clear(first);
            for (int at = begin; at < count; at++) {
                int x = found[at] % width;
                int y = found[at] / width;
                for (int ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
                    for (int nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
                        int next = ny * width + nx;
                        if (open.get(next)) {
                            open.clear(next);
                            found[count++] = next;
                        }
                    }
                }
            }
            marks.add(around(Arrays.copyOfRange(found, begin, count), width));
        }
        return marks;
    }

    private static Mark around(int[] pixels, int width) {
        int left = width;
        int right = 0;
        int top = Integer.MAX_VALUE;
        int bottom = 0;
        for (int pixel : pixels) {
            left = Math.min(left, pixel % width);
            right = Math.max(right, pixel % width);
            top = Math.min(top, pixel / width);
            bottom = Math.max(bottom, pixel / width);
        }
        return new Mark(pixels, left, top, right, bottom);
    }

    int area() {
        return pixels.length;
    }

    int width() {
        return right - left + 1;
    }

    int height() {
        return bottom - top + 1;
    }

    int longerSide() {
        return Math.max(width(), height());
    }

    /** Whether it runs into the picture's border, as the edge of a table or a shadow does. */
    boolean touchesBorder(int imageWidth, int imageHeight) {
        return left == 0 || top == 0 || right == imageWidth - 1 || bottom == imageHeight - 1;
    }

    /** Whether the other begins within {@code distance} of this one's rectangle. */
    boolean isNear(Mark other, double distance) {
        return other.left <= right + distance
                && other.right >= left - distance
                && other.top <= bottom + distance
                && other.bottom >= top - distance;
    }

    /** Both as one. */
    Mark with(Mark other) {
        int[] both = Arrays.copyOf(pixels, pixels.length + other.pixels.length);
        System.arraycopy(other.pixels, 0, both, pixels.length, other.pixels.length);
        return new Mark(
                both,
                Math.min(left, other.left),
                Math.min(top, other.top),
                Math.max(right, other.right),
                Math.max(bottom, other.bottom));
    }
}
