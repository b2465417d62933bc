package dev.weft.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
        String name,
        String operator,
        long opset,
        List<String> inputs,
        Map<String, Protobuf> attributes,
        Map<String, OnnxTensor> values,
        List<OnnxTensor> expected,
        List<Integer> positions) {
    private static final int MODEL_GRAPH = 7;
    private static final int MODEL_OPSET_IMPORT = 8;
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
    private static final int ATTRIBUTE_NAME = 1;

    static OnnxCase read(Path folder) throws IOException {
        Protobuf model = new Protobuf(Files.readAllBytes(folder.resolve("model.onnx")));
        Protobuf graph = model.messages(MODEL_GRAPH).getFirst();
        List<Protobuf> nodes = graph.messages(GRAPH_NODE);
        Protobuf node = nodes.getFirst();
        String operator = nodes.size() == 1 ? node.text(NODE_OP_TYPE) : "several nodes";
        Map<String, Protobuf> attributes = new HashMap<>();
        for (Protobuf attribute : node.messages(NODE_ATTRIBUTE)) {
            attributes.put(attribute.text(ATTRIBUTE_NAME), attribute);
        }
        Map<String, OnnxTensor> values = new HashMap<>();
        for (Protobuf initializer : graph.messages(GRAPH_INITIALIZER)) {
            OnnxTensor tensor = OnnxTensor.of(initializer);
            values.put(tensor.name(), tensor);
        }
        Path data = folder.resolve("test_data_set_0");
        List<Protobuf> inputs = graph.messages(GRAPH_INPUT);
        for (int i = 0; i < inputs.size(); i++) {
            values.put(
                    inputs.get(i).text(VALUE_INFO_NAME),
                    read(data.resolve("input_" + i + ".pb"), inputs.get(i)));
        }
        List<OnnxTensor> expected = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        List<Protobuf> outputs = graph.messages(GRAPH_OUTPUT);
        for (int i = 0; i < outputs.size(); i++) {
            expected.add(read(data.resolve("output_" + i + ".pb"), outputs.get(i)));
            String output = outputs.get(i).text(VALUE_INFO_NAME);
            positions.add(node.texts(NODE_OUTPUT).indexOf(output));
        }
        return new OnnxCase(
                folder.getFileName().toString(),
                operator,
                model.messages(MODEL_OPSET_IMPORT).getFirst().number(OPSET_VERSION),
                node.texts(NODE_INPUT),
                attributes,
                values,
                expected,
                positions);
    }

    /** A sequence or an optional, which are no tensors, becomes a tensor of type 0. */
    private static OnnxTensor read(Path file, Protobuf info) throws IOException {
        Protobuf type = info.messages(VALUE_INFO_TYPE).getFirst();
        byte[] none = {};
        byte[] bytes = type.has(TYPE_TENSOR) ? Files.readAllBytes(file) : none;
        return OnnxTensor.of(new Protobuf(bytes));
    }
}
