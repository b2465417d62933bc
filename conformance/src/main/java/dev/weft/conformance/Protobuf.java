package dev.weft.conformance;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Reads a protobuf message's fields from their encoding: a sequence of tag (field number and wire
 * type) and value. protobuf.dev/programming-guides/encoding.
 */
final class Protobuf {
    private final List<Field> fields = new ArrayList<>();

    /**
     * A field.
     *
     * @param bits the value of a varint, or of a number of 4 or 8 bytes
     * @param bytes the value of a string, a message or a packed list; empty for numbers
     */
    private record Field(int number, long bits, ByteBuffer bytes) {}

    Protobuf(byte[] message) {
        this(ByteBuffer.wrap(message));
    }

    private Protobuf(ByteBuffer message) {
        ByteBuffer in = message.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            long tag = varint(in);
            int number = (int) (tag >>> 3);
            ByteBuffer none = ByteBuffer.allocate(0);
            switch ((int) (tag & 7)) {
                case 0 -> fields.add(new Field(number, varint(in), none));
                case 1 -> fields.add(new Field(number, in.getLong(), none));
                case 2 -> {
                    int length = Math.toIntExact(varint(in));
                    ByteBuffer bytes = in.slice(in.position(), length);
                    fields.add(new Field(number, 0, bytes.order(ByteOrder.LITTLE_ENDIAN)));
                    in.position(in.position() + length);
                }
                case 5 -> fields.add(new Field(number, in.getInt(), none));
                default -> throw new IllegalArgumentException("unknown wire type, tag " + tag);
            }
        }
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a varint of more than 10 bytes");
    }

    /** Whether the field occurs. */
    boolean has(int number) {
        return fields.stream().anyMatch(f -> f.number() == number);
    }

    /** The field's number, the last one given, or 0. */
    long number(int number) {
        return fields.stream()
                .filter(f -> f.number() == number)
                .mapToLong(Field::bits)
                .reduce(0, (_, last) -> last);
    }

    /** The field as a float. */
    float real(int number) {
        return Float.intBitsToFloat((int) number(number));
    }

    /** The field as a string, or the empty one. */
    String text(int number) {
        List<String> all = texts(number);
        return all.isEmpty() ? "" : all.getLast();
    }

    /** The field's strings. */
    List<String> texts(int number) {
        return bytes(number).stream()
                .map(bytes -> StandardCharsets.UTF_8.decode(bytes.duplicate()).toString())
                .toList();
    }

    /** The field's messages. */
    List<Protobuf> messages(int number) {
        return bytes(number).stream().map(Protobuf::new).toList();
    }

    /** The field's bytes, once for each time it occurs. */
    List<ByteBuffer> bytes(int number) {
        return fields.stream().filter(f -> f.number() == number).map(Field::bytes).toList();
    }

    /** The field's varints: packed, or one by one. */
    long[] numbers(int number) {
        List<Long> values = new ArrayList<>();
        for (Field field : fields) {
            if (field.number() == number) {
                ByteBuffer packed = field.bytes().duplicate();
                if (packed.capacity() == 0) {
                    values.add(field.bits());
                }
                while (packed.hasRemaining()) {
                    values.add(varint(packed));
                }
            }
        }
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    /** The field's floats: packed, or one by one. */
    double[] floats(int number) {
        return reals(number, Float.BYTES, ByteBuffer::getFloat);
    }

    /** The field's doubles: packed, or one by one. */
    double[] doubles(int number) {
        return reals(number, Double.BYTES, ByteBuffer::getDouble);
    }

    private double[] reals(int number, int bytes, ToDoubleFunction<ByteBuffer> next) {
        List<Double> values = new ArrayList<>();
        for (Field field : fields) {
            if (field.number() == number) {
                ByteBuffer packed = field.bytes();
                if (packed.capacity() == 0) {
                    packed = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                    packed.putLong(0, field.bits()).limit(bytes);
                }
                ByteBuffer in = packed.duplicate().order(ByteOrder.LITTLE_ENDIAN);
                while (in.hasRemaining()) {
                    values.add(next.applyAsDouble(in));
                }
            }
        }
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
