package dev.weft.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Operators of pictures, sounds and sequences that ONNX's vectors in the build do not have. */
class SignalsAndBoxesTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();
    private final SingleNode node = new SingleNode(device, "", 17);

    @AfterEach
    void close() {
        scope.close();
        device.close();
    }

    private Tensor run(String operator, @Nullable Tensor... inputs) {
        return node.run(operator, new Proto[0], inputs);
    }

    private static Proto[] with(Proto... attributes) {
        return attributes;
    }

    private Tensor i(long value) {
        return device.tensor(new long[] {value}).reshape();
    }

    private static void assertValues(Tensor y, double... expected) {
        assertArrayEquals(expected, y.toDoubleArray(), 1e-5, y.toString());
    }

    // ---- boxes

    @Test
    void boxesThatOverlapABetterOneGo() {
        float[] corners = {
            0, 0, 1, 1, 0, 0.1f, 1, 1.1f, 0, -0.1f, 1, 0.9f, 0, 10, 1, 11, 1, 11.1f, 0, 10.1f, 0,
            100, 1, 101
        };
        Tensor boxes = device.tensor(corners, 1, 6, 4);
        Tensor scores = device.tensor(new float[] {0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f}, 1, 1, 6);
        Tensor overlap = device.scalar(0.5);
        Tensor y = run("NonMaxSuppression", boxes, scores, i(3), overlap, device.scalar(0));
        assertArrayEquals(new long[] {0, 0, 3, 0, 0, 0, 0, 0, 5}, y.toLongArray());
        y = run("NonMaxSuppression", boxes, scores, i(3), overlap, device.scalar(0.4));
        assertArrayEquals(new long[] {0, 0, 3, 0, 0, 0}, y.toLongArray());
        // None are asked for.
        assertEquals(0, run("NonMaxSuppression", boxes, scores).dim(0));
        // The same boxes by their centres.
        float[] centres = {
            0.5f, 0.5f, 1, 1, 0.5f, 0.6f, 1, 1, 0.5f, 0.4f, 1, 1,
            0.5f, 10.5f, 1, 1, 0.5f, 10.6f, 1, 1, 0.5f, 100.5f, 1, 1
        };
        Proto[] centred = with(TestGraph.number("center_point_box", 1));
        y =
                node.run(
                        "NonMaxSuppression",
                        centred,
                        device.tensor(centres, 1, 6, 4),
                        scores,
                        i(2),
                        overlap);
        assertArrayEquals(new long[] {0, 0, 3, 0, 0, 0}, y.toLongArray());
    }

    /** Of 10 row + column, a mean of points is the value at their middle. */
    @Test
    void aBoxIsAlignedToItsCells() {
        float[] picture = new float[36];
        for (int at = 0; at < picture.length; at++) {
            picture[at] = 10 * (at / 6) + at % 6;
        }
        Tensor x = device.tensor(picture, 1, 1, 6, 6);
        Tensor boxes = device.tensor(new float[] {1, 1, 5, 3, 2, 2, 4, 4}, 2, 4);
        Tensor batch = device.tensor(new long[] {0, 0});
        Proto[] cells =
                with(
                        TestGraph.number("output_height", 1),
                        TestGraph.number("output_width", 2),
                        TestGraph.number("sampling_ratio", 2));
        // In elements' middles: rows 0.5 to 2.5, columns 0.5 to 4.5 in two cells.
        assertValues(node.run("RoiAlign", cells, x, boxes, batch), 16.5, 18.5, 27, 28);
        Proto[] older =
                with(
                        TestGraph.number("output_width", 2),
                        TestGraph.text("coordinate_transformation_mode", "output_half_pixel"));
        assertValues(node.run("RoiAlign", older, x, boxes, batch), 22, 24, 32.5, 33.5);
        Proto[] largest = with(TestGraph.text("mode", "max"));
        assertThrows(
                UnsupportedOnnxException.class,
                () -> node.run("RoiAlign", largest, x, boxes, batch));
    }

    // ---- pictures

    @Test
    void picturesAreSampledBetweenTheirElements() {
        Tensor x = device.tensor(new float[] {1, 2, 3, 4}, 1, 1, 2, 2);
        Tensor grid = device.tensor(new float[] {0, 0, -1, -1, -2, -1, 1, -1}, 1, 1, 4, 2);
        assertValues(run("GridSample", x, grid), 2.5, 0.25, 0, 0.5);
        assertValues(node.run("GridSample", with(border()), x, grid), 2.5, 1, 1, 2);
        Proto corners = TestGraph.number("align_corners", 1);
        assertValues(node.run("GridSample", with(corners), x, grid), 2.5, 1, 0.5, 2);
        Proto mirror = TestGraph.text("padding_mode", "reflection");
        assertValues(node.run("GridSample", with(corners, mirror), x, grid), 2.5, 1, 1.5, 2);
        assertValues(node.run("GridSample", with(mirror), x, grid), 2.5, 1, 1.5, 2);
        Proto nearest = TestGraph.text("mode", "nearest");
        Tensor near = device.tensor(new float[] {0.9f, -0.9f, -0.6f, 0.4f, -9, 0}, 1, 1, 3, 2);
        assertValues(node.run("GridSample", with(nearest), x, near), 2, 3, 0);
        Proto cubic = TestGraph.text("mode", "bicubic");
        // Of four weights, two are of elements outside: 0.59375 each is left, and -0.09375.
        double middle = 2.5 * 1.1875 * 1.1875;
        double left = 0.59375 - 2 * 0.09375;
        assertValues(node.run("GridSample", with(cubic, corners), x, grid), middle, 1, left, 2);
        Tensor ones = device.ones(1, 1, 5, 5);
        assertValues(node.run("GridSample", with(cubic, border()), ones, grid), 1, 1, 1, 1);
    }

    private static Proto border() {
        return TestGraph.text("padding_mode", "border");
    }

    @Test
    void cubicResizingKeepsLines() {
        float[] line = {0, 1, 2, 3, 4, 5, 6, 7};
        Tensor x = device.tensor(line, 1, 1, 1, 8);
        Tensor scales = device.tensor(new float[] {1, 1, 1, 2});
        Proto cubic = TestGraph.text("mode", "cubic");
        Proto catmullRom = TestGraph.real("cubic_coeff_a", -0.5f);
        Tensor y = node.run("Resize", with(cubic, catmullRom), x, null, scales);
        double[] inner = Arrays.copyOfRange(y.toDoubleArray(), 4, 12);
        double[] expected = new double[8];
        Arrays.setAll(expected, at -> (at + 4.5) / 2 - 0.5);
        assertArrayEquals(expected, inner, 1e-6);
        Proto inside = TestGraph.number("exclude_outside", 1);
        Tensor ones = device.ones(1, 1, 1, 4);
        assertValues(
                node.run("Resize", with(cubic, inside), ones, null, scales),
                1,
                1,
                1,
                1,
                1,
                1,
                1,
                1);
    }

    @Test
    void channelsAreDividedByTheirNeighbours() {
        Tensor x = device.tensor(new float[] {1, 2, 3}, 1, 3, 1, 1);
        Proto[] three =
                with(
                        TestGraph.number("size", 3),
                        TestGraph.real("alpha", 3),
                        TestGraph.real("beta", 1));
        assertValues(node.run("LRN", three, x), 1 / 6.0, 2 / 15.0, 3 / 14.0);
        Tensor picture = device.random(1).normal(DType.F32, 3, 2, 2, 2, 3, 3);
        Tensor y = run("MeanVarianceNormalization", picture);
        assertValues(y.mean(0, 2, 3), 0, 0);
        assertValues(y.square().mean(0, 2, 3), 1, 1);
    }

    // ---- sounds

    @Test
    void windowsAreSumsOfCosines() {
        assertValues(run("HannWindow", i(4)), 0, 0.5, 1, 0.5);
        Proto[] symmetric = with(TestGraph.number("periodic", 0));
        assertValues(node.run("HannWindow", symmetric, i(3)), 0, 1, 0);
        assertValues(node.run("HammingWindow", symmetric, i(3)), 4 / 46.0, 1, 4 / 46.0);
        assertValues(node.run("BlackmanWindow", symmetric, i(3)), 0, 1, 0);
    }

    @Test
    void transformsOfFourNumbers() {
        Tensor x = device.tensor(new float[] {1, 2, 3, 4}, 1, 4, 1);
        Tensor y = run("DFT", x);
        assertValues(y, 10, 0, -2, 2, -2, 0, -2, -2);
        Proto inverse = TestGraph.number("inverse", 1);
        assertValues(node.run("DFT", with(inverse), y), 1, 0, 2, 0, 3, 0, 4, 0);
        Proto half = TestGraph.number("onesided", 1);
        assertValues(node.run("DFT", with(half), x), 10, 0, -2, 2, -2, 0);
        assertValues(run("DFT", x, i(2)), 3, 0, -1, 0);
        // With zeros behind it, which the two numbers of the longer transform show.
        assertEquals(6, run("DFT", x, i(6)).dim(1));
        assertValues(run("DFT", x, i(6)).slice(1, 0, 1), 10, 0);
        SingleNode newer = new SingleNode(device, "", 20);
        Tensor column = x.reshape(4, 1, 1);
        Tensor along = newer.run("DFT", new Proto[0], column, null, i(0));
        assertValues(along, 10, 0, -2, 2, -2, 0, -2, -2);
    }

    @Test
    void framesAreTransformedOneByOne() {
        Tensor x = device.tensor(new float[] {1, 2, 3, 4, 5, 6}, 1, 6);
        Tensor y = run("STFT", x, i(2), null, i(4));
        assertValues(y, 10, 0, -2, 2, -2, 0, 18, 0, -2, 2, -2, 0);
        Tensor first = device.tensor(new float[] {1, 0, 0, 0});
        assertValues(run("STFT", x, i(2), first), 1, 0, 1, 0, 1, 0, 3, 0, 3, 0, 3, 0);
    }

    @Test
    void melFiltersAreTriangles() {
        Tensor y =
                run("MelWeightMatrix", i(4), i(64), i(8000), device.scalar(0), device.scalar(4000));
        assertEquals(33, y.dim(0));
        assertValues(y.max(0), 1, 1, 1, 1);
        // Beyond its upper neighbour's middle a filter is 0, and they grow wider.
        double[] sums = y.sum(0).toDoubleArray();
        assertTrue(sums[0] < sums[1] && sums[1] < sums[2] && sums[2] < sums[3]);
    }

    // ---- sequences and chance

    @Test
    void theLargestIsOne() {
        Tensor x = device.tensor(new float[] {3, 0, 1, 2, 5, 5}, 2, 3);
        assertValues(run("Hardmax", x), 1, 0, 0, 0, 1, 0);
        Proto[] columns = with(TestGraph.number("axis", 0));
        assertValues(node.run("Hardmax", columns, x), 1, 0, 0, 0, 1, 1);
        SingleNode older = new SingleNode(device, "", 11);
        assertValues(older.run("Hardmax", columns, x), 0, 0, 0, 0, 1, 0);
    }

    @Test
    void sequencesAreReversedUpToTheirLength() {
        Tensor x = device.arange(DType.F32, 8).reshape(4, 2);
        Tensor lengths = device.tensor(new long[] {4, 2});
        assertValues(run("ReverseSequence", x, lengths), 6, 3, 4, 1, 2, 5, 0, 7);
        Proto[] batchFirst =
                with(TestGraph.number("time_axis", 1), TestGraph.number("batch_axis", 0));
        Tensor rows = x.transpose().contiguous();
        assertValues(
                node.run("ReverseSequence", batchFirst, rows, lengths), 6, 4, 2, 0, 3, 1, 5, 7);
    }

    @Test
    void recurrenceWithTheBatchFirst() {
        Tensor x = device.random(1).normal(DType.F32, 0, 1, 3, 2, 4);
        Tensor w = device.random(2).normal(DType.F32, 0, 1, 1, 20, 4);
        Tensor r = device.random(3).normal(DType.F32, 0, 1, 1, 20, 5);
        Tensor h = device.random(4).normal(DType.F32, 0, 1, 1, 2, 5);
        Tensor c = device.random(5).normal(DType.F32, 0, 1, 1, 2, 5);
        List<Tensor> due = node.run(3, "LSTM", new Proto[0], x, w, r, null, null, h, c);
        List<Tensor> found =
                node.run(
                        3,
                        "LSTM",
                        with(TestGraph.number("layout", 1)),
                        x.transpose(0, 1).contiguous(),
                        w,
                        r,
                        null,
                        null,
                        h.transpose(0, 1).contiguous(),
                        c.transpose(0, 1).contiguous());
        assertArrayEquals(
                due.get(0).permute(2, 0, 1, 3).toDoubleArray(), found.get(0).toDoubleArray());
        for (int state = 1; state < 3; state++) {
            assertArrayEquals(
                    due.get(state).transpose(0, 1).toDoubleArray(),
                    found.get(state).toDoubleArray());
        }
    }

    /** Also where a run would otherwise be replayed. */
    @Test
    void chanceIsNewInEachRunUnlessThereIsASeed() {
        TestGraph graph =
                new TestGraph()
                        .input("x", TestGraph.F32, "n")
                        .output("y", TestGraph.F32)
                        .output("z", TestGraph.F32)
                        .output("u", TestGraph.F32)
                        .node("RandomNormalLike", "x -> n", TestGraph.real("mean", 100))
                        .node("RandomUniform", " -> u", TestGraph.numbers("shape", 8))
                        .node("Add", "n,u -> y")
                        .node("RandomUniformLike", "x -> z", TestGraph.real("seed", 3));
        Tensor x = device.zeros(8);
        try (OnnxSession session = graph.read().on(device)) {
            float[][] y = new float[4][];
            float[][] z = new float[4][];
            float[][] uniform = new float[4][];
            for (int i = 0; i < 4; i++) {
                Map<String, Tensor> results = session.run(Map.of("x", x));
                y[i] = TestGraph.found(results, "y").toFloatArray();
                z[i] = TestGraph.found(results, "z").toFloatArray();
                assertTrue(y[i][0] > 90 && y[i][0] < 110);
                assertTrue(z[i][0] >= 0 && z[i][0] < 1);
                assertArrayEquals(z[0], z[i]);
                assertFalse(i > 0 && Arrays.equals(y[i - 1], y[i]));
                uniform[i] = TestGraph.found(results, "u").toFloatArray();
                assertFalse(i > 0 && Arrays.equals(uniform[i - 1], uniform[i]));
            }
        }
        Tensor p = device.tensor(new float[] {0, 1});
        assertValues(run("Bernoulli", p), 0, 1);
    }
}
