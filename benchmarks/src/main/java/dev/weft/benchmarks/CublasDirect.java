package dev.weft.benchmarks;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weft.backend.DeviceInfo;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code cublasSgemm} called as a C program calls it, in the library that the CUDA backend found,
 * on the GPU that it measures.
 */
final class CublasDirect implements GemmPeer {
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
    private final List<Long> buffers = new ArrayList<>();
    private int m;
    private int n;
    private int k;
    private boolean transA;
    private boolean transB;

    /**
     * On the first CUDA device of those measured.
     *
     * @throws IllegalArgumentException where there is none, or it has no cuBLAS
     */
    CublasDirect(List<DeviceInfo> measured) {
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
    static boolean isFound(DeviceInfo info) {
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
    public void prepare(
            int rows, int columns, int depth, boolean tA, boolean tB, float[] left, float[] right) {
        release();
        m = rows;
        n = columns;
        k = depth;
        transA = tA;
        transB = tB;
        for (float[] values : List.of(left, right, new float[rows * columns])) {
            long memory = cuda.allocate((long) values.length * Float.BYTES);
            buffers.add(memory);
            cuda.write(values, memory);
        }
    }

    /** Column-major: cᵀ = bᵀ aᵀ. */
    @Override
    public void run() {
        long a = buffers.get(0);
        long b = buffers.get(1);
        long c = buffers.get(2);
        try {
            CudaDirect.check(
                    "cublasSgemm",
                    (int)
                            sgemm.invokeExact(
                                    handle,
                                    transB ? TRANSPOSE : 0,
                                    transA ? TRANSPOSE : 0,
                                    n,
                                    m,
                                    k,
                                    one,
                                    b,
                                    transB ? k : n,
                                    a,
                                    transA ? m : k,
                                    zero,
                                    c,
                                    n));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        cuda.synchronize();
    }

    @Override
    public float[] result() {
        return cuda.read(buffers.get(2), m * n);
    }

    private void release() {
        buffers.forEach(cuda::free);
        buffers.clear();
    }

    @Override
    public void close() {
        release();
        CudaDirect.call(
                "cublasDestroy",
                CudaDirect.function(symbols, "cublasDestroy_v2", JAVA_LONG),
                handle);
        cuda.close();
        arena.close();
    }
}
