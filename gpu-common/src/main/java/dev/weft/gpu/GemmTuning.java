package dev.weft.gpu;

import dev.weft.DType;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which gemm kernel serves which size of matrices of a type on a device, and where the vendor's
 * library does: what the tuner has measured there, or the defaults of its class.
 */
final class GemmTuning {
    private static final String LIBRARY = ".library";

    private final DType dtype;
    private final Map<GemmSize, GemmVariant> chosen;
    private final Map<GemmSize, LibraryUse> library;

    GemmTuning(DType dtype, Map<GemmSize, GemmVariant> chosen, Map<GemmSize, LibraryUse> library) {
        this.dtype = dtype;
        this.chosen = new EnumMap<>(chosen);
        this.library = new EnumMap<>(GemmSize.class);
        this.library.putAll(library);
    }

    /** Without the library. */
    GemmTuning(DType dtype, Map<GemmSize, GemmVariant> chosen) {
        this(dtype, chosen, Map.of());
    }

    GemmVariant of(GemmSize size) {
        return Objects.requireNonNull(chosen.get(size));
    }

    LibraryUse library(GemmSize size) {
        return library.getOrDefault(size, LibraryUse.NEVER);
    }

    /**
     * Measured on PoCL for CPUs. With AVX-512 12×32 and 6×64 both fill 32 registers of 16 floats:
     * AMD's Zen 4 and Zen 5 are faster with the first, Intel's Sapphire Rapids with the second, by
     * a sixth from 768³ on. 6×16 fills the registers of AVX2. Packing b pays from about 800³ on.
     * For GPUs measured on one H200: large tiles where there are enough of them for all compute
     * units, and the vendor's library where there is one.
     */
    static GemmTuning defaults(GpuTraits traits, DType dtype) {
        Map<GemmSize, GemmVariant> chosen = new EnumMap<>(GemmSize.class);
        Map<GemmSize, LibraryUse> library = new EnumMap<>(GemmSize.class);
        for (GemmSize size : GemmSize.values()) {
            boolean large = size == GemmSize.LARGE || size == GemmSize.HUGE;
            GemmVariant variant =
                    switch (traits.deviceClass()) {
                        case CPU ->
                                traits.vectorFloats() < 16
                                        ? GemmVariant.cpu(dtype, 6, 1, large)
                                        : traits.vendor().contains("Intel")
                                                ? GemmVariant.cpu(dtype, 6, 4, large)
                                                : GemmVariant.cpu(dtype, 12, 2, large);
                        case GPU ->
                                switch (size) {
                                    case HUGE -> GemmVariant.gpu(128, 128);
                                    case LARGE ->
                                            dtype == DType.F32
                                                    ? GemmVariant.gpu(128, 64)
                                                    : GemmVariant.gpu(64, 64);
                                    case MEDIUM, SMALL -> GemmVariant.gpu(64, 64);
                                };
                    };
            chosen.put(size, variant.fits(traits, dtype) ? variant : smallest(traits, dtype));
            library.put(
                    size, traits.gemmLibrary().isEmpty() ? LibraryUse.NEVER : LibraryUse.ALWAYS);
        }
        return new GemmTuning(dtype, chosen, library);
    }

    private static GemmVariant smallest(GpuTraits traits, DType dtype) {
        return GemmVariant.candidates(traits, dtype).getLast();
    }

    private static String file(GpuTraits traits, DType dtype) {
        byte[] key = (traits.tuningKey() + " " + dtype).getBytes(StandardCharsets.UTF_8);
        return "tuning/gemm-" + HexFormat.of().formatHex(KernelSource.sha256(key), 0, 8) + ".txt";
    }

    /** What the tuner kept for this device; for what it has not, or not readably, the defaults. */
    static GemmTuning load(CacheFolder cache, GpuTraits traits, DType dtype) {
        GemmTuning defaults = defaults(traits, dtype);
        Properties kept = new Properties();
        try {
            byte[] text = cache.read(file(traits, dtype)).orElse(new byte[0]);
            kept.load(new StringReader(new String(text, StandardCharsets.UTF_8)));
        } catch (IOException | IllegalArgumentException e) {
            return defaults;
        }
        Map<GemmSize, GemmVariant> chosen = new EnumMap<>(defaults.chosen);
        Map<GemmSize, LibraryUse> library = new EnumMap<>(defaults.library);
        for (GemmSize size : GemmSize.values()) {
            GemmVariant.parse(kept.getProperty(size.name(), ""), traits, dtype)
                    .ifPresent(variant -> chosen.put(size, variant));
            String use = kept.getProperty(size.name() + LIBRARY, "");
            Stream.of(LibraryUse.values())
                    .filter(known -> known.name().equals(use))
                    .forEach(known -> library.put(size, known));
        }
        return new GemmTuning(dtype, chosen, library);
    }

    /**
     * Keeps this for the device.
     *
     * @return where, or why not, for the user
     */
    String store(CacheFolder cache, GpuTraits traits) {
        String text =
                "# %s %s%n".formatted(traits.tuningKey(), dtype)
                        + lines("", chosen)
                        + lines(LIBRARY, library);
        String file = file(traits, dtype);
        return cache.write(file, text.getBytes(StandardCharsets.UTF_8))
                ? "kept in " + cache.path(file)
                : "could not be kept in " + cache.path(file);
    }

    private static String lines(String suffix, Map<GemmSize, ?> choices) {
        return choices.entrySet().stream()
                .map(entry -> entry.getKey() + suffix + " = " + entry.getValue() + "\n")
                .collect(Collectors.joining());
    }
}
