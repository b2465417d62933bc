package dev.weft.onnx.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads GraphProtos and what they are made of. Field numbers as in onnx/onnx v1.22.0. */
final class GraphReader {
    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_NAME = 2;
    private static final int GRAPH_INITIALIZER = 5;
    private static final int GRAPH_INPUT = 11;
    private static final int GRAPH_OUTPUT = 12;
    private static final int GRAPH_SPARSE = 15;
    private static final int NODE_INPUT = 1;
    private static final int NODE_OUTPUT = 2;
    private static final int NODE_NAME = 3;
    private static final int NODE_OPERATOR = 4;
    private static final int NODE_ATTRIBUTE = 5;
    private static final int NODE_DOMAIN = 7;
    private static final int VALUE_NAME = 1;
    private static final int VALUE_TYPE = 2;
    private static final int TYPE_TENSOR = 1;
    private static final int TENSOR_ELEMENT = 1;
    private static final int TENSOR_SHAPE = 2;
    private static final int SHAPE_DIM = 1;
    private static final int DIM_VALUE = 1;
    private static final int DIM_SYMBOL = 2;

    /** The kinds of values by their field in TypeProto. */
    private static final Map<Integer, String> KINDS =
            Map.of(4, "sequence", 5, "map", 8, "sparse tensor", 9, "optional");

    private final ExternalData files;

    GraphReader(ExternalData files) {
        this.files = files;
    }

    Graph graph(Message message) {
        String name = "";
        List<Node> nodes = new ArrayList<>();
        Map<String, OnnxTensor> initializers = new LinkedHashMap<>();
        List<ValueInfo> inputs = new ArrayList<>();
        List<ValueInfo> outputs = new ArrayList<>();
        while (message.next()) {
            switch (message.number()) {
                case GRAPH_NODE -> nodes.add(node(message.message()));
                case GRAPH_NAME -> name = message.text();
                case GRAPH_INITIALIZER -> {
                    OnnxTensor tensor = TensorReader.read(message.message(), files);
                    if (initializers.put(tensor.name(), tensor) != null) {
                        throw message.wrong(
                                "initializer '%s' is there twice".formatted(tensor.name()));
                    }
                }
                case GRAPH_INPUT -> inputs.add(value(message.message()));
                case GRAPH_OUTPUT -> outputs.add(value(message.message()));
                case GRAPH_SPARSE ->
                        throw new UnsupportedOnnxException(
                                message.file() + ": has sparse initializers, which Weft has not");
                default -> {}
            }
        }
        return new Graph(name, nodes, initializers, inputs, outputs);
    }

    Node node(Message message) {
        String name = "";
        String operator = "";
        String domain = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Map<String, Attribute> attributes = new HashMap<>();
        while (message.next()) {
            switch (message.number()) {
                case NODE_INPUT -> inputs.add(message.text());
                case NODE_OUTPUT -> outputs.add(message.text());
                case NODE_NAME -> name = message.text();
                case NODE_OPERATOR -> operator = message.text();
                case NODE_ATTRIBUTE -> attribute(message.message(), attributes);
                case NODE_DOMAIN -> domain = message.text();
                default -> {}
            }
        }
        return new Node(name, operator, domain, inputs, outputs, attributes);
    }

    /** Reads an AttributeProto into a map by name. */
    void attribute(Message message, Map<String, Attribute> attributes) {
        new AttributeReader(this, files).read(message, attributes);
    }

    private static ValueInfo value(Message message) {
        String name = "";
        String kind = "nothing";
        int type = 0;
        List<Dimension> dims = null;
        while (message.next()) {
            if (message.number() == VALUE_NAME) {
                name = message.text();
            } else if (message.number() == VALUE_TYPE) {
                Message proto = message.message();
                while (proto.next()) {
                    if (proto.number() != TYPE_TENSOR) {
                        kind = KINDS.getOrDefault(proto.number(), kind);
                        continue;
                    }
                    kind = "tensor";
                    Message tensor = proto.message();
                    while (tensor.next()) {
                        if (tensor.number() == TENSOR_ELEMENT) {
                            type = (int) tensor.integer();
                        } else if (tensor.number() == TENSOR_SHAPE) {
                            dims = dims(tensor.message());
                        }
                    }
                }
            }
        }
        return new ValueInfo(name, kind, type, dims);
    }

    private static List<Dimension> dims(Message message) {
        List<Dimension> dims = new ArrayList<>();
        while (message.next()) {
            if (message.number() != SHAPE_DIM) {
                continue;
            }
            long size = -1;
            String symbol = "";
            Message dim = message.message();
            while (dim.next()) {
                switch (dim.number()) {
                    case DIM_VALUE -> size = dim.integer();
                    case DIM_SYMBOL -> symbol = dim.text();
                    default -> {}
                }
            }
            dims.add(new Dimension(size, symbol));
        }
        return dims;
    }
}
