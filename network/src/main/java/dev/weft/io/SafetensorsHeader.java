package dev.weft.io;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.ShapeException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The header of a safetensors file, read with suspicion: nothing in it is believed before it agrees
 * with the rest.
 *
 * @param path the file, for messages
 * @param start where the tensors begin in the file
 * @param metadata the strings
 * @param places where each tensor lies, in the order of their offsets
 */
record SafetensorsHeader(Path path, long start, Map<String, String> metadata, List<Place> places) {
    /** The format's own limit. */
    private static final int LARGEST = 100_000_000;

    private static final int ALIGNMENT = 8;

    /**
     * A name is as long as it is: the header's limit is the only one. They are all different, so
     * that a table of names met before would only grow.
     */
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNameLength(LARGEST)
                                    .maxStringLength(LARGEST)
                                    .build())
                    .build();

    /** A tensor's type, shape, and the bytes [begin, end) after the header. */
    record Place(String name, DType dtype, Shape shape, long begin, long end) {}

    /**
     * Reads and checks a header, up to its last byte.
     *
     * @throws FormatException where it is wrong
     */
    static SafetensorsHeader read(Path path, InputStream in) throws IOException {
        byte[] prefix = in.readNBytes(Long.BYTES);
        if (prefix.length < Long.BYTES) {
            throw new FormatException(
                    "%s: is %d bytes long, too short for a safetensors file"
                            .formatted(path, prefix.length));
        }
        long length = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > LARGEST) {
            throw new FormatException(
                    "%s: is not a safetensors file: a header of %s bytes; it may have 2 to %d"
                            .formatted(path, Long.toUnsignedString(length), LARGEST));
        }
        // Allocates as it reads: a length that lies asks for no memory.
        byte[] bytes = in.readNBytes((int) length);
        if (bytes.length < length) {
            throw new FormatException(
                    "%s: is truncated or not safetensors: its header takes %d bytes, and %d are left"
                            .formatted(path, length, bytes.length));
        }
        return parse(path, Long.BYTES + length, text(path, bytes));
    }

    /** The format demands UTF-8, without a byte order mark. */
    private static CharBuffer text(Path path, byte[] bytes) throws FormatException {
        expect(path, bytes[0] == '{', "its header does not begin with '{'");
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
            throw new FormatException(
                    path + ": is not a safetensors file: its header is not UTF-8", e);
        }
    }

    private static SafetensorsHeader parse(Path path, long start, CharBuffer text)
            throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        List<Place> places = new ArrayList<>();
        try (JsonParser json = JSON.createParser(text.array(), 0, text.limit())) {
            json.nextToken();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals(Safetensors.METADATA)) {
                    readMetadata(path, json, metadata);
                } else {
                    places.add(readPlace(path, name, json));
                }
            }
            expect(path, json.nextToken() == null, "its header goes on after the JSON object");
        } catch (JacksonException e) {
            throw new FormatException(
                    "%s: is not a safetensors file: its header is not JSON (%s)"
                            .formatted(path, Excerpt.of(e.getOriginalMessage())),
                    e);
        }
        places.sort(Comparator.comparingLong(Place::begin).thenComparingLong(Place::end));
        checkCover(path, places);
        return new SafetensorsHeader(path, start, metadata, places);
    }

    /** How many bytes the tensors take. */
    long dataBytes() {
        return places.isEmpty() ? 0 : places.getLast().end();
    }

    /**
     * Makes sure that as many bytes follow the header as its tensors take.
     *
     * @throws FormatException where it is another number
     */
    void checkLength(long found) throws FormatException {
        if (found != dataBytes()) {
            throw new FormatException(
                    "%s: is truncated or damaged: its tensors take %d bytes, and %d follow the header"
                            .formatted(path, dataBytes(), found));
        }
    }

    /**
     * The JSON of these tensors, one after the other, padded with spaces so that they start at a
     * multiple of eight bytes.
     */
    static byte[] bytes(Path path, Map<String, String> metadata, Map<String, HostArray> tensors)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeObjectFieldStart(Safetensors.METADATA);
            for (Map.Entry<String, String> entry : metadata.entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            long offset = 0;
            for (Map.Entry<String, HostArray> tensor : tensors.entrySet()) {
                HostArray entry = tensor.getValue();
                json.writeObjectFieldStart(tensor.getKey());
                json.writeStringField("dtype", entry.dtype().name());
                json.writeFieldName("shape");
                json.writeArray(entry.shape().toArray(), 0, entry.shape().rank());
                json.writeFieldName("data_offsets");
                long end = Math.addExact(offset, entry.content().byteSize());
                json.writeArray(new long[] {offset, end}, 0, 2);
                json.writeEndObject();
                offset = end;
            }
            json.writeEndObject();
        }
        byte[] text = bytes.toByteArray();
        int padded = Math.ceilDiv(text.length, ALIGNMENT) * ALIGNMENT;
        if (padded > LARGEST) {
            throw new FormatException(
                    "%s: the tensors' names and the metadata take %d bytes; the format allows %d"
                            .formatted(path, padded, LARGEST));
        }
        byte[] header = Arrays.copyOf(text, padded);
        Arrays.fill(header, text.length, header.length, (byte) ' ');
        return header;
    }

    private static void readMetadata(Path path, JsonParser json, Map<String, String> metadata)
            throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            // As the format's own library has it: an optional value.
            return;
        }
        expect(
                path,
                json.currentToken() == JsonToken.START_OBJECT,
                "its __metadata__ is not an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            expect(
                    path,
                    json.nextToken() == JsonToken.VALUE_STRING,
                    "its metadata '%s' is not a string",
                    key);
            metadata.put(key, json.getText());
        }
    }

    private static Place readPlace(Path path, String name, JsonParser json) throws IOException {
        expect(
                path,
                json.currentToken() == JsonToken.START_OBJECT,
                "tensor '%s' is not described by an object",
                name);
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
                            "tensor '%s' has a dtype that is no string",
                            name);
                    dtype = json.getText();
                }
                case "shape" -> dims = readNumbers(path, name, "a shape", json);
                case "data_offsets" -> offsets = readNumbers(path, name, "data_offsets", json);
                default ->
                        expect(path, false, "tensor '%s' has an unknown field '%s'", name, field);
            }
        }
        if (dtype == null || dims == null || offsets == null || offsets.length != 2) {
            throw wrong(path, "tensor '%s' needs dtype, shape and two data_offsets", name);
        }
        return place(path, name, dtype(path, name, dtype), dims, offsets);
    }

    private static Place place(Path path, String name, DType dtype, long[] dims, long[] offsets)
            throws FormatException {
        Shape shape;
        long bytes;
        try {
            shape = Shape.of(dims);
            bytes = Math.multiplyExact(shape.size(), dtype.bytes());
        } catch (ShapeException | ArithmeticException e) {
            throw new FormatException(
                    "%s: tensor '%s' has an impossible shape".formatted(path, Excerpt.of(name)), e);
        }
        if (offsets[1] < offsets[0] || offsets[1] - offsets[0] != bytes) {
            throw new FormatException(
                    "%s: tensor '%s' lies at bytes %d to %d, but %s %s takes %d bytes"
                            .formatted(
                                    path,
                                    Excerpt.of(name),
                                    offsets[0],
                                    offsets[1],
                                    dtype,
                                    Excerpt.of(shape.toString()),
                                    bytes));
        }
        return new Place(name, dtype, shape, offsets[0], offsets[1]);
    }

    private static long[] readNumbers(Path path, String name, String field, JsonParser json)
            throws IOException {
        expect(
                path,
                json.currentToken() == JsonToken.START_ARRAY,
                "tensor '%s' has %s that is no array",
                name,
                field);
        LongStream.Builder numbers = LongStream.builder();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(
                    path,
                    json.currentToken() == JsonToken.VALUE_NUMBER_INT,
                    "tensor '%s' has %s with something that is no integer",
                    name,
                    field);
            long number = json.getLongValue();
            expect(path, number >= 0, "tensor '%s' has %s with a negative number", name, field);
            numbers.add(number);
        }
        return numbers.build().toArray();
    }

    private static DType dtype(Path path, String name, String type) throws FormatException {
        for (DType dtype : DType.values()) {
            if (dtype.name().equals(type)) {
                return dtype;
            }
        }
        throw wrong(
                path,
                "tensor '%s' is of type %s; Weft reads %s",
                name,
                type,
                Arrays.toString(DType.values()));
    }

    /** Tensors follow each other from byte 0, without gaps or overlaps. */
    private static void checkCover(Path path, List<Place> places) throws FormatException {
        long next = 0;
        for (Place place : places) {
            if (place.begin() != next) {
                throw new FormatException(
                        ("%s: tensor '%s' starts at byte %d, and must start at %d: tensors neither"
                                        + " overlap nor leave gaps")
                                .formatted(path, Excerpt.of(place.name()), place.begin(), next));
            }
            next = place.end();
        }
    }

    /**
     * Checks what was read.
     *
     * @param otherwise what is wrong, as a format of texts from the file
     */
    private static void expect(Path path, boolean holds, String otherwise, String... texts)
            throws FormatException {
        if (!holds) {
            throw wrong(path, otherwise, texts);
        }
    }

    private static FormatException wrong(Path path, String what, String... texts) {
        Object[] excerpts = Arrays.stream(texts).map(Excerpt::of).toArray();
        return new FormatException(
                "%s: is not a safetensors file that Weft reads: %s"
                        .formatted(path, what.formatted(excerpts)));
    }
}
