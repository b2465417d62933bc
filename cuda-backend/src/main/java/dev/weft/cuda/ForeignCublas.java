package dev.weft.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weft.DType;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * cuBLAS of any version from 12 on, called without a library in between: for those that JCublas2 is
 * not linked to. Device addresses and handles are passed as the 64-bit numbers that they are.
 */
final class ForeignCublas implements Cublas {
    /** All that is called here, and {@code cublasGetProperty}, which says the version. */
    static final List<String> SYMBOLS =
            List.of(
                    "cublasCreate_v2",
                    "cublasDestroy_v2",
                    "cublasSetStream_v2",
                    "cublasSetWorkspace_v2",
                    "cublasSetMathMode",
                    "cublasGemmEx",
                    "cublasGemmStridedBatchedEx",
                    "cublasGetProperty");

    private static final ValueLayout.OfLong SIZE = JAVA_LONG;

    private final MethodHandle destroy;
    private final MethodHandle gemm;
    private final MethodHandle gemmBatched;

    /** Each a double, or a float where matrices are not of doubles. */
    private final MemorySegment alpha = Arena.ofAuto().allocate(JAVA_DOUBLE);

    private final MemorySegment beta = Arena.ofAuto().allocate(JAVA_DOUBLE);
    private final long handle;

    ForeignCublas(SymbolLookup symbols, Stream stream, long workspace, long bytes) {
        destroy = function(symbols, "cublasDestroy_v2", JAVA_LONG);
        // handle, opA, opB, m, n, k, alpha, A, type, lda, B, type, ldb, beta, C, type, ldc,
        // computeType, algo
        gemm =
                function(
                        symbols,
                        "cublasGemmEx",
                        JAVA_LONG,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        ADDRESS,
                        JAVA_LONG,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_LONG,
                        JAVA_INT,
                        JAVA_INT,
                        ADDRESS,
                        JAVA_LONG,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT);
        // The same with a stride behind each leading dimension, and the count of the batch.
        gemmBatched =
                function(
                        symbols,
                        "cublasGemmStridedBatchedEx",
                        JAVA_LONG,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        ADDRESS,
                        JAVA_LONG,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_LONG,
                        JAVA_LONG,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_LONG,
                        ADDRESS,
                        JAVA_LONG,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_LONG,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT);
        MethodHandle create = function(symbols, "cublasCreate_v2", ADDRESS);
        MethodHandle setStream = function(symbols, "cublasSetStream_v2", JAVA_LONG, JAVA_LONG);
        MethodHandle setMathMode = function(symbols, "cublasSetMathMode", JAVA_LONG, JAVA_INT);
        MethodHandle setWorkspace =
                function(symbols, "cublasSetWorkspace_v2", JAVA_LONG, JAVA_LONG, SIZE);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment made = arena.allocate(JAVA_LONG);
            Cublas.check(call(() -> (int) create.invokeExact(made)), "cublasCreate");
            handle = made.get(JAVA_LONG, 0);
        }
        try {
            Cublas.check(
                    call(() -> (int) setStream.invokeExact(handle, stream.value())),
                    "cublasSetStream");
            Cublas.check(
                    call(() -> (int) setWorkspace.invokeExact(handle, workspace, bytes)),
                    "cublasSetWorkspace");
            Cublas.check(
                    call(() -> (int) setMathMode.invokeExact(handle, MATH_MODE)),
                    "cublasSetMathMode");
        } catch (RuntimeException e) {
            destroy();
            throw e;
        }
    }

    /** The library's major, minor and patch version, in this order. */
    static int[] version(SymbolLookup symbols) {
        MethodHandle property = function(symbols, "cublasGetProperty", JAVA_INT, ADDRESS);
        int[] version = new int[3];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            for (int i = 0; i < version.length; i++) {
                int type = i;
                Cublas.check(
                        call(() -> (int) property.invokeExact(type, value)), "cublasGetProperty");
                version[i] = value.get(JAVA_INT, 0);
            }
        }
        return version;
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(
            SymbolLookup symbols, String name, MemoryLayout... parameters) {
        return Linker.nativeLinker()
                .downcallHandle(
                        symbols.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, parameters));
    }

    private interface Call {
        int run() throws Throwable;
    }

    /** Calls of native functions declare to throw anything, and throw nothing. */
    private static int call(Call call) {
        try {
            return call.run();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int gemm(ColumnMajor product, int computeType) {
        if (product.dtype() == DType.F64) {
            alpha.set(JAVA_DOUBLE, 0, product.alpha());
            beta.set(JAVA_DOUBLE, 0, product.beta());
        } else {
            alpha.set(JAVA_FLOAT, 0, (float) product.alpha());
            beta.set(JAVA_FLOAT, 0, (float) product.beta());
        }
        ColumnMajor.Operand first = product.first();
        ColumnMajor.Operand second = product.second();
        ColumnMajor.Operand result = product.result();
        return call(
                () ->
                        product.batch() == 1
                                ? (int)
                                        gemm.invokeExact(
                                                handle,
                                                Cublas.op(first),
                                                Cublas.op(second),
                                                product.m(),
                                                product.n(),
                                                product.k(),
                                                alpha,
                                                first.address(),
                                                Cublas.dataType(first),
                                                first.leading(),
                                                second.address(),
                                                Cublas.dataType(second),
                                                second.leading(),
                                                beta,
                                                result.address(),
                                                Cublas.dataType(result),
                                                result.leading(),
                                                computeType,
                                                GEMM_DEFAULT)
                                : (int)
                                        gemmBatched.invokeExact(
                                                handle,
                                                Cublas.op(first),
                                                Cublas.op(second),
                                                product.m(),
                                                product.n(),
                                                product.k(),
                                                alpha,
                                                first.address(),
                                                Cublas.dataType(first),
                                                first.leading(),
                                                first.stride(),
                                                second.address(),
                                                Cublas.dataType(second),
                                                second.leading(),
                                                second.stride(),
                                                beta,
                                                result.address(),
                                                Cublas.dataType(result),
                                                result.leading(),
                                                result.stride(),
                                                product.batch(),
                                                computeType,
                                                GEMM_DEFAULT));
    }

    @Override
    public void destroy() {
        call(() -> (int) destroy.invokeExact(handle));
    }
}
