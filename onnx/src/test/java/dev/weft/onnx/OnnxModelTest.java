package dev.weft.onnx;

import static dev.weft.onnx.TestGraph.found;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

@Timeout(60)
class OnnxModelTest {
    @TempDir private Path folder;

    private static TestGraph linear() {
        return new TestGraph()
                .initializer(TestGraph.floats("w", new float[] {1, 2, 3, 4, 5, 6}, 3, 2))
                .initializer(TestGraph.floats("b", new float[] {10, 20}, 2))
                .input("x", TestGraph.F32, "batch", "3")
                .output("y", TestGraph.F32, "batch", "2")
                .node("MatMul", "x,w -> xw")
                .node("Add", "xw,b -> sum")
                .node("Relu", "sum -> y");
    }

    private static void assertWrong(TestGraph graph, String part) {
        assertWrong(graph.bytes(17), part);
    }

    private static void assertWrong(byte[] model, String part) {
        OnnxException e = assertThrows(OnnxException.class, () -> OnnxModel.of("bad.onnx", model));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains(part), message);
        assertTrue(message.startsWith("bad.onnx: "), message);
    }

    @Test
    void aModelSaysWhatItTakesAndGives() throws IOException {
        Proto entry = new Proto().text(1, "author").text(2, "nobody");
        byte[] bytes = linear().model(17).message(14, entry).toByteArray();
        OnnxModel model = OnnxModel.read("some.onnx", new ByteArrayInputStream(bytes));
        assertEquals("x", model.inputs().getFirst().name());
        assertEquals("float32 [batch, 3]", model.inputs().getFirst().describe());
        assertEquals(DType.F32, model.outputs().getFirst().dtype());
        assertEquals(Map.of("", 17L), model.opsets());
        assertEquals("nobody", found(model.metadata(), "author"));
        assertEquals("tests", found(model.metadata(), "producer_name"));
        assertEquals(
                List.of("MatMul", "Add", "Relu"),
                model.graph().nodes().stream().map(Node::operator).toList());
        assertEquals(3, found(model.initializers(), "w").shape().dim(0));
        assertEquals(List.of(), model.unsupported());
    }

    @Test
    void tensorsAreReadInEveryEncoding() {
        Proto halves = TestGraph.tensor("h", 10, 2).number(5, 0x3C00).number(5, 0xC000);
        Proto doubles = TestGraph.tensor("d", 11).bytes(10, new byte[] {0, 0, 0, 0, 0, 0, -8, 63});
        Proto bytes = TestGraph.tensor("i", 3, 3).number(5, -1).number(5, 127).number(5, 0);
        Proto truths = TestGraph.tensor("t", 9, 2).bytes(9, new byte[] {2, 0});
        Proto floats = TestGraph.tensor("f", 1, 2).real(4, 0.5f).real(4, -3);
        TestGraph graph = new TestGraph().output("y", TestGraph.F32);
        for (Proto each : List.of(halves, doubles, bytes, truths, floats)) {
            graph.initializer(each);
        }
        OnnxModel model = graph.node("Identity", "f -> y").read();
        assertEquals(-2, found(model.initializers(), "h").elements().get(1));
        assertEquals(1.5, found(model.initializers(), "d").elements().get(0));
        assertEquals(-1, found(model.initializers(), "i").elements().get(0));
        assertEquals(1, found(model.initializers(), "t").elements().get(0));
        assertEquals(-3, found(model.initializers(), "f").elements().get(1));
    }

    @Test
    void wrongGraphsAreRefused() {
        assertWrong(linear().node("Abs", "q -> z"), "reads 'q', which nothing gives");
        assertWrong(linear().node("Abs", "x -> sum"), "'sum' is given twice");
        assertWrong(linear().node("Abs", "x -> b"), "'b' is given twice");
        assertWrong(
                linear().node("Abs", "z2 -> z1").node("Abs", "z1 -> z2"),
                "which node Abs 'z2' gives later");
        assertWrong(linear().output("nonesuch", 1), "reads 'nonesuch'");
        assertWrong(linear().input("x", 1), "input 'x' is there twice");
        assertWrong(
                linear().node("com.example", "Thing", "x -> z"),
                "domain 'com.example', which the model does not import");
        assertWrong(
                linear().initializer(TestGraph.floats("w", new float[1], 1)),
                "initializer 'w' is there twice");
        assertWrong(new TestGraph().node("Relu", "-> y"), "has no output");
    }

    @Test
    void wrongTensorsAreRefused() {
        assertWrong(
                linear().initializer(TestGraph.floats("v", new float[2], 3)),
                "data for 2 elements");
        assertWrong(
                linear().initializer(TestGraph.tensor("v", TestGraph.F32, 1L << 40)),
                "data for 0 elements");
        assertWrong(
                linear().initializer(
                                TestGraph.tensor("v", TestGraph.F32, 1L << 40, 1L << 40)
                                        .bytes(9, new byte[4])),
                "more elements than can be");
        assertWrong(
                linear().initializer(TestGraph.tensor("v", TestGraph.F32, -1)), "fewer than none");
        assertWrong(
                linear().initializer(TestGraph.tensor("v", TestGraph.F32, 1).number(7, 1)),
                "data in field 7");
    }

    @Test
    void whatIsNoModelIsRefused() {
        assertWrong(new byte[0], "no graph");
        assertWrong(new byte[] {1, 2, 3}, "tag 1 names no field");
        assertWrong("not a model".getBytes(StandardCharsets.UTF_8), "field 13 has wire type 6");
        Proto nested = new Proto();
        for (int i = 0; i < 200; i++) {
            Proto graph =
                    new Proto().message(1, new Proto().message(5, new Proto().message(6, nested)));
            nested = graph;
        }
        assertWrong(new Proto().message(7, nested).toByteArray(), "nests deeper");
        assertThrows(IOException.class, () -> OnnxModel.read(folder.resolve("nonesuch.onnx")));
        assertThrows(OnnxException.class, () -> OnnxModel.read(folder));
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] whole = linear().bytes(17);
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThrows(OnnxException.class, () -> OnnxModel.of("cut.onnx", part), "" + length);
        }
    }

    @Test
    void allThatIsMissingIsListedAtOnce() {
        OnnxModel model = linear().node("Nonesuch", "x -> p").node("Unheard", "x -> q").read(26);
        assertEquals(3, model.unsupported().size());
        try (Device device = Devices.open("reference")) {
            UnsupportedOnnxException e =
                    assertThrows(UnsupportedOnnxException.class, () -> model.on(device));
            String message = String.valueOf(e.getMessage());
            for (String part :
                    List.of(
                            "test.onnx",
                            "version 26",
                            "operator Nonesuch, domain '', version 26 (node 'p')",
                            "operator Unheard")) {
                assertTrue(message.contains(part), message);
            }
        }
    }

    private static Proto external(String location, long offset) {
        return TestGraph.tensor("v", TestGraph.F32, 2)
                .number(14, 1)
                .message(13, new Proto().text(1, "location").text(2, location))
                .message(13, new Proto().text(1, "offset").text(2, "" + offset));
    }

    private OnnxModel readWith(Proto tensor) throws IOException {
        Path file = folder.resolve("inner/model.onnx");
        Files.createDirectories(folder.resolve("inner"));
        TestGraph graph = new TestGraph().output("y", TestGraph.F32).initializer(tensor);
        Files.write(file, graph.node("Identity", "v -> y").bytes(17));
        return OnnxModel.read(file);
    }

    @Test
    void dataInAnotherFileIsReadFromTheModelsFolder() throws IOException {
        Files.createDirectories(folder.resolve("inner"));
        byte[] data = {0, 0, 0, 0, 0, 0, -128, 63, 0, 0, 0, 64};
        Files.write(folder.resolve("inner/weights.bin"), data);
        OnnxModel model = readWith(external("weights.bin", 4));
        assertEquals(1, found(model.initializers(), "v").elements().get(0));
        assertEquals(2, found(model.initializers(), "v").elements().get(1));
        assertThrows(OnnxException.class, () -> readWith(external("weights.bin", 5)));
        assertThrows(OnnxException.class, () -> readWith(external("weights.bin", -1)));
        assertThrows(OnnxException.class, () -> readWith(external("weights.bin", Long.MAX_VALUE)));
        assertThrows(OnnxException.class, () -> readWith(external("missing.bin", 0)));
        assertThrows(
                OnnxException.class,
                () -> OnnxModel.of("m", Files.readAllBytes(folder.resolve("inner/model.onnx"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside.bin", "./../outside.bin", "/etc/hostname", "", "link.bin"})
    void dataOutsideTheModelsFolderIsRefused(String location) throws IOException {
        Files.createDirectories(folder.resolve("inner"));
        Files.write(folder.resolve("outside.bin"), new byte[8]);
        Files.createSymbolicLink(folder.resolve("inner/link.bin"), folder.resolve("outside.bin"));
        OnnxException e = assertThrows(OnnxException.class, () -> readWith(external(location, 0)));
        assertTrue(String.valueOf(e.getMessage()).contains("model's folder"), e.toString());
    }

    @Test
    void functionsStandInThePlaceOfTheirCalls() {
        Proto doubled = new Proto().text(1, "x").text(1, "x").text(2, "twice").text(4, "Add");
        Proto powered =
                new Proto()
                        .text(1, "twice")
                        .text(2, "result")
                        .text(4, "LeakyRelu")
                        .message(5, new Proto().text(1, "alpha").text(21, "slope"));
        Proto function =
                new Proto()
                        .text(1, "Twice")
                        .text(10, "local")
                        .text(4, "x")
                        .text(5, "result")
                        .message(7, doubled)
                        .message(7, powered);
        TestGraph graph =
                new TestGraph()
                        .input("x", TestGraph.F32, "n")
                        .output("z", TestGraph.F32, "n")
                        .node("local", "Twice", "x -> y", TestGraph.real("slope", 0.5f))
                        .node("local", "Twice", "y -> z", TestGraph.real("slope", 0.25f));
        Proto model = graph.model(17).message(8, new Proto().text(1, "local").number(2, 1));
        OnnxModel read = OnnxModel.of("f", model.message(25, function).toByteArray());
        assertEquals(4, read.graph().nodes().size());
        try (Device device = Devices.open("reference");
                OnnxSession session = read.on(device);
                Scope _ = device.scope()) {
            Tensor x = device.tensor(new float[] {1, -1});
            float[] z = found(session.run(Map.of("x", x)), "z").toFloatArray();
            assertArrayEquals(new float[] {4, -0.5f}, z);
        }
    }

    @Test
    void functionsWithoutEndAreRefused() {
        Proto call = new Proto().text(1, "x").text(2, "y").text(4, "F").text(7, "local");
        Proto function = new Proto().text(1, "F").text(10, "local").text(4, "x").text(5, "y");
        function.message(7, call);
        TestGraph graph = new TestGraph().input("x", 1).output("y", 1);
        Proto model = graph.node("local", "F", "x -> y").model(17);
        assertWrong(model.message(25, function).toByteArray(), "calls itself");
    }

    /** More by -Dweft.onnx.mutations=10000. */
    @Test
    void mutatedModelsAreReadOrRefused() {
        TestGraph branch = new TestGraph().output("z", TestGraph.F32, "n").node("Relu", "x -> z");
        Proto condition = TestGraph.tensor("c", TestGraph.BOOL).bytes(9, new byte[] {1});
        byte[] model =
                linear().initializer(condition)
                        .node(
                                "If",
                                "c -> z",
                                TestGraph.graph("then_branch", branch),
                                TestGraph.graph("else_branch", branch))
                        .node("Concat", "x,z -> both", TestGraph.number("axis", 0))
                        .output("both", TestGraph.F32)
                        .bytes(17);
        int count = Integer.getInteger("weft.onnx.mutations", 2000);
        long seed = Long.getLong("weft.onnx.seed", System.nanoTime());
        int read = 0;
        try (Device device = Devices.open("reference")) {
            for (int i = 0; i < count; i++) {
                byte[] mutated = mutated(model, new Random(seed + i));
                try (Scope _ = device.scope();
                        OnnxSession session = OnnxModel.of("mutated", mutated).on(device)) {
                    session.run(Map.of("x", device.ones(2, 3)));
                    read++;
                } catch (OnnxException | DeviceOutOfMemoryException e) {
                    assertTrue(e.getMessage() != null, "seed %d".formatted(seed + i));
                } catch (RuntimeException | Error e) {
                    throw new AssertionError("-Dweft.onnx.seed=%d".formatted(seed + i), e);
                }
            }
        }
        assertTrue(read < count, "no mutation of %d was refused".formatted(count));
    }

    private static byte[] mutated(byte[] model, Random random) {
        byte[] mutated = model.clone();
        for (int i = 0; i <= random.nextInt(4); i++) {
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
        }
        return random.nextInt(4) == 0
                ? Arrays.copyOf(mutated, random.nextInt(mutated.length))
                : mutated;
    }
}
