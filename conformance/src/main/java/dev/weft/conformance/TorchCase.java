package dev.weft.conformance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import dev.weft.DType;
import dev.weft.Shape;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What PyTorch computed in double for one operation: a safetensors file whose tensors are {@code
 * in.NAME}, {@code out.NAME}, the gradient handed to a result {@code dout.NAME}, and the gradients
 * that come out, {@code grad.NAME}.
 *
 * @param operation PyTorch's operation, or what it is about
 * @param attributes its settings: the JSON's numbers, strings and booleans as text, and lists as
 *     text with commas
 */
record TorchCase(
        String name, String operation, Map<String, String> attributes, Map<String, Array> arrays) {
    private static final JsonFactory JSON = new JsonFactory();

    /** A tensor of the file. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Array(DType dtype, Shape shape, double[] values) {}

    /** A tensor's place: what the header says of it. */
    private static final class Place {
        private String dtype = "";
        private List<String> shape = List.of();
        private List<String> offsets = List.of();

        Array read(ByteBuffer data) {
            Shape extents = Shape.of(shape.stream().mapToLong(Long::parseLong).toArray());
            ByteBuffer in = data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            in.position(Integer.parseInt(offsets.getFirst()));
            double[] values = new double[(int) extents.size()];
            Arrays.setAll(
                    values,
                    _ ->
                            switch (dtype) {
                                case "F64" -> in.getDouble();
                                case "F32" -> in.getFloat();
                                case "I64" -> in.getLong();
                                case "BOOL" -> in.get();
                                default -> throw new IllegalArgumentException(dtype);
                            });
            return new Array(DType.valueOf(dtype), extents, values);
        }
    }

    static TorchCase read(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[Math.toIntExact(in.getLong())];
        in.get(header);
        ByteBuffer data = in.slice();
        Map<String, String> metadata = new HashMap<>();
        Map<String, Array> arrays = new LinkedHashMap<>();
        try (JsonParser json = JSON.createParser(header)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals("__metadata__")) {
                    metadata.putAll(texts(json));
                } else {
                    arrays.put(name, place(json).read(data));
                }
            }
        }
        try (JsonParser json = JSON.createParser(metadata.getOrDefault("attrs", "{}"))) {
            json.nextToken();
            String name = file.getFileName().toString().replace(".safetensors", "");
            return new TorchCase(name, metadata.getOrDefault("op", ""), texts(json), arrays);
        }
    }

    private static Place place(JsonParser json) throws IOException {
        Place place = new Place();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "dtype" -> place.dtype = json.getText();
                case "shape" -> place.shape = list(json);
                case "data_offsets" -> place.offsets = list(json);
                default -> throw new IllegalArgumentException(field);
            }
        }
        return place;
    }

    private static Map<String, String> texts(JsonParser json) throws IOException {
        Map<String, String> texts = new HashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            boolean isList = json.nextToken() == JsonToken.START_ARRAY;
            texts.put(name, isList ? String.join(",", list(json)) : json.getText());
        }
        return texts;
    }

    private static List<String> list(JsonParser json) throws IOException {
        List<String> values = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            values.add(json.getText());
        }
        return values;
    }

    boolean has(String array) {
        return arrays.containsKey(array);
    }

    Array array(String array) {
        Array found = arrays.get(array);
        if (found == null) {
            throw new IllegalArgumentException(name + " has no " + array);
        }
        return found;
    }

    /** The names of the arrays that begin with {@code prefix}, without it. */
    List<String> names(String prefix) {
        return arrays.keySet().stream()
                .filter(key -> key.startsWith(prefix))
                .map(key -> key.substring(prefix.length()))
                .toList();
    }

    String text(String attribute) {
        return attributes.getOrDefault(attribute, "");
    }

    double real(String attribute, double otherwise) {
        String text = text(attribute);
        return text.isEmpty() ? otherwise : Double.parseDouble(text);
    }

    int integer(String attribute) {
        return Integer.parseInt(text(attribute));
    }
}
