package dev.weft.io;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.ShapeException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an .npy file says of its array: a Python dictionary behind a magic string, a version and a
 * length, as NumPy's {@code numpy.lib.format} describes it.
 *
 * @param dtype the elements' type
 * @param order their bytes' order
 * @param fortran whether the first index runs fastest, not the last
 * @param shape the extents
 * @param start where the elements begin
 */
record NpyHeader(DType dtype, ByteOrder order, boolean fortran, Shape shape, long start) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

    /** NumPy itself reads no longer ones. */
    private static final int LONGEST = 10_000;

    private static final int ALIGNMENT = 64;

    private static final Map<String, DType> TYPES =
            Map.of(
                    "f8",
                    DType.F64,
                    "f4",
                    DType.F32,
                    "f2",
                    DType.F16,
                    "i8",
                    DType.I64,
                    "i4",
                    DType.I32,
                    "u1",
                    DType.U8,
                    "i1",
                    DType.I8,
                    "b1",
                    DType.BOOL);

    private static final Set<String> KEYS = Set.of("descr", "fortran_order", "shape");

    private static final Pattern ENTRY =
            Pattern.compile(
                    "\\s*['\"](\\w+)['\"]\\s*:\\s*(['\"][^'\"]*['\"]|True|False|\\([\\dL,\\s]*\\))\\s*(,|(?=\\}))");

    /**
     * Reads a header up to its last byte.
     *
     * @param what the file, for messages
     * @throws FormatException where it is wrong
     */
    static NpyHeader read(String what, InputStream in) throws IOException {
        byte[] prefix = in.readNBytes(MAGIC.length + 2);
        if (prefix.length < MAGIC.length + 2
                || !Arrays.equals(prefix, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new FormatException(
                    "%s: is not an .npy file: it does not begin with \\x93NUMPY".formatted(what));
        }
        int version = prefix[MAGIC.length];
        if (version < 1 || version > 3) {
            throw new FormatException(
                    "%s: is an .npy file of version %d; Weft reads 1 to 3"
                            .formatted(what, version));
        }
        byte[] lengthBytes = in.readNBytes(version == 1 ? 2 : 4);
        long length = 0;
        for (int i = lengthBytes.length - 1; i >= 0; i--) {
            length = length << 8 | Byte.toUnsignedLong(lengthBytes[i]);
        }
        if (length > LONGEST) {
            throw new FormatException(
                    "%s: has an .npy header of %d bytes; it may have %d"
                            .formatted(what, length, LONGEST));
        }
        byte[] text = in.readNBytes((int) length);
        if (lengthBytes.length < (version == 1 ? 2 : 4) || text.length < length) {
            throw new FormatException("%s: is truncated within its .npy header".formatted(what));
        }
        Charset charset = version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
        long start = prefix.length + lengthBytes.length + length;
        return parse(what, new String(text, charset).strip(), start);
    }

    private static NpyHeader parse(String what, String text, long start) throws FormatException {
        Map<String, String> entries = new HashMap<>();
        Matcher matcher = ENTRY.matcher(text);
        int at = 1;
        while (at < text.length() && matcher.region(at, text.length()).lookingAt()) {
            entries.put(matcher.group(1), matcher.group(2));
            at = matcher.end();
        }
        if (!text.startsWith("{")
                || !text.substring(Math.min(at, text.length())).strip().equals("}")
                || !entries.keySet().equals(KEYS)) {
            throw new FormatException(
                    "%s: has an .npy header that Weft does not read: %s"
                            .formatted(what, Excerpt.of(text)));
        }
        String type = unquoted(entries.get("descr"));
        DType dtype = type.isEmpty() ? null : TYPES.get(type.substring(1));
        char order = type.isEmpty() ? 0 : type.charAt(0);
        if (dtype == null
                || (order != '<' && order != '>' && (order != '|' || dtype.bytes() > 1))) {
            throw new FormatException(
                    "%s: holds elements of type '%s'; Weft reads f8, f4, f2, i8, i4, u1, i1 and b1: convert it with astype"
                            .formatted(what, Excerpt.of(type)));
        }
        return new NpyHeader(
                dtype,
                order == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
                "True".equals(entries.get("fortran_order")),
                shape(what, String.valueOf(entries.get("shape")), dtype),
                start);
    }

    private static String unquoted(@Nullable String text) {
        return text == null || text.length() < 2 ? "" : text.substring(1, text.length() - 1);
    }

    private static Shape shape(String what, String text, DType dtype) throws FormatException {
        try {
            long[] dims =
                    Pattern.compile("[\\s,L()]+")
                            .splitAsStream(text)
                            .filter(number -> !number.isEmpty())
                            .mapToLong(Long::parseLong)
                            .toArray();
            Shape shape = Shape.of(dims);
            Math.multiplyExact(shape.size(), dtype.bytes());
            return shape;
        } catch (ShapeException | ArithmeticException | NumberFormatException e) {
            throw new FormatException(
                    "%s: has an impossible shape: %s".formatted(what, Excerpt.of(text)), e);
        }
    }

    /** How many bytes the elements take. */
    long bytes() {
        return shape.size() * dtype.bytes();
    }

    /**
     * The header of an array as it is on the host, of version 1, padded so that elements begin at a
     * multiple of 64 bytes.
     *
     * @throws IllegalArgumentException where the format has no such type
     */
    static byte[] bytes(HostArray array) {
        String type =
                TYPES.entrySet().stream()
                        .filter(entry -> entry.getValue() == array.dtype())
                        .map(Map.Entry::getKey)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                ".npy files have no %s; convert the array to F32"
                                                        .formatted(array.dtype())));
        StringBuilder dims = new StringBuilder();
        for (long dim : array.shape().toArray()) {
            dims.append(dim).append(", ");
        }
        String text =
                "{'descr': '%c%s', 'fortran_order': False, 'shape': (%s), }"
                        .formatted(
                                array.dtype().bytes() == 1 ? '|' : '<',
                                type,
                                dims.toString().strip());
        int before = MAGIC.length + 4;
        int whole = Math.ceilDiv(before + text.length() + 1, ALIGNMENT) * ALIGNMENT;
        byte[] header = Arrays.copyOf(MAGIC, whole);
        header[MAGIC.length] = 1;
        header[MAGIC.length + 2] = (byte) (whole - before);
        header[MAGIC.length + 3] = (byte) ((whole - before) >> 8);
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, header, before, ascii.length);
        Arrays.fill(header, before + ascii.length, whole - 1, (byte) ' ');
        header[whole - 1] = '\n';
        return header;
    }
}
