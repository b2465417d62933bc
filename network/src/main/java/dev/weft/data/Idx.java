package dev.weft.data;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.io.FormatException;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads IDX files, plain or gzip (told by their content): a big-endian magic number {@code 0, 0,
 * type, dimensions}, one 32-bit extent for each dimension, then the items. Format:
 * yann.lecun.com/exdb/mnist, "File formats".
 */
public final class Idx {
    private static final int IMAGES_MAGIC = 0x00000803;
    private static final int LABELS_MAGIC = 0x00000801;
    private static final int GZIP_MAGIC = 0x1f8b;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int LARGEST_SIDE = 1 << 14;
    private static final int MOST_DIMENSIONS = 8;
    private static final long MEGABYTE = 1 << 20;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    /**
     * Grey images.
     *
     * @param count how many
     * @param rows of each
     * @param columns of each
     * @param pixels image after image, row by row
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Images(int count, int rows, int columns, byte[] pixels) {
        /** The same with rows and columns of each exchanged. */
        public Images transposed() {
            byte[] turned = new byte[pixels.length];
            int size = rows * columns;
            for (int i = 0; i < turned.length; i++) {
                int row = i % size / rows;
                int column = i % rows;
                turned[i] = pixels[i / size * size + column * columns + row];
            }
            return new Images(count, columns, rows, turned);
        }
    }

    private final Path path;
    private final InputStream in;

    private Idx(Path path, InputStream in) {
        this.path = path;
        this.in = in;
    }

    /**
     * Reads a file of images (magic number 2051).
     *
     * @throws FormatException where it is anything else, truncated, or too long
     * @throws IOException where it cannot be read
     */
    public static Images images(Path path) throws IOException {
        return images(path, Integer.MAX_VALUE);
    }

    /**
     * Reads the first images of a file, at most {@code limit}; what comes behind them is not read.
     *
     * @throws FormatException where it is anything else, or ends before them
     * @throws IOException where it cannot be read
     */
    public static Images images(Path path, int limit) throws IOException {
        return open(path, idx -> idx.readImages(limit));
    }

    /**
     * Reads a file of labels (magic number 2049), 0 to 255.
     *
     * @throws FormatException where it is anything else, truncated, or too long
     * @throws IOException where it cannot be read
     */
    public static int[] labels(Path path) throws IOException {
        return open(path, Idx::readLabels);
    }

    /**
     * Reads a file of any of the format's types and up to 8 dimensions: U8, I8, I32, F32 and F64 as
     * they are, and 16-bit integers as I32.
     *
     * @throws FormatException where it is anything else, truncated, or too long
     * @throws IOException where it cannot be read
     */
    public static HostArray array(Path path) throws IOException {
        return open(path, Idx::readArray);
    }

    private HostArray readArray() throws IOException {
        byte[] first = in.readNBytes(Integer.BYTES);
        int magic = first.length < Integer.BYTES ? 0 : ByteBuffer.wrap(first).getInt();
        int rank = magic & 0xFF;
        if (!isIdx(magic) || rank > MOST_DIMENSIONS) {
            throw wrong("this is not an IDX file of 1 to " + MOST_DIMENSIONS + " dimensions");
        }
        byte[] extents = in.readNBytes(Integer.BYTES * rank);
        if (extents.length < Integer.BYTES * rank) {
            throw wrong("is truncated in its header of " + rank + " dimensions");
        }
        long[] dims = new long[rank];
        long size = width(magic);
        for (int axis = 0; axis < rank; axis++) {
            dims[axis] = Integer.toUnsignedLong(ByteBuffer.wrap(extents).getInt(axis * 4));
            // Never beyond a long: 2³¹ times an extent of 32 bits.
            size = axis == 0 ? size : Math.min(Integer.MAX_VALUE, size * dims[axis]);
            if (dims[axis] < 1 || dims[axis] > Integer.MAX_VALUE) {
                throw wrong(
                        "its header says an extent of %d, expected 1 to %d"
                                .formatted(dims[axis], Integer.MAX_VALUE));
            }
        }
        return array(magic >>> 8, dims, body((int) dims[0], (int) size, (int) dims[0]));
    }

    private int width(int magic) throws FormatException {
        return switch (magic >>> 8) {
            case 0x08, 0x09 -> Byte.BYTES;
            case 0x0B -> Short.BYTES;
            case 0x0C, 0x0D -> Integer.BYTES;
            case 0x0E -> Double.BYTES;
            default -> throw wrong("its elements are of the type 0x%02x".formatted(magic >>> 8));
        };
    }

    /** Its elements, which are big-endian in the file. */
    private static HostArray array(int type, long[] dims, byte[] bytes) {
        ByteBuffer big = ByteBuffer.wrap(bytes);
        return switch (type) {
            case 0x0B -> {
                int[] values = new int[bytes.length / Short.BYTES];
                Arrays.setAll(values, i -> big.getShort(i * Short.BYTES));
                yield HostArray.of(values, dims);
            }
            case 0x0C -> {
                int[] values = new int[bytes.length / Integer.BYTES];
                big.asIntBuffer().get(values);
                yield HostArray.of(values, dims);
            }
            case 0x0D -> {
                float[] values = new float[bytes.length / Float.BYTES];
                big.asFloatBuffer().get(values);
                yield HostArray.of(values, dims);
            }
            case 0x0E -> {
                double[] values = new double[bytes.length / Double.BYTES];
                big.asDoubleBuffer().get(values);
                yield HostArray.of(values, dims);
            }
            default -> {
                DType dtype = type == 0x08 ? DType.U8 : DType.I8;
                yield new HostArray(dtype, Shape.of(dims), MemorySegment.ofArray(bytes));
            }
        };
    }

    private Images readImages(int limit) throws IOException {
        int[] dims = header(IMAGES_MAGIC, 3);
        for (int side = 1; side < dims.length; side++) {
            if (dims[side] < 1 || dims[side] > LARGEST_SIDE) {
                throw wrong(
                        "its header says images of "
                                + Integer.toUnsignedString(dims[1])
                                + "x"
                                + Integer.toUnsignedString(dims[2])
                                + " pixels, expected sides of 1 to "
                                + LARGEST_SIDE);
            }
        }
        int count = Math.min(dims[0], limit);
        byte[] pixels = body(dims[0], dims[1] * dims[2], count);
        return new Images(count, dims[1], dims[2], pixels);
    }

    private int[] readLabels() throws IOException {
        int count = header(LABELS_MAGIC, 1)[0];
        byte[] bytes = body(count, 1, count);
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = bytes[i] & 0xFF;
        }
        return labels;
    }

    @FunctionalInterface
    private interface Reading<T> {
        T from(Idx idx) throws IOException;
    }

    private static <T> T open(Path path, Reading<T> reading) throws IOException {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES)) {
            raw.mark(2);
            boolean gzip = (raw.read() << 8 | raw.read()) == GZIP_MAGIC;
            raw.reset();
            // Not closed for itself: it holds no more than raw does, and a broken header throws
            // here.
            InputStream in = gzip ? new GZIPInputStream(raw, BUFFER_BYTES) : raw;
            return reading.from(new Idx(path, in));
        } catch (ZipException e) {
            throw new FormatException(path + ": is a corrupt gzip file: " + e.getMessage(), e);
        } catch (EOFException e) {
            throw new FormatException(path + ": is a truncated gzip file", e);
        }
    }

    /** The extents of a file that must have this magic number. */
    private int[] header(int magic, int dimensions) throws IOException {
        int bytes = Integer.BYTES * (1 + dimensions);
        byte[] header = in.readNBytes(bytes);
        if (header.length >= Integer.BYTES) {
            checkMagic(ByteBuffer.wrap(header).getInt(), magic);
        }
        if (header.length < bytes) {
            throw wrong(
                    "is truncated: "
                            + header.length
                            + " bytes, and the header of "
                            + name(magic)
                            + " takes "
                            + bytes);
        }
        int[] dims = new int[dimensions];
        ByteBuffer.wrap(header, Integer.BYTES, bytes - Integer.BYTES).asIntBuffer().get(dims);
        if (dims[0] < 1) {
            throw wrong(
                    "its header says "
                            + Integer.toUnsignedString(dims[0])
                            + " items, expected 1 to "
                            + Integer.MAX_VALUE);
        }
        return dims;
    }

    private void checkMagic(int found, int expected) throws FormatException {
        if (found == expected) {
            return;
        }
        String is =
                switch (found) {
                    case IMAGES_MAGIC, LABELS_MAGIC -> "this is " + name(found);
                    default ->
                            isIdx(found)
                                    ? "this is another IDX file (type 0x%02x, %d dimensions)"
                                            .formatted(found >> 8, found & 0xFF)
                                    : "this is not an IDX file (it begins with 0x%08x)"
                                            .formatted(found);
                };
        throw wrong(is + ", expected " + name(expected));
    }

    private static boolean isIdx(int magic) {
        int type = magic >>> 8;
        return type >= 0x08 && type <= 0x0E && (magic & 0xFF) != 0;
    }

    private static String name(int magic) {
        return (magic == IMAGES_MAGIC ? "an images file" : "a labels file")
                + " (magic number "
                + magic
                + ")";
    }

    /**
     * The first {@code wanted} items of a file that should hold exactly {@code count}, and nothing
     * behind them. What is not wanted is not read, and nothing is where it would not fit.
     */
    private byte[] body(int count, int itemBytes, int wanted) throws IOException {
        String says = "its header says " + count + " items of " + bytes(itemBytes);
        long read = (long) wanted * itemBytes;
        if (read > LARGEST_ARRAY) {
            throw wrong(says + ", more than the 2 GiB that Weft reads");
        }
        // Pieces and the whole are there at once for a moment.
        long heap = Runtime.getRuntime().maxMemory();
        if (2 * read > heap) {
            throw wrong(
                    "%s: to read %d of them takes a heap of %d MB, and Java has %d: start it with a larger -Xmx"
                            .formatted(says, wanted, 2 * read / MEGABYTE + 1, heap / MEGABYTE));
        }
        // Allocates as it reads: a header that lies asks for no memory.
        byte[] items = in.readNBytes((int) read);
        if (items.length < read) {
            throw wrong(
                    "%s, and it holds only %d whole ones: it is truncated"
                            .formatted(says, items.length / itemBytes));
        }
        // Inflates one byte more at most; where the gzip ends, its checksum is looked at here.
        if (wanted == count && in.read() >= 0) {
            throw wrong(says + ", and it holds more: it is longer than it should be");
        }
        return items;
    }

    private static String bytes(long count) {
        return String.format(Locale.ROOT, count == 1 ? "%d byte" : "%d bytes", count);
    }

    private FormatException wrong(String what) {
        return new FormatException(path + ": " + what);
    }
}
