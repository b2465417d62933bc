package dev.weft.onnx.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.nn.ActivationLayer;
import dev.weft.nn.BatchNorm;
import dev.weft.nn.Block;
import dev.weft.nn.Lambda;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.nn.Sequential;
import dev.weft.onnx.OnnxModel;
import dev.weft.onnx.OnnxSession;
import dev.weft.onnx.graph.Graph;
import dev.weft.onnx.graph.ModelFile;
import dev.weft.onnx.graph.ValueInfo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

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
            Network network = each.network(device, DType.F32);
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

    private static Network network(Device device, Block block) {
        return Network.create(device, block, 1);
    }

    private static String message(Block block, UnaryOperator<OnnxExport> settings) {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            OnnxExport export = settings.apply(OnnxExport.of(network(device, block)));
            return String.valueOf(
                    assertThrows(IllegalArgumentException.class, export::model).getMessage());
        }
    }

    private static Layer lambda(UnaryOperator<Tensor> function) {
        return new Lambda("lambda", function);
    }

    @Test
    void whatOnnxCannotSayIsOneError() {
        UnaryOperator<OnnxExport> open = e -> e.input("x", DType.F32, OnnxExport.BATCH, 4);
        assertEquals(
                "export: ONNX's operators of version 17 have none for the kernel sort of [F32 7x4]",
                message(lambda(x -> x.sort(1, false).values()), open));
        assertEquals(
                "export: the network reads values of F32 7x4 back to the host, and a graph cannot"
                        + " depend on them",
                message(lambda(x -> x.mul(x.toFloatArray()[0])), open));
        assertEquals(
                "export: a constant of F32 7x1 depends on the size of the batch in a way that a"
                        + " graph cannot say: give the batch a number",
                message(
                        lambda(
                                x ->
                                        x.add(
                                                x.device()
                                                        .arange(DType.F32, (double) x.dim(0))
                                                        .reshape(-1, 1))),
                        open));
        assertEquals(
                "export: an output depends on the size of the batch in a way that a graph"
                        + " cannot say: give the batch a number",
                message(lambda(x -> x.dim(0) == 11 ? x.relu() : x.neg().exp()), open));
        assertEquals(
                "export: say what the network takes: input(...)",
                message(lambda(x -> x), export -> export));
        assertEquals(
                "export: the network gives 1 outputs, and 2 have names: [a, b]",
                message(lambda(x -> x.neg()), e -> open.apply(e).output("a").output("b")));
        assertEquals(
                "export: 'x' names two of the inputs, outputs and parameters: choose another name",
                message(lambda(x -> x.neg()), e -> open.apply(e).output("x")));
    }

    /** The same network, where the batch has a number. */
    @Test
    void aBatchWithANumberMayBeAskedFor() {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Layer block =
                    lambda(
                            x ->
                                    x.add(
                                            x.device()
                                                    .arange(DType.F32, (double) x.dim(0))
                                                    .reshape(-1, 1)));
            ModelFile file =
                    OnnxExport.of(network(device, block))
                            .input("x", DType.F32, 3, 4)
                            .output("sum")
                            .metadata("preprocessing", "none")
                            .model();
            ValueInfo sum = file.graph().outputs().getFirst();
            assertEquals("sum float32 [3, 4]", sum.name() + " " + sum.describe());
            assertEquals("none", file.metadata().get("preprocessing"));
        }
    }

    /** Halves are converted to floats before they are multiplied, and back, as on any device. */
    @Test
    void halvesStayHalves() throws IOException {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Sequential block = new Sequential(new Linear(4, 3), ActivationLayer.gelu());
            Network network = Network.create(device, block, DType.F16, 1);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            OnnxExport.of(network)
                    .input("x", DType.F16, OnnxExport.BATCH, 4)
                    .model()
                    .writeTo(bytes);
            OnnxModel model = OnnxModel.of("halves", bytes.toByteArray());
            Tensor x = device.random(1).normal(DType.F32, 0, 1, 2, 4).to(DType.F16);
            try (OnnxSession session = model.on(device)) {
                Tensor y = session.run(Map.of("x", x)).values().iterator().next();
                assertEquals(DType.F16, y.dtype());
                assertArrayEquals(network.forward(x).toDoubleArray(), y.toDoubleArray(), 1e-3);
            }
        }
    }

    @Test
    void namesAndExtentsAreDeclared() {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Sequential block = new Sequential(new Linear(4, 3), new BatchNorm(3));
            Graph graph =
                    OnnxExport.of(network(device, block))
                            .input("x", DType.F32, OnnxExport.BATCH, 4)
                            .output("logits")
                            .model()
                            .graph();
            assertEquals("float32 [batch, 4]", graph.inputs().getFirst().describe());
            assertEquals("float32 [batch, 3]", graph.outputs().getFirst().describe());
            assertEquals("logits", graph.outputs().getFirst().name());
            assertTrue(
                    graph.initializers()
                            .keySet()
                            .containsAll(List.of("0.weight", "0.bias", "1.running_mean")));
        }
    }

    @Test
    void nothingIsLeftOfAFileThatCannotBeWritten(@TempDir Path folder) throws IOException {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            OnnxExport export =
                    OnnxExport.of(network(device, new Linear(4, 3))).input("x", DType.F32, 1, 4);
            Path missing = folder.resolve("none").resolve("model.onnx");
            assertThrows(IOException.class, () -> export.write(missing));
            try (Stream<Path> left = Files.list(folder)) {
                assertEquals(0, left.count());
            }
        }
    }
}
