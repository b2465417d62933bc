package dev.weft.cuda;

import dev.weft.gpu.KernelSource;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterOutputStream;

/**
 * The kernels' PTX, packed: for each source, in the order of their names, the name, a length, and
 * so many bytes of zlib's. A name has the hash of text and constants, so that PTX of another text
 * is never taken for it.
 *
 * <p>What is compressed has each register's number as the difference from the register of the same
 * kind at the same place of a line before: loops that are unrolled then repeat themselves, and take
 * half the room.
 */
public final class PtxArchive {
    /** The resource beside this class. */
    static final String FILE = "ptx.archive";

    private final SortedMap<String, byte[]> packed;

    private PtxArchive(SortedMap<String, byte[]> packed) {
        this.packed = packed;
    }

    /** The one in Weft's jar. */
    public static PtxArchive shipped() {
        try (InputStream in = PtxArchive.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException("there is no " + FILE + " in Weft's jar");
            }
            return read(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Packs the PTX of these sources. */
    static PtxArchive of(Map<KernelSource, String> ptx) {
        SortedMap<String, byte[]> packed = new TreeMap<>();
        ptx.forEach((source, text) -> packed.put(name(source), pack(text)));
        return new PtxArchive(packed);
    }

    static PtxArchive read(InputStream stream) throws IOException {
        DataInputStream in = new DataInputStream(stream);
        SortedMap<String, byte[]> packed = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            String name = in.readUTF();
            byte[] bytes = new byte[in.readInt()];
            in.readFully(bytes);
            packed.put(name, bytes);
        }
        return new PtxArchive(packed);
    }

    void write(OutputStream stream) throws IOException {
        DataOutputStream out = new DataOutputStream(stream);
        out.writeInt(packed.size());
        for (Map.Entry<String, byte[]> entry : packed.entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeInt(entry.getValue().length);
            out.write(entry.getValue());
        }
        out.flush();
    }

    /** What a source's PTX is called here. */
    static String name(KernelSource source) {
        return source.file().replace(".cl", "") + "-" + source.hash().substring(0, 16);
    }

    /** Whether it has the PTX of all of these sources, as they are now, and no other. */
    boolean fits(Collection<KernelSource> sources) {
        return packed.keySet()
                .equals(sources.stream().map(PtxArchive::name).collect(Collectors.toSet()));
    }

    /** The source's PTX, if it is here. */
    public Optional<String> ptx(KernelSource source) {
        return Optional.ofNullable(packed.get(name(source))).map(PtxArchive::unpack);
    }

    /** The same bytes for the same text, with the same zlib. */
    static byte[] pack(String ptx) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Deflater best = new Deflater(Deflater.BEST_COMPRESSION);
        try (OutputStream out = new DeflaterOutputStream(bytes, best)) {
            out.write(renumbered(ptx, false).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            best.end();
        }
        return bytes.toByteArray();
    }

    static String unpack(byte[] packed) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new InflaterOutputStream(bytes)) {
            out.write(packed);
        } catch (IOException e) {
            throw new UncheckedIOException("a part of " + FILE + " is not as it was made", e);
        }
        return renumbered(bytes.toString(StandardCharsets.UTF_8), true);
    }

    /** With differences in the place of registers' numbers, or with the numbers again. */
    private static String renumbered(String ptx, boolean unpacks) {
        StringBuilder out = new StringBuilder(2 * ptx.length());
        // Kinds and places that share an element cost room, and nothing else: they share it both
        // ways.
        int[] last = new int[256];
        int place = 0;
        int copied = 0;
        for (int at = 0; at < ptx.length(); ) {
            char c = ptx.charAt(at++);
            if (c == '\n') {
                place = 0;
            }
            if (c != '%') {
                continue;
            }
            int key = place;
            while (isBetween('a', ptx, at, 'z')) {
                key = 31 * key + ptx.charAt(at++);
            }
            key &= last.length - 1;
            int end = isBetween('-', ptx, at, '-') ? at + 1 : at;
            if (!isBetween('0', ptx, end, '9')) {
                continue; // such as %tid.x
            }
            while (isBetween('0', ptx, end, '9')) {
                end++;
            }
            int number = Integer.parseInt(ptx, at, end, 10);
            int other = unpacks ? last[key] + number : number - last[key];
            last[key] = unpacks ? other : number;
            out.append(ptx, copied, at).append(other);
            at = end;
            copied = end;
            place++;
        }
        return out.append(ptx, copied, ptx.length()).toString();
    }

    private static boolean isBetween(char low, String text, int at, char high) {
        return at < text.length() && text.charAt(at) >= low && text.charAt(at) <= high;
    }
}
