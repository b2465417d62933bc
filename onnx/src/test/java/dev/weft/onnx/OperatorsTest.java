package dev.weft.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Operators that ONNX's vectors in the build do not have, and forms of older versions. */
class OperatorsTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void close() {
        scope.close();
        device.close();
    }

    /** The first output. */
    private Tensor run(long opset, String operator, Proto[] attributes, Tensor... inputs) {
        return new SingleNode(device, "", opset).run(operator, attributes, inputs);
    }

    private static Proto[] none() {
        return new Proto[0];
    }

    private static Proto[] with(Proto... attributes) {
        return attributes;
    }

    private Tensor f(float... values) {
        return device.tensor(values);
    }

    private Tensor i(long... values) {
        return device.tensor(values);
    }

    private static void assertValues(Tensor y, double... expected) {
        assertArrayEquals(expected, y.toDoubleArray(), 1e-6);
    }

    @Test
    void olderFormsHaveAttributesInThePlaceOfInputs() {
        Tensor x = device.tensor(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Proto axes = TestGraph.numbers("axes", 1);
        assertValues(
                run(
                        9,
                        "Slice",
                        with(axes, TestGraph.numbers("starts", -2), TestGraph.numbers("ends", 99)),
                        x),
                2,
                3,
                5,
                6);
        assertValues(
                run(7, "Clip", with(TestGraph.real("min", 2), TestGraph.real("max", 4)), x),
                2,
                2,
                3,
                4,
                4,
                4);
        assertValues(run(11, "ReduceSum", with(axes), x), 6, 15);
        assertEquals(3, run(11, "Unsqueeze", with(axes), x).rank());
        assertValues(
                run(7, "Pad", with(TestGraph.numbers("pads", 0, 1, 0, 0)), x),
                0,
                1,
                2,
                3,
                0,
                4,
                5,
                6);
        assertEquals(2, run(11, "Split", with(TestGraph.numbers("split", 2), axis(0)), x).dim(0));
        // Over both axes as one.
        Tensor all = run(7, "Softmax", with(axis(0)), x);
        assertEquals(1, all.sum().item(), 1e-6);
        assertEquals(2, run(7, "Softmax", none(), x).sum().item(), 1e-6);
        assertValues(run(9, "TopK", with(), x, i(1)), 3, 6);
    }

    private static Proto axis(long axis) {
        return TestGraph.number("axis", axis);
    }

    @Test
    void elementsAreReadAndWrittenByNumber() {
        Tensor x = device.tensor(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
        Tensor places = device.tensor(new long[] {0, -1}, 2);
        assertValues(run(17, "Gather", none(), x, places), 1, 2, 5, 6);
        assertValues(run(17, "Gather", with(axis(1)), x, places), 1, 2, 3, 4, 5, 6);
        Tensor columns = device.tensor(new long[] {-1, 0, 1}, 3, 1);
        assertValues(run(17, "GatherElements", with(axis(1)), x, columns), 2, 3, 6);
        Tensor tuples = device.tensor(new long[] {2, 0, -1, -1}, 2, 2);
        assertValues(run(17, "GatherND", none(), x, tuples), 5, 6);
        Tensor new2 = f(10, 20);
        assertValues(run(17, "ScatterND", none(), x, tuples, new2), 1, 2, 3, 4, 10, 20);
        Tensor row = device.tensor(new float[] {7, 8, 9}, 3, 1);
        assertValues(run(17, "ScatterElements", with(axis(1)), x, columns, row), 1, 7, 8, 4, 5, 9);
        Proto add = TestGraph.text("reduction", "add");
        assertValues(
                run(17, "ScatterElements", with(axis(1), add), x, columns, row),
                1,
                9,
                11,
                4,
                5,
                15);
        assertValues(run(17, "NonZero", none(), f(0, 3, 0, -1)), 1, 3);
        Tensor truths = device.tensor(new boolean[] {true, false, true});
        assertValues(run(17, "Compress", with(axis(0)), x, truths), 1, 2, 5, 6);
    }

    @Test
    void resizing() {
        Tensor x = device.tensor(new float[] {1, 2, 3, 4}, 1, 4);
        Tensor scales = f(1, 2);
        Tensor none = device.zeros(0);
        assertValues(run(13, "Resize", none(), x, none, scales), 1, 1, 2, 2, 3, 3, 4, 4);
        Proto linear = TestGraph.text("mode", "linear");
        assertValues(
                run(13, "Resize", with(linear), x, none, scales),
                1,
                1.25,
                1.75,
                2.25,
                2.75,
                3.25,
                3.75,
                4);
        Proto corners = TestGraph.text("coordinate_transformation_mode", "align_corners");
        assertValues(
                run(13, "Resize", with(linear, corners), x, none, f(1, 1.75f)),
                1,
                1.5,
                2,
                2.5,
                3,
                3.5,
                4);
        assertValues(run(9, "Upsample", none(), x, f(1, 1.5f)), 1, 1, 2, 3, 3, 4);
    }

    @Test
    void bytesThatStandForReals() {
        Tensor x = f(-1, 0, 0.5f, 3);
        Tensor q = run(13, "QuantizeLinear", none(), x, device.scalar(0.5), u8(10));
        assertEquals(DType.U8, q.dtype());
        assertValues(q, 8, 10, 11, 16);
        assertValues(
                run(13, "DequantizeLinear", none(), q, device.scalar(0.5), u8(10)), -1, 0, 0.5, 3);
        assertValues(run(13, "DynamicQuantizeLinear", none(), f(0, 2, -3, 1)), 153, 255, 0, 204);
        Tensor a = device.tensor(DType.U8, new byte[] {1, 2, 3, 4}, 2, 2);
        Tensor b = device.tensor(DType.I8, new byte[] {1, -1, 2, -2}, 2, 2);
        Tensor zero = device.tensor(DType.I8, new byte[] {1}).reshape();
        // (a - 1) (b - 1) = [0 1; 2 3] [0 -2; 1 -3].
        Tensor y = run(13, "MatMulInteger", none(), a, b, u8(1), zero);
        assertEquals(DType.I32, y.dtype());
        assertValues(y, 1, -3, 3, -13);
        assertValues(
                run(
                        13,
                        "QLinearMatMul",
                        none(),
                        a,
                        device.scalar(0.5),
                        u8(1),
                        b,
                        device.scalar(1),
                        zero,
                        device.scalar(0.5),
                        u8(20)),
                21,
                17,
                23,
                7);
        Tensor image = a.reshape(1, 1, 2, 2);
        Tensor kernel = b.reshape(1, 1, 2, 2);
        assertValues(run(13, "ConvInteger", none(), image, kernel, u8(1), zero), -9);
        assertValues(
                run(
                        13,
                        "QLinearConv",
                        none(),
                        image,
                        device.scalar(0.5),
                        u8(1),
                        kernel,
                        device.scalar(1),
                        zero,
                        device.scalar(0.5),
                        u8(20)),
                11);
    }

    private Tensor u8(int value) {
        return device.tensor(DType.U8, new byte[] {(byte) value}).reshape();
    }

    /** One unit, whose weights are all 1: the gates are σ or tanh of x + h. */
    @Test
    void recurrentCells() {
        Tensor x = device.tensor(new float[] {1, -2}, 2, 1, 1);
        Proto size = TestGraph.number("hidden_size", 1);
        Tensor four = device.ones(1, 4, 1);
        double c = sigmoid(1) * Math.tanh(1);
        double h = sigmoid(1) * Math.tanh(c);
        double c2 = sigmoid(-2 + h) * (c + Math.tanh(-2 + h));
        assertValues(
                run(14, "LSTM", with(size), x, four, four), h, sigmoid(-2 + h) * Math.tanh(c2));
        Tensor three = device.ones(1, 3, 1);
        double g = (1 - sigmoid(1)) * Math.tanh(1);
        double z = sigmoid(-2 + g);
        assertValues(
                run(14, "GRU", with(size), x, three, three),
                g,
                (1 - z) * Math.tanh(-2 + z * g) + z * g);
        Tensor bias = device.tensor(new float[] {0, 0, 0, 0, 0, 1}, 1, 6);
        double before = (1 - sigmoid(1)) * Math.tanh(1 + sigmoid(1));
        Proto last = TestGraph.number("linear_before_reset", 1);
        assertEquals(
                before,
                run(14, "GRU", with(size, last), x, three, three, bias).toFloatArray()[0],
                1e-6);
        Tensor one = device.ones(1, 1, 1);
        Proto reverse = TestGraph.text("direction", "reverse");
        double r = Math.tanh(-2);
        assertValues(run(14, "RNN", with(size, reverse), x, one, one), Math.tanh(1 + r), r);
        Proto both = TestGraph.text("direction", "bidirectional");
        Tensor twice = device.ones(2, 1, 1);
        assertValues(
                run(14, "RNN", with(size, both), x, twice, twice),
                Math.tanh(1),
                Math.tanh(1 + r),
                Math.tanh(-2 + Math.tanh(1)),
                r);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    @Test
    void spaceAndDepth() {
        Tensor x = device.tensor(new float[] {1, 2, 3, 4}, 1, 4, 1, 1);
        Proto two = TestGraph.number("blocksize", 2);
        Tensor y = run(13, "DepthToSpace", with(two), x);
        assertEquals(Shape.of(1, 1, 2, 2), y.shape());
        assertValues(y, 1, 2, 3, 4);
        assertEquals(x.shape(), run(13, "SpaceToDepth", with(two), y).shape());
    }
}
