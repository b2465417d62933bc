package dev.weft.benchmarks.peers;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.weft.benchmarks.library.Library;
import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.Task;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Intel's oneMKL: {@code cblas_sgemm} and its batched sister, on GNU's OpenMP as PyTorch has it.
 */
public final class Mkl implements Library {
    private static final String FOLDER = "/org/bytedeco/mkl/linux-x86_64";

    /** MKL_THREADING_GNU. */
    private static final int GNU = 3;

    private static final int LONGEST_VERSION = 256;

    /** What is called; made when it is first asked, so that its name costs nothing. */
    private static final class Native {
        static final NativeLibrary LIBRARY = load();
        static final Cblas BLAS = new Cblas(LIBRARY, true);

        private Native() {}

        private static NativeLibrary load() {
            NativeLibrary library = NativeLibrary.openForOthers(FOLDER, "libmkl_rt.so.2");
            try {
                int _ =
                        (int)
                                library.function(
                                                "MKL_Set_Threading_Layer",
                                                FunctionDescriptor.of(JAVA_INT, JAVA_INT))
                                        .invokeExact(GNU);
            } catch (Throwable e) {
                throw new IllegalStateException("MKL_Set_Threading_Layer failed", e);
            }
            return library;
        }
    }

    /** For {@link java.util.ServiceLoader}. */
    public Mkl() {}

    @Override
    public String name() {
        return "mkl";
    }

    @Override
    public String describe() {
        return description();
    }

    static String description() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment version = arena.allocate(LONGEST_VERSION);
            Native.LIBRARY
                    .procedure("mkl_get_version_string", ADDRESS, JAVA_INT)
                    .invokeExact(version, LONGEST_VERSION - 1);
            int threads =
                    (int)
                            Native.LIBRARY
                                    .function(
                                            "mkl_get_max_threads", FunctionDescriptor.of(JAVA_INT))
                                    .invokeExact();
            return "%s, %d threads".formatted(version.getString(0).strip(), threads);
        } catch (Throwable e) {
            throw new IllegalStateException("MKL does not say what it is", e);
        }
    }

    @Override
    public void setThreads(int threads) {
        setMklThreads(threads);
    }

    /** Loads it before whoever is to find its functions. */
    static void setMklThreads(int threads) {
        try {
            Native.LIBRARY.procedure("MKL_Set_Num_Threads", JAVA_INT).invokeExact(threads);
        } catch (Throwable e) {
            throw new IllegalStateException("MKL_Set_Num_Threads failed", e);
        }
    }

    @Override
    public Optional<Work> prepare(Task task) {
        return Native.BLAS.prepare(task);
    }

    /**
     * OpenMP's idle threads spin for as long as {@code ./weft bench} tells them: GOMP_SPINCOUNT.
     */
    @Override
    public int settleMillis() {
        return 2;
    }

    @Override
    public void close() {}
}
