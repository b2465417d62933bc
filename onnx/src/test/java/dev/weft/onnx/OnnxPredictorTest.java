package dev.weft.onnx;

import static dev.weft.onnx.TestGraph.found;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.serve.Predictor;
import dev.weft.serve.PredictorOptions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;

/** Sessions that share weights, and a predictor over them. */
@Timeout(60)
class OnnxPredictorTest {
    /** More than a node on the host may have. */
    private static final int WIDTH = 80;

    /** Opened by workers, in their order. */
    private final List<Device> devices = new CopyOnWriteArrayList<>();

    private Device open() {
        Device device = Devices.open("reference");
        devices.add(device);
        return device;
    }

    /** y = 2 x w + 1, with w = 1 everywhere, where one of the constants is computed. */
    private static TestGraph product(String... dims) {
        float[] ones = new float[WIDTH * WIDTH];
        Arrays.fill(ones, 1);
        return new TestGraph()
                .input("x", TestGraph.F32, dims)
                .output("y", TestGraph.F32, dims)
                .initializer(TestGraph.floats("w", ones, WIDTH, WIDTH))
                .initializer(TestGraph.floats("one", new float[] {1}))
                .node("Add", "one,one -> two")
                .node("MatMul", "x,w -> p")
                .node("Mul", "p,two -> doubled")
                .node("Add", "doubled,one -> y");
    }

    private static float[] filled(double value) {
        float[] values = new float[WIDTH];
        Arrays.fill(values, (float) value);
        return values;
    }

    private static Map<String, HostArray> row(double value) {
        return Map.of("x", HostArray.of(filled(value), 1, WIDTH));
    }

    @Test
    void sessionsShareTheirWeights() {
        OnnxModel model = product("n", "m").read();
        try (Device owner = open();
                Device other = open()) {
            OnnxSession first = model.on(owner);
            SharedOnnxModel shared = first.share();
            try (OnnxSession second = shared.on(other);
                    Scope _ = other.scope()) {
                assertTrue(shared.isReadableOn(other));
                // The first is closed, and so is all that it had.
                first.close();
                assertEquals(0, owner.memory().liveTensors());
                assertEquals(0, other.memory().allocations());
                for (int i = 0; i < 4; i++) {
                    Tensor x = other.tensor(filled(i), 1, WIDTH);
                    Tensor y = found(second.run(Map.of("x", x)), "y");
                    assertArrayEquals(filled(2 * i * WIDTH + 1), y.toFloatArray());
                }
            }
            assertTrue(shared.isGone());
            assertThrows(IllegalStateException.class, () -> shared.on(other));
            assertEquals(0, other.memory().liveTensors());
        }
    }

    @Test
    void requestsAreBatched() throws Exception {
        PredictorOptions options = PredictorOptions.defaults().workers(2).maxBatch(7);
        List<Future<Map<String, HostArray>>> answers = new ArrayList<>();
        try (Predictor<Map<String, HostArray>, Map<String, HostArray>> predictor =
                OnnxPredictor.open(product("n", "m").read(), options, this::open)) {
            for (int i = 0; i < 50; i++) {
                answers.add(predictor.submit(row(i)));
            }
            float[] two = new float[2 * WIDTH];
            answers.add(predictor.submit(Map.of("x", HostArray.of(two, 2, WIDTH))));
        }
        for (int i = 0; i < 50; i++) {
            HostArray y = found(answers.get(i).get(), "y");
            assertArrayEquals(filled(2 * i * WIDTH + 1), y.floats());
        }
        assertEquals(2, found(answers.getLast().get(), "y").rows());
        assertEquals(2, devices.size());
        // The weights and what was folded are of the first.
        assertTrue(devices.get(0).memory().peakBytes() >= (long) WIDTH * WIDTH * Float.BYTES);
        devices.forEach(device -> assertEquals(0, device.memory().liveTensors()));
    }

    @Test
    void aModelOfOneExtentAnswersOneByOne() throws Exception {
        List<Future<Map<String, HostArray>>> answers = new ArrayList<>();
        try (Predictor<Map<String, HostArray>, Map<String, HostArray>> predictor =
                OnnxPredictor.open(
                        product("1", "" + WIDTH).read(), PredictorOptions.defaults(), this::open)) {
            for (int i = 0; i < 5; i++) {
                answers.add(predictor.submit(row(i)));
            }
        }
        for (int i = 0; i < 5; i++) {
            HostArray y = found(answers.get(i).get(), "y");
            assertArrayEquals(filled(2 * i * WIDTH + 1), y.floats());
        }
    }

    @Test
    void aWrongRequestFailsAlone() throws Exception {
        try (Predictor<Map<String, HostArray>, Map<String, HostArray>> predictor =
                OnnxPredictor.open(
                        product("n", "m").read(), PredictorOptions.defaults(), this::open)) {
            Future<Map<String, HostArray>> good = predictor.submit(row(1));
            var error =
                    assertThrows(
                            CompletionException.class,
                            () -> predictor.predict(Map.of("z", HostArray.of(new float[1], 1))));
            assertInstanceOf(OnnxException.class, error.getCause());
            assertEquals(2 * WIDTH + 1, found(good.get(), "y").get(0));
        }
    }

    @Test
    void aModelThatCannotRunOpensNone() {
        OnnxModel model =
                new TestGraph()
                        .input("x", TestGraph.F32, "n")
                        .output("y", TestGraph.F32, "n")
                        .node("NoSuchOperator", "x -> y")
                        .read();
        var error =
                assertThrows(
                        IllegalStateException.class,
                        () -> OnnxPredictor.open(model, PredictorOptions.defaults(), this::open));
        assertTrue(
                String.valueOf(error.getMessage()).contains("NoSuchOperator"), error.getMessage());
        assertThrows(IllegalStateException.class, () -> devices.getFirst().zeros(1));
    }
}
