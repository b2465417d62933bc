package dev.weft.onnx.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.nn.Network;
import dev.weft.onnx.OnnxModel;
import dev.weft.onnx.OnnxSession;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is written gives, read back, what the network gives. */
class OnnxExportTest {
    static List<ExportCase> cases() {
        return ExportCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsReadBackGivesTheSame(ExportCase each, @TempDir Path folder) throws IOException {
        Path file = folder.resolve("model.onnx");
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Network network = each.network(device);
            each.export(network).write(file);
            try (OnnxSession session = OnnxModel.read(file).on(device)) {
                for (long batch : new long[] {1, 2, 5}) {
                    Map<String, Tensor> samples = each.samples(device, batch);
                    List<Tensor> expected = ExportCase.expected(network, samples);
                    List<Tensor> found = new ArrayList<>(session.run(samples).values());
                    assertEquals(expected.size(), found.size());
                    for (int i = 0; i < found.size(); i++) {
                        assertEquals(expected.get(i).shape(), found.get(i).shape());
                        assertEquals(expected.get(i).dtype(), found.get(i).dtype());
                        assertArrayEquals(
                                expected.get(i).toDoubleArray(),
                                found.get(i).toDoubleArray(),
                                1e-5);
                    }
                }
            }
        }
    }
}
