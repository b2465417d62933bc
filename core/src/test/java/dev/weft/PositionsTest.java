package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tables of positions, and what they turn. */
class PositionsTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void nothingLeaks() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    @Test
    void wavesBeginAnywhere() {
        double[] y = Positions.sinusoidal(device, DType.F64, 2, 2, 4).toDoubleArray();
        double[] expected = {
            Math.sin(2), Math.cos(2), Math.sin(0.02), Math.cos(0.02),
            Math.sin(3), Math.cos(3), Math.sin(0.03), Math.cos(0.03)
        };
        assertArrayEquals(expected, y, 1e-15);
    }

    @Test
    void whatIsTurnedTogether() {
        Tensor x = device.tensor(new double[] {1, 2, 3, 4}, 1, 4);
        double c = Math.cos(3);
        double s = Math.sin(3);
        double c2 = Math.cos(0.3);
        double s2 = Math.sin(0.3);
        assertArrayEquals(
                new double[] {c - 3 * s, 2 * c2 - 4 * s2, 3 * c + s, 4 * c2 + 2 * s2},
                Positions.rotate(x, Positions.Pairs.HALVES, 100, 3).toDoubleArray(),
                1e-14);
        assertArrayEquals(
                new double[] {c - 2 * s, 2 * c + s, 3 * c2 - 4 * s2, 4 * c2 + 3 * s2},
                Positions.rotate(x, Positions.Pairs.ADJACENT, 100, 3).toDoubleArray(),
                1e-14);
    }

    @Test
    void slopesOfHeads() {
        Tensor four = Positions.alibi(device, DType.F64, 4, 3);
        assertEquals(Shape.of(4, 1, 3), four.shape());
        assertArrayEquals(new double[] {-0.5, -0.25, 0}, four.select(0, 0).toDoubleArray(), 1e-15);
        // Of 6 heads four have these, and two the first and third of eight.
        double[] six = Positions.alibi(device, DType.F64, 6, 2).select(2, 0).toDoubleArray();
        assertArrayEquals(
                new double[] {-1.0 / 4, -1.0 / 16, -1.0 / 64, -1.0 / 256, -1.0 / 2, -1.0 / 8},
                six,
                1e-15);
    }

    @Test
    void whatIsRefused() {
        Tensor odd = device.ones(2, 3).named("x");
        var width =
                assertThrows(
                        ShapeException.class,
                        () -> Positions.rotate(odd, Positions.Pairs.HALVES, 1e4, 0));
        assertEquals(
                "rotate: x is tensor 'x' (2x3 F32 on reference): it must be …×length×width, with an"
                        + " even width",
                width.getMessage());
        Tensor even = device.ones(2, 4);
        assertThrows(
                IllegalArgumentException.class,
                () -> Positions.rotate(even, Positions.Pairs.HALVES, 0, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> Positions.rotate(even, Positions.Pairs.HALVES, 1e4, -1));
        assertThrows(
                ShapeException.class,
                () -> Positions.rotate(even.to(DType.I32), Positions.Pairs.HALVES, 1e4, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> Positions.sinusoidal(device, DType.F32, 0, 2, 3));
        assertThrows(
                IllegalArgumentException.class, () -> Positions.alibi(device, DType.F32, 0, 2));
    }
}
