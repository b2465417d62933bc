package dev.weft.opencl;

import dev.weft.gpu.CacheFolder;
import dev.weft.gpu.KernelSource;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Compiled programs, in files named by what they depend on: device, driver version, options and
 * source. A file begins with a mark and a checksum, so that one that is cut short or changed counts
 * as missing; it appears under its name only when it is complete, so that two processes may write
 * the same one.
 */
final class ProgramCache {
    private static final byte[] MARK = "WEFTCL1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int CHECKSUM = 32;

    private final CacheFolder folder;

    ProgramCache(CacheFolder folder) {
        this.folder = folder;
    }

    /**
     * The cache of a device's programs in {@code folder}; none where its driver has one. To ask
     * PoCL for a program's binary is to have every kernel in it compiled for groups of any size,
     * which takes five times as long as to compile what is launched, and PoCL keeps that itself.
     */
    static @Nullable ProgramCache of(OpenClDevice device, CacheFolder folder) {
        return PoclCache.serves(device.platformName()) ? null : new ProgramCache(folder);
    }

    private static String name(OpenClDevice device, KernelSource source) {
        String all =
                String.join(
                        "\n", device.identity(), Programs.options(device, source), source.hash());
        byte[] key = sha256(all.getBytes(StandardCharsets.UTF_8));
        String file = source.file().replaceAll("[^A-Za-z0-9_]", "_");
        return "opencl/" + file + "-" + HexFormat.of().formatHex(key, 0, 16) + ".bin";
    }

    /** The program's binary, or nothing where there is none, or none that is whole. */
    Optional<byte[]> load(OpenClDevice device, KernelSource source) {
        return folder.read(name(device, source)).flatMap(ProgramCache::payload);
    }

    private static Optional<byte[]> payload(byte[] file) {
        int header = MARK.length + CHECKSUM;
        if (file.length <= header || !Arrays.equals(MARK, 0, MARK.length, file, 0, MARK.length)) {
            return Optional.empty();
        }
        byte[] payload = Arrays.copyOfRange(file, header, file.length);
        byte[] checksum = Arrays.copyOfRange(file, MARK.length, header);
        return Arrays.equals(checksum, sha256(payload)) ? Optional.of(payload) : Optional.empty();
    }

    /** Keeps a program; where that is not possible, the folder says so once. */
    void store(OpenClDevice device, KernelSource source, byte[] binary) {
        byte[] file =
                ByteBuffer.allocate(MARK.length + CHECKSUM + binary.length)
                        .put(MARK)
                        .put(sha256(binary))
                        .put(binary)
                        .array();
        folder.write(name(device, source), file);
    }

    /** Forgets a program that the driver does not take any more. */
    void drop(OpenClDevice device, KernelSource source) {
        folder.delete(name(device, source));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
