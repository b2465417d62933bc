package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What windows hold at the ends, what lies between elements, and what is refused. */
class PoolingTest {
    private static final double NAN = Double.NaN;

    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private static void refuses(String message, Runnable operation) {
        var error = assertThrows(IllegalArgumentException.class, operation::run);
        assertEquals(message, error.getMessage());
    }

    @Test
    void theFirstOfTheLargestAndNan() {
        Tensor x = device.tensor(new double[] {1, 3, 3, 2, NAN, 7, NAN, 0});
        Pooled pooled = Pooling.max(x, PoolWindow.of(4));
        assertArrayEquals(new double[] {3, NAN}, pooled.values().toDoubleArray());
        assertArrayEquals(new int[] {1, 4}, pooled.indices().toIntArray());
    }

    @Test
    void paddingCountsWhereItIsAskedFor() {
        Tensor x = device.tensor(new double[] {2, 4, 6, 8});
        PoolWindow padded = PoolWindow.of(3).stride(2).padding(1);
        assertArrayEquals(new double[] {3, 6}, Pooling.average(x, padded, false).toDoubleArray());
        assertArrayEquals(new double[] {2, 6}, Pooling.average(x, padded, true).toDoubleArray());
        // The last window begins at 8, and reaches one element beyond the padding.
        PoolWindow reaching = padded.ceil(true);
        assertArrayEquals(
                new double[] {2, 6, 4}, Pooling.average(x, reaching, true).toDoubleArray());
        // A window that would begin in the padding behind the last element is none.
        PoolWindow short1 = PoolWindow.of(1).stride(4).padding(new int[] {0}, new int[] {1});
        assertArrayEquals(
                new double[] {2}, Pooling.average(x, short1.ceil(true), true).toDoubleArray());
    }

    @Test
    void windowsThatAdaptMayOverlap() {
        Tensor x = device.tensor(new double[] {1, 2, 3, 4, 5});
        assertArrayEquals(
                new double[] {1.5, 3, 4.5}, Pooling.adaptiveAverage(x, 3).toDoubleArray(), 1e-12);
    }

    @Test
    void whatLiesBetweenElements() {
        Tensor x = device.tensor(new double[] {0, 4, 8});
        assertArrayEquals(
                new double[] {0, 0, 0, 4, 4, 8, 8},
                Resizing.resize(x, Resizing.Mode.NEAREST, false, 7).toDoubleArray());
        assertArrayEquals(
                new double[] {0, 2, 4, 6, 8},
                Resizing.resize(x, Resizing.Mode.LINEAR, true, 5).toDoubleArray(),
                1e-12);
        assertArrayEquals(
                new double[] {0, 1, 3, 5, 7, 8},
                Resizing.resize(x, Resizing.Mode.LINEAR, false, 6).toDoubleArray(),
                1e-12);
        // Weights of -0.75 halfway: -3/32, 19/32, 19/32, -3/32, and the ends repeat.
        assertArrayEquals(
                new double[] {0, 1.625, 4, 6.375, 8},
                Resizing.resize(x, Resizing.Mode.CUBIC, true, 5).toDoubleArray(),
                1e-12);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Tensor x = device.zeros(DType.F32, 2, 4, 4);
        refuses(
                "maxPool: pooled axis 0 has 4 elements with its padding (4), fewer than a window"
                        + " spans (5): use smaller windows, or more padding",
                () -> Pooling.max(x, PoolWindow.of(3, 2).dilation(2, 1)));
        refuses(
                "averagePool: window 0 of pooled axis 1, of 4 elements, lies in the padding alone:"
                        + " use less padding",
                () -> Pooling.average(x, PoolWindow.of(2, 2).padding(0, 2), true));
        refuses(
                "pooling: strides must be at least 1, got [0, 0]",
                () -> PoolWindow.of(2, 2).stride(0));
        refuses(
                "pooling: padding must be at least 0, got [-1]",
                () -> PoolWindow.of(2).padding(-1));
        refuses(
                "pooling: strides [1, 1, 1] are 3 for 2 axes: give one for each axis, or one for"
                        + " all",
                () -> PoolWindow.of(2, 2).stride(1, 1, 1));
        refuses(
                "pooling: has one to three axes, got 4 sizes: [1, 1, 1, 1]",
                () -> PoolWindow.of(1, 1, 1, 1));
        Tensor line = device.zeros(DType.F32, 4);
        refuses(
                "maxPool: x needs at least 2 axes, got %s".formatted(line),
                () -> Pooling.max(line, PoolWindow.of(2, 2)));
        Tensor whole = device.zeros(DType.I32, 4);
        refuses(
                "maxPool: is not defined for I32, got %s".formatted(whole),
                () -> Pooling.max(whole, PoolWindow.of(2)));
        refuses(
                "resize: axis 0 of %s cannot become 0 elements: both must be at least 1"
                        .formatted(line),
                () -> Resizing.resize(line, Resizing.Mode.NEAREST, false, 0));
        refuses(
                "adaptiveAveragePool: axis 0 of %s cannot become -1 elements: both must be at least 1"
                        .formatted(line),
                () -> Pooling.adaptiveAverage(line, -1));
    }
}
