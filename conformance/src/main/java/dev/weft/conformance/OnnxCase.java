package dev.weft.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A node test: a model of one node, its inputs and the outputs that it must give. Field numbers as
 * in onnx.proto, onnx/onnx v1.22.0.
 *
 * @param operator the node's op_type
 * @param inputs the names of the node's inputs, in order, empty for one that is left out
 * @param attributes the node's AttributeProtos by name
 * @param values the inputs by name
 * @param expected the outputs, in the order in which the node gives them
 * @param positions which of the node's outputs each of {@code expected} is
 */
record OnnxCase(
        String operator,
        long opset,
        List<String> inputs,
        Map<String, Protobuf> attributes,
        Map<String, OnnxTensor> values,
        List<OnnxTensor> expected,
        List<Integer> positions) {
    /** The file that a case's folder has. */
    static final String MODEL = "model.onnx";

    private static final int MODEL_GRAPH = 7;
    private static final int MODEL_OPSET_IMPORT = 8;
    private static final int OPSET_DOMAIN = 1;
    private static final int OPSET_VERSION = 2;
    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_INITIALIZER = 5;
    private static final int GRAPH_INPUT = 11;
    private static final int GRAPH_OUTPUT = 12;
    private static final int VALUE_INFO_NAME = 1;
    private static final int VALUE_INFO_TYPE = 2;
    private static final int TYPE_TENSOR = 1;
    private static final int NODE_INPUT = 1;
    private static final int NODE_OUTPUT = 2;
    private static final int NODE_OP_TYPE = 4;
    private static final int NODE_ATTRIBUTE = 5;
    private static final int NODE_DOMAIN = 7;
    private static final int ATTRIBUTE_NAME = 1;

    /** The domains whose operators ONNX itself defines, and Weft's tests know. */
    private static final Set<String> DOMAINS = Set.of("", "ai.onnx", "ai.onnx.preview.training");

    /**
     * The case in a folder, with the inputs and outputs of one of its folders of data.
     *
     * @throws IOException or a runtime exception where the files are none
     */
    static OnnxCase read(Path folder, Path data) throws IOException {
        Protobuf model = new Protobuf(Files.readAllBytes(folder.resolve(MODEL)));
        Protobuf graph = only(model.messages(MODEL_GRAPH), "graph");
        List<Protobuf> nodes = graph.messages(GRAPH_NODE);
        if (nodes.size() > 1) {
            String operators =
                    nodes.stream()
                            .map(OnnxCase::operator)
                            .distinct()
                            .collect(Collectors.joining("+"));
            throw new UnsupportedCase(operators, "a graph of %d nodes".formatted(nodes.size()));
        }
        Protobuf node = only(nodes, "node");
        if (!DOMAINS.contains(node.text(NODE_DOMAIN))) {
            throw new UnsupportedCase(operator(node), "unknown domain");
        }
        Map<String, Protobuf> attributes = new HashMap<>();
        for (Protobuf attribute : node.messages(NODE_ATTRIBUTE)) {
            attributes.put(attribute.text(ATTRIBUTE_NAME), attribute);
        }
        Map<String, OnnxTensor> values = new HashMap<>();
        for (Protobuf initializer : graph.messages(GRAPH_INITIALIZER)) {
            OnnxTensor tensor = OnnxTensor.of(initializer);
            values.put(tensor.name(), tensor);
        }
        List<Protobuf> inputs = graph.messages(GRAPH_INPUT);
        for (int i = 0; i < inputs.size(); i++) {
            String name = inputs.get(i).text(VALUE_INFO_NAME);
            Path file = data.resolve("input_" + i + ".pb");
            // Older models list their initializers among the inputs too.
            if (Files.exists(file) || !values.containsKey(name)) {
                values.put(name, read(file, inputs.get(i)));
            }
        }
        List<OnnxTensor> expected = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        List<Protobuf> outputs = graph.messages(GRAPH_OUTPUT);
        for (int i = 0; i < outputs.size(); i++) {
            expected.add(read(data.resolve("output_" + i + ".pb"), outputs.get(i)));
            String output = outputs.get(i).text(VALUE_INFO_NAME);
            int position = node.texts(NODE_OUTPUT).indexOf(output);
            if (position < 0) {
                throw new IllegalArgumentException(
                        "the graph's output '%s' is none of its node's".formatted(output));
            }
            positions.add(position);
        }
        if (expected.isEmpty()) {
            throw new IllegalArgumentException("the graph has no output");
        }
        return new OnnxCase(
                node.text(NODE_OP_TYPE),
                opset(model, node.text(NODE_DOMAIN)),
                node.texts(NODE_INPUT),
                attributes,
                values,
                expected,
                positions);
    }

    private static Protobuf only(List<Protobuf> messages, String what) {
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("there is no %s in the model".formatted(what));
        }
        return messages.getFirst();
    }

    /** The node's op_type, with its domain where that is none of ONNX's. */
    private static String operator(Protobuf node) {
        String domain = node.text(NODE_DOMAIN);
        String type = node.text(NODE_OP_TYPE);
        return DOMAINS.contains(domain) ? type : domain + "." + type;
    }

    private static long opset(Protobuf model, String domain) {
        return model.messages(MODEL_OPSET_IMPORT).stream()
                .filter(opset -> opset.text(OPSET_DOMAIN).equals(domain))
                .mapToLong(opset -> opset.number(OPSET_VERSION))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "the model imports no operators of domain '%s'"
                                                .formatted(domain)));
    }

    /** A sequence or an optional, which are no tensors, becomes a tensor of type 0. */
    private static OnnxTensor read(Path file, Protobuf info) throws IOException {
        Protobuf type =
                only(
                        info.messages(VALUE_INFO_TYPE),
                        "type of '%s'".formatted(info.text(VALUE_INFO_NAME)));
        byte[] none = {};
        byte[] bytes = type.has(TYPE_TENSOR) ? Files.readAllBytes(file) : none;
        return OnnxTensor.of(new Protobuf(bytes));
    }
}
