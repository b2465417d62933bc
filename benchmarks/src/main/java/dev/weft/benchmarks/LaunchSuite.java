package dev.weft.benchmarks;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.Backend;
import dev.weft.backend.KernelCall;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;
import dev.weft.benchmarks.library.CudaDirect;
import dev.weft.benchmarks.library.WeftLibrary;
import dev.weft.benchmarks.measure.Rounds;
import dev.weft.benchmarks.report.Figure;
import dev.weft.cuda.PtxArchive;
import dev.weft.gpu.KernelFile;
import dev.weft.gpu.KernelSource;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What it costs the host to enqueue a kernel on a GPU by CUDA: through Weft, and the same kernel
 * with the same parameters by {@code cuLaunchKernel} directly. What the GPU does with it is not in
 * the time: the queue takes a thousand launches before a call waits.
 *
 * @param threads of the devices that have such, which these have not
 */
record LaunchSuite(List<WeftLibrary> devices, int threads) {
    private static final int LAUNCHES = 500;
    private static final int ELEMENTS = 256;

    /** A way to enqueue, and to wait for what was enqueued. */
    private record Way(String name, Runnable enqueue, Runnable finish, List<Double> seconds) {
        Way(String name, Runnable enqueue, Runnable finish) {
            this(name, enqueue, finish, new ArrayList<>());
        }
    }

    List<Figure> run(int rounds) {
        List<Figure> figures = new ArrayList<>();
        for (WeftLibrary weft : devices) {
            if (CudaDirect.isCuda(weft.info())) {
                figures.addAll(onCuda(weft, rounds));
            }
        }
        return figures;
    }

    private List<Figure> onCuda(WeftLibrary weft, int rounds) {
        Device device = weft.device();
        try (Scope _ = device.scope();
                CudaDirect direct = new CudaDirect(device.info())) {
            Backend kernels = device.backend();
            Tensor x = device.full(-1, Shape.of(ELEMENTS));
            View from = x.view();
            Tensor result = device.empty(DType.F32, Shape.of(ELEMENTS));
            View to = result.view();
            long memory = direct.allocate(2L * ELEMENTS * Float.BYTES);
            direct.write(new float[] {-1, 1, -2}, memory);
            long relu = direct.kernel(ptx(), "unary_relu");
            // n, p and q together, x and y with their offsets.
            MemorySegment parameters = direct.parameters(ELEMENTS, 0, memory, 0, memory, ELEMENTS);
            List<Way> ways =
                    List.of(
                            new Way(
                                    weft.name(),
                                    () ->
                                            kernels.run(
                                                    new KernelCall.Unary(
                                                            UnaryOp.RELU, 0, 0, from, to)),
                                    device::synchronize),
                            new Way(
                                    "cuLaunchKernel",
                                    () -> direct.launch(relu, parameters, 1, ELEMENTS),
                                    direct::synchronize),
                            new Way("Tensor.relu()", () -> x.relu().close(), device::synchronize));
            measure(ways, rounds);
            check(direct.read(memory, 2 * ELEMENTS), result.toFloatArray());
            direct.free(memory);
            return report(ways);
        }
    }

    /** In turns, after as many launches as the compiler wants to see. */
    private static void measure(List<Way> ways, int rounds) {
        for (Way way : ways) {
            for (int i = 0; i < rounds; i++) {
                sample(way);
            }
        }
        for (int round = 0; round < rounds; round++) {
            for (Way way : ways) {
                way.seconds.add(sample(way));
            }
        }
    }

    private static double sample(Way way) {
        way.finish.run();
        // One for nothing: it may have to wake the driver.
        way.enqueue.run();
        long start = System.nanoTime();
        for (int i = 0; i < LAUNCHES; i++) {
            way.enqueue.run();
        }
        double seconds = (System.nanoTime() - start) * 1e-9 / LAUNCHES;
        way.finish.run();
        return seconds;
    }

    private static void check(float[] direct, float[] weft) {
        boolean right =
                direct[ELEMENTS] == 0
                        && direct[ELEMENTS + 1] == 1
                        && direct[ELEMENTS + 2] == 0
                        && weft[0] == 0;
        if (!right) {
            throw new IllegalStateException("relu by cuLaunchKernel is wrong");
        }
    }

    private List<Figure> report(List<Way> ways) {
        List<Figure> figures = new ArrayList<>();
        List<Double> first = ways.getFirst().seconds;
        for (Way way : ways) {
            double[] seconds = new double[first.size()];
            double[] ratios = new double[first.size()];
            for (int round = 0; round < ratios.length; round++) {
                seconds[round] = way.seconds.get(round);
                ratios[round] = seconds[round] / first.get(round);
            }
            figures.add(
                    new Figure(
                            "launches",
                            "launches",
                            "enqueueing a kernel",
                            Double.NaN,
                            way.name,
                            threads,
                            Rounds.median(seconds) * 1e6,
                            Rounds.spread(seconds),
                            0,
                            0,
                            Rounds.median(ratios)));
        }
        return figures;
    }

    /** What Weft's own launches of relu come from. */
    private static byte[] ptx() {
        KernelSource source =
                KernelSource.forGpus().stream()
                        .filter(each -> each.file().equals(KernelFile.UNARY.fileName()))
                        .filter(each -> each.dtype() == DType.F32)
                        .findFirst()
                        .orElseThrow();
        return PtxArchive.shipped().ptx(source).orElseThrow().getBytes(StandardCharsets.UTF_8);
    }
}
