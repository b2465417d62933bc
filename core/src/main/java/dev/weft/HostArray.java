package dev.weft;

import dev.weft.backend.Encoding;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * An array on the host: what files hold, and what is brought to a device and back.
 *
 * @param dtype the type of the elements
 * @param shape the extents
 * @param content the elements, little-endian, row-major; BOOL is a byte of 0 or 1
 */
public record HostArray(DType dtype, Shape shape, MemorySegment content) {
    private static final int CHUNK = 1 << 16;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * Checks the size.
     *
     * @throws IllegalArgumentException where the content is not what type and shape take
     */
    public HostArray {
        if (content.byteSize() % dtype.bytes() != 0
                || content.byteSize() / dtype.bytes() != shape.size()) {
            throw new IllegalArgumentException(
                    "array: %s %s does not take %d bytes"
                            .formatted(dtype, shape, content.byteSize()));
        }
    }

    /** An F32 array over these values in row-major order, which are not copied. */
    public static HostArray of(float[] values, long... dims) {
        return new HostArray(DType.F32, Shape.of(dims), MemorySegment.ofArray(values));
    }

    /** An F64 array over these values in row-major order, which are not copied. */
    public static HostArray of(double[] values, long... dims) {
        return new HostArray(DType.F64, Shape.of(dims), MemorySegment.ofArray(values));
    }

    /** An I32 array over these values in row-major order, which are not copied. */
    public static HostArray of(int[] values, long... dims) {
        return new HostArray(DType.I32, Shape.of(dims), MemorySegment.ofArray(values));
    }

    /** A U8 array over these bytes in row-major order, which are not copied. */
    public static HostArray of(byte[] values, long... dims) {
        return new HostArray(DType.U8, Shape.of(dims), MemorySegment.ofArray(values));
    }

    /** A tensor's type, shape and elements. Blocks. */
    public static HostArray of(Tensor x) {
        MemorySegment content =
                MemorySegment.ofArray(new byte[Math.toIntExact(x.size() * x.dtype().bytes())]);
        x.contiguous().download(content);
        return new HostArray(x.dtype(), x.shape(), content);
    }

    /** A tensor of this type, shape and content, in the innermost open scope. */
    public Tensor on(Device device) {
        return device.upload(dtype, content, shape);
    }

    /** The first extent: how many rows there are, as of examples. */
    public int rows() {
        return Math.toIntExact(shape.dim(0));
    }

    /** The bytes of a row. */
    private long rowBytes() {
        return shape.dim(0) == 0 ? 0 : content.byteSize() / shape.dim(0);
    }

    /** The rows {@code from} (inclusive) to {@code to} (exclusive): the same memory. */
    public HostArray slice(int from, int to) {
        Objects.checkFromToIndex(from, to, rows());
        long bytes = rowBytes();
        return new HostArray(
                dtype,
                shape.with(0, (long) to - from),
                content.asSlice(from * bytes, (to - from) * bytes));
    }

    /**
     * Arrays one behind the other, along their first axis: a copy, unless there is only one.
     *
     * @throws IllegalArgumentException where types or the other extents differ, or there is none
     */
    public static HostArray concat(List<HostArray> parts) {
        HostArray first = parts.getFirst();
        if (parts.size() == 1) {
            return first;
        }
        long rows = 0;
        long bytes = 0;
        for (HostArray part : parts) {
            if (part.dtype != first.dtype
                    || part.shape.rank() == 0
                    || !part.shape.with(0, 0).equals(first.shape.with(0, 0))) {
                throw new IllegalArgumentException(
                        "concat: %s %s does not go behind %s %s: types, and extents but the first, must be equal"
                                .formatted(part.dtype, part.shape, first.dtype, first.shape));
            }
            rows += part.rows();
            bytes += part.content.byteSize();
        }
        MemorySegment all = MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
        long at = 0;
        for (HostArray part : parts) {
            all.asSlice(at).copyFrom(part.content);
            at += part.content.byteSize();
        }
        return new HostArray(first.dtype, first.shape.with(0, rows), all);
    }

    /**
     * The rows in pieces of so many each, in their order: the same memory.
     *
     * @throws IllegalArgumentException where that is not all rows
     */
    public List<HostArray> split(List<Integer> counts) {
        int total = counts.stream().mapToInt(Integer::intValue).sum();
        if (shape.rank() == 0 || rows() != total) {
            throw new IllegalArgumentException(
                    "split: %s %s has not the %d rows of %d pieces"
                            .formatted(dtype, shape, total, counts.size()));
        }
        List<HostArray> pieces = new ArrayList<>();
        int from = 0;
        for (int count : counts) {
            pieces.add(slice(from, from + count));
            from += count;
        }
        return pieces;
    }

    /** The rows of these numbers, in this order: a copy. */
    public HostArray select(int[] which) {
        long bytes = rowBytes();
        MemorySegment chosen =
                MemorySegment.ofArray(new byte[Math.toIntExact(bytes * which.length)]);
        for (int i = 0; i < which.length; i++) {
            Objects.checkIndex(which[i], rows());
            MemorySegment.copy(content, which[i] * bytes, chosen, i * bytes, bytes);
        }
        return new HostArray(dtype, shape.with(0, which.length), chosen);
    }

    /**
     * Writes the elements, in pieces that a Java array holds.
     *
     * @throws IOException where they cannot be written
     */
    public void writeTo(OutputStream out) throws IOException {
        byte[] chunk = new byte[CHUNK];
        for (long at = 0; at < content.byteSize(); at += CHUNK) {
            int count = (int) Math.min(CHUNK, content.byteSize() - at);
            MemorySegment.copy(content, ValueLayout.JAVA_BYTE, at, chunk, 0, count);
            out.write(chunk, 0, count);
        }
    }

    /** The element at an index in row-major order, as a double. */
    public double get(long index) {
        return Encoding.get(dtype, content, index);
    }

    /**
     * The values of a floating array in row-major order: those of an F64 rounded.
     *
     * @throws IllegalStateException where it is of another type, or has more elements than a Java
     *     array holds: then use {@link #content}
     */
    public float[] floats() {
        if (!dtype.isFloating() || shape.size() > Integer.MAX_VALUE - 8) {
            throw new IllegalStateException(
                    "array: %s %s does not fit a float array; use content()"
                            .formatted(dtype, shape));
        }
        float[] values = new float[(int) shape.size()];
        if (dtype == DType.F32) {
            MemorySegment.copy(content, FLOAT, 0, values, 0, values.length);
        } else {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Encoding.get(dtype, content, i);
            }
        }
        return values;
    }
}
