package dev.weft.benchmarks.peers;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import dev.weft.benchmarks.GemmPeer;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.presets.openblas_nolapack;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** OpenBLAS's {@code cblas_sgemm}. */
public final class OpenBlas implements GemmPeer {
    private static final int LONGEST_NAME = 256;

    private FloatPointer a = new FloatPointer();
    private FloatPointer b = new FloatPointer();
    private FloatPointer c = new FloatPointer();
    private int m;
    private int n;
    private int k;
    private boolean transA;
    private boolean transB;

    /** For {@link java.util.ServiceLoader}. */
    public OpenBlas() {}

    @Override
    public String name() {
        return "openblas";
    }

    @Override
    public String describe() {
        return "OpenBLAS of org.bytedeco with its kernels for "
                + coreName()
                + ", "
                + openblas_nolapack.blas_get_num_threads()
                + " threads; OPENBLAS_CORETYPE chooses others";
    }

    /** For which processor's kernels it decided: on new ones not always the fastest that it has. */
    @SuppressWarnings("restricted") // reads a name of the library that is measured
    private static String coreName() {
        Pointer function = Loader.addressof("openblas_get_corename");
        if (function == null || function.isNull()) {
            return "a processor that it does not name";
        }
        MethodHandle name =
                Linker.nativeLinker()
                        .downcallHandle(
                                MemorySegment.ofAddress(function.address()),
                                FunctionDescriptor.of(ValueLayout.ADDRESS));
        try {
            MemorySegment text = (MemorySegment) name.invokeExact();
            return text.reinterpret(LONGEST_NAME).getString(0);
        } catch (Throwable e) {
            throw new IllegalStateException("openblas_get_corename failed", e);
        }
    }

    @Override
    public void setThreads(int threads) {
        openblas_nolapack.blas_set_num_threads(threads);
    }

    /**
     * Its idle threads spin for up to 2^THREAD_TIMEOUT (26) cycles, whatever OpenMP's policy is.
     */
    @Override
    public int settleMillis() {
        return 100;
    }

    @Override
    public void prepare(
            int rows, int columns, int depth, boolean tA, boolean tB, float[] left, float[] right) {
        close();
        m = rows;
        n = columns;
        k = depth;
        transA = tA;
        transB = tB;
        a = new FloatPointer(left);
        b = new FloatPointer(right);
        c = new FloatPointer((long) rows * columns);
    }

    @Override
    public void run() {
        cblas_sgemm(
                CblasRowMajor,
                transA ? CblasTrans : CblasNoTrans,
                transB ? CblasTrans : CblasNoTrans,
                m,
                n,
                k,
                1,
                a,
                transA ? m : k,
                b,
                transB ? k : n,
                0,
                c,
                n);
    }

    @Override
    public float[] result() {
        float[] values = new float[m * n];
        c.get(values);
        return values;
    }

    @Override
    public void close() {
        a.deallocate();
        b.deallocate();
        c.deallocate();
    }
}
