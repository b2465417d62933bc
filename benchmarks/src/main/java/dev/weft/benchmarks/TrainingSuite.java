package dev.weft.benchmarks;

import com.sun.management.ThreadMXBean;

import dev.weft.Device;
import dev.weft.optim.OptimizerKind;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** SimpleNet's training step with SGD, against other libraries, and what a step allocates. */
final class TrainingSuite {
    private static final int COMPARED_STEPS = 3;
    private static final int ALLOCATION_STEPS = 200;

    /** Three multiplications for each weight and example, but none for the first layer's input. */
    private static final double FLOPS_PER_EXAMPLE = 2.0 * (2 * 784 * 128 + 3 * 128 * 10);

    private final Device device;
    private final List<TrainingPeer> peers;
    private final Rounds rounds;
    private final double peak;

    TrainingSuite(Device device, List<TrainingPeer> peers, Rounds rounds, double peak) {
        this.device = device;
        this.peers = peers;
        this.rounds = rounds;
        this.peak = peak;
    }

    /** Measures each batch size, printing as it goes. */
    List<Figure> run(PrintWriter out, int... batches) {
        List<Figure> figures = new ArrayList<>();
        for (int batch : batches) {
            try (TrainingCase weft = new TrainingCase(device, batch, OptimizerKind.SGD)) {
                figures.addAll(measure(out, weft, batch));
            }
        }
        return figures;
    }

    private List<Figure> measure(PrintWriter out, TrainingCase weft, int batch) {
        for (TrainingPeer peer : peers) {
            peer.prepare(weft.initial(), weft.images(), weft.labels(), TrainingCase.LR);
        }
        for (int step = 0; step < COMPARED_STEPS; step++) {
            weft.step();
            for (TrainingPeer peer : peers) {
                peer.step();
                compare(peer, weft);
            }
        }
        List<Rounds.Candidate> candidates = new ArrayList<>();
        candidates.add(new Rounds.Candidate("weft", weft::step));
        for (TrainingPeer peer : peers) {
            candidates.add(new Rounds.Candidate(peer.name(), peer::step));
        }
        List<Figure> figures = new ArrayList<>();
        StringBuilder line = new StringBuilder(String.format("batch %-4d", batch));
        for (Rounds.Timing timing : rounds.time(candidates)) {
            double gflops = FLOPS_PER_EXAMPLE * batch / timing.seconds() * 1e-9;
            Figure figure =
                    new Figure(
                            "training step, batch " + batch,
                            timing.name(),
                            timing.seconds() * 1e6,
                            gflops,
                            gflops / peak,
                            timing.ratio());
            figures.add(figure);
            line.append(
                    String.format(
                            "  %s %.0f µs (%.0f %% of peak)",
                            figure.library(), figure.micros(), 100 * figure.ofPeak()));
            if (!figure.library().equals("weft")) {
                line.append(
                        String.format(", weft takes %.2f of its time", 1 / figure.weftIsFaster()));
            }
        }
        out.println(line);
        reportAllocation(out, weft, batch);
        return figures;
    }

    /**
     * The same loss, and the same parameters after the update, to what F32 sums of this length
     * keep.
     */
    private static void compare(TrainingPeer peer, TrainingCase weft) {
        if (Math.abs(peer.loss() - weft.loss()) > 1e-4 * Math.abs(weft.loss())) {
            throw new IllegalStateException(
                    peer.name() + "'s loss is " + peer.loss() + ", weft's " + weft.loss());
        }
        float[][] theirs = peer.parameters();
        float[][] ours = weft.parameters();
        for (int i = 0; i < ours.length; i++) {
            for (int j = 0; j < ours[i].length; j++) {
                if (Math.abs(theirs[i][j] - ours[i][j]) > 1e-5) {
                    throw new IllegalStateException(
                            peer.name()
                                    + "'s parameter "
                                    + i
                                    + " differs at "
                                    + j
                                    + " by "
                                    + (theirs[i][j] - ours[i][j]));
                }
            }
        }
    }

    /** Java heap on the thread that steps, and native memory, in a steady step. */
    private static void reportAllocation(PrintWriter out, TrainingCase weft, int batch) {
        long nativeBefore = weft.nativeAllocations();
        long heap = heapOfSteps(weft, ALLOCATION_STEPS);
        out.printf(
                "batch %-4d  a steady step allocates %,d bytes of Java heap and makes %d native"
                        + " allocations%n",
                batch, heap, weft.nativeAllocations() - nativeBefore);
    }

    /**
     * The bytes of Java heap that one step allocates on the calling thread, the mean of some steps.
     */
    static long heapOfSteps(TrainingCase weft, int steps) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().threadId();
        long before = threads.getThreadAllocatedBytes(id);
        for (int i = 0; i < steps; i++) {
            weft.step();
        }
        return (threads.getThreadAllocatedBytes(id) - before) / steps;
    }
}
