package dev.weft.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Shape;

import org.junit.jupiter.api.Test;

class ViewTest {
    private static final DeviceBuffer TWELVE = new Buffer(12);

    /** A buffer without memory. */
    private record Buffer(long size) implements DeviceBuffer {
        @Override
        public DType dtype() {
            return DType.F32;
        }
    }

    private static View view(long... dims) {
        return View.contiguous(TWELVE, Shape.of(dims), 0);
    }

    @Test
    void boundsAreCheckedWhenItIsMade() {
        Shape shape = Shape.of(3, 4);
        assertEquals(12, view(3, 4).size());
        assertThrows(IndexOutOfBoundsException.class, () -> View.contiguous(TWELVE, shape, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> View.contiguous(TWELVE, shape, -1));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> new View(TWELVE, shape, new long[] {5, 1}, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> new View(TWELVE, shape, new long[] {-4, 1}, 8));
        assertThrows(
                IllegalArgumentException.class, () -> new View(TWELVE, shape, new long[] {4}, 0));
        // Nothing is read from an empty view, wherever it is.
        assertEquals(0, View.contiguous(TWELVE, Shape.of(0, 4), 12).size());
    }

    @Test
    void contiguousMeansRowMajorWithoutGaps() {
        assertTrue(view(3, 4).isContiguous());
        assertFalse(view(3, 4).transpose().isContiguous());
        assertFalse(view(3, 4).slice(1, 0, 2, 1).isContiguous());
        assertTrue(view(3, 4).slice(0, 1, 3, 1).isContiguous());
        // The stride of an axis with one index is never used.
        assertTrue(view(3, 4).slice(0, 1, 2, 1).transpose().isContiguous());
        assertTrue(view(3, 4).slice(0, 1, 1, 1).transpose().isContiguous());
    }

    @Test
    void slices() {
        View every = view(3, 4).slice(1, 1, 4, 2);
        assertEquals(Shape.of(3, 2), every.shape());
        assertEquals(1, every.offset());
        assertArrayEquals(new long[] {4, 2}, every.strides());
        assertEquals(Shape.of(3, 1), view(3, 4).slice(1, 0, 4, Long.MAX_VALUE).shape());
        assertEquals(Shape.of(3, 0), view(3, 4).slice(1, 4, 4, Long.MAX_VALUE).shape());
    }

    @Test
    void expandRepeatsWithStridesOfZero() {
        View column = View.contiguous(TWELVE, Shape.of(3, 1), 2).expand(Shape.of(5, 3, 4));
        assertArrayEquals(new long[] {0, 1, 0}, column.strides());
        assertTrue(column.isRepeating());
        assertFalse(view(3, 4).isRepeating());
        assertFalse(
                View.contiguous(TWELVE, Shape.of(3, 1), 2).expand(Shape.of(1, 3, 1)).isRepeating());
    }

    @Test
    void axisLastKeepsTheOthersInOrder() {
        assertEquals(Shape.of(3, 2, 2), view(2, 3, 2).axisLast(0).shape());
        assertEquals(Shape.of(2, 2, 3), view(2, 3, 2).axisLast(1).shape());
        assertEquals(Shape.of(2, 3, 2), view(2, 3, 2).axisLast(2).shape());
    }

    @Test
    void unitAxesComeAndGo() {
        View x = view(3, 4).transpose();
        assertArrayEquals(new long[] {1, 0, 4, 0}, x.withUnitAxes(Shape.of(4, 1, 3, 1)).strides());
        assertArrayEquals(
                new long[] {1, 4},
                x.withUnitAxes(Shape.of(1, 4, 3)).withUnitAxes(Shape.of(4, 3)).strides());
    }

    private static void overlap(boolean expected, View a, View b) {
        assertEquals(expected, a.overlaps(b), a + " and " + b);
        assertEquals(expected, b.overlaps(a), b + " and " + a);
    }

    @Test
    void overlapsByBounds() {
        View all = view(12);
        overlap(true, all, all);
        overlap(true, all.slice(0, 0, 5, 1), all.slice(0, 4, 9, 1));
        overlap(false, all.slice(0, 0, 5, 1), all.slice(0, 5, 9, 1));
        overlap(true, all.slice(0, 3, 4, 1), all.slice(0, 3, 4, 1));
        overlap(false, all.slice(0, 3, 3, 1), all);
        overlap(false, all, View.contiguous(new Buffer(13), Shape.of(12), 0));
        overlap(true, all.slice(0, 11, 12, 1).expand(Shape.of(7)), all);
        overlap(false, all.slice(0, 11, 12, 1).expand(Shape.of(7)), all.slice(0, 0, 11, 1));
    }

    /** Within the same bounds, what lies on other remainders of the strides does not meet. */
    @Test
    void overlapsByStrides() {
        View all = view(12);
        overlap(false, all.slice(0, 0, 12, 2), all.slice(0, 1, 12, 2));
        overlap(true, all.slice(0, 0, 12, 2), all.slice(0, 2, 12, 2));
        overlap(false, all.slice(0, 0, 12, 4), all.slice(0, 2, 12, 4));
        overlap(true, all.slice(0, 0, 12, 2), all.slice(0, 1, 12, 3));
        View matrix = view(3, 4);
        overlap(false, matrix.slice(1, 0, 1, 1), matrix.slice(1, 1, 2, 1));
        overlap(true, matrix.slice(1, 1, 2, 1), matrix.slice(0, 1, 2, 1));
        overlap(true, matrix, matrix.transpose());
        // Neither meets the other, but to know that takes a search: said to, which costs a copy.
        overlap(true, matrix.slice(1, 0, 2, 1), matrix.slice(1, 2, 4, 1));
    }

    @Test
    void sameness() {
        View matrix = view(3, 4);
        assertTrue(matrix.isSame(view(3, 4)));
        assertFalse(matrix.isSame(view(4, 3)));
        assertFalse(matrix.slice(0, 0, 2, 1).isSame(matrix.slice(0, 1, 3, 1)));
        assertFalse(matrix.isSame(View.contiguous(new Buffer(13), Shape.of(3, 4), 0)));
        assertFalse(view(2, 2).isSame(view(2, 2).transpose()));
    }
}
