package dev.weft.benchmarks.peers;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.weft.DType;
import dev.weft.backend.Encoding;
import dev.weft.benchmarks.library.Library;
import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.BatchedGemm;
import dev.weft.benchmarks.task.DenseLayer;
import dev.weft.benchmarks.task.Gemm;
import dev.weft.benchmarks.task.Task;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/** A library with the C interface of the BLAS, called as a C program calls it. */
final class Cblas {
    private static final int ROW_MAJOR = 101;
    private static final int NO_TRANSPOSE = 111;
    private static final int TRANSPOSE = 112;
    private static final long LINE = 64;

    private final MethodHandle sgemm;

    /** With alpha and beta as floats, which become doubles. */
    private final MethodHandle dgemm;

    private final @Nullable MethodHandle sgemmBatchStrided;

    /**
     * Over a library.
     *
     * @param strided whether it has a call for products that are stored one after the other;
     *     otherwise they are done in a loop
     */
    Cblas(NativeLibrary library, boolean strided) {
        sgemm = gemm(library, "cblas_sgemm", JAVA_FLOAT);
        dgemm = gemm(library, "cblas_dgemm", JAVA_DOUBLE).asType(sgemm.type());
        sgemmBatchStrided = strided ? sgemmBatchStrided(library) : null;
    }

    /** Layout, op(a), op(b), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc. */
    private static MethodHandle gemm(NativeLibrary library, String name, ValueLayout scalar) {
        return library.procedure(
                name, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, scalar, ADDRESS,
                JAVA_INT, ADDRESS, JAVA_INT, scalar, ADDRESS, JAVA_INT);
    }

    /** The same with a stride after each leading dimension, and the batch. */
    private static MethodHandle sgemmBatchStrided(NativeLibrary library) {
        return library.procedure(
                "cblas_sgemm_batch_strided",
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_FLOAT,
                ADDRESS,
                JAVA_INT,
                JAVA_INT,
                ADDRESS,
                JAVA_INT,
                JAVA_INT,
                JAVA_FLOAT,
                ADDRESS,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT);
    }

    /** As {@link Library#prepare}. */
    Optional<Work> prepare(Task task) {
        return switch (task) {
            case Gemm gemm when gemm.dtype() == DType.F32 || gemm.dtype() == DType.F64 ->
                    Optional.of(new Product(gemm));
            case BatchedGemm gemm -> Optional.of(new Batch(gemm));
            case DenseLayer layer -> Optional.of(new Layer(layer));
            default -> Optional.empty();
        };
    }

    private void multiply(Gemm g, float beta, MemorySegment a, MemorySegment b, MemorySegment c) {
        try {
            (g.dtype() == DType.F64 ? dgemm : sgemm)
                    .invokeExact(
                            ROW_MAJOR,
                            g.transA() ? TRANSPOSE : NO_TRANSPOSE,
                            g.transB() ? TRANSPOSE : NO_TRANSPOSE,
                            g.m(),
                            g.n(),
                            g.k(),
                            1f,
                            a,
                            g.lda(),
                            b,
                            g.ldb(),
                            beta,
                            c,
                            g.n());
        } catch (Throwable e) {
            throw new IllegalStateException("cblas_sgemm or cblas_dgemm failed", e);
        }
    }

    /** Memory of a task, which it gives back in the end. */
    private abstract static class OffHeap implements Work {
        private final Arena arena = Arena.ofConfined();
        private final DType dtype;

        OffHeap(DType dtype) {
            this.dtype = dtype;
        }

        MemorySegment copied(float[] values) {
            MemorySegment memory = allocated(values.length);
            MemorySegment.copy(values, 0, memory, JAVA_FLOAT, 0, values.length);
            return memory;
        }

        MemorySegment copied(double[] values) {
            MemorySegment memory = allocated(values.length);
            for (int i = 0; i < values.length; i++) {
                Encoding.set(dtype, memory, i, values[i]);
            }
            return memory;
        }

        MemorySegment allocated(int elements) {
            return arena.allocate((long) dtype.bytes() * elements, LINE);
        }

