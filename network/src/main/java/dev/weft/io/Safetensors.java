package dev.weft.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import dev.weft.DType;
import dev.weft.Shape;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tensors in a file of the safetensors format: eight bytes with the header's length
 * (little-endian), a JSON header with each tensor's type, shape and place, then the tensors' bytes
 * without gaps. Format: github.com/huggingface/safetensors, README, "Format".
 *
 * @param metadata the header's {@code __metadata__}: any strings
 * @param tensors by name, in the file's order
 */
public record Safetensors(Map<String, String> metadata, Map<String, Entry> tensors) {
    /** The format's own limit for the header. */
    static final long LARGEST_HEADER = 100_000_000;

    static final int PREFIX_BYTES = 8;

    /**
     * One tensor's type, shape and bytes (little-endian, row-major).
     *
     * @param dtype the type of the elements
     * @param shape the extents
     * @param bytes the content, from position 0 to its limit
     */
    public record Entry(DType dtype, Shape shape, ByteBuffer bytes) {
        /** An F32 tensor of these values in row-major order. */
        public static Entry of(Shape shape, float[] values) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            return new Entry(DType.F32, shape, bytes);
        }

        /** The values of an F32 tensor in row-major order. */
        public float[] floats() {
            float[] values = new float[bytes.limit() / Float.BYTES];
            bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).rewind().asFloatBuffer().get(values);
            return values;
        }
    }

    /**
     * Reads a file.
     *
     * @throws FormatException where it is not safetensors, is truncated, or its header is wrong:
     *     types that Weft lacks, shapes and offsets that disagree, tensors that overlap or leave
     *     gaps
     * @throws IOException where it cannot be read
     */
    public static Safetensors read(Path path) throws IOException {
        long length = Files.size(path);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            if (length < PREFIX_BYTES) {
                throw new FormatException(
                        path + ": is " + length + " bytes long, too short for a safetensors file");
            }
            ByteBuffer prefix = ByteBuffer.allocate(PREFIX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            file.readFully(prefix.array());
            long header = prefix.getLong();
            if (header < 2 || header > LARGEST_HEADER) {
                throw new FormatException(
                        path
                                + ": is not a safetensors file: a header of "
                                + Long.toUnsignedString(header)
                                + " bytes");
            }
            if (header > length - PREFIX_BYTES) {
                throw new FormatException(
                        path
                                + ": is truncated or not safetensors: its header takes "
                                + header
                                + " bytes, and "
                                + (length - PREFIX_BYTES)
                                + " are left");
            }
            byte[] json = new byte[(int) header];
            file.readFully(json);
            long data = length - PREFIX_BYTES - header;
            SafetensorsHeader parsed = SafetensorsHeader.parse(path, json, data);
            Map<String, Entry> tensors = new LinkedHashMap<>();
            for (SafetensorsHeader.Place place : parsed.places()) {
                byte[] content = new byte[Math.toIntExact(place.end() - place.begin())];
                file.seek(PREFIX_BYTES + header + place.begin());
                file.readFully(content);
                tensors.put(
                        place.name(),
                        new Entry(place.dtype(), place.shape(), ByteBuffer.wrap(content)));
            }
            return new Safetensors(parsed.metadata(), tensors);
        }
    }

    /**
     * Writes a file beside its target and moves it into place.
     *
     * @throws IOException where it cannot be written; the target is as it was
     */
    public void write(Path path) throws IOException {
        byte[] header = header();
        AtomicFile.write(
                path,
                out -> {
                    ByteBuffer prefix =
                            ByteBuffer.allocate(PREFIX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
                    out.write(prefix.putLong(header.length).array());
                    out.write(header);
                    for (Entry entry : tensors.values()) {
                        byte[] content = new byte[entry.bytes().limit()];
                        entry.bytes().duplicate().rewind().get(content);
                        out.write(content);
                    }
                });
    }

    /**
     * The JSON header, padded with spaces so that the tensors start at a multiple of eight bytes.
     */
    private byte[] header() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            json.writeObjectFieldStart("__metadata__");
            for (Map.Entry<String, String> entry : metadata.entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            long offset = 0;
            for (Map.Entry<String, Entry> tensor : tensors.entrySet()) {
                Entry entry = tensor.getValue();
                json.writeObjectFieldStart(tensor.getKey());
                json.writeStringField("dtype", entry.dtype().name());
                json.writeFieldName("shape");
                json.writeArray(entry.shape().toArray(), 0, entry.shape().rank());
                json.writeFieldName("data_offsets");
                long end = offset + entry.bytes().limit();
                json.writeArray(new long[] {offset, end}, 0, 2);
                json.writeEndObject();
                offset = end;
            }
            json.writeEndObject();
        }
        byte[] text = bytes.toByteArray();
        byte[] padded = Arrays.copyOf(text, (text.length + 7) / 8 * 8);
        Arrays.fill(padded, text.length, padded.length, (byte) ' ');
        return padded;
    }
}
