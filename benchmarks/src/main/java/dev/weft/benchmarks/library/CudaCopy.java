package dev.weft.benchmarks.library;

import dev.weft.DType;
import dev.weft.backend.DeviceInfo;
import dev.weft.benchmarks.task.Elementwise;
import dev.weft.benchmarks.task.Singles;
import dev.weft.benchmarks.task.Task;

import java.util.Optional;

/** The driver's own copy on a CUDA device: the limit of what memory limits. */
public final class CudaCopy implements Library {
    private final CudaDirect cuda;

    /** On the GPU that a device of Weft's is on. */
    public CudaCopy(DeviceInfo info) {
        cuda = new CudaDirect(info);
    }

    @Override
    public String name() {
        return "cuMemcpyDtoD";
    }

    @Override
    public String describe() {
        return "the driver's copy within a device";
    }

    /** A GPU has no number of threads to set. */
    @Override
    public void setThreads(int threads) {}

    @Override
    public Optional<Work> prepare(Task task) {
        return task instanceof Elementwise elementwise
                        && elementwise.function() == Elementwise.Function.COPY
                        && task.dtype() == DType.F32
                ? Optional.of(new Copy(cuda, elementwise))
                : Optional.empty();
    }

    @Override
    public void close() {
        cuda.close();
    }

    private static final class Copy implements Work {
        private final CudaDirect cuda;
        private final int elements;
        private final long bytes;
        private final long from;
        private final long to;

        Copy(CudaDirect cuda, Elementwise task) {
            this.cuda = cuda;
            elements = task.elements();
            bytes = (long) Float.BYTES * elements;
            from = cuda.allocate(bytes);
            to = cuda.allocate(bytes);
            cuda.write(Singles.of(task.x()), from);
        }

        @Override
        public void run() {
            cuda.makeCurrent();
            cuda.copy(from, to, bytes);
            cuda.synchronize();
        }

        @Override
        public double[] result() {
            return Singles.widened(cuda.read(to, elements));
        }

        @Override
        public void close() {
            cuda.free(from);
            cuda.free(to);
        }
    }
}
