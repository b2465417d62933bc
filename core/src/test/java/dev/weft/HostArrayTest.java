package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import java.util.List;

/** Arrays one behind the other, and cut again. */
class HostArrayTest {
    private static final HostArray TWO_ROWS = HostArray.of(new float[] {1, 2, 3, 4}, 2, 2);
    private static final HostArray ROW = HostArray.of(new float[] {5, 6}, 1, 2);

    @Test
    void rowsGoBehindOthers() {
        HostArray all = HostArray.concat(List.of(TWO_ROWS, ROW, ROW));
        assertEquals(Shape.of(4, 2), all.shape());
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6, 5, 6}, all.floats());
        assertSame(ROW, HostArray.concat(List.of(ROW)));
    }

    @Test
    void rowsAreCutIntoPieces() {
        List<HostArray> pieces = HostArray.concat(List.of(TWO_ROWS, ROW)).split(List.of(1, 0, 2));
        assertArrayEquals(new float[] {1, 2}, pieces.get(0).floats());
        assertEquals(Shape.of(0, 2), pieces.get(1).shape());
        assertArrayEquals(new float[] {3, 4, 5, 6}, pieces.get(2).floats());
        assertThrows(IllegalArgumentException.class, () -> TWO_ROWS.split(List.of(1)));
        HostArray scalar = HostArray.of(new float[] {1});
        assertThrows(IllegalArgumentException.class, () -> scalar.split(List.of(1)));
    }

    @Test
    void whatDiffersDoesNotGoBehind() {
        List<HostArray> others =
                List.of(
                        HostArray.of(new float[] {1, 2, 3}, 1, 3),
                        HostArray.of(new float[] {1, 2}, 2),
                        HostArray.of(new int[] {1, 2}, 1, 2),
                        HostArray.of(new float[] {1}));
        for (HostArray other : others) {
            List<HostArray> parts = List.of(ROW, other);
            assertThrows(IllegalArgumentException.class, () -> HostArray.concat(parts));
        }
    }
}
