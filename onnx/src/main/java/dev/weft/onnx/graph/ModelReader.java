package dev.weft.onnx.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a ModelProto. Field numbers as in onnx.proto, onnx/onnx v1.22.0. */
final class ModelReader {
    private static final int MODEL_IR_VERSION = 1;
    private static final int MODEL_PRODUCER = 2;
    private static final int MODEL_PRODUCER_VERSION = 3;
    private static final int MODEL_DOMAIN = 4;
    private static final int MODEL_VERSION = 5;
    private static final int MODEL_DOC = 6;
    private static final int MODEL_GRAPH = 7;
    private static final int MODEL_OPSET = 8;
    private static final int MODEL_METADATA = 14;
    private static final int MODEL_FUNCTION = 25;
    private static final int OPSET_DOMAIN = 1;
    private static final int OPSET_VERSION = 2;
    private static final int ENTRY_KEY = 1;
    private static final int ENTRY_VALUE = 2;
    private static final int FUNCTION_NAME = 1;
    private static final int FUNCTION_INPUT = 4;
    private static final int FUNCTION_OUTPUT = 5;
    private static final int FUNCTION_NODE = 7;
    private static final int FUNCTION_DOMAIN = 10;
    private static final int FUNCTION_ATTRIBUTE = 11;

    private final GraphReader graphs;

    ModelReader(ExternalData files) {
        graphs = new GraphReader(files);
    }

    /** The model, with its functions in the place of their calls. */
    ModelFile read(Message message) {
        Map<String, Long> opsets = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        List<Function> functions = new ArrayList<>();
        Graph graph = null;
        while (message.next()) {
            switch (message.number()) {
                case MODEL_IR_VERSION -> metadata.put("ir_version", "" + message.integer());
                case MODEL_PRODUCER -> metadata.put("producer_name", message.text());
                case MODEL_PRODUCER_VERSION -> metadata.put("producer_version", message.text());
                case MODEL_DOMAIN -> metadata.put("domain", message.text());
                case MODEL_VERSION -> metadata.put("model_version", "" + message.integer());
                case MODEL_DOC -> metadata.put("doc_string", message.text());
                case MODEL_GRAPH -> graph = graphs.graph(message.message());
                case MODEL_OPSET -> readOpset(message.message(), opsets);
                case MODEL_METADATA -> {
                    Map.Entry<String, String> entry = entry(message.message());
                    metadata.put(entry.getKey(), entry.getValue());
                }
                case MODEL_FUNCTION -> functions.add(function(message.message()));
                default -> {}
            }
        }
        if (graph == null || opsets.isEmpty()) {
            throw message.wrong(graph == null ? "it has no graph" : "it imports no operators");
        }
        metadata.values().removeIf(String::isEmpty);
        Graph whole = functions.isEmpty() ? graph : new Functions(message, functions).inline(graph);
        GraphCheck.check(message, whole, opsets.keySet());
        return new ModelFile(whole, opsets, metadata);
    }

    private static void readOpset(Message message, Map<String, Long> opsets) {
        String domain = "";
        long version = 0;
        while (message.next()) {
            switch (message.number()) {
                case OPSET_DOMAIN -> domain = message.text();
                case OPSET_VERSION -> version = message.integer();
                default -> {}
            }
        }
        opsets.put(domain.equals("ai.onnx") ? "" : domain, version);
    }

    private Function function(Message message) {
        String name = "";
        String domain = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        List<Node> nodes = new ArrayList<>();
        Map<String, Attribute> defaults = new LinkedHashMap<>();
        while (message.next()) {
            switch (message.number()) {
                case FUNCTION_NAME -> name = message.text();
                case FUNCTION_DOMAIN -> domain = message.text();
                case FUNCTION_INPUT -> inputs.add(message.text());
                case FUNCTION_OUTPUT -> outputs.add(message.text());
                case FUNCTION_NODE -> nodes.add(graphs.node(message.message()));
                case FUNCTION_ATTRIBUTE -> graphs.attribute(message.message(), defaults);
                default -> {}
            }
        }
        return new Function(name, domain, inputs, outputs, nodes, defaults);
    }

    /** A StringStringEntryProto. */
    static Map.Entry<String, String> entry(Message message) {
        String key = "";
        String value = "";
        while (message.next()) {
            switch (message.number()) {
                case ENTRY_KEY -> key = message.text();
                case ENTRY_VALUE -> value = message.text();
                default -> {}
            }
        }
        return Map.entry(key, value);
    }
}
