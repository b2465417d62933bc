package dev.weft.benchmarks.peers;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.weft.benchmarks.library.Library;
import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.Task;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** OpenBLAS's {@code cblas_sgemm}. */
public final class OpenBlas implements Library {
    private static final String FOLDER = "/org/bytedeco/openblas/linux-x86_64";

    /** What is called; made when it is first asked, so that its name costs nothing. */
    private static final class Native {
        static final NativeLibrary LIBRARY = NativeLibrary.open(FOLDER, "libopenblas.so.0");

        /** Its call for batches (0.3.31) jumps to address 0x150 on some processors. */
        static final Cblas BLAS = new Cblas(LIBRARY, false);

        private Native() {}
    }

    /** For {@link java.util.ServiceLoader}. */
    public OpenBlas() {}

    @Override
    public String name() {
        return "openblas";
    }

    /** Its kernels are for the processor that it takes this one for, not always its fastest. */
    @Override
    public String describe() {
        try {
            MemorySegment config =
                    (MemorySegment)
                            Native.LIBRARY
                                    .function("openblas_get_config", FunctionDescriptor.of(ADDRESS))
                                    .invokeExact();
            MemorySegment core =
                    (MemorySegment)
                            Native.LIBRARY
                                    .function(
                                            "openblas_get_corename", FunctionDescriptor.of(ADDRESS))
                                    .invokeExact();
            int threads =
                    (int)
                            Native.LIBRARY
                                    .function(
                                            "openblas_get_num_threads",
                                            FunctionDescriptor.of(JAVA_INT))
                                    .invokeExact();
            return "%s with its kernels for %s, %d threads; OPENBLAS_CORETYPE chooses others"
                    .formatted(
                            NativeLibrary.text(config).strip(), NativeLibrary.text(core), threads);
        } catch (Throwable e) {
            throw new IllegalStateException("OpenBLAS does not say what it is", e);
        }
    }

    @Override
    public void setThreads(int threads) {
        try {
            Native.LIBRARY.procedure("openblas_set_num_threads", JAVA_INT).invokeExact(threads);
        } catch (Throwable e) {
            throw new IllegalStateException("openblas_set_num_threads failed", e);
        }
    }

    @Override
    public Optional<Work> prepare(Task task) {
        return Native.BLAS.prepare(task);
    }

    /**
     * Its idle threads spin for 2^OPENBLAS_THREAD_TIMEOUT cycles, whatever OpenMP's policy is: 2^20
     * as {@code ./weft bench} starts them.
     */
    @Override
    public int settleMillis() {
        return 2;
    }

    @Override
    public void close() {}
}
