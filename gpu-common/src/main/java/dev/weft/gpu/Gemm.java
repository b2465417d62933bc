package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.Activation;
import dev.weft.backend.Epilogue;
import dev.weft.backend.GemmPrecision;
import dev.weft.backend.View;
import dev.weft.gpu.MatrixProduct.Matrix;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * c = epilogue(alpha a b + beta c) for a and b of one type: chooses the vendor's library or a
 * kernel, packs what that wants packed, launches.
 */
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

    /** Groups of a grid's second and third axis: CUDA has no more, and OpenCL promises fewer. */
    private static final long MOST_BATCHES = 65_535;

    /** Rows, or columns, of so many tiles at the most. */
    private static final long MOST_EXTENT = 1 << 19;

    /** From so much work on, a transposed a is packed too: 2048³ takes half the time then. */
    private static final double WORTH_PACKING_A = 1L << 30;

    private final Launcher launcher;
    private final DType dtype;
    private final GemmTuning tuning;
    private final Map<DType, Map<GemmVariant, Kernels>> kernels = new EnumMap<>(DType.class);
    private final Scratch packedA;
    private final Scratch packedB;
    private final Map<DType, Kernel> finish = new EnumMap<>(DType.class);
    private GemmPrecision precision = GemmPrecision.F32;

    /** The kernels of a variant: the last two are the first where it has no such kernels. */
    private record Kernels(Kernel multiply, Kernel pack, Kernel dot) {}

    Gemm(Launcher launcher, DType dtype, GemmTuning tuning) {
        this.launcher = launcher;
        this.dtype = dtype;
        this.tuning = tuning;
        packedA = launcher.scratch("matmul");
        packedB = launcher.scratch("matmul");
        for (DType c : results(dtype)) {
            kernels.put(c, new HashMap<>());
            finish.put(c, launcher.epilogue(dtype, c));
        }
    }

    /** The types that c may have: that of a and b, and of F16 and BF16 what they compute in. */
    static Set<DType> results(DType dtype) {
        return EnumSet.of(dtype, dtype.computesIn());
    }

    /** These constants, and those of a kernel for a and b of one type, and c of another. */
    static Map<String, String> defines(DType dtype, DType c, Map<String, String> constants) {
        Map<String, String> defines = new HashMap<>(constants);
        defines.put(KernelFile.DTYPE, dtype.name());
        if (c != dtype) {
            defines.put("WIDE_C", "1");
        }
        return defines;
    }

    void multiply(double alpha, View a, View b, double beta, View c, Epilogue epilogue) {
        if (c.size() == 0) {
            return;
        }
        for (int axis = 0; axis < c.rank(); axis++) {
            if (c.dim(axis) > most(c, axis)) {
                inPieces(axis, alpha, a, b, beta, c, epilogue);
                return;
            }
        }
        MatrixProduct product = MatrixProduct.of(alpha, a, b, beta, c);
        GemmSize size = GemmSize.of(product.m(), product.n(), product.k());
        if (byLibrary(product, size, epilogue)) {
            finish(product, epilogue);
        } else {
            byKernel(product, size, epilogue);
        }
    }

    /** How many batches, rows or columns of c one launch takes. */
    private static long most(View c, int axis) {
        return c.rank() - axis > 2 ? MOST_BATCHES : MOST_EXTENT;
    }

    private void inPieces(
            int axis, double alpha, View a, View b, double beta, View c, Epilogue epilogue) {
        boolean rows = axis == c.rank() - 2;
        boolean columns = axis == c.rank() - 1;
        View bias = epilogue.bias();
        long each = most(c, axis);
        for (long from = 0; from < c.dim(axis); from += each) {
            long end = Math.min(c.dim(axis), from + each);
            View added = bias == null || !columns ? bias : bias.slice(0, from, end, 1);
            multiply(
                    alpha,
                    columns ? a : a.slice(axis, from, end, 1),
                    rows ? b : b.slice(axis, from, end, 1),
                    beta,
                    c.slice(axis, from, end, 1),
                    new Epilogue(added, epilogue.activation()));
        }
    }

    /** Lets the library round: see {@link dev.weft.backend.Backend#gemmPrecision}. */
    void precision(GemmPrecision asked) {
        precision = asked;
    }

    private boolean byLibrary(MatrixProduct product, GemmSize size, Epilogue epilogue) {
        boolean faster =
                switch (tuning.library(size)) {
                    case NEVER -> false;
                    case PLAIN -> isEmpty(epilogue);
                    case ALWAYS -> true;
                };
        // What the library has rounded to F16 or BF16, an epilogue would round again.
        boolean rounds = product.c().dtype() != dtype.computesIn() && !isEmpty(epilogue);
        return !rounds
                && (faster || (dtype == DType.F32 && precision != GemmPrecision.F32))
                // Its first call allocates what it works in.
                && launcher.withReserve(() -> launcher.driver().multiply(product, precision));
    }

    private static boolean isEmpty(Epilogue epilogue) {
        return epilogue.bias() == null && epilogue.activation() == Activation.IDENTITY;
    }

    /** c = epilogue(c), in a launch of its own. */
    private void finish(MatrixProduct product, Epilogue epilogue) {
        if (isEmpty(epilogue)) {
            return;
        }
        Kernel kernel = Objects.requireNonNull(finish.get(product.c().dtype()));
        Arguments args = launcher.begin().i32(product.n());
        int flags = result(args, product, epilogue);
        args.i32(flags);
        launcher.groups(kernel, product.m(), tiles(product.n(), kernel.group()), product.batch());
    }

    /** Adds c and the bias; returns what an epilogue has to do, as functions.h numbers it. */
    private static int result(Arguments args, MatrixProduct product, Epilogue epilogue) {
        Matrix c = product.c();
        args.memory(c.memory()).i64(c.offset());
        args.i32(product.m() > 1 ? c.row() : 0).i64(c.batch());
        int flags = code(epilogue.activation()) << 1;
        View bias = epilogue.bias();
        if (bias == null) {
            args.memory(c.memory()).i64(0).i32(0);
            return flags;
        }
        Launcher.dense(args, bias, 0);
        args.i32(product.n() > 1 ? bias.stride(0) : 0);
        return flags | BIAS;
    }

    private void byKernel(MatrixProduct product, GemmSize size, Epilogue epilogue) {
        long m = product.m();
        long n = product.n();
        long k = product.k();
        long batch = product.batch();
        GemmVariant variant = tuning.of(size);
        DType result = product.c().dtype();
        Kernels of =
                Objects.requireNonNull(kernels.get(result))
                        .computeIfAbsent(variant, _ -> compile(variant, result));
        Matrix left = product.a();
        Matrix right = product.b();
        int flags = 0;
        boolean cpu = variant.family() == GemmVariant.Family.CPU;
        // What is computed with in another type is packed as that.
        boolean widens = dtype.computesIn() != dtype;
        boolean dots =
                cpu
                        && !widens
                        && size == GemmSize.SMALL
                        && launcher.traits().vectorFloats() >= DOT_VECTOR
                        && left.column() == 1
                        && right.row() == 1
                        && right.column() != 1
                        && k > 0;
        if (cpu && !dots && k > 0) {
            if (widens || (right.column() != 1 ? m > variant.rows() : variant.packs())) {
                right =
                        pack(of.pack, right.transposed(), packedB, n, k, variant.columns(), batch)
                                .transposed();
                flags |= B_PACKED;
            }
            if (widens || (left.column() != 1 && (double) m * n * k >= WORTH_PACKING_A)) {
                left = pack(of.pack, left, packedA, m, k, variant.rows(), batch);
                flags |= A_PACKED;
            }
        }
        DType computes = dtype.computesIn();
        Arguments args = launcher.begin().i32(m).i32(n).i32(k).number(computes, product.alpha());
        add(args, left);
        add(args, right);
        args.number(computes, product.beta());
        flags |= result(args, product, epilogue);
        args.i32(flags);
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
        return Math.ceilDiv(extent, (long) tile);
    }

    private Kernels compile(GemmVariant variant, DType c) {
        Map<String, String> defines = variant.defines(dtype, c);
        String name = variant.file().kernels(dtype).getFirst();
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
    private Matrix pack(
            Kernel kernel, Matrix x, Scratch scratch, long extent, long k, int width, long batch) {
        long panels = tiles(extent, width);
        DType packs = dtype.computesIn();
        long numbers = panels * width * k;
        long packed = x.batch() == 0 ? 1 : batch;
        long memory = scratch.reserve(numbers * packed * packs.bytes());
        Arguments args = launcher.begin().i32(extent).i32(k).i32(width);
        add(args, x);
        args.memory(memory).i64(0).i64(numbers);
        launcher.groups(kernel, tiles(k, PACK_DEPTH), panels, packed);
        return new Matrix(packs, memory, 0, 1, width, packed == 1 ? 0 : numbers);
    }

    private static void add(Arguments args, Matrix x) {
        args.memory(x.memory()).i64(x.offset()).i32(x.row()).i32(x.column()).i64(x.batch());
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
        launcher.close(packedA);
        launcher.close(packedB);
    }
}
