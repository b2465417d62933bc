package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;

/** Shapes, padding, diagonals and what is created: by value, and what they refuse. */
class ShapesTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();
    private final Tensor x = device.arange(DType.I32, 6).reshape(2, 3).named("x");

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private static void assertIs(Tensor y, Shape shape, long... values) {
        assertEquals(shape, y.shape());
        assertArrayEquals(values, y.toLongArray());
    }

    private static void refused(String message, Runnable operation) {
        assertEquals(message, assertThrows(ShapeException.class, operation::run).getMessage());
    }

    @Test
    void axesAreAddedDroppedAndMoved() {
        assertEquals(Shape.of(2, 1, 3), x.unsqueeze(1).shape());
        assertEquals(Shape.of(2, 3, 1), x.unsqueeze(-1).shape());
        assertEquals(Shape.of(2, 3), x.unsqueeze(0).unsqueeze(2).squeeze().shape());
        assertEquals(Shape.of(2, 3, 1), x.unsqueeze(0).unsqueeze(3).squeeze(0).shape());
        assertEquals(Shape.of(1), device.scalar(1).flatten().shape());
        assertIs(x.transpose().flatten(), Shape.of(6), 0, 3, 1, 4, 2, 5);
        assertEquals(Shape.of(3, 4, 2), device.zeros(2, 3, 4).moveaxis(0, -1).shape());
        assertEquals(Shape.of(4, 2, 3), device.zeros(2, 3, 4).moveaxis(2, 0).shape());
        assertEquals(Shape.of(3, 2, 4), device.zeros(2, 3, 4).moveaxis(1, 0).shape());
        assertIs(x.select(1, 2), Shape.of(2), 2, 5);
        refused(
                "squeeze: axis 1 of tensor 'x' (2x3 I32 on reference) has 3 elements: only an axis"
                        + " of 1 can be dropped",
                () -> x.squeeze(1));
        refused("squeeze: axis -2 occurs twice in [0, -2]", () -> x.squeeze(0, -2));
        refused(
                "unsqueeze: axis 3 is outside 2x3 with an axis more (rank 3)",
                () -> x.unsqueeze(3));
        refused(
                "flatten: axis 1 comes after axis 0 of tensor 'x' (2x3 I32 on reference): needs"
                        + " start <= end",
                () -> x.flatten(1, 0));
        var error = assertThrows(IndexOutOfBoundsException.class, () -> x.select(0, 2));
        assertEquals(
                "select: index 2 is outside axis 0 of tensor 'x' (2x3 I32 on reference): needs 0 <="
                        + " index < 2",
                error.getMessage());
    }

    @Test
    void partsShareMemory() {
        List<Tensor> parts = x.split(2, 1);
        assertIs(parts.get(0), Shape.of(2, 2), 0, 1, 3, 4);
        assertIs(parts.get(1), Shape.of(2, 1), 2, 5);
        assertEquals(2, x.chunk(2, 1).size());
        assertEquals(1, device.zeros(0).split(2, 0).size());
        parts.get(1).fill(9);
        assertIs(x.unbind(0).get(1), Shape.of(3), 3, 4, 9);
        refused(
                "split: parts of [1, 3] indices do not fit axis 1 of tensor 'x' (2x3 I32 on"
                        + " reference): they must add up to 3",
                () -> x.split(new long[] {1, 3}, 1));
        assertThrows(ShapeException.class, () -> x.split(new long[] {-1, 4}, 1));
        assertThrows(ShapeException.class, () -> x.split(new long[] {4, -1}, 1));
        assertThrows(ShapeException.class, () -> x.split(0, 1));
        assertThrows(ShapeException.class, () -> x.chunk(0, 1));
    }

    @Test
    void copiesRepeatReverseAndShift() {
        assertIs(x.tile(2), Shape.of(2, 6), 0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5);
        assertIs(x.tile(2, 1, 1), Shape.of(2, 2, 3), 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5);
        assertIs(x.repeatInterleave(2, 0).select(1, 1), Shape.of(4), 1, 1, 4, 4);
        assertIs(x.flip(), Shape.of(2, 3), 5, 4, 3, 2, 1, 0);
        assertIs(x.flip(0), Shape.of(2, 3), 3, 4, 5, 0, 1, 2);
        assertIs(x.slice(1, 2, -1, -2), Shape.of(2, 2), 2, 0, 5, 3);
        assertIs(x.slice(1, 2, 0, -1), Shape.of(2, 2), 2, 1, 5, 4);
        assertIs(x.slice(1, 2, 0, Long.MIN_VALUE), Shape.of(2, 1), 2, 5);
        assertIs(x.roll(4, 1), Shape.of(2, 3), 2, 0, 1, 5, 3, 4);
        assertIs(x.roll(-1, 1), Shape.of(2, 3), 1, 2, 0, 4, 5, 3);
        assertIs(Tensor.stack(-1, x, x).select(0, 1), Shape.of(3, 2), 3, 3, 4, 4, 5, 5);
        refused(
                "tile: tensor 'x' (2x3 I32 on reference) cannot be repeated -1 times: needs a"
                        + " number >= 0",
                () -> x.tile(-1));
        refused("stack: needs at least one tensor", () -> Tensor.stack(0));
        refused(
                "slice: [3, 0) with step -1 does not fit axis 1 of tensor 'x' (2x3 I32 on"
                        + " reference): needs 0 <= start <= end <= 3 and step >= 1, or 2 >= start"
                        + " >= end >= -1 and step <= -1",
                () -> x.slice(1, 3, 0, -1));
        assertThrows(ShapeException.class, () -> x.slice(1, 0, 1, 0));
        assertThrows(ShapeException.class, () -> Tensor.stack(0, x, x.transpose()));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void everyTypeIsMoved(DType dtype) {
        Tensor y = device.tensor(new int[] {0, 1, 0, 1, 1, 0}, 2, 3).to(dtype);
        assertArrayEquals(new double[] {0, 1, 1, 0, 1, 0}, y.flip().toDoubleArray());
        assertArrayEquals(new double[] {1, 0, 1, 1}, y.pad(1, 1, -2).toDoubleArray());
        assertArrayEquals(new double[] {0, 0, 0, 1, 1, 0}, y.tril(0).toDoubleArray());
        assertArrayEquals(
                new double[] {0, 0, 1, 0},
                y.select(1, 2)
                        .onesLike()
                        .roll(1, 0)
                        .diag(-1)
                        .slice(0, 0, 2)
                        .slice(1, 0, 2)
                        .toDoubleArray());
    }

    @Test
    void padding() {
        Tensor v = device.arange(DType.I64, 1, 5, 1).named("v");
        assertIs(v.pad(7, 1, 2), Shape.of(7), 7, 1, 2, 3, 4, 7, 7);
        assertIs(v.pad(7, -1, 1), Shape.of(4), 2, 3, 4, 7);
        assertIs(v.pad(PadMode.REFLECT, 3, 2), Shape.of(9), 4, 3, 2, 1, 2, 3, 4, 3, 2);
        assertIs(v.pad(PadMode.REPLICATE, 2, 1), Shape.of(7), 1, 1, 1, 2, 3, 4, 4);
        assertIs(v.pad(PadMode.CIRCULAR, 2, 1), Shape.of(7), 3, 4, 1, 2, 3, 4, 1);
        assertIs(x.pad(9, 0, 1, 1, 0).select(0, 0), Shape.of(4), 9, 9, 9, 9);
        refused(
                "pad: 4 before and 0 after do not fit axis 0 of tensor 'v' ([4] I64 on reference):"
                        + " REFLECT takes at most 3",
                () -> v.pad(PadMode.REFLECT, 4, 0));
        assertThrows(ShapeException.class, () -> v.pad(PadMode.CIRCULAR, 0, 5));
        assertThrows(ShapeException.class, () -> device.zeros(0).pad(PadMode.REPLICATE, 1, 0));
        refused(
                "pad: widths are [1]: needs a pair (before, after) for each of at most 1 axes of"
                        + " tensor 'v' ([4] I64 on reference), the last axis first",
                () -> v.pad(0, 1));
        assertThrows(ShapeException.class, () -> v.pad(0, 1, 1, 1, 1));
        refused(
                "pad: -3 before and -2 after would cut more than the 4 elements of axis 0 of tensor"
                        + " 'v' ([4] I64 on reference)",
                () -> v.pad(0, -3, -2));
        assertThrows(IllegalArgumentException.class, () -> v.pad(0.5, 1, 1));
    }

    @Test
    void diagonals() {
        assertIs(x.diagonal(1, 0, 1), Shape.of(2), 1, 5);
        assertIs(x.diagonal(-1, 0, 1), Shape.of(1), 3);
        assertIs(x.diagonal(Long.MIN_VALUE, 0, 1), Shape.of(0));
        assertIs(x.diag(0), Shape.of(2), 0, 4);
        assertIs(x.select(0, 1).diag(-1).select(1, 0), Shape.of(4), 0, 3, 0, 0);
        assertEquals(4, x.trace().item());
        assertIs(x.tril(-1), Shape.of(2, 3), 0, 0, 0, 3, 0, 0);
        assertIs(x.triu(1), Shape.of(2, 3), 0, 1, 2, 0, 0, 5);
        assertIs(x.tril(Integer.MAX_VALUE), Shape.of(2, 3), 0, 1, 2, 3, 4, 5);
        refused(
                "diagonal: axes 0 and -2 of tensor 'x' (2x3 I32 on reference) are the same one",
                () -> x.diagonal(0, 0, -2));
        refused(
                "diag: tensor (2x1x3 I32 on reference) is neither a vector nor a matrix: use"
                        + " diagonal for more axes",
                () -> x.unsqueeze(1).diag(0));
    }

    @Test
    void ranges() {
        assertIs(device.arange(DType.U8, 250, 256, 2), Shape.of(3), 250, 252, 254);
        assertIs(device.arange(DType.I8, -128, 128, 1).slice(0, 255, 256), Shape.of(1), 127);
        assertIs(device.arange(DType.I32, 5, 0, -2), Shape.of(3), 5, 3, 1);
        assertIs(device.arange(DType.I32, 5, 5, -2), Shape.of(0));
        assertArrayEquals(
                new double[] {0, 0.1, 0.2, 0.30000000000000004},
                device.arange(DType.F64, 0, 0.4, 0.1).toDoubleArray());
        assertArrayEquals(
                new double[] {-1, -0.5, 0, 0.5, 1},
                device.linspace(DType.F64, -1, 1, 5).toDoubleArray());
        double[] thirds = device.linspace(DType.F64, 0, 0.1, 4).toDoubleArray();
        assertEquals(0.1, thirds[3]);
        assertArrayEquals(new double[] {3}, device.linspace(DType.F32, 3, 9, 1).toDoubleArray());
        assertEquals(0, device.linspace(DType.F32, 3, 9, 0).size());
        assertThrows(IllegalArgumentException.class, () -> device.arange(DType.U8, 250, 258, 2));
        assertThrows(IllegalArgumentException.class, () -> device.arange(DType.I32, 0, 1, 0.5));
        var error =
                assertThrows(
                        IllegalArgumentException.class, () -> device.arange(DType.F32, 0, 1, 0));
        assertEquals(
                "arange: from 0.0 to 1.0 in steps of 0.0 is no range: needs finite numbers and a"
                        + " step that is not 0",
                error.getMessage());
        assertThrows(ShapeException.class, () -> device.linspace(DType.I32, 0, 1, 2));
        assertThrows(IllegalArgumentException.class, () -> device.linspace(DType.F32, 0, 1, -1));
    }

    @Test
    void creation() {
        assertIs(device.eye(DType.I32, 2), Shape.of(2, 2), 1, 0, 0, 1);
        assertIs(Creation.eye(device, DType.BOOL, 2, 3), Shape.of(2, 3), 1, 0, 0, 0, 1, 0);
        Tensor indices = device.tensor(new long[] {1, 0, 2}, 3, 1);
        assertIs(
                Creation.oneHot(DType.I64, indices, 3),
                Shape.of(3, 1, 3),
                0,
                1,
                0,
                1,
                0,
                0,
                0,
                0,
                1);
        assertThrows(IndexOutOfBoundsException.class, () -> Creation.oneHot(DType.F32, indices, 2));
        assertThrows(ShapeException.class, () -> Creation.oneHot(DType.F32, device.ones(2), 2));
        List<Tensor> grid =
                Creation.meshgrid(device.arange(DType.I32, 2), device.arange(DType.I32, 3));
        assertIs(grid.get(0), Shape.of(2, 3), 0, 0, 0, 1, 1, 1);
        assertIs(grid.get(1), Shape.of(2, 3), 0, 1, 2, 0, 1, 2);
        assertThrows(ShapeException.class, () -> Creation.meshgrid(x));
        assertIs(x.onesLike(), Shape.of(2, 3), 1, 1, 1, 1, 1, 1);
        assertIs(x.fullLike(4), Shape.of(2, 3), 4, 4, 4, 4, 4, 4);
    }
}
