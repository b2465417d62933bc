package dev.weft.onnx.network;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.io.AtomicFile;
import dev.weft.nn.Network;
import dev.weft.nn.Parameter;
import dev.weft.nn.StateDict;
import dev.weft.onnx.graph.Dimension;
import dev.weft.onnx.graph.ElementType;
import dev.weft.onnx.graph.Graph;
import dev.weft.onnx.graph.ModelFile;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.graph.OnnxTensor;
import dev.weft.onnx.graph.ValueInfo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A network as an ONNX model: what it computes without dropout, with its parameters and buffers as
 * initializers under their paths.
 *
 * <pre>{@code
 * OnnxExport.of(network)
 *         .input("image", DType.F32, OnnxExport.BATCH, 1, 28, 28)
 *         .output("logits")
 *         .write(Path.of("model.onnx"));
 * }</pre>
 *
 * <p>The network's forward pass is gone through without computing it, and its kernel calls become
 * nodes of ONNX's own operators of version {@value #OPSET}: so any block is exported that is made
 * of tensor operations, one's own and {@link dev.weft.nn.Lambda} too. What a pass computes of no
 * input, such as a table of positions, stands in the file as a constant. Recurrent blocks are
 * unrolled over their steps. Numbers agree with the network's but for rounding.
 *
 * <p>An extent may be open: {@link #BATCH}. The pass is gone through for three batches then, and
 * what is not the same for them, and does not grow with the batch, is refused.
 */
public final class OnnxExport {
    /** The version of ONNX's operators that is written. */
    public static final int OPSET = 17;

    /** In place of an input's extent: any, the same wherever it stands. */
    public static final long BATCH = -1;

    /** The version of the file format that came with those operators. */
    private static final int IR_VERSION = 8;

    /** Extents that networks seldom have. */
    private static final long[] BATCHES = {7, 11, 13};

    private final Network network;
    private final List<Input> inputs = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private record Input(String name, DType dtype, List<Long> dims) {
        Shape shape(long batch) {
            return Shape.of(dims.stream().mapToLong(dim -> dim == BATCH ? batch : dim).toArray());
        }
    }

    /** A value that the network gives, as three batches have it. */
    private record Output(String value, DType dtype, List<Shape> shapes) {}

    private OnnxExport(Network network) {
        this.network = network;
        metadata.put("ir_version", "" + IR_VERSION);
        metadata.put("producer_name", "weft");
    }

    /** An export of what the network is when it is written. */
    public static OnnxExport of(Network network) {
        return new OnnxExport(network);
    }

    /**
     * The next input.
     *
     * @param dims its extents, of which one may be {@link #BATCH}
     */
    public OnnxExport input(String name, DType dtype, long... dims) {
        List<Long> extents = new ArrayList<>();
        for (long dim : dims) {
            if (dim != BATCH && dim < 1) {
                throw new IllegalArgumentException(
                        "export: input '%s' has an extent of %d: give at least 1, or BATCH"
                                .formatted(name, dim));
            }
            extents.add(dim);
        }
        inputs.add(new Input(name, dtype, List.copyOf(extents)));
        return this;
    }

    /** The name of the next output; "output", or "output_0" and so on, where none is given. */
    public OnnxExport output(String name) {
        outputs.add(name);
        return this;
    }

    /** What the file says of itself besides, such as how inputs were preprocessed. */
    public OnnxExport metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /**
     * Writes the file, whole or not at all. Where the parameters take more than 2 GiB, their
     * elements are written to a file beside it, with {@code .data} behind its name.
     *
     * @throws OnnxException where the network does what ONNX has no operators for, or reads values
     *     back to the host, or depends on the batch in another way than by its extents
     * @throws IllegalArgumentException where it does not take such inputs
     * @throws IOException where it cannot be written
     */
    public void write(Path path) throws IOException {
        ModelFile model = model();
        if (!model.needsData()) {
            AtomicFile.write(path, model::writeTo);
            return;
        }
        String location = path.getFileName() + ".data";
        ByteArrayOutputStream nodes = new ByteArrayOutputStream();
        AtomicFile.write(
                path.resolveSibling(location),
                elements -> model.writeTo(nodes, location, elements));
        AtomicFile.write(path, nodes::writeTo);
    }

    /** The model, as {@link #write} writes it. */
    public ModelFile model() {
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("export: say what the network takes: input(...)");
        }
        boolean isOpen = inputs.stream().anyMatch(input -> input.dims().contains(BATCH));
        long[] batches = isOpen ? BATCHES : new long[] {1};
        List<Sketch> sketches = new ArrayList<>();
        List<Output> drawn = draw(batches, sketches);
        BatchAxis.Place place = null;
        for (Input input : inputs) {
            if (place == null && input.dims().contains(BATCH)) {
                place = new BatchAxis.Place(input.name(), input.dims().indexOf(BATCH));
            }
        }
        BatchAxis whole = new BatchAxis(batches, sketches, place);
        List<Node> nodes = new ArrayList<>(whole.nodes());
        List<ValueInfo> given = new ArrayList<>();
        for (int i = 0; i < drawn.size(); i++) {
            Output output = drawn.get(i);
            String name = nameOfOutput(i, drawn.size());
            nodes.add(
                    new Node(
                            name,
                            "Identity",
                            "",
                            List.of(output.value()),
                            List.of(name),
                            Map.of()));
            given.add(described(name, output.dtype(), output.shapes(), batches));
        }
        List<ValueInfo> taken = new ArrayList<>();
        for (Input input : inputs) {
            List<Shape> shapes = new ArrayList<>();
            for (long batch : batches) {
                shapes.add(input.shape(batch));
            }
            taken.add(described(input.name(), input.dtype(), shapes, batches));
        }
        checkNames(taken, given);
        Graph graph = new Graph("weft", nodes, initializers(nodes, whole), taken, given);
        return new ModelFile(graph, Map.of("", (long) OPSET), metadata);
    }

    private String nameOfOutput(int i, int count) {
        if (outputs.size() > count) {
            throw new IllegalArgumentException(
                    "export: the network gives %d outputs, and %d have names: %s"
                            .formatted(count, outputs.size(), outputs));
        }
        return i < outputs.size() ? outputs.get(i) : count == 1 ? "output" : "output_" + i;
    }

    private void checkNames(List<ValueInfo> taken, List<ValueInfo> given) {
        Set<String> names = new HashSet<>(network.parameters().byPath().keySet());
        for (ValueInfo each : Stream.concat(taken.stream(), given.stream()).toList()) {
            if (!names.add(each.name())) {
                throw new IllegalArgumentException(
                        "export: '%s' names two of the inputs, outputs and parameters: choose another name"
                                .formatted(each.name()));
            }
        }
    }

    private static ValueInfo described(
            String name, DType dtype, List<Shape> shapes, long[] batches) {
        List<Dimension> dims = new ArrayList<>();
        for (int axis = 0; axis < shapes.getFirst().rank(); axis++) {
            boolean isFixed = true;
            boolean isBatch = true;
            for (int each = 0; each < batches.length; each++) {
                isFixed &= shapes.get(each).dim(axis) == shapes.getFirst().dim(axis);
                isBatch &= shapes.get(each).dim(axis) == batches[each];
            }
            dims.add(
                    isFixed
                            ? new Dimension(shapes.getFirst().dim(axis), "")
                            : new Dimension(-1, isBatch ? "batch" : ""));
        }
        return new ValueInfo(name, "tensor", ElementType.of(dtype), dims);
    }

    private Map<String, OnnxTensor> initializers(List<Node> nodes, BatchAxis whole) {
        Set<String> read = new HashSet<>();
        nodes.forEach(node -> read.addAll(node.inputs()));
        Map<String, OnnxTensor> initializers = new LinkedHashMap<>();
        StateDict.of(network)
                .forEach(
                        (path, array) -> {
                            if (read.contains(path)) {
                                initializers.put(path, OnnxTensor.of(path, array));
                            }
                        });
        whole.constants()
                .forEach(
                        (name, tensor) -> {
                            if (read.contains(name)) {
                                initializers.put(name, tensor);
                            }
                        });
        return initializers;
    }

    /** Goes through the network's forward pass for each batch. */
    private List<Output> draw(long[] batches, List<Sketch> sketches) {
        TracingBackend backend = new TracingBackend();
        try (Device device = new Device(backend);
                Scope _ = device.scope()) {
            Network copy = Network.create(device, network.root(), network.parameters().dtype(), 0);
            List<List<Tensor>> all = new ArrayList<>();
            List<List<String>> values = new ArrayList<>();
            for (long batch : batches) {
                Sketch sketch = new Sketch();
                sketches.add(sketch);
                Memory memory = backend.draw(sketch);
                for (Parameter each : copy.parameters().list()) {
                    memory.give(each.value().view(), each.name());
                }
                for (Parameter each : copy.parameters().buffers()) {
                    memory.give(each.value().view(), each.name());
                }
                List<Tensor> given = new ArrayList<>();
                for (Input input : inputs) {
                    Tensor x = device.empty(input.dtype(), input.shape(batch));
                    memory.give(x.view(), input.name());
                    given.add(x);
                }
                List<Tensor> made = copy.run(false, given).outputs();
                all.add(made);
                values.add(made.stream().map(y -> memory.read(y.view())).toList());
            }
            if (!values.stream().allMatch(values.getFirst()::equals)) {
                throw BatchAxis.depends("an output");
            }
            List<Output> drawn = new ArrayList<>();
            for (int i = 0; i < all.getFirst().size(); i++) {
                int at = i;
                drawn.add(
                        new Output(
                                values.getFirst().get(i),
                                all.getFirst().get(i).dtype(),
                                all.stream().map(made -> made.get(at).shape()).toList()));
            }
            return drawn;
        }
    }
}
