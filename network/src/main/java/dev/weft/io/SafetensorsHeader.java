package dev.weft.io;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.ShapeException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file, read with suspicion: nothing in it is believed before it agrees
 * with the rest.
 *
 * @param metadata the strings
 * @param places where each tensor lies, in the order of their offsets
 */
record SafetensorsHeader(Map<String, String> metadata, List<Place> places) {
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    /** A tensor's type, shape, and the bytes [begin, end) after the header. */
    record Place(String name, DType dtype, Shape shape, long begin, long end) {}

    /**
     * Parses and checks a header.
     *
     * @param data how many bytes follow it
     */
    static SafetensorsHeader parse(Path path, byte[] bytes, long data) throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        List<Place> places = new ArrayList<>();
        try (JsonParser json = JSON.createParser(bytes)) {
            expect(
                    path,
                    json.nextToken() == JsonToken.START_OBJECT,
                    "its header is not a JSON object");
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals("__metadata__")) {
                    readMetadata(path, json, metadata);
                } else {
                    places.add(readPlace(path, name, json));
                }
            }
            expect(path, json.nextToken() == null, "its header goes on after the JSON object");
        } catch (JacksonException e) {
            throw new FormatException(
                    path
                            + ": is not a safetensors file: its header is not JSON ("
                            + e.getOriginalMessage()
                            + ")",
                    e);
        }
        places.sort(Comparator.comparingLong(Place::begin).thenComparingLong(Place::end));
        checkCover(path, places, data);
        return new SafetensorsHeader(metadata, places);
    }

    private static void readMetadata(Path path, JsonParser json, Map<String, String> metadata)
            throws IOException {
        expect(
                path,
                json.currentToken() == JsonToken.START_OBJECT,
                "its __metadata__ is not an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            expect(
                    path,
                    json.nextToken() == JsonToken.VALUE_STRING,
                    "its metadata '" + key + "' is not a string");
            metadata.put(key, json.getText());
        }
    }

    private static Place readPlace(Path path, String name, JsonParser json) throws IOException {
        String what = "tensor '" + name + "' ";
        expect(
                path,
                json.currentToken() == JsonToken.START_OBJECT,
                what + "is not described by an object");
        String dtype = null;
        long[] dims = null;
        long[] offsets = null;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "dtype" -> {
                    expect(
                            path,
                            json.currentToken() == JsonToken.VALUE_STRING,
                            what + "has a dtype that is no string");
                    dtype = json.getText();
                }
                case "shape" -> dims = readNumbers(path, what + "has a shape", json);
                case "data_offsets" -> offsets = readNumbers(path, what + "has data_offsets", json);
                default ->
                        throw new FormatException(
                                path + ": " + what + "has an unknown field '" + field + "'");
            }
        }
        if (dtype == null || dims == null || offsets == null || offsets.length != 2) {
            throw new FormatException(
                    path + ": " + what + "needs dtype, shape and two data_offsets");
        }
        return place(path, name, dtype(path, what, dtype), dims, offsets);
    }

    private static Place place(Path path, String name, DType dtype, long[] dims, long[] offsets)
            throws FormatException {
        Shape shape;
        long bytes;
        try {
            shape = Shape.of(dims);
            bytes = Math.multiplyExact(shape.size(), dtype.bytes());
        } catch (ShapeException | ArithmeticException e) {
            throw new FormatException(path + ": tensor '" + name + "' has an impossible shape", e);
        }
        if (offsets[1] < offsets[0] || offsets[1] - offsets[0] != bytes) {
            throw new FormatException(
                    path
                            + ": tensor '"
                            + name
                            + "' lies at bytes "
                            + offsets[0]
                            + " to "
                            + offsets[1]
                            + ", but "
                            + dtype
                            + " "
                            + shape
                            + " takes "
                            + bytes
                            + " bytes");
        }
        return new Place(name, dtype, shape, offsets[0], offsets[1]);
    }

    private static long[] readNumbers(Path path, String what, JsonParser json) throws IOException {
        expect(path, json.currentToken() == JsonToken.START_ARRAY, what + " that is no array");
        List<Long> numbers = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(
                    path,
                    json.currentToken() == JsonToken.VALUE_NUMBER_INT,
                    what + " with something that is no integer");
            long number = json.getLongValue();
            expect(path, number >= 0, what + " with a negative number");
            numbers.add(number);
        }
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private static DType dtype(Path path, String what, String name) throws FormatException {
        for (DType dtype : DType.values()) {
            if (dtype.name().equals(name)) {
                return dtype;
            }
        }
        throw new FormatException(
                path + ": " + what + "is of type " + name + "; Weft reads F32 and I32");
    }

    /** Tensors follow each other from byte 0 to the end of the file, without gaps or overlaps. */
    private static void checkCover(Path path, List<Place> places, long data)
            throws FormatException {
        long next = 0;
        for (Place place : places) {
            if (place.begin() != next) {
                throw new FormatException(
                        path
                                + ": tensor '"
                                + place.name()
                                + "' starts at byte "
                                + place.begin()
                                + ", and must start at "
                                + next
                                + ": tensors neither overlap nor leave gaps");
            }
            next = place.end();
        }
        if (next != data) {
            throw new FormatException(
                    path
                            + ": is truncated or damaged: its tensors take "
                            + next
                            + " bytes, and "
                            + data
                            + " follow the header");
        }
    }

    private static void expect(Path path, boolean holds, String otherwise) throws FormatException {
        if (!holds) {
            throw new FormatException(
                    path + ": is not a safetensors file that Weft reads: " + otherwise);
        }
    }
}
