package dev.weft.onnx.graph;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/**
 * Reads a protobuf message field by field, in one pass and without copies: a sequence of tags
 * (field number and wire type) and values. protobuf.dev/programming-guides/encoding.
 *
 * <pre>{@code
 * while (message.next()) {
 *     switch (message.number()) {
 *         case 1 -> name = message.text();
 *         …
 *     }
 * }
 * }</pre>
 */
final class Message {
    /**
     * Models nest graphs in nodes in graphs; a file that nests deeper was made to exhaust stacks.
     */
    private static final int DEEPEST = 64;

    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int VARINT = 0;
    private static final int EIGHT = 1;
    private static final int BYTES = 2;
    private static final int FOUR = 5;

    private final String file;
    private final MemorySegment content;
    private final int depth;
    private long at;
    private int number;
    private int wire;
    private long bits;
    private MemorySegment bytes = MemorySegment.NULL;

    /**
     * The message that a file's content is.
     *
     * @param file for messages
     */
    Message(String file, MemorySegment content) {
        this(file, content, 0);
    }

    private Message(String file, MemorySegment content, int depth) {
        this.file = file;
        this.content = content;
        this.depth = depth;
        if (depth > DEEPEST) {
            throw wrong("nests deeper than %d messages".formatted(DEEPEST));
        }
    }

    /** What is wrong with the file. */
    OnnxException wrong(String what) {
        return new OnnxException("%s: is damaged or no ONNX model: %s".formatted(file, what));
    }

    String file() {
        return file;
    }

    /** Goes to the next field: false where there is none. */
    boolean next() {
        if (at == content.byteSize()) {
            return false;
        }
        long tag = varint();
        number = (int) (tag >>> 3);
        wire = (int) (tag & 7);
        if (number <= 0 || tag >>> 32 != 0) {
            throw wrong("tag %d names no field".formatted(tag));
        }
        switch (wire) {
            case VARINT -> bits = varint();
            case EIGHT -> bits = taken(Long.BYTES).get(LONG, 0);
            case BYTES -> bytes = taken(varint());
            case FOUR -> bits = taken(Integer.BYTES).get(INT, 0);
            default -> throw wrong("field %d has wire type %d".formatted(number, wire));
        }
        return true;
    }

    private MemorySegment taken(long count) {
        long rest = content.byteSize() - at;
        if (count < 0 || count > rest) {
            throw wrong(
                    "field %d takes %s bytes, and %d are left"
                            .formatted(number, Long.toUnsignedString(count), rest));
        }
        at += count;
        return content.asSlice(at - count, count);
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (at == content.byteSize()) {
                throw wrong("it ends inside a number");
            }
            byte next = content.get(ValueLayout.JAVA_BYTE, at++);
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw wrong("a number takes more than 10 bytes");
    }

    /** The field's number. */
    int number() {
        return number;
    }

    /** The field as an integer. */
    long integer() {
        if (wire == BYTES) {
            throw wrong("field %d holds bytes where a number is due".formatted(number));
        }
        return bits;
    }

    /** The field as a float. */
    float real() {
        if (wire != FOUR) {
            throw wrong("field %d holds no float".formatted(number));
        }
        return Float.intBitsToFloat((int) bits);
    }

    /** The field's bytes: the same memory. */
    MemorySegment bytes() {
        if (wire != BYTES) {
            throw wrong("field %d holds a number where bytes are due".formatted(number));
        }
        return bytes;
    }

    /** The field as a string; what is no UTF-8 becomes U+FFFD. */
    String text() {
        MemorySegment text = bytes();
        return new String(text.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /** The field as a message. */
    Message message() {
        return new Message(file, bytes(), depth + 1);
    }

    /** Each of the field's integers: several where they are packed. */
    void integers(LongConsumer each) {
        if (wire != BYTES) {
            each.accept(bits);
            return;
        }
        Message packed = message();
        while (packed.at < packed.content.byteSize()) {
            each.accept(packed.varint());
        }
    }

    /** The bits of each of the field's numbers of so many bytes: several where they are packed. */
    void fixed(int size, LongConsumer each) {
        if (wire != BYTES) {
            each.accept(bits);
            return;
        }
        if (bytes.byteSize() % size != 0) {
            throw wrong(
                    "field %d has %d bytes of numbers that take %d"
                            .formatted(number, bytes.byteSize(), size));
        }
        for (long i = 0; i < bytes.byteSize(); i += size) {
            each.accept(size == Integer.BYTES ? bytes.get(INT, i) : bytes.get(LONG, i));
        }
    }
}
