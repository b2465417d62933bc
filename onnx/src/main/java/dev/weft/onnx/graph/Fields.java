package dev.weft.onnx.graph;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A protobuf message to be written, field by field: the counterpart of {@link Message}. Long bytes
 * are referred to, not copied. protobuf.dev/programming-guides/encoding.
 */
final class Fields {
    private static final int VARINT = 0;
    private static final int BYTES = 2;
    private static final int FOUR = 5;

    /** Shorter bytes are copied. */
    private static final int SHORT = 1 << 12;

    /** So many bytes are written at a time. */
    private static final int BLOCK = 1 << 20;

    private final List<MemorySegment> parts = new ArrayList<>();
    private ByteArrayOutputStream last = new ByteArrayOutputStream();
    private long size;

    /** How many bytes it takes. */
    long size() {
        return size + last.size();
    }

    Fields integer(int field, long value) {
        varint((long) field << 3 | VARINT);
        varint(value);
        return this;
    }

    Fields real(int field, float value) {
        varint((long) field << 3 | FOUR);
        last.writeBytes(
                ByteBuffer.allocate(Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putFloat(value)
                        .array());
        return this;
    }

    Fields text(int field, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        header(field, bytes.length);
        last.writeBytes(bytes);
        return this;
    }

    /** Bytes that must stay as they are until they are written. */
    Fields bytes(int field, MemorySegment value) {
        header(field, value.byteSize());
        add(value);
        return this;
    }

    Fields message(int field, Fields value) {
        header(field, value.size());
        value.close();
        value.parts.forEach(this::add);
        return this;
    }

    private void header(int field, long length) {
        varint((long) field << 3 | BYTES);
        varint(length);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            last.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        last.write((int) rest);
    }

    private void add(MemorySegment part) {
        if (part.byteSize() < SHORT) {
            last.writeBytes(part.toArray(ValueLayout.JAVA_BYTE));
            return;
        }
        close();
        parts.add(part);
        size += part.byteSize();
    }

    private void close() {
        if (last.size() > 0) {
            parts.add(MemorySegment.ofArray(last.toByteArray()));
            size += last.size();
            last = new ByteArrayOutputStream();
        }
    }

    void writeTo(OutputStream out) throws IOException {
        close();
        for (MemorySegment part : parts) {
            write(part, out);
        }
    }

    private static void write(MemorySegment bytes, OutputStream out) throws IOException {
        for (long at = 0; at < bytes.byteSize(); at += BLOCK) {
            long length = Math.min(BLOCK, bytes.byteSize() - at);
            out.write(bytes.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE));
        }
    }
}
