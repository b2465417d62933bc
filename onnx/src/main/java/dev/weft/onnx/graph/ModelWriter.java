package dev.weft.onnx.graph;

import dev.weft.HostArray;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/** Writes a ModelProto. Field numbers as in onnx.proto, onnx/onnx v1.22.0. */
final class ModelWriter {
    /** What {@link ModelReader} gives a name of its own among the metadata. */
    private static final Map<String, Integer> TEXTS =
            Map.of("producer_name", 2, "producer_version", 3, "domain", 4, "doc_string", 6);

    private static final Map<String, Integer> INTEGERS =
            Map.of("ir_version", 1, "model_version", 5);

    /** A tensor's elements in a file beside the model begin at a multiple of this. */
    private static final int ALIGNMENT = 64;

    /** Shorter elements stand in the model in any case: operators read shapes from there. */
    private static final int SHORT = 1024;

    private final @Nullable String location;
    private final @Nullable OutputStream data;
    private long offset;

    /**
     * A writer.
     *
     * @param location the file beside the model that the elements of tensors go to; null for none
     * @param data what writes that file
     */
    ModelWriter(@Nullable String location, @Nullable OutputStream data) {
        this.location = location;
        this.data = data;
    }

    Fields model(ModelFile model) throws IOException {
        Fields fields = new Fields();
        model.metadata().forEach((key, value) -> metadata(fields, key, value));
        fields.message(7, graph(model.graph()));
        model.opsets()
                .forEach(
                        (domain, version) ->
                                fields.message(
                                        8, new Fields().text(1, domain).integer(2, version)));
        return fields;
    }

    private static void metadata(Fields fields, String key, String value) {
        if (TEXTS.containsKey(key)) {
            fields.text(TEXTS.get(key), value);
        } else if (INTEGERS.containsKey(key)) {
            fields.integer(INTEGERS.get(key), Long.parseLong(value));
        } else {
            fields.message(14, new Fields().text(1, key).text(2, value));
        }
    }

    private Fields graph(Graph graph) throws IOException {
        Fields fields = new Fields();
        for (Node node : graph.nodes()) {
            fields.message(1, node(node));
        }
        fields.text(2, graph.name());
        for (OnnxTensor tensor : graph.initializers().values()) {
            fields.message(5, tensor(tensor));
        }
        graph.inputs().forEach(input -> fields.message(11, value(input)));
        graph.outputs().forEach(output -> fields.message(12, value(output)));
        return fields;
    }

    private Fields node(Node node) throws IOException {
        Fields fields = new Fields();
        node.inputs().forEach(input -> fields.text(1, input));
        node.outputs().forEach(output -> fields.text(2, output));
        fields.text(3, node.name()).text(4, node.operator());
        for (Map.Entry<String, Attribute> each :
                node.attributes().entrySet().stream().sorted(Map.Entry.comparingByKey()).toList()) {
            fields.message(5, attribute(each.getKey(), each.getValue()));
        }
        return fields.text(7, node.domain());
    }

    private Fields attribute(String name, Attribute attribute) throws IOException {
        Fields fields = new Fields().text(1, name);
        switch (attribute) {
            case Attribute.Real(float value) -> fields.real(2, value).integer(20, 1);
            case Attribute.Int(long value) -> fields.integer(3, value).integer(20, 2);
            case Attribute.Text(String value) -> fields.text(4, value).integer(20, 3);
            case Attribute.Array(OnnxTensor value) ->
                    fields.message(5, tensor(value)).integer(20, 4);
            case Attribute.Subgraph(Graph value) -> fields.message(6, graph(value)).integer(20, 5);
            case Attribute.Reals(List<Float> values) -> {
                values.forEach(value -> fields.real(7, value));
                fields.integer(20, 6);
            }
            case Attribute.Ints(List<Long> values) -> {
                values.forEach(value -> fields.integer(8, value));
                fields.integer(20, 7);
            }
            case Attribute.Texts(List<String> values) -> {
                values.forEach(value -> fields.text(9, value));
                fields.integer(20, 8);
            }
            case Attribute.Reference _, Attribute.Other _ ->
                    throw new IllegalArgumentException(
                            "attribute '%s' is %s, which is not written"
                                    .formatted(name, attribute));
        }
        return fields;
    }

    private Fields tensor(OnnxTensor tensor) throws IOException {
        HostArray array = tensor.elements();
        Fields fields = new Fields();
        for (long extent : tensor.shape().toArray()) {
            fields.integer(1, extent);
        }
        fields.integer(2, tensor.type()).text(8, tensor.name());
        long length = array.content().byteSize();
        if (location == null || data == null || length < SHORT) {
            return fields.bytes(9, array.content());
        }
        while (offset % ALIGNMENT != 0) {
            data.write(0);
            offset++;
        }
        array.writeTo(data);
        entry(fields, "location", location);
        entry(fields, "offset", Long.toString(offset));
        entry(fields, "length", Long.toString(length));
        offset += length;
        return fields.integer(14, 1);
    }

    private static void entry(Fields fields, String key, String value) {
        fields.message(13, new Fields().text(1, key).text(2, value));
    }

    private static Fields value(ValueInfo info) {
        Fields tensor = new Fields().integer(1, info.type());
        List<Dimension> dims = info.dims();
        if (dims != null) {
            Fields shape = new Fields();
            for (Dimension dim : dims) {
                Fields one = new Fields();
                if (dim.size() >= 0) {
                    one.integer(1, dim.size());
                } else if (!dim.symbol().isEmpty()) {
                    one.text(2, dim.symbol());
                }
                shape.message(1, one);
            }
            tensor.message(2, shape);
        }
        return new Fields().text(1, info.name()).message(2, new Fields().message(1, tensor));
    }
}
