package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Views share memory; what strides cannot express is refused. */
class LayoutTest {
    private final Device device = Devices.open("reference");
    private Scope scope;
    private Tensor x;

    LayoutTest() {
        scope = device.scope();
        x = counting(2, 3, 4);
    }

    @BeforeEach
    void isOpen() {
        assertEquals(1, device.memory().liveTensors());
    }

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private Tensor counting(long... dims) {
        float[] values = new float[(int) Shape.of(dims).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        return device.tensor(values, dims);
    }

    @Test
    void viewsShareMemory() {
        Tensor corner = x.slice(0, 1, 2).slice(2, 3, 4).reshape(3);
        assertArrayEquals(new float[] {15, 19, 23}, corner.toFloatArray());
        corner.assign(device.tensor(new float[] {-1, -2, -3}));
        assertEquals(-2, x.toFloatArray()[19]);
        assertEquals(2, device.memory().liveTensors());
        x.close();
        assertTrue(corner.isClosed());
        assertThrows(IllegalStateException.class, corner::toFloatArray);
    }

    @Test
    void reshapeInfersOneExtent() {
        assertEquals(Shape.of(6, 4), x.reshape(-1, 4).shape());
        assertEquals(Shape.of(0, 5), device.zeros(0).reshape(-1, 5).shape());
        assertEquals(Shape.of(0, 3), device.zeros(3, 0).reshape(0, 3).shape());
        assertThrows(ShapeException.class, () -> x.reshape(-1, -1));
        assertThrows(ShapeException.class, () -> x.reshape(-1, 5));
        assertThrows(ShapeException.class, () -> x.reshape(-2, -12));
        assertThrows(ShapeException.class, () -> x.reshape(1L << 32, 1L << 32, -1));
        var error = assertThrows(ShapeException.class, () -> x.named("x").reshape(5, 5));
        assertEquals(
                "reshape: tensor 'x' (2x3x4 F32 on reference) has 24 elements and cannot become [5,"
                        + " 5]",
                error.getMessage());
    }

    /** Axes that lie densely inside each other may be split and joined; others may not. */
    @Test
    void reshapeOfStridedViews() {
        assertArrayEquals(
                new float[] {4, 5, 6, 7, 16, 17, 18, 19},
                x.slice(1, 1, 2).reshape(2, 2, 2).toFloatArray());
        assertArrayEquals(
                new float[] {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22},
                x.slice(2, 0, 4, 2).reshape(12).toFloatArray());
        assertEquals(Shape.of(1, 4, 1, 6), x.permute(2, 0, 1).reshape(1, 4, 1, 6).shape());
        assertEquals(Shape.of(2, 2, 6), x.permute(2, 0, 1).reshape(2, 2, 6).shape());
        assertArrayEquals(
                new float[] {7, 7, 7, 7, 7, 7},
                device.scalar(7).expand(2, 3).reshape(6).toFloatArray());
        Tensor transposed = x.transpose();
        var error = assertThrows(ShapeException.class, () -> transposed.reshape(24));
        assertTrue(
                String.valueOf(error.getMessage())
                        .endsWith("without a copy: call contiguous() first"));
        assertThrows(ShapeException.class, () -> x.slice(1, 0, 2).reshape(16));
        assertEquals(24, transposed.contiguous().reshape(24).size());
    }

    @Test
    void permutations() {
        assertArrayEquals(
                new float[] {0, 12, 4, 16, 8, 20},
                x.permute(2, 1, 0).slice(0, 0, 1).contiguous().toFloatArray());
        assertEquals(Shape.of(2, 4, 3), x.transpose().shape());
        assertEquals(Shape.of(4, 3, 2), x.transpose(0, -1).shape());
        assertThrows(ShapeException.class, () -> x.permute(0, 1));
        assertThrows(ShapeException.class, () -> x.permute(0, 1, 1));
        assertThrows(ShapeException.class, () -> x.permute(0, 1, 3));
        assertThrows(ShapeException.class, () -> device.zeros(3).transpose());
    }

    @Test
    void slicesCheckTheirRange() {
        assertArrayEquals(new float[] {1, 3}, x.reshape(24).slice(0, 1, 5, 2).toFloatArray());
        for (long[] bad : new long[][] {{-1, 2, 1}, {0, 5, 1}, {3, 2, 1}, {0, 2, 0}, {0, 2, -1}}) {
            assertThrows(ShapeException.class, () -> x.slice(2, bad[0], bad[1], bad[2]));
        }
        assertEquals(0, x.slice(2, 4, 4).size());
    }

    @Test
    void expandedTensorsAreNotWritten() {
        Tensor row = device.tensor(new float[] {1, 2}).expand(3, 2);
        assertArrayEquals(new float[] {1, 2, 1, 2, 1, 2}, row.toFloatArray());
        assertThrows(ShapeException.class, () -> row.assign(device.zeros(3, 2)));
        assertThrows(ShapeException.class, () -> row.expand(6));
        assertThrows(ShapeException.class, () -> row.expand(3, 3));
    }

    @Test
    void contiguousCopiesOnlyWhatIsNot() {
        assertSame(x, x.contiguous());
        long before = device.memory().liveTensors();
        assertTrue(x.transpose().contiguous().isContiguous());
        assertEquals(before + 1, device.memory().liveTensors());
        x.transpose().toFloatArray();
        assertEquals(before + 1, device.memory().liveTensors());
    }

    @Test
    void conversionsOfType() {
        Tensor numbers =
                device.tensor(new float[] {1.9f, -1.9f, Float.NaN, 3e9f, -3e9f}).to(DType.I32);
        assertArrayEquals(
                new int[] {1, -1, 0, Integer.MAX_VALUE, Integer.MIN_VALUE}, numbers.toIntArray());
        assertSame(numbers, numbers.to(DType.I32));
        assertThrows(ShapeException.class, () -> x.toIntArray());
        assertThrows(ShapeException.class, () -> numbers.exp());
        assertThrows(ShapeException.class, () -> numbers.add(x.reshape(24).slice(0, 0, 5)));
        Tensor large = device.tensor(new int[] {0x7FFF_FFFF, 123_456_789}).square();
        assertArrayEquals(new int[] {1, (int) (123_456_789L * 123_456_789)}, large.toIntArray());
    }
}
