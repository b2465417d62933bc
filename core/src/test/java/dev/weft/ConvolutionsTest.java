package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.backend.ConvolutionGeometry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.util.List;

/** Shapes, and what is wrong with them. */
class ConvolutionsTest {
    private static final ConvolutionGeometry IMAGE = ConvolutionGeometry.of(2);

    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();
    private Tensor x;
    private Tensor weight;

    @BeforeEach
    void operands() {
        x = device.ones(2, 4, 5, 6);
        weight = device.ones(6, 4, 3, 3);
    }

    @AfterEach
    void close() {
        scope.close();
        device.close();
    }

    private static void fails(Class<? extends Exception> type, String text, Executable call) {
        String message = String.valueOf(assertThrows(type, call).getMessage());
        assertTrue(message.contains(text), message);
    }

    @Test
    void aSumOfWhatTheKernelCovers() {
        Tensor line = device.tensor(new float[] {1, 2, 3, 4, 5}, 1, 1, 5);
        Tensor kernel = device.tensor(new float[] {1, 10, 100}, 1, 1, 3);
        ConvolutionGeometry g = ConvolutionGeometry.of(1).stride(2).padding(1);
        Tensor bias = device.tensor(new float[] {1000});
        assertArrayEquals(
                new double[] {1210, 1432, 1054},
                Convolutions.conv1d(line, kernel, bias, g).toDoubleArray());
        // Its transpose puts each element back where it came from.
        Tensor y = device.tensor(new float[] {1, 2, 3}, 1, 1, 3);
        assertArrayEquals(
                new double[] {10, 102, 20, 203, 30},
                Convolutions.convTranspose1d(y, kernel, null, g).toDoubleArray());
        assertArrayEquals(
                new double[] {10, 102, 20, 203, 30, 300},
                Convolutions.convTranspose1d(y, kernel, null, g, 1).toDoubleArray());
    }

    @Test
    void samePaddingDividesByTheStride() {
        ConvolutionGeometry g = Convolutions.same(x, weight, IMAGE.stride(2).dilation(1, 2));
        assertEquals(List.of(1, 1), g.before());
        assertEquals(List.of(1, 2), g.after());
        assertEquals(Shape.of(2, 6, 3, 3), Convolutions.conv2d(x, weight, null, g).shape());
    }

    @Test
    void noExamplesAreNoError() {
        Tensor none = device.zeros(0, 4, 5, 6);
        assertEquals(Shape.of(0, 6, 3, 4), Convolutions.conv2d(none, weight, null, IMAGE).shape());
    }

    @Test
    void wrongGeometry() {
        fails(IllegalArgumentException.class, "strides", () -> IMAGE.stride(0));
        fails(IllegalArgumentException.class, "strides", () -> IMAGE.stride(1, -1));
        fails(IllegalArgumentException.class, "dilations", () -> IMAGE.dilation(0));
        fails(IllegalArgumentException.class, "padding", () -> IMAGE.padding(-1));
        fails(IllegalArgumentException.class, "groups", () -> IMAGE.groups(0));
        fails(IllegalArgumentException.class, "3 for 2 axes", () -> IMAGE.stride(1, 1, 1));
        fails(IllegalArgumentException.class, "one to three", () -> ConvolutionGeometry.of(4));
        fails(
                IllegalArgumentException.class,
                "the geometry has 2 axes, and must have 1",
                () -> Convolutions.conv1d(x, weight, null, IMAGE));
    }

    @Test
    void wrongOperands() {
        fails(
                ShapeException.class,
                "the kernel spans 7 elements, and x has 6",
                () -> Convolutions.conv2d(x, device.ones(6, 4, 3, 7), null, IMAGE));
        fails(
                ShapeException.class,
                "spans 7 elements",
                () -> Convolutions.conv2d(x, weight, null, IMAGE.dilation(3)));
        fails(
                ShapeException.class,
                "must be a multiple of the groups (4)",
                () -> Convolutions.conv2d(x, device.ones(6, 1, 3, 3), null, IMAGE.groups(4)));
        fails(
                ShapeException.class,
                "x's channels (4) must be the weight's (3) times the groups",
                () -> Convolutions.conv2d(x, device.ones(6, 3, 3, 3), null, IMAGE));
        fails(
                ShapeException.class,
                "must have elements",
                () -> Convolutions.conv2d(x, device.ones(6, 4, 0, 3), null, IMAGE));
        fails(
                ShapeException.class,
                "both must have 4 axes",
                () -> Convolutions.conv2d(device.ones(4, 5, 6), weight, null, IMAGE));
        fails(
                ShapeException.class,
                "one floating type",
                () -> Convolutions.conv2d(x, weight.to(DType.F64), null, IMAGE));
        fails(
                ShapeException.class,
                "result's 6 channels",
                () -> Convolutions.conv2d(x, weight, device.ones(4), IMAGE));
    }

    @Test
    void wrongTransposed() {
        Tensor back = device.ones(4, 6, 3, 3);
        fails(
                ShapeException.class,
                "x's channels (4) must be the weight's first extent (6)",
                () -> Convolutions.convTranspose2d(x, weight, null, IMAGE));
        fails(
                ShapeException.class,
                "would have -1 elements",
                () -> Convolutions.convTranspose2d(x, back, null, IMAGE.padding(4)));
        fails(
                IllegalArgumentException.class,
                "less than the stride or the dilation (2), got 2",
                () -> Convolutions.convTranspose2d(x, back, null, IMAGE.stride(2), 2));
        fails(
                IllegalArgumentException.class,
                "has 3 numbers for 2 axes",
                () -> Convolutions.convTranspose2d(x, back, null, IMAGE, 0, 0, 0));
    }
}
