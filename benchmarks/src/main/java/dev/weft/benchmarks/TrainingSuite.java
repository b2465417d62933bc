package dev.weft.benchmarks;

import com.sun.management.ThreadMXBean;

import dev.weft.Device;
import dev.weft.optim.OptimizerKind;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * SimpleNet's training step with SGD, against other libraries, and what a step allocates; then
 * without a look at each loss, captured and not.
 */
record TrainingSuite(Comparison comparison, List<TrainingPeer> peers) {
    private static final int COMPARED_STEPS = 3;
    private static final int ALLOCATION_STEPS = 200;

    /** Three multiplications for each weight and example, but none for the first layer's input. */
    private static final double FLOPS_PER_EXAMPLE = 2.0 * (2 * 784 * 128 + 3 * 128 * 10);

    List<Figure> run(int... batches) {
        List<Figure> figures = new ArrayList<>();
        for (int batch : batches) {
            List<TrainingCase> cases =
                    comparison.devices().stream()
                            .map(device -> new TrainingCase(device, batch, OptimizerKind.SGD))
                            .toList();
            try {
                figures.addAll(
                        comparison.measure(
                                "training step, batch " + batch,
                                FLOPS_PER_EXAMPLE * batch,
                                Figure.Unit.GFLOPS,
                                candidates(cases)));
                cases.forEach(weft -> reportAllocation(comparison.out(), weft));
                figures.addAll(captured(batch));
            } finally {
                cases.forEach(TrainingCase::close);
            }
        }
        return figures;
    }

    /** Steps that are replayed, and the same ones that are not, without a look at their losses. */
    private List<Figure> captured(int batch) {
        List<TrainingCase> trainings = new ArrayList<>();
        List<CapturedCase> cases = new ArrayList<>();
        List<Rounds.Candidate> candidates = new ArrayList<>();
        try {
            for (Device device : comparison.devices()) {
                TrainingCase training = new TrainingCase(device, batch, OptimizerKind.SGD);
                trainings.add(training);
                CapturedCase weft = new CapturedCase(device, training, batch);
                cases.add(weft);
                weft.check(training);
            }
            cases.forEach(weft -> candidates.add(new Rounds.Candidate(weft.name(), weft::replay)));
            cases.forEach(
                    weft ->
                            candidates.add(
                                    new Rounds.Candidate(weft.name() + ", eager", weft::eager)));
            return comparison.measure(
                    "captured training step, batch " + batch,
                    FLOPS_PER_EXAMPLE * batch,
                    Figure.Unit.GFLOPS,
                    CapturedCase.STEPS,
                    candidates);
        } finally {
            cases.forEach(CapturedCase::close);
            trainings.forEach(TrainingCase::close);
        }
    }

    /** Every way to make a step, which have made the same steps so far. */
    private List<Rounds.Candidate> candidates(List<TrainingCase> cases) {
        TrainingCase first = cases.getFirst();
        for (TrainingPeer peer : peers) {
            peer.prepare(first.initial(), first.images(), first.labels(), TrainingCase.LR);
        }
        for (int step = 0; step < COMPARED_STEPS; step++) {
            first.step();
            for (TrainingCase weft : cases.subList(1, cases.size())) {
                weft.step();
                compare(weft.name(), weft.loss(), weft.parameters(), first);
            }
            for (TrainingPeer peer : peers) {
                peer.step();
                compare(peer.name(), peer.loss(), peer.parameters(), first);
            }
        }
        List<Rounds.Candidate> candidates = new ArrayList<>();
        cases.forEach(weft -> candidates.add(new Rounds.Candidate(weft.name(), weft::step)));
        peers.forEach(peer -> candidates.add(new Rounds.Candidate(peer.name(), peer::step)));
        return candidates;
    }

    /**
     * The same loss, and the same parameters after the update, to what F32 sums of this length
     * keep.
     */
    private static void compare(String library, double loss, float[][] theirs, TrainingCase weft) {
        if (!(Math.abs(loss - weft.loss()) <= 1e-4 * Math.abs(weft.loss()))) {
            throw new IllegalStateException(
                    library + "'s loss is " + loss + ", " + weft.name() + "'s " + weft.loss());
        }
        float[][] ours = weft.parameters();
        for (int i = 0; i < ours.length; i++) {
            for (int j = 0; j < ours[i].length; j++) {
                float difference = theirs[i][j] - ours[i][j];
                if (!(Math.abs(difference) <= 1e-5)) {
                    throw new IllegalStateException(
                            String.format(
                                    "%s's parameter %d differs at %d by %s",
                                    library, i, j, difference));
                }
            }
        }
    }

    /** Java heap on the thread that steps, and native memory, in a steady step. */
    private static void reportAllocation(PrintWriter out, TrainingCase weft) {
        long nativeBefore = weft.nativeAllocations();
        long heap = heapOfSteps(weft, ALLOCATION_STEPS);
        out.printf(
                "  %s: a steady step allocates %,d bytes of Java heap and makes %d native"
                        + " allocations%n",
                weft.name(), heap, weft.nativeAllocations() - nativeBefore);
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
