package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ShapeTest {
    @Test
    void scalarHasOneElement() {
        assertSame(Shape.SCALAR, Shape.of());
        assertEquals(0, Shape.SCALAR.rank());
        assertEquals(1, Shape.SCALAR.size());
        assertEquals("scalar", Shape.SCALAR.toString());
    }

    @Test
    void extentsAreCopied() {
        long[] dims = {2, 3};
        Shape shape = Shape.of(dims);
        dims[0] = 9;
        shape.toArray()[1] = 9;
        assertEquals(Shape.of(2, 3), shape);
        assertEquals("2x3", shape.toString());
        assertEquals("[3]", Shape.of(3).toString());
        assertEquals(Shape.of(2, 3).hashCode(), shape.hashCode());
        assertNotEquals(Shape.of(3, 2), shape);
    }

    @Test
    void negativeAxesCountFromTheEnd() {
        Shape shape = Shape.of(2, 3, 5);
        assertEquals(5, shape.dim(-1));
        assertEquals(1, shape.axis("test", -2));
        assertEquals(Shape.of(2, 3, 7), shape.with(-1, 7));
        for (int axis : new int[] {3, -4}) {
            var error = assertThrows(ShapeException.class, () -> shape.axis("test", axis));
            assertEquals("test: axis " + axis + " is outside 2x3x5 (rank 3)", error.getMessage());
        }
    }

    @Test
    void sizesThatOverflowAreRefused() {
        assertThrows(ShapeException.class, () -> Shape.of(1L << 32, 1L << 32));
        assertThrows(ShapeException.class, () -> Shape.of(3, -1));
        assertEquals(0, Shape.of(0, 1L << 40).size());
    }

    @Test
    void stridesOfAnEmptyShapeAreNotZero() {
        assertArrayEquals(new long[] {15, 5, 1}, Shape.of(2, 3, 5).contiguousStrides());
        assertArrayEquals(new long[] {5, 5, 1}, Shape.of(2, 0, 5).contiguousStrides());
    }

    @Test
    void broadcastFollowsNumPy() {
        assertEquals(Shape.of(2, 3), Shape.broadcast("add", Shape.of(2, 3), Shape.of(3)));
        assertEquals(Shape.of(2, 3), Shape.broadcast("add", Shape.of(2, 1), Shape.of(1, 3)));
        assertEquals(Shape.of(4, 2, 3), Shape.broadcast("add", Shape.of(2, 1), Shape.of(4, 1, 3)));
        assertEquals(Shape.of(2, 3), Shape.broadcast("add", Shape.SCALAR, Shape.of(2, 3)));
        assertEquals(Shape.of(0, 3), Shape.broadcast("add", Shape.of(0, 3), Shape.of(1, 3)));
        var error =
                assertThrows(
                        ShapeException.class,
                        () -> Shape.broadcast("add", Shape.of(2, 3), Shape.of(2, 4)));
        String message = String.valueOf(error.getMessage());
        assertTrue(message.startsWith("add: a is 2x3, b is 2x4: axis 1 has extents 3"), message);
    }
}