        abstract MemorySegment output();

        @Override
        public double[] result() {
            double[] values = new double[(int) (output().byteSize() / dtype.bytes())];
            Arrays.setAll(values, i -> Encoding.get(dtype, output(), i));
            return values;
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    private final class Product extends OffHeap {
        private final Gemm gemm;
        private final MemorySegment a;
        private final MemorySegment b;
        private final MemorySegment c;

        Product(Gemm gemm) {
            super(gemm.dtype());
            this.gemm = gemm;
            a = copied(gemm.a());
            b = copied(gemm.b());
            c = allocated(gemm.m() * gemm.n());
        }

        @Override
        public void run() {
            multiply(gemm, 0, a, b, c);
        }

        @Override
        MemorySegment output() {
            return c;
        }
    }

    private final class Batch extends OffHeap {
        private final BatchedGemm gemm;
        private final Gemm each;
        private final MemorySegment a;
        private final MemorySegment b;
        private final MemorySegment c;

        Batch(BatchedGemm gemm) {
            super(gemm.dtype());
            this.gemm = gemm;
            a = copied(gemm.a());
            b = copied(gemm.b());
            c = allocated(gemm.batch() * gemm.n() * gemm.n());
            each = Gemm.square(gemm.dtype(), gemm.n(), false, false);
        }

        @Override
        public void run() {
            if (sgemmBatchStrided == null) {
                for (int i = 0; i < gemm.batch(); i++) {
                    long bytes = c.byteSize() / gemm.batch();
                    multiply(
                            each,
                            0,
                            a.asSlice(i * bytes, bytes),
                            b.asSlice(i * bytes, bytes),
                            c.asSlice(i * bytes, bytes));
                }
                return;
            }
            int n = gemm.n();
            try {
                sgemmBatchStrided.invokeExact(
                        ROW_MAJOR,
                        NO_TRANSPOSE,
                        NO_TRANSPOSE,
                        n,
                        n,
                        n,
                        1f,
                        a,
                        n,
                        n * n,
                        b,
                        n,
                        n * n,
                        0f,
                        c,
                        n,
                        n * n,
                        gemm.batch());
            } catch (Throwable e) {
                throw new IllegalStateException("cblas_sgemm_batch_strided failed", e);
            }
        }

        @Override
        MemorySegment output() {
            return c;
        }
    }

    /** The bias in every row, a gemm that adds to it, and a loop of vectors for relu. */
    private final class Layer extends OffHeap {
        private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
        private static final ByteOrder ORDER = ByteOrder.nativeOrder();

        private final Gemm gemm;
        private final MemorySegment x;
        private final MemorySegment w;
        private final MemorySegment bias;
        private final MemorySegment y;

        Layer(DenseLayer layer) {
            super(layer.dtype());
            gemm =
                    new Gemm(
                            "",
                            layer.dtype(),
                            layer.rows(),
                            layer.outputs(),
                            layer.inputs(),
                            false,
                            true);
            x = copied(layer.x());
            w = copied(layer.w());
            bias = copied(layer.bias());
            y = allocated(layer.rows() * layer.outputs());
        }

        @Override
        public void run() {
            for (long at = 0; at < y.byteSize(); at += bias.byteSize()) {
                MemorySegment.copy(bias, 0, y, at, bias.byteSize());
            }
            multiply(gemm, 1, x, w, y);
            long vectors = SPECIES.loopBound(y.byteSize() / Float.BYTES) * Float.BYTES;
            long at = 0;
            for (; at < vectors; at += SPECIES.vectorByteSize()) {
                FloatVector.fromMemorySegment(SPECIES, y, at, ORDER)
                        .max(0f)
                        .intoMemorySegment(y, at, ORDER);
            }
            for (; at < y.byteSize(); at += Float.BYTES) {
                y.set(JAVA_FLOAT, at, Math.max(0, y.get(JAVA_FLOAT, at)));
            }
        }

        @Override
        MemorySegment output() {
            return y;
        }
    }
}
