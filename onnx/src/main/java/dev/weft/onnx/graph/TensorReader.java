package dev.weft.onnx.graph;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.ShapeException;
import dev.weft.backend.Encoding;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads a TensorProto. Field numbers as in onnx.proto, onnx/onnx v1.22.0. */
final class TensorReader {
    private static final int DIMS = 1;
    private static final int DATA_TYPE = 2;
    private static final int FLOAT_DATA = 4;
    private static final int INT32_DATA = 5;
    private static final int INT64_DATA = 7;
    private static final int NAME = 8;
    private static final int RAW_DATA = 9;
    private static final int DOUBLE_DATA = 10;
    private static final int EXTERNAL_DATA = 13;
    private static final int DATA_LOCATION = 14;

    private final Message message;
    private final List<Long> dims = new ArrayList<>();
    private String name = "";
    private int type;
    private boolean external;
    private @Nullable MemorySegment raw;
    private final Map<String, String> entries = new HashMap<>();

    /** What stands in fields of numbers: as integers, or as the bits of floats and doubles. */
    private long[] numbers = new long[0];

    private int count;

    /** The field that the numbers are from, or 0. */
    private int source;

    private TensorReader(Message message) {
        this.message = message;
    }

    static OnnxTensor read(Message message, ExternalData files) {
        TensorReader reader = new TensorReader(message);
        reader.readFields();
        return reader.tensor(files);
    }

    private void readFields() {
        while (message.next()) {
            switch (message.number()) {
                case DIMS -> message.integers(dims::add);
                case DATA_TYPE -> type = (int) message.integer();
                case FLOAT_DATA -> fixed(Float.BYTES);
                case DOUBLE_DATA -> fixed(Double.BYTES);
                case INT32_DATA, INT64_DATA -> {
                    source = message.number();
                    message.integers(this::add);
                }
                case NAME -> name = message.text();
                case RAW_DATA -> raw = message.bytes();
                case EXTERNAL_DATA -> {
                    Map.Entry<String, String> entry = ModelReader.entry(message.message());
                    entries.put(entry.getKey(), entry.getValue());
                }
                case DATA_LOCATION -> external = message.integer() == 1;
                default -> {}
            }
        }
    }

    private void fixed(int size) {
        source = message.number();
        message.fixed(size, this::add);
    }

    private void add(long value) {
        if (count == numbers.length) {
            numbers = Arrays.copyOf(numbers, Math.max(16, 2 * count));
        }
        numbers[count++] = value;
    }

    private OnnxTensor tensor(ExternalData files) {
        DType dtype = ElementType.dtype(type);
        Shape shape = shape();
        long elements = shape.size();
        if (dtype == null) {
            return new OnnxTensor(name, type, shape, null);
        }
        if (elements > Long.MAX_VALUE / dtype.bytes()) {
            throw wrong("takes more memory than there can be");
        }
        MemorySegment content;
        if (external) {
            content = files.part(name, entries, elements * dtype.bytes());
        } else if (raw != null) {
            content = raw;
            checkCount(elements, raw.byteSize() / (double) dtype.bytes());
        } else {
            checkCount(elements, count);
            content = listed(dtype);
        }
        if (dtype == DType.BOOL) {
            content = truths(content);
        }
        return new OnnxTensor(name, type, shape, new HostArray(dtype, shape, content));
    }

    private Shape shape() {
        try {
            return Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
        } catch (ShapeException e) {
            throw wrong("has more elements than can be, or fewer than none");
        }
    }

    private void checkCount(long elements, double found) {
        if (found != elements) {
            throw wrong("has data for %s elements".formatted(count(found)));
        }
    }

    private static String count(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private OnnxException wrong(String what) {
        return message.wrong(
                "tensor '%s' of %s with extents %s %s"
                        .formatted(name, ElementType.name(type), dims, what));
    }

    /** Floats and doubles stand there as their bits, halves and all integers in varints. */
    private MemorySegment listed(DType dtype) {
        int due =
                switch (dtype) {
                    case F32 -> FLOAT_DATA;
                    case F64 -> DOUBLE_DATA;
                    case I64 -> INT64_DATA;
                    case F16, BF16, I32, U8, I8, BOOL -> INT32_DATA;
                };
        if (count > 0 && source != due) {
            throw wrong("has data in field %d, and not in %d".formatted(source, due));
        }
        MemorySegment content =
                MemorySegment.ofArray(new byte[Math.toIntExact((long) count * dtype.bytes())]);
        DType bits =
                switch (dtype) {
                    case F64, I64 -> DType.I64;
                    case F32, I32 -> DType.I32;
                    case F16, BF16, U8, I8, BOOL -> DType.U8;
                };
        for (int i = 0; i < count; i++) {
            if (dtype == DType.F16 || dtype == DType.BF16) {
                Encoding.setLong(bits, content, 2L * i, numbers[i]);
                Encoding.setLong(bits, content, 2L * i + 1, numbers[i] >> Byte.SIZE);
            } else {
                Encoding.setLong(bits, content, i, numbers[i]);
            }
        }
        return content;
    }

    /** Any byte but 0 is true in a file, and 1 in memory. */
    private static MemorySegment truths(MemorySegment content) {
        byte[] truths = content.toArray(ValueLayout.JAVA_BYTE);
        for (int i = 0; i < truths.length; i++) {
            truths[i] = (byte) (truths[i] == 0 ? 0 : 1);
        }
        return MemorySegment.ofArray(truths);
    }
}
