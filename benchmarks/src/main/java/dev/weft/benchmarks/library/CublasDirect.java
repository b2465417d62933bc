package dev.weft.benchmarks.library;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weft.DType;
import dev.weft.backend.DeviceInfo;
import dev.weft.benchmarks.task.Gemm;
import dev.weft.benchmarks.task.Singles;
import dev.weft.benchmarks.task.Task;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/**
 * {@code cublasSgemm} called as a C program calls it, in the library that the CUDA backend found,
 * on the GPU that it measures.
 */
public final class CublasDirect implements Library {
    /** What {@link DeviceInfo} calls the library that was found. */
    private static final String PROPERTY = "cuBLAS";

    private static final int TRANSPOSE = 1;

    private final Arena arena = Arena.ofShared();
    private final CudaDirect cuda;
    private final SymbolLookup symbols;
    private final MethodHandle sgemm;
    private final MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1);
    private final MemorySegment zero = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 0);
    private final String description;
    private final long handle;

    /**
     * On the first CUDA device of those measured.
     *
     * @throws IllegalArgumentException where there is none, or it has no cuBLAS
     */
    public CublasDirect(List<DeviceInfo> measured) {
        DeviceInfo gpu =
                measured.stream()
                        .filter(CudaDirect::isCuda)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "the peer cublas needs --backend cuda"));
        if (!isFound(gpu)) {
            throw new IllegalArgumentException(
                    "the peer cublas is not there: " + gpu.properties().get(PROPERTY));
        }
        description = String.valueOf(gpu.properties().get(PROPERTY));
        // Its version, where it is, what calls it.
        symbols = CudaDirect.library(description.split(", ", -1)[1], arena);
        cuda = new CudaDirect(gpu);
        MemorySegment made = arena.allocate(JAVA_LONG);
        CudaDirect.call(
                "cublasCreate", CudaDirect.function(symbols, "cublasCreate_v2", ADDRESS), made);
        handle = made.get(JAVA_LONG, 0);
        CudaDirect.call(
                "cublasSetStream",
                CudaDirect.function(symbols, "cublasSetStream_v2", JAVA_LONG, JAVA_LONG),
                handle,
                cuda.stream());
        // handle, op(a), op(b), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc
        sgemm =
                CudaDirect.function(
                        symbols,
                        "cublasSgemm_v2",
                        JAVA_LONG,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        ADDRESS,
                        JAVA_LONG,
                        JAVA_INT,
                        JAVA_LONG,
                        JAVA_INT,
                        ADDRESS,
                        JAVA_LONG,
                        JAVA_INT);
    }

    /** Whether a device multiplies by cuBLAS. */
    public static boolean isFound(DeviceInfo info) {
        String found = info.properties().getOrDefault(PROPERTY, "none");
        return !found.startsWith("none");
    }

    @Override
    public String name() {
        return "cublas";
    }

    @Override
    public String describe() {
        return "cublasSgemm of " + description.split(", by ", -1)[0];
    }

    /** A GPU has no number of threads to set. */
    @Override
    public void setThreads(int threads) {}

    @Override
    public Optional<Work> prepare(Task task) {
        return task instanceof Gemm gemm && gemm.dtype() == DType.F32
                ? Optional.of(new Product(gemm))
                : Optional.empty();
    }

    @Override
    public void close() {
        CudaDirect.call(
                "cublasDestroy",
                CudaDirect.function(symbols, "cublasDestroy_v2", JAVA_LONG),
                handle);
        cuda.close();
        arena.close();
    }

    private final class Product implements Work {
        private final Gemm gemm;
        private final long a;
        private final long b;
        private final long c;

        Product(Gemm gemm) {
            this.gemm = gemm;
            a = copied(Singles.of(gemm.a()));
            b = copied(Singles.of(gemm.b()));
            c = copied(new float[gemm.m() * gemm.n()]);
        }

        private long copied(float[] values) {
            long memory = cuda.allocate((long) values.length * Float.BYTES);
            cuda.write(values, memory);
            return memory;
        }

        /** Column-major: cᵀ = bᵀ aᵀ. */
        @Override
        public void run() {
            try {
                CudaDirect.check(
                        "cublasSgemm",
                        (int)
                                sgemm.invokeExact(
                                        handle,
                                        gemm.transB() ? TRANSPOSE : 0,
                                        gemm.transA() ? TRANSPOSE : 0,
                                        gemm.n(),
                                        gemm.m(),
                                        gemm.k(),
                                        one,
                                        b,
                                        gemm.ldb(),
                                        a,
                                        gemm.lda(),
                                        zero,
                                        c,
                                        gemm.n()));
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
            cuda.synchronize();
        }

        @Override
        public double[] result() {
            return Singles.widened(cuda.read(c, gemm.m() * gemm.n()));
        }

        @Override
        public void close() {
            cuda.free(a);
            cuda.free(b);
            cuda.free(c);
        }
    }
}
