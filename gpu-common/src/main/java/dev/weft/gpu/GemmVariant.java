package dev.weft.gpu;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A gemm kernel with the extents of the tile of C that a work-group owns.
 *
 * @param family which kernel
 * @param rows rows of the tile
 * @param columns columns of the tile
 * @param packs whether b is packed even where its rows are adjacent; for {@link Family#CPU} only
 */
record GemmVariant(Family family, int rows, int columns, boolean packs) {
    private static final int LANES = 16;

    /** The elements of C that one work-item of the tiled kernel makes, along each axis. */
    private static final int TILED_WORK = 4;

    private static final int TILED_DEPTH = 16;

    /** The same for the GPU's kernel; of tiles beyond 128 rows an item makes twice as many. */
    private static final int GPU_WORK = 8;

    private static final int GPU_HIGH = 128;

    private static final int GPU_DEPTH = 8;

    /** Tiles of at most so many elements are twice as deep: larger ones then lack registers. */
    private static final int GPU_SMALL = 128 * 64;

    /** The kernels. */
    enum Family {
        /** Without barriers, a tile in one work-item's vector registers. */
        CPU,
        /** By tiles in local memory: right everywhere, tuned for nothing. */
        TILED,
        /** By tiles in local memory, twice, and in registers. */
        GPU
    }

    static GemmVariant cpu(int rows, int vectors, boolean packs) {
        return new GemmVariant(Family.CPU, rows, vectors * LANES, packs);
    }

    static GemmVariant tiled(int tile) {
        return new GemmVariant(Family.TILED, tile, tile, false);
    }

    static GemmVariant gpu(int rows, int columns) {
        return new GemmVariant(Family.GPU, rows, columns, false);
    }

    /** What the tuner tries on a device. */
    static List<GemmVariant> candidates(GpuTraits traits) {
        List<GemmVariant> all =
                switch (traits.deviceClass()) {
                    case CPU ->
                            List.of(
                                    cpu(12, 2, false),
                                    cpu(12, 2, true),
                                    cpu(8, 2, false),
                                    cpu(6, 4, false),
                                    cpu(6, 4, true),
                                    cpu(6, 1, false),
                                    cpu(6, 1, true),
                                    gpu(64, 64),
                                    tiled(32));
                    case GPU ->
                            List.of(
                                    gpu(256, 128),
                                    gpu(128, 128),
                                    gpu(128, 64),
                                    gpu(64, 128),
                                    gpu(64, 64),
                                    gpu(32, 32),
                                    tiled(64),
                                    tiled(32));
                };
        return all.stream().filter(variant -> variant.fits(traits)).toList();
    }

    /** Work-items of a work-group. */
    int group() {
        return switch (family) {
            case CPU -> 1;
            case TILED -> rows * columns / (TILED_WORK * TILED_WORK);
            case GPU -> rows * columns / (gpuRows() * GPU_WORK);
        };
    }

    private int gpuRows() {
        return rows > GPU_HIGH ? 2 * GPU_WORK : GPU_WORK;
    }

    private int gpuDepth() {
        return rows * columns > GPU_SMALL ? GPU_DEPTH : 2 * GPU_DEPTH;
    }

    private long localBytes() {
        return switch (family) {
            case CPU -> 0;
            case TILED -> (long) Float.BYTES * TILED_DEPTH * (rows + columns + 2);
            case GPU -> 2L * Float.BYTES * gpuDepth() * (rows + columns + 8);
        };
    }

    boolean fits(GpuTraits traits) {
        return group() <= traits.maxGroup() && localBytes() <= traits.localBytes();
    }

    KernelFile file() {
        return switch (family) {
            case CPU -> KernelFile.GEMM_CPU;
            case TILED -> KernelFile.GEMM_TILED;
            case GPU -> KernelFile.GEMM_GPU;
        };
    }

    /** The constants that the kernel is compiled with. */
    Map<String, String> defines() {
        return switch (family) {
            case CPU ->
                    Map.of(
                            "CPU_MR",
                            Integer.toString(rows),
                            "CPU_NV",
                            Integer.toString(columns / LANES));
            case TILED ->
                    Map.of(
                            "TILE_M", Integer.toString(rows),
                            "TILE_N", Integer.toString(columns),
                            "TILE_K", Integer.toString(TILED_DEPTH),
                            "WORK", Integer.toString(TILED_WORK));
            case GPU ->
                    Map.of(
                            "GPU_BM", Integer.toString(rows),
                            "GPU_BN", Integer.toString(columns),
                            "GPU_BK", Integer.toString(gpuDepth()),
                            "GPU_TM", Integer.toString(gpuRows()),
                            "GPU_TN", Integer.toString(GPU_WORK));
        };
    }

    /** Such as {@code cpu 12x32 packed}. */
    @Override
    public String toString() {
        return "%s %dx%d%s"
                .formatted(
                        family.name().toLowerCase(Locale.ROOT),
                        rows,
                        columns,
                        packs ? " packed" : "");
    }

    /** The candidate that prints as this text, if the device has it. */
    static Optional<GemmVariant> parse(String text, GpuTraits traits) {
        return candidates(traits).stream().filter(v -> v.toString().equals(text)).findFirst();
    }
}
