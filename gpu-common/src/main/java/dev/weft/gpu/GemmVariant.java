package dev.weft.gpu;

import dev.weft.DType;

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
    /** What {@code vec} in portability.h holds. */
    private static final int VECTOR_BYTES = 64;

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

    static GemmVariant cpu(DType dtype, int rows, int vectors, boolean packs) {
        return new GemmVariant(Family.CPU, rows, vectors * lanes(dtype), packs);
    }

    private static int lanes(DType dtype) {
        return VECTOR_BYTES / dtype.computesIn().bytes();
    }

    static GemmVariant tiled(int tile) {
        return new GemmVariant(Family.TILED, tile, tile, false);
    }

    static GemmVariant gpu(int rows, int columns) {
        return new GemmVariant(Family.GPU, rows, columns, false);
    }

    /** What the tuner tries on a device; the last is the simplest. */
    static List<GemmVariant> candidates(GpuTraits traits, DType dtype) {
        List<GemmVariant> all =
                switch (traits.deviceClass()) {
                    case CPU ->
                            List.of(
                                    cpu(dtype, 12, 2, false),
                                    cpu(dtype, 12, 2, true),
                                    cpu(dtype, 8, 2, false),
                                    cpu(dtype, 6, 4, false),
                                    cpu(dtype, 6, 4, true),
                                    cpu(dtype, 6, 1, false),
                                    cpu(dtype, 6, 1, true),
                                    gpu(64, 64),
                                    tiled(32));
                    case GPU ->
                            switch (dtype) {
                                case F32 ->
                                        List.of(
                                                gpu(256, 128),
                                                gpu(128, 128),
                                                gpu(128, 64),
                                                gpu(64, 128),
                                                gpu(64, 64),
                                                gpu(32, 32),
                                                tiled(64),
                                                tiled(32));
                                // Few, since each is a program that ships: a GPU that has cuBLAS
                                // takes that.
                                case F64, F16, BF16 ->
                                        List.of(gpu(128, 128), gpu(64, 64), tiled(32));
                                case I64, I32, U8, I8, BOOL -> List.of();
                            };
                };
        return all.stream().filter(variant -> variant.fits(traits, dtype)).toList();
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

    private int gpuDepth(DType dtype) {
        return rows * columns > GPU_SMALL || dtype == DType.F64 ? GPU_DEPTH : 2 * GPU_DEPTH;
    }

    private long localBytes(DType dtype) {
        long numbers =
                switch (family) {
                    case CPU -> 0;
                    case TILED -> (long) TILED_DEPTH * (rows + columns + 2);
                    case GPU -> 2L * gpuDepth(dtype) * (rows + columns + 8);
                };
        return numbers * dtype.computesIn().bytes();
    }

    boolean fits(GpuTraits traits, DType dtype) {
        return group() <= traits.maxGroup() && localBytes(dtype) <= traits.localBytes();
    }

    KernelFile file() {
        return switch (family) {
            case CPU -> KernelFile.GEMM_CPU;
            case TILED -> KernelFile.GEMM_TILED;
            case GPU -> KernelFile.GEMM_GPU;
        };
    }

    /** The constants that the kernel is compiled with for a and b of one type, and c of another. */
    Map<String, String> defines(DType dtype, DType c) {
        return Gemm.defines(
                dtype,
                c,
                switch (family) {
                    case CPU ->
                            Map.of(
                                    "CPU_MR", Integer.toString(rows),
                                    "CPU_NV", Integer.toString(columns / lanes(dtype)));
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
                                    "GPU_BK", Integer.toString(gpuDepth(dtype)),
                                    "GPU_TM", Integer.toString(gpuRows()),
                                    "GPU_TN", Integer.toString(GPU_WORK));
                });
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
    static Optional<GemmVariant> parse(String text, GpuTraits traits, DType dtype) {
        return candidates(traits, dtype).stream()
                .filter(v -> v.toString().equals(text))
                .findFirst();
    }
}
