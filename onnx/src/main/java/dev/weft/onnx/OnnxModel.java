package dev.weft.onnx;

import dev.weft.Device;
import dev.weft.onnx.graph.Graph;
import dev.weft.onnx.graph.ModelFile;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.graph.OnnxTensor;
import dev.weft.onnx.graph.UnsupportedOnnxException;
import dev.weft.onnx.graph.ValueInfo;
import dev.weft.onnx.operator.Operators;
import dev.weft.onnx.rewrite.Rewrites;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An ONNX model: what its file says, ready to run on any device.
 *
 * <pre>{@code
 * OnnxModel model = OnnxModel.read(Path.of("model.onnx"));
 * try (Device device = Devices.best();
 *         OnnxSession session = model.on(device);
 *         Scope scope = device.scope()) {
 *     Tensor ids = device.tensor(new long[] {101, 2023, 102}, 1, 3);
 *     Tensor y = session.run(Map.of("input_ids", ids)).get("logits");
 * }
 * }</pre>
 *
 * <p>A model is immutable, and may be used by any number of threads; a session is confined to its
 * device's.
 */
public final class OnnxModel {
    private static final int MOST_LISTED = 20;

    private final String name;
    private final ModelFile file;

    private OnnxModel(String name, ModelFile file) {
        this.name = name;
        this.file = file;
    }

    /**
     * Reads a model's file, which is mapped and must stay as it is. Data in other files must lie in
     * the same folder.
     *
     * @throws OnnxException where it is damaged or no ONNX model
     * @throws IOException where it cannot be read
     */
    public static OnnxModel read(Path path) throws IOException {
        return new OnnxModel(path.toString(), ModelFile.read(path));
    }

    /**
     * Reads a model from a stream, such as a resource's, to its end.
     *
     * @param name for messages
     * @throws OnnxException where it is damaged or no ONNX model, or has data in other files
     * @throws IOException where it cannot be read
     */
    public static OnnxModel read(String name, InputStream in) throws IOException {
        return of(name, in.readAllBytes());
    }

    /**
     * A model from its bytes, which must stay as they are.
     *
     * @param name for messages
     * @throws OnnxException where they are no ONNX model, or it has data in other files
     */
    public static OnnxModel of(String name, byte[] bytes) {
        return new OnnxModel(name, ModelFile.read(name, MemorySegment.ofArray(bytes)));
    }

    /** What the model takes, in its order: without those inputs that it gives a value itself. */
    public List<ValueInfo> inputs() {
        return file.graph().inputs().stream()
                .filter(input -> !initializers().containsKey(input.name()))
                .toList();
    }

    /** What the model gives, in its order. */
    public List<ValueInfo> outputs() {
        return file.graph().outputs();
    }

    /** What the file says of itself, such as its producer. */
    public Map<String, String> metadata() {
        return file.metadata();
    }

    /** The version of the operators of each domain; ONNX's own has an empty name. */
    public Map<String, Long> opsets() {
        return file.opsets();
    }

    /** The weights and other constants by name. */
    public Map<String, OnnxTensor> initializers() {
        return file.graph().initializers();
    }

    /**
     * The initializers that training may change: those of floating types that nodes read, but not
     * those of rank 0, such as an epsilon, nor the statistics of a BatchNormalization.
     */
    public List<OnnxTensor> weights() {
        Graph rewritten = Rewrites.apply(graph());
        Set<String> statistics = new HashSet<>();
        for (Node node : rewritten.nodes()) {
            if (node.operator().equals("BatchNormalization") && node.inputs().size() == 5) {
                statistics.addAll(node.inputs().subList(3, 5));
            }
        }
        Set<String> read = new HashSet<>(rewritten.uses());
        return initializers().values().stream()
                .filter(tensor -> tensor.dtype() != null && tensor.dtype().isFloating())
                .filter(tensor -> tensor.shape().rank() > 0 && read.contains(tensor.name()))
                .filter(tensor -> !statistics.contains(tensor.name()))
                .toList();
    }

    /**
     * The model that takes initializers as inputs, behind its own: each run is given their values,
     * and a tape may watch them.
     *
     * @param names some of its {@link #weights}
     * @throws IllegalArgumentException where one is none of them
     */
    public OnnxModel withInputs(Collection<String> names) {
        Map<String, OnnxTensor> weights = new LinkedHashMap<>();
        weights().forEach(tensor -> weights.put(tensor.name(), tensor));
        Graph graph = Rewrites.apply(graph());
        Map<String, OnnxTensor> constants = new LinkedHashMap<>(graph.initializers());
        List<ValueInfo> inputs = new ArrayList<>(inputs());
        for (String each : names) {
            OnnxTensor tensor = weights.get(each);
            if (tensor == null) {
                throw new IllegalArgumentException(
                        "%s: '%s' is none of its weights".formatted(name, each));
            }
            constants.remove(each);
            inputs.add(ValueInfo.of(tensor));
        }
        Graph opened = new Graph(graph.name(), graph.nodes(), constants, inputs, graph.outputs());
        return new OnnxModel(name, new ModelFile(opened, opsets(), metadata()));
    }

    /** The nodes, with the model's functions in the place of their calls. */
    public Graph graph() {
        return file.graph();
    }

    /**
     * What Weft lacks to run this model: a line for each operator's node, version, and type of
     * input or initializer. Empty where it can run.
     */
    public List<String> unsupported() {
        List<String> lines = new ArrayList<>();
        long version = opsets().getOrDefault("", Operators.NEWEST);
        if (version < Operators.OLDEST || version > Operators.NEWEST) {
            lines.add(
                    "version %d of ONNX's operators (Weft has %d to %d)"
                            .formatted(version, Operators.OLDEST, Operators.NEWEST));
        }
        graph().allNodes()
                .filter(node -> Operators.find(node.domain(), node.operator()) == null)
                .map(this::line)
                .forEach(lines::add);
        for (ValueInfo input : inputs()) {
            if (input.dtype() == null && (!input.kind().equals("tensor") || input.type() != 0)) {
                lines.add("input '%s', %s".formatted(input.name(), input.describe()));
            }
        }
        initializers().values().stream()
                .filter(tensor -> tensor.array() == null)
                .map(t -> "initializer '%s', %s %s".formatted(t.name(), t.typeName(), t.shape()))
                .forEach(lines::add);
        return lines;
    }

    private String line(Node node) {
        return "operator %s, domain '%s', version %d (node '%s')"
                .formatted(
                        node.operator(), node.domain(), opsets().get(node.domain()), node.label());
    }

    /**
     * The model on a device, where its weights are then kept.
     *
     * @throws UnsupportedOnnxException where Weft cannot run it: the message lists all that is
     *     {@link #unsupported}
     * @throws OnnxException where a node of constants cannot be computed
     */
    public OnnxSession on(Device device) {
        List<String> lines = unsupported();
        if (!lines.isEmpty()) {
            int more = lines.size() - MOST_LISTED;
            throw new UnsupportedOnnxException(
                    "%s: Weft does not have %s%s"
                            .formatted(
                                    name,
                                    String.join(
                                            "; ",
                                            lines.subList(0, Math.min(MOST_LISTED, lines.size()))),
                                    more > 0 ? "; and %d more".formatted(more) : ""));
        }
        return new OnnxSession(this, device);
    }

    @Override
    public String toString() {
        return name;
    }
}
