package dev.weft.onnx.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads an AttributeProto. Field numbers as in onnx.proto, onnx/onnx v1.22.0. */
final class AttributeReader {
    private static final int NAME = 1;
    private static final int FLOAT = 2;
    private static final int INT = 3;
    private static final int STRING = 4;
    private static final int TENSOR = 5;
    private static final int GRAPH = 6;
    private static final int FLOATS = 7;
    private static final int INTS = 8;
    private static final int STRINGS = 9;
    private static final int TYPE = 20;
    private static final int REFERENCE = 21;

    /** AttributeProto.AttributeType of lists, which may be empty and then have no field. */
    private static final int TYPE_FLOATS = 6;

    private static final int TYPE_INTS = 7;
    private static final int TYPE_STRINGS = 8;

    private final GraphReader graphs;
    private final ExternalData files;
    private final List<Float> floats = new ArrayList<>();
    private final List<Long> ints = new ArrayList<>();
    private final List<String> strings = new ArrayList<>();

    AttributeReader(GraphReader graphs, ExternalData files) {
        this.graphs = graphs;
        this.files = files;
    }

    void read(Message message, Map<String, Attribute> attributes) {
        String name = "";
        int type = 0;
        Attribute value = null;
        while (message.next()) {
            switch (message.number()) {
                case NAME -> name = message.text();
                case TYPE -> type = (int) message.integer();
                case FLOAT -> value = new Attribute.Real(message.real());
                case INT -> value = new Attribute.Int(message.integer());
                case STRING -> value = new Attribute.Text(message.text());
                case TENSOR ->
                        value = new Attribute.Array(TensorReader.read(message.message(), files));
                case GRAPH -> value = new Attribute.Subgraph(graphs.graph(message.message()));
                case FLOATS ->
                        message.fixed(
                                Float.BYTES, bits -> floats.add(Float.intBitsToFloat((int) bits)));
                case INTS -> message.integers(ints::add);
                case STRINGS -> strings.add(message.text());
                case REFERENCE -> value = new Attribute.Reference(message.text());
                default -> {}
            }
        }
        if (attributes.put(name, value == null ? list(type) : value) != null) {
            throw message.wrong("attribute '%s' is there twice in a node".formatted(name));
        }
    }

    private Attribute list(int type) {
        if (type == TYPE_INTS || !ints.isEmpty()) {
            return new Attribute.Ints(List.copyOf(ints));
        }
        if (type == TYPE_FLOATS || !floats.isEmpty()) {
            return new Attribute.Reals(List.copyOf(floats));
        }
        if (type == TYPE_STRINGS || !strings.isEmpty()) {
            return new Attribute.Texts(List.copyOf(strings));
        }
        // Numbers of 0 and empty texts have no field in some writers' files.
        return switch (type) {
            case 1 -> new Attribute.Real(0);
            case 2 -> new Attribute.Int(0);
            case 3 -> new Attribute.Text("");
            default -> new Attribute.Other(type);
        };
    }
}
