package dev.weft.onnx.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.nn.Network;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** ONNX Runtime computes from what is written what the network gives. */
class OnnxRuntimeExportTest {
    private static final OrtEnvironment ORT = OrtEnvironment.getEnvironment();

    static List<ExportCase> cases() {
        return ExportCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void onnxRuntimeGivesTheSame(ExportCase each, @TempDir Path folder)
            throws IOException, OrtException {
        Path file = folder.resolve("model.onnx");
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Network network = each.network(device, DType.F32);
            each.export(network).write(file);
            try (OrtSession session = ORT.createSession(file.toString())) {
                for (long batch : new long[] {1, 4}) {
                    Map<String, Tensor> samples = each.samples(device, batch);
                    List<Tensor> expected = ExportCase.expected(network, samples);
                    Map<String, OnnxTensor> given = new HashMap<>();
                    for (Map.Entry<String, Tensor> sample : samples.entrySet()) {
                        given.put(sample.getKey(), tensor(HostArray.of(sample.getValue())));
                    }
                    try (OrtSession.Result result = session.run(given)) {
                        for (int i = 0; i < expected.size(); i++) {
                            compare(HostArray.of(expected.get(i)), (OnnxTensor) result.get(i));
                        }
                    }
                }
            }
        }
    }

    private static OnnxTensor tensor(HostArray array) throws OrtException {
        long[] dims = array.shape().toArray();
        var bytes = array.content().asByteBuffer().order(java.nio.ByteOrder.nativeOrder());
        return switch (array.dtype()) {
            case F32 -> {
                FloatBuffer floats = bytes.asFloatBuffer();
                yield OnnxTensor.createTensor(ORT, floats, dims);
            }
            case I64 -> {
                LongBuffer longs = bytes.asLongBuffer();
                yield OnnxTensor.createTensor(ORT, longs, dims);
            }
            case I32 -> {
                IntBuffer ints = bytes.asIntBuffer();
                yield OnnxTensor.createTensor(ORT, ints, dims);
            }
            case BOOL -> OnnxTensor.createTensor(ORT, bytes, dims, OnnxJavaType.BOOL);
            default -> throw new IllegalArgumentException("no case of " + array.dtype());
        };
    }

    private static void compare(HostArray expected, OnnxTensor found) {
        List<Long> dims = java.util.Arrays.stream(found.getInfo().getShape()).boxed().toList();
        assertEquals(java.util.Arrays.stream(expected.shape().toArray()).boxed().toList(), dims);
        for (int i = 0; i < expected.shape().size(); i++) {
            double number =
                    found.getInfo().type == OnnxJavaType.FLOAT
                            ? found.getFloatBuffer().get(i)
                            : found.getIntBuffer().get(i);
            assertEquals(expected.get(i), number, 1e-5, "element " + i);
        }
    }
}
