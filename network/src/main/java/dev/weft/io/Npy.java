package dev.weft.io;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.Shape;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * NumPy's files: .npy holds an array, .npz several by name, as {@code numpy.save} and {@code
 * numpy.savez} write them. Read are versions 1 to 3, both orders of elements and of bytes, and the
 * types that Weft has; what was read is in row-major order and little-endian.
 */
public final class Npy {
    /** Larger files are mapped: what is not used is not read. */
    private static final long READ_AT_ONCE = 1L << 26;

    private static final String SUFFIX = ".npy";
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private Npy() {}

    /**
     * The array in an .npy file. A large one whose bytes lie as Weft's do is mapped, and the file
     * must stay as it is.
     *
     * @throws FormatException where it is no such file, damaged, or of a type that Weft lacks
     */
    public static HostArray read(Path path) throws IOException {
        if (!Files.isRegularFile(path) && Files.exists(path)) {
            throw new FormatException(path + ": is a folder, a pipe or a device, not an .npy file");
        }
        String what = path.toString();
        NpyHeader header;
        long length = Files.size(path);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
            header = NpyHeader.read(what, in);
            requireLength(what, header, length - header.start());
            if (header.bytes() <= READ_AT_ONCE) {
                return array(what, header, content(what, header, in));
            }
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return array(
                    what,
                    header,
                    channel.map(MapMode.READ_ONLY, header.start(), header.bytes(), Arena.ofAuto()));
        }
    }

    /**
     * The arrays in an .npz file, in their order there.
     *
     * @throws FormatException where it is no such file, damaged, or of a type that Weft lacks
     */
    public static Map<String, HostArray> readAll(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new FormatException(path + ": is a folder, not an .npz file");
        }
        Map<String, HostArray> arrays = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(path.toFile())) {
            List<? extends ZipEntry> entries = Collections.list(zip.entries());
            for (ZipEntry entry : entries) {
                if (!entry.getName().endsWith(SUFFIX)) {
                    continue;
                }
                String name =
                        entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
                String what = "%s, array '%s'".formatted(path, Excerpt.of(name));
                CheckedInputStream checked =
                        new CheckedInputStream(zip.getInputStream(entry), new CRC32());
                try (InputStream in = new BufferedInputStream(checked)) {
                    NpyHeader header = NpyHeader.read(what, in);
                    MemorySegment content = content(what, header, in);
                    if (in.read() >= 0) {
                        requireLength(what, header, header.bytes() + 1);
                    }
                    if (checked.getChecksum().getValue() != entry.getCrc()) {
                        throw new FormatException(
                                what + ": is damaged: its checksum is not the file's");
                    }
                    arrays.put(name, array(what, header, content));
                }
            }
        } catch (ZipException e) {
            throw new FormatException(
                    "%s: is a damaged .npz file, or none: %s"
                            .formatted(path, Excerpt.of(String.valueOf(e.getMessage()))),
                    e);
        }
        if (arrays.isEmpty()) {
            throw new FormatException(path + ": holds no array: there is no .npy file in it");
        }
        return Collections.unmodifiableMap(arrays);
    }

    /**
     * Writes an .npy file of version 1 as {@link AtomicFile} does.
     *
     * @throws IllegalArgumentException where the array is of BF16, which the format lacks
     */
    public static void write(Path path, HostArray array) throws IOException {
        byte[] header = NpyHeader.bytes(array);
        AtomicFile.write(
                path,
                out -> {
                    out.write(header);
                    array.writeTo(out);
                });
    }

    private static void requireLength(String what, NpyHeader header, long found)
            throws FormatException {
        if (found != header.bytes()) {
            throw new FormatException(
                    "%s: is truncated or damaged: %s %s takes %d bytes, and %s follow the header"
                            .formatted(
                                    what,
                                    header.dtype(),
                                    header.shape(),
                                    header.bytes(),
                                    found > header.bytes() ? "more" : found));
        }
    }

    /** Allocates as it reads: a header that lies asks for no memory. */
    private static MemorySegment content(String what, NpyHeader header, InputStream in)
            throws IOException {
        if (header.bytes() > LARGEST_ARRAY) {
            throw new FormatException(
                    "%s: %s %s takes %d bytes; of an .npz file Weft reads arrays of 2 GiB: save it as an .npy file"
                            .formatted(what, header.dtype(), header.shape(), header.bytes()));
        }
        byte[] bytes = in.readNBytes((int) header.bytes());
        requireLength(what, header, bytes.length);
        return MemorySegment.ofArray(bytes);
    }

    private static HostArray array(String what, NpyHeader header, MemorySegment content)
            throws FormatException {
        DType dtype = header.dtype();
        Shape shape = header.shape();
        boolean swapped = header.order() == ByteOrder.BIG_ENDIAN && dtype.bytes() > 1;
        boolean turned = header.fortran() && shape.rank() > 1;
        if (dtype == DType.BOOL) {
            requireTruths(what, content);
        }
        return new HostArray(
                dtype, shape, swapped || turned ? laidOut(header, content, turned) : content);
    }

    private static void requireTruths(String what, MemorySegment content) throws FormatException {
        for (long i = 0; i < content.byteSize(); i++) {
            if ((content.get(ValueLayout.JAVA_BYTE, i) & ~1) != 0) {
                throw new FormatException(
                        "%s: is damaged: element %d is neither true nor false".formatted(what, i));
            }
        }
    }

    /** A copy in row-major order, little-endian. */
    private static MemorySegment laidOut(NpyHeader header, MemorySegment from, boolean turned) {
        MemorySegment to = Arena.ofAuto().allocate(from.byteSize(), Long.BYTES);
        Shape shape = header.shape();
        long[] strides = new long[shape.rank()];
        long stride = 1;
        for (int i = 0; i < strides.length; i++) {
            int axis = turned ? i : strides.length - 1 - i;
            strides[axis] = stride;
            stride *= shape.dim(axis);
        }
        long[] index = new long[strides.length];
        long source = 0;
        for (long i = 0; i < shape.size(); i++) {
            move(header, from, source, to, i);
            for (int axis = strides.length - 1; axis >= 0; axis--) {
                source += strides[axis];
                if (++index[axis] < shape.dim(axis)) {
                    break;
                }
                source -= index[axis] * strides[axis];
                index[axis] = 0;
            }
        }
        return to;
    }

    private static void move(
            NpyHeader header, MemorySegment from, long source, MemorySegment to, long target) {
        ByteOrder order = header.order();
        ByteOrder little = ByteOrder.LITTLE_ENDIAN;
        int bytes = header.dtype().bytes();
        long at = source * bytes;
        long place = target * bytes;
        switch (bytes) {
            case 1 -> to.set(ValueLayout.JAVA_BYTE, place, from.get(ValueLayout.JAVA_BYTE, at));
            case 2 -> {
                short bits = from.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), at);
                to.set(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(little), place, bits);
            }
            case 4 -> {
                int bits = from.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(order), at);
                to.set(ValueLayout.JAVA_INT_UNALIGNED.withOrder(little), place, bits);
            }
            default -> {
                long bits = from.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order), at);
                to.set(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(little), place, bits);
            }
        }
    }
}
