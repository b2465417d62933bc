package dev.weft.onnx.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.weft.HostArray;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What is written is read as it was. */
class ModelWriterTest {
    private static HostArray ramp(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = i;
        }
        return HostArray.of(numbers, count);
    }

    private static ModelFile model() {
        Graph body =
                new Graph(
                        "body",
                        List.of(node("Identity", "x", "inner", Map.of())),
                        Map.of(),
                        List.of(),
                        List.of(new ValueInfo("inner", "tensor", 1, null)));
        Map<String, Attribute> attributes =
                Map.of(
                        "f", new Attribute.Real(-0.5f),
                        "i", new Attribute.Int(-3),
                        "s", new Attribute.Text("größer"),
                        "g", new Attribute.Subgraph(body),
                        "fs", new Attribute.Reals(List.of(1f, Float.NaN)),
                        "is", new Attribute.Ints(List.of(Long.MIN_VALUE, 0L, 300L)),
                        "ss", new Attribute.Texts(List.of("", "b")));
        List<Dimension> open = List.of(new Dimension(-1, "batch"), new Dimension(-1, ""));
        Graph graph =
                new Graph(
                        "graph",
                        List.of(
                                node("Made", "x", "h", attributes),
                                node("Add", "h,long", "y", Map.of())),
                        Map.of(
                                "long", OnnxTensor.of("long", ramp(1000)),
                                "short", OnnxTensor.of("short", ramp(2))),
                        List.of(new ValueInfo("x", "tensor", 1, open)),
                        List.of(new ValueInfo("y", "tensor", 1, List.of(new Dimension(3, "")))));
        return new ModelFile(
                graph,
                Map.of("", 17L, "other", 2L),
                Map.of("ir_version", "8", "producer_name", "weft", "labels", "a,b"));
    }

    private static Node node(
            String operator, String inputs, String output, Map<String, Attribute> attributes) {
        return new Node(
                operator, operator, "", List.of(inputs.split(",")), List.of(output), attributes);
    }

    private static void assertSame(ModelFile found) {
        ModelFile expected = model();
        assertEquals(expected.metadata(), found.metadata());
        assertEquals(expected.opsets(), found.opsets());
        assertEquals(expected.graph().name(), found.graph().name());
        assertEquals(expected.graph().nodes(), found.graph().nodes());
        assertEquals(expected.graph().inputs(), found.graph().inputs());
        assertEquals(expected.graph().outputs(), found.graph().outputs());
        expected.graph()
                .initializers()
                .forEach(
                        (name, tensor) ->
                                assertArrayEquals(
                                        tensor.elements().floats(),
                                        Objects.requireNonNull(
                                                        found.graph().initializers().get(name))
                                                .elements()
                                                .floats()));
    }

    @Test
    void oneFileIsReadAsItWas() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        model().writeTo(bytes);
        assertSame(ModelFile.read("model", MemorySegment.ofArray(bytes.toByteArray())));
        assertFalse(model().needsData());
    }

    /** Short tensors stay in the model, long ones go to the file beside it. */
    @Test
    void elementsMayHaveAFileOfTheirOwn(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("model.onnx");
        Path data = folder.resolve("model.onnx.data");
        try (OutputStream out = Files.newOutputStream(file);
                OutputStream elements = Files.newOutputStream(data)) {
            model().writeTo(out, "model.onnx.data", elements);
        }
        assertEquals(4000, Files.size(data));
        assertSame(ModelFile.read(file));
    }
}
