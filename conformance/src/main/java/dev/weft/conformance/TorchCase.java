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
 *     text with commas; what is null is not there
 */
record TorchCase(String operation, Map<String, String> attributes, Map<String, Array> arrays) {
    private static final JsonFactory JSON = new JsonFactory();

    /** A tensor of the file. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Array(DType dtype, Shape shape, double[] values) {
        /** The same, each number the nearest of another floating type. */
        Array in(DType other) {
            FloatFormat format = FloatFormat.of(other);
            return new Array(dtype, shape, Arrays.stream(values).map(format::round).toArray());
        }
    }

    /** A tensor's place: what the header says of it. */
    private static final class Place {
        private String dtype = "";
        private List<String> shape = List.of();
        private List<String> offsets = List.of();

        Array read(String operation, String name, ByteBuffer data) {
            Shape extents = Shape.of(shape.stream().mapToLong(Long::parseLong).toArray());
            DType type = type(operation, name);
            int from = Integer.parseInt(offsets.getFirst());
            int size = Integer.parseInt(offsets.getLast()) - from;
            if (size / type.bytes() != extents.size() || size % type.bytes() != 0) {
                throw new IllegalArgumentException(
                        "%s has %d bytes, which are not %s of %s"
                                .formatted(name, size, extents, type));
            }
            byte[] bytes = new byte[size];
            data.get(from, bytes);
            Values values = Values.read(type, bytes, Values.counting((int) extents.size()));
            return new Array(type, extents, values.reals());
        }

        private DType type(String operation, String name) {
            return Arrays.stream(DType.values())
                    .filter(type -> type.name().equals(dtype))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new UnsupportedCase(
                                            operation, "%s of type %s".formatted(name, dtype)));
        }
    }

    /**
     * The case in a file.
     *
     * @throws IOException or a runtime exception where the file is not one
     */
    static TorchCase read(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        long length = in.remaining() < Long.BYTES ? Long.MAX_VALUE : in.getLong();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("it is no safetensors file, or has been cut off");
        }
        byte[] header = new byte[(int) length];
        in.get(header);
        ByteBuffer data = in.slice();
        Map<String, String> metadata = new HashMap<>();
        Map<String, Place> places = new LinkedHashMap<>();
        try (JsonParser json = JSON.createParser(header)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals("__metadata__")) {
                    metadata.putAll(texts(json));
                } else {
                    places.put(name, place(json));
                }
            }
        }
        String operation = metadata.getOrDefault("op", "");
        if (operation.isEmpty()) {
            throw new IllegalArgumentException("its metadata has no 'op'");
        }
        Map<String, Array> arrays = new LinkedHashMap<>();
        places.forEach((name, place) -> arrays.put(name, place.read(operation, name, data)));
        try (JsonParser json = JSON.createParser(metadata.getOrDefault("attrs", "{}"))) {
            json.nextToken();
            return new TorchCase(operation, texts(json), arrays);
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
            JsonToken value = json.nextToken();
            if (value == JsonToken.START_OBJECT) {
                texts.put(name, texts(json).toString());
            } else if (value != JsonToken.VALUE_NULL) {
                texts.put(name, text(json));
            }
        }
        return texts;
    }

    /** A value as text; a list within a list is in brackets. */
    private static String text(JsonParser json) throws IOException {
        return json.currentToken() == JsonToken.START_ARRAY
                ? String.join(",", list(json))
                : json.getText();
    }

    private static List<String> list(JsonParser json) throws IOException {
        List<String> values = new ArrayList<>();
        for (JsonToken next = json.nextToken();
                next != JsonToken.END_ARRAY;
                next = json.nextToken()) {
            if (next == null) {
                throw new IllegalArgumentException("a list has no end");
            }
            boolean isList = next == JsonToken.START_ARRAY;
            values.add(isList ? "[" + text(json) + "]" : json.getText());
        }
        return values;
    }

    Array array(String array) {
        Array found = arrays.get(array);
        if (found == null) {
            throw new IllegalArgumentException("there is no " + array);
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

    /** What was expected: results, as {@code out.NAME}, and gradients, as {@code grad.NAME}. */
    Map<String, Array> expected() {
        Map<String, Array> expected = new LinkedHashMap<>();
        arrays.forEach(
                (name, array) -> {
                    if (name.startsWith("out.") || name.startsWith("grad.")) {
                        expected.put(name, array);
                    }
                });
        return expected;
    }

    /** The same with operands of this floating type, and nothing that is expected of them. */
    TorchCase in(DType floating) {
        Map<String, Array> rounded = new LinkedHashMap<>(arrays);
        rounded.replaceAll((_, array) -> array.dtype().isFloating() ? array.in(floating) : array);
        return new TorchCase(operation, attributes, rounded);
    }
}
