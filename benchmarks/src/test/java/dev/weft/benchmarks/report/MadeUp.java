package dev.weft.benchmarks.report;

import dev.weft.DType;
import dev.weft.backend.DeviceInfo;
import dev.weft.benchmarks.machine.Limits;
import dev.weft.benchmarks.machine.Machine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs that nobody has measured. */
final class MadeUp {
    static final Machine MACHINE =
            new Machine(
                    Instant.parse("2026-01-02T03:04:05Z"),
                    "v1",
                    "A VM 25",
                    "-Xmx1g",
                    "An OS 1",
                    "A <b>CPU</b> & \"more\" \u0001",
                    2,
                    Map.of("L2", "1024K"),
                    Map.of("cpu", "2000 MHz"));

    private static final List<DeviceInfo> DEVICES =
            List.of(
                    new DeviceInfo("cpu", "A CPU", 1L << 33, Map.of("threads", "2")),
                    new DeviceInfo("opencl:0", "A card", 1L << 34, Map.of("type", "GPU")));

    private MadeUp() {}

    static Run run(List<Figure> figures) {
        return new Run(
                MACHINE,
                List.of(new Limits(1, 80, 10), new Limits(2, 160, 16)),
                DEVICES,
                List.of("openblas: OpenBLAS 1, on 2 threads"),
                figures);
    }

    static Run on(Machine machine, Run run) {
        return new Run(machine, run.limits(), run.devices(), run.peers(), run.figures());
    }

    /** A product on one thread. */
    static Figure gemm(int size, String library, double micros, double ratio) {
        return gemm(size, library, 1, micros, ratio);
    }

    static Figure gemm(int size, String library, int threads, double micros, double ratio) {
        return gemm(size, DType.F32, DType.F32, library, threads, micros, ratio);
    }

    /** A product on one thread, in a type. */
    static Figure gemm(int size, DType dtype, String library, double micros, double ratio) {
        return gemm(size, dtype, dtype, library, 1, micros, ratio);
    }

    /** Of a product in one type, done in another. */
    static Figure gemm(
            int size,
            DType dtype,
            DType done,
            String library,
            int threads,
            double micros,
            double ratio) {
        String type = dtype == DType.F32 ? "" : ", " + dtype;
        return new Figure(
                "gemm",
                "gemm NN, squares" + type,
                "gemm " + size + "x" + size + "x" + size + " NN" + type,
                done,
                size,
                library,
                threads,
                micros,
                0.05,
                2.0 * size * size * size,
                3.0 * done.bytes() * size * size,
                ratio,
                Double.NaN,
                Double.NaN);
    }

    /** Of a sum, with its error. */
    static Figure sum(DType dtype, String library, double error) {
        return new Figure(
                "kernels",
                "sums",
                "a sum",
                dtype,
                Double.NaN,
                library,
                1,
                1000,
                0.01,
                0,
                8e6,
                1,
                Double.NaN,
                error);
    }

    static Figure kernel(String what, String library, double micros, double ratio, double spread) {
        return new Figure(
                "kernels", "updates", what, Double.NaN, library, 1, micros, spread, 0, 8e6, ratio);
    }

    static Figure step(int batch, String library, double micros, double ratio) {
        return new Figure(
                "training",
                "training step, SGD",
                "training step, batch " + batch,
                batch,
                library,
                1,
                micros,
                0.01,
                4e5 * batch,
                0,
                ratio);
    }

    static Figure start(String library) {
        return new Figure(
                "startup",
                "startup",
                "first start",
                Double.NaN,
                library,
                1,
                4e5,
                Double.NaN,
                0,
                0,
                1);
    }

    /** Of every kind of figure some, by two devices and a peer, products also on two threads. */
    static Run everything() {
        List<Figure> figures = new ArrayList<>();
        for (int threads = 1; threads <= 2; threads++) {
            for (int size : new int[] {128, 256, 512}) {
                figures.add(gemm(size, "weft cpu", threads, 100, 1));
                figures.add(gemm(size, "weft opencl:0", threads, 25600.0 / size, 256.0 / size));
                figures.add(gemm(size, "open<i>blas", threads, 110, 1.1));
            }
        }
        figures.add(kernel("SGD", "weft cpu", 900, 1, 0.4));
        figures.add(kernel("Adam", "weft cpu", 1000, 1, 0.01));
        figures.add(kernel("Adam", "pytorch", 800, 0.8, 0.01));
        for (int batch : new int[] {1, 64}) {
            figures.add(step(batch, "weft cpu", 50 + batch, 1));
            figures.add(step(batch, "pytorch", 3 * (50 + batch), 3));
        }
        figures.add(start("weft cpu"));
        return run(figures);
    }
}
