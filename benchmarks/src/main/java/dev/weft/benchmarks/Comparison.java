package dev.weft.benchmarks;

import dev.weft.Device;

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
    /** What a device of Weft's is called among the libraries. */
    static String name(Device device) {
        return "weft " + device.info().selector();
    }

    /**
     * Times the ways to do one piece of work, and prints them.
     *
     * @param amount operations or bytes
     */
    List<Figure> measure(
            String what, double amount, Figure.Unit unit, List<Rounds.Candidate> candidates) {
        List<Figure> figures = new ArrayList<>();
        for (Rounds.Timing timing : rounds.time(candidates)) {
            double rate = amount / timing.seconds() * 1e-9;
            figures.add(
                    new Figure(
                            what,
                            timing.name(),
                            timing.seconds() * 1e6,
                            new Figure.Rate(rate, unit, rate / limits.of(unit)),
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
                            String.format("  %-14s %,11.1f µs", figure.library(), figure.micros()));
            Figure.Rate rate = figure.rate();
            if (rate != null) {
                line.append(
                        String.format(
                                "  %8.1f %s, %3.0f %% of %s",
                                rate.value(),
                                rate.unit().symbol(),
                                100 * rate.ofLimit(),
                                rate.unit().limit()));
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
