package dev.weft.gpu;

import dev.weft.backend.Activation;
import dev.weft.backend.Epilogue;
import dev.weft.backend.View;

import java.util.HashMap;
import java.util.Map;

/** c = epilogue(alpha a b + beta c): chooses the kernel, packs what it wants packed, launches. */
final class Gemm {
    /** As functions.h numbers them. */
    private static final int BIAS = 1;

    private static final int A_PACKED = 1 << 16;
    private static final int B_PACKED = 1 << 17;

    /** Steps of k that one group of gemm_cpu_pack packs. */
    private static final int PACK_DEPTH = 64;

    /** Rows and columns of c that one group of gemm_cpu_dot makes. */
    private static final int DOT_TILE = 16;

    /** Floats of a vector register from which its sixteen accumulators stay in registers. */
    private static final int DOT_VECTOR = 16;

    /** From so much work on, a transposed a is packed too: 2048³ takes half the time then. */
    private static final double WORTH_PACKING_A = 1L << 30;

    private final Launcher launcher;
    private final GemmTuning tuning;
    private final Map<GemmVariant, Kernels> kernels = new HashMap<>();
    private final Scratch packedA;
    private final Scratch packedB;

    /** The kernels of a variant: the last two are the first where it has no such kernels. */
    private record Kernels(Kernel multiply, Kernel pack, Kernel dot) {}

    Gemm(Launcher launcher, GemmTuning tuning) {
        this.launcher = launcher;
        this.tuning = tuning;
        packedA = new Scratch(launcher.driver());
        packedB = new Scratch(launcher.driver());
    }

    /**
     * An operand as a kernel takes it: element (i, j) of batch z lies at offset + i row + j column
     * + z batch.
     */
    private record Operand(long memory, long offset, long row, long column, long batch) {
        static Operand of(View x) {
            // A stride that is never used may be anything: 1 says that the elements are adjacent.
            return new Operand(
                    GpuBuffer.memory(x),
                    x.offset(),
                    x.dim(-2) > 1 ? x.stride(-2) : x.dim(-1),
                    x.dim(-1) > 1 ? x.stride(-1) : 1,
                    x.rank() == 3 ? x.stride(0) : 0);
        }

        Operand transposed() {
            return new Operand(memory, offset, column, row, batch);
        }
    }

    void multiply(double alpha, View a, View b, double beta, View c, Epilogue epilogue) {
        if (c.size() == 0) {
            return;
        }
        long m = c.dim(-2);
        long n = c.dim(-1);
        long k = a.dim(-1);
        long batch = c.rank() == 3 ? c.dim(0) : 1;
        GemmSize size = GemmSize.of(m, n, k);
        GemmVariant variant = tuning.of(size);
        Kernels of = kernels.computeIfAbsent(variant, this::compile);
        Operand left = Operand.of(a);
        Operand right = Operand.of(b);
        int flags = 0;
        boolean cpu = variant.family() == GemmVariant.Family.CPU;
        boolean dots =
                cpu
                        && size == GemmSize.SMALL
                        && launcher.traits().vectorFloats() >= DOT_VECTOR
                        && left.column == 1
                        && right.row == 1
                        && right.column != 1
                        && k > 0;
        if (cpu && !dots && k > 0) {
            if (right.column != 1 ? m > variant.rows() : variant.packs()) {
                right =
                        pack(of.pack, right.transposed(), packedB, n, k, variant.columns(), batch)
                                .transposed();
                flags |= B_PACKED;
            }
            if (left.column != 1 && (double) m * n * k >= WORTH_PACKING_A) {
                left = pack(of.pack, left, packedA, m, k, variant.rows(), batch);
                flags |= A_PACKED;
            }
        }
        Arguments args = launcher.begin().i32(m).i32(n).i32(k).f32(alpha);
        add(args, left);
        add(args, right);
        args.f32(beta);
        Launcher.dense(args, c, 0);
        args.i32(m > 1 ? c.stride(-2) : 0).i64(c.rank() == 3 ? c.stride(0) : 0);
        View bias = epilogue.bias();
        if (bias == null) {
            args.memory(GpuBuffer.memory(c)).i64(0).i32(0);
        } else {
            Launcher.dense(args, bias, 0);
            args.i32(n > 1 ? bias.stride(0) : 0);
            flags |= BIAS;
        }
        args.i32(flags | code(epilogue.activation()) << 1);
        if (dots) {
            launcher.groups(of.dot, tiles(m, DOT_TILE), tiles(n, DOT_TILE), batch);
        } else if (cpu) {
            // Groups that share a panel of b follow each other.
            launcher.groups(
                    of.multiply, tiles(m, variant.rows()), tiles(n, variant.columns()), batch);
        } else {
            launcher.groups(
                    of.multiply, tiles(n, variant.columns()), tiles(m, variant.rows()), batch);
        }
    }

    private static long tiles(long extent, int tile) {
        return (extent + tile - 1) / tile;
    }

    private Kernels compile(GemmVariant variant) {
        Map<String, Integer> defines = variant.defines();
        String name = variant.file().kernels().getFirst();
        Kernel multiply = new Kernel(variant.file(), name, defines, variant.group());
        if (variant.family() != GemmVariant.Family.CPU) {
            return new Kernels(multiply, multiply, multiply);
        }
        return new Kernels(
                multiply,
                new Kernel(variant.file(), "gemm_cpu_pack", defines, 1),
                new Kernel(variant.file(), "gemm_cpu_dot", defines, 1));
    }

    /**
     * Packs x, extent × k, in panels of {@code width} rows, and returns the panels as an operand.
     * One matrix that serves all batches is packed once.
     */
    private Operand pack(
            Kernel kernel, Operand x, Scratch scratch, long extent, long k, int width, long batch) {
        long panels = tiles(extent, width);
        long floats = panels * width * k;
        long packed = x.batch == 0 ? 1 : batch;
        long memory = scratch.reserve(floats * packed * Float.BYTES);
        Arguments args = launcher.begin().i32(extent).i32(k).i32(width);
        add(args, x);
        args.memory(memory).i64(0).i64(floats);
        launcher.groups(kernel, tiles(k, PACK_DEPTH), panels, packed);
        return new Operand(memory, 0, 1, width, packed == 1 ? 0 : floats);
    }

    private static void add(Arguments args, Operand x) {
        args.memory(x.memory).i64(x.offset).i32(x.row).i32(x.column).i64(x.batch);
    }

    /** As functions.h numbers them. */
    private static int code(Activation activation) {
        return switch (activation) {
            case IDENTITY -> 0;
            case RELU -> 1;
            case SIGMOID -> 2;
            case TANH -> 3;
        };
    }

    void close() {
        packedA.close();
        packedB.close();
    }
}
