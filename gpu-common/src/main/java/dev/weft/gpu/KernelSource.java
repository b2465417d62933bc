package dev.weft.gpu;

import dev.weft.DType;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A kernel file, complete, with the constants that it is compiled with.
 *
 * @param file its name, for messages
 * @param text portability.h, functions.h and the file
 * @param defines names and values, as of {@code -DNAME=VALUE}: numbers and types
 */
public record KernelSource(String file, String text, Map<String, String> defines) {
    /** Keeps the defines in the order of their names, so that equal ones are equal options. */
    public KernelSource {
        defines = new TreeMap<>(defines);
    }

    /** Every source that a GPU's driver may be asked for, so that they can be compiled ahead. */
    public static List<KernelSource> forGpus() {
        GpuTraits any = new GpuTraits(DeviceClass.GPU, 1, 1024, 48 << 10, 1, true, "", "", "");
        return Stream.of(KernelFile.values())
                .flatMap(file -> file.variants(any).stream().map(file::source))
                .toList();
    }

    /** The kernels in it, by the catalog. */
    public List<String> kernels() {
        return Stream.of(KernelFile.values())
                .filter(known -> known.fileName().equals(file))
                .flatMap(known -> known.kernels(dtype()).stream())
                .toList();
    }

    /** The type that it is compiled for. */
    public DType dtype() {
        return DType.valueOf(defines.getOrDefault(KernelFile.DTYPE, DType.F32.name()));
    }

    /** The compiler's options. */
    public List<String> options() {
        return defines.entrySet().stream()
                .map(define -> "-D" + define.getKey() + "=" + define.getValue())
                .toList();
    }

    /** SHA-256 of the text and the options: what a compiled program is kept under. */
    public String hash() {
        String all = text + "\n" + String.join(" ", options());
        return HexFormat.of().formatHex(sha256(all.getBytes(StandardCharsets.UTF_8)));
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The text with a number before each line. */
    public String numbered() {
        StringBuilder numbered = new StringBuilder();
        int line = 0;
        for (String content : text.split("\n", -1)) {
            numbered.append(String.format("%5d  %s%n", ++line, content));
        }
        return numbered.toString();
    }
}
