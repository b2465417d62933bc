package dev.weft.benchmarks;

import dev.weft.Device;
import dev.weft.backend.DeviceInfo;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** The kernels that memory limits, on arrays larger than caches. */
record KernelSuite(Comparison comparison) {
    /** The driver's own copy on the first CUDA device: the limit of what memory limits. */
    private static final class DriverCopy implements AutoCloseable {
        private final CudaDirect cuda;
        private final long bytes;
        private final long from;
        private final long to;

        DriverCopy(DeviceInfo info, int elements) {
            cuda = new CudaDirect(info);
            bytes = (long) Float.BYTES * elements;
            from = cuda.allocate(bytes);
            to = cuda.allocate(bytes);
        }

        void run() {
            cuda.makeCurrent();
            cuda.copy(from, to, bytes);
            cuda.synchronize();
        }

        @Override
        public void close() {
            cuda.free(from);
            cuda.free(to);
            cuda.close();
        }
    }

    private @Nullable DriverCopy driverCopy(KernelCase.Work work, int elements) {
        return work != KernelCase.Work.COPY
                ? null
                : comparison.devices().stream()
                        .map(Device::info)
                        .filter(CudaDirect::isCuda)
                        .findFirst()
                        .map(info -> new DriverCopy(info, elements))
                        .orElse(null);
    }

    List<Figure> run(int elements) {
        List<Figure> figures = new ArrayList<>();
        for (KernelCase.Work work : KernelCase.Work.values()) {
            List<KernelCase> cases =
                    comparison.devices().stream()
                            .map(device -> new KernelCase(device, work, elements))
                            .toList();
            try (DriverCopy copy = driverCopy(work, elements)) {
                List<Rounds.Candidate> candidates = new ArrayList<>();
                for (KernelCase weft : cases) {
                    weft.run();
                    weft.check();
                    candidates.add(new Rounds.Candidate(weft.name(), weft::run));
                }
                if (copy != null) {
                    candidates.add(new Rounds.Candidate("cuMemcpyDtoD", copy::run));
                }
                figures.addAll(
                        comparison.measure(
                                work.title() + ", " + elements + " elements",
                                (double) work.bytes() * elements,
                                Figure.Unit.GBS,
                                candidates));
            } finally {
                cases.forEach(KernelCase::close);
            }
        }
        return figures;
    }
}
