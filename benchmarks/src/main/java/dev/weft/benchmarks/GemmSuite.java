package dev.weft.benchmarks;

import dev.weft.Device;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Products of square matrices and of SimpleNet's layers, against other libraries. */
final class GemmSuite {
    private final Device device;
    private final List<GemmPeer> peers;
    private final Rounds rounds;
    private final double peak;

    /**
     * A suite.
     *
     * @param peak GFLOP/s of the threads that are used
     */
    GemmSuite(Device device, List<GemmPeer> peers, Rounds rounds, double peak) {
        this.device = device;
        this.peers = peers;
        this.rounds = rounds;
        this.peak = peak;
    }

    /** Squares, then the products of SimpleNet's step at batch 64 and some others of an MLP. */
    static List<GemmShape> shapes(int largest) {
        List<GemmShape> shapes = new ArrayList<>();
        for (int size = 128; size <= largest; size *= 2) {
            shapes.add(new GemmShape(size, size, size, false, false));
        }
        shapes.add(new GemmShape(64, 128, 784, false, true));
        shapes.add(new GemmShape(128, 784, 64, true, false));
        shapes.add(new GemmShape(64, 10, 128, false, true));
        shapes.add(new GemmShape(10, 128, 64, true, false));
        shapes.add(new GemmShape(64, 128, 10, false, false));
        shapes.add(new GemmShape(1, 128, 784, false, true));
        return shapes;
    }

    /** Measures, printing a line for each shape as it is done. */
    List<Figure> run(PrintWriter out, List<GemmShape> shapes) {
        List<Figure> figures = new ArrayList<>();
        for (GemmShape shape : shapes) {
            try (GemmCase weft = new GemmCase(device, shape)) {
                List<Rounds.Candidate> candidates = new ArrayList<>();
                weft.run();
                weft.check("weft", weft.result());
                candidates.add(new Rounds.Candidate("weft", weft::run));
                for (GemmPeer peer : peers) {
                    peer.prepare(
                            shape.m(),
                            shape.n(),
                            shape.k(),
                            shape.transA(),
                            shape.transB(),
                            weft.a(),
                            weft.b());
                    peer.run();
                    weft.check(peer.name(), peer.result());
                    candidates.add(new Rounds.Candidate(peer.name(), peer::run));
                }
                figures.addAll(figures(shape, rounds.time(candidates)));
            }
            print(out, shape, figures);
        }
        return figures;
    }

    private List<Figure> figures(GemmShape shape, List<Rounds.Timing> timings) {
        List<Figure> figures = new ArrayList<>();
        for (Rounds.Timing timing : timings) {
            double gflops = shape.flops() / timing.seconds() * 1e-9;
            figures.add(
                    new Figure(
                            "gemm " + shape,
                            timing.name(),
                            timing.seconds() * 1e6,
                            gflops,
                            gflops / peak,
                            timing.ratio()));
        }
        return figures;
    }

    private void print(PrintWriter out, GemmShape shape, List<Figure> figures) {
        StringBuilder line = new StringBuilder(String.format("%-20s", shape));
        for (Figure figure : figures) {
            if (figure.what().equals("gemm " + shape)) {
                line.append(
                        String.format(
                                "  %s %7.1f GFLOP/s (%2.0f %% of peak)",
                                figure.library(), figure.gflops(), 100 * figure.ofPeak()));
                if (!figure.library().equals("weft")) {
                    line.append(
                            String.format(" weft is %.2f times as fast", figure.weftIsFaster()));
                }
            }
        }
        out.println(line);
    }
}
