package dev.weft.benchmarks.peers;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import dev.weft.benchmarks.GemmPeer;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.presets.openblas_nolapack;

/** OpenBLAS's {@code cblas_sgemm}. */
public final class OpenBlas implements GemmPeer {
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
        return "OpenBLAS of org.bytedeco, " + openblas_nolapack.blas_get_num_threads() + " threads";
    }

    @Override
    public void setThreads(int threads) {
        openblas_nolapack.blas_set_num_threads(threads);
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
