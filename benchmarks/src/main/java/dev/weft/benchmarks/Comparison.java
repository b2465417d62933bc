package dev.weft.benchmarks;

import dev.weft.Device;
import dev.weft.backend.DeviceInfo;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * What every suite measures with: the devices of Weft's that are compared, how long to measure, the
 * machine's limits, and where to print a figure as soon as it is there.
 *
 * @param devices the first is the one that everything else is compared with
 */
record Comparison(List<Device> devices, Rounds rounds, Limits limits, PrintWriter out) {
    /** What is behind the name of a CUDA device that has no cuBLAS. */
    static final String OWN_KERNELS = ", own gemm";

    /** What a device of Weft's is called among the libraries. */
    static String name(Device device) {
        DeviceInfo info = device.info();
        boolean alone = CudaDirect.isCuda(info) && !CublasDirect.isFound(info);
        return "weft " + info.selector() + (alone ? OWN_KERNELS : "");
    }

    /** The same of other devices. */
    Comparison of(List<Device> others) {
        return new Comparison(others, rounds, limits, out);
    }

    /** Whether the processor's limits say nothing about what is compared: it is done on a GPU. */
    boolean isOnGpu() {
        return "GPU".equals(devices.getFirst().info().properties().get("type"));
    }

    /**
     * Times the ways to do one piece of work, and prints them.
     *
     * @param amount operations or bytes
     */
    List<Figure> measure(
            String what, double amount, Figure.Unit unit, List<Rounds.Candidate> candidates) {
        return measure(what, amount, unit, 1, candidates);
    }

    /**
     * The same where a call does the work several times.
     *
     * @param times how often
     */
    List<Figure> measure(
            String what,
            double amount,
            Figure.Unit unit,
            int times,
            List<Rounds.Candidate> candidates) {
        double limit = isOnGpu() ? Double.NaN : limits.of(unit);
        List<Figure> figures = new ArrayList<>();
        for (Rounds.Timing timing : rounds.time(candidates)) {
            double seconds = timing.seconds() / times;
            double rate = amount / seconds * 1e-9;
            figures.add(
                    new Figure(
                            what,
                            timing.name(),
                            seconds * 1e6,
                            new Figure.Rate(rate, unit, rate / limit),
                            timing.ratio()));
        }
        print(figures);
        return figures;
    }

    /** Prints figures of one piece of work, a line each. */
    void print(List<Figure> figures) {
        out.println(figures.getFirst().what());
        for (Figure figure : figures) {
            StringBuilder line =
                    new StringBuilder(
                            String.format("  %-20s %,11.1f µs", figure.library(), figure.micros()));
            Figure.Rate rate = figure.rate();
            if (rate != null) {
                line.append(String.format("  %8.1f %s", rate.value(), rate.unit().symbol()));
                if (!Double.isNaN(rate.ofLimit())) {
                    line.append(
                            String.format(
                                    ", %3.0f %% of %s", 100 * rate.ofLimit(), rate.unit().limit()));
                }
            }
            Figure first = figures.getFirst();
            if (!figure.library().equals(first.library())) {
                line.append(
                        String.format(
                                "; %s is %.2f times as fast",
                                first.library(), figure.weftIsFaster()));
            }
            out.println(line);
        }
    }
}
