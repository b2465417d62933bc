package dev.weft.benchmarks.measure;

import java.lang.management.CompilationMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Times several candidates against each other: in every round each runs once, one after the other,
 * so that whatever else the machine does at that time hits all of them alike. A candidate's time is
 * its median over the rounds; a ratio is the median of the rounds' ratios, which is steadier than
 * the ratio of medians. Whole runs of one candidate after whole runs of another, as JMH does them,
 * would compare different minutes of a shared machine.
 */
public final class Rounds {
    private static final double WARM_UP_SECONDS = 1.0;

    /** The longest warm-up, in terms of the shortest. */
    private static final double MOST_WARM_UPS = 20;

    /** How much of the shortest warm-up nothing may have been compiled for. */
    private static final double QUIET = 0.4;

    private static final double SAMPLE_SECONDS = 0.005;

    /** After so long there are no more rounds, if there were enough for a median. */
    private static final double MOST_SECONDS = 10;

    private static final int LEAST_ROUNDS = 7;

    private final int rounds;
    private final double warmUpSeconds;

    /**
     * What is timed.
     *
     * @param settleMillis how long its threads may go on spinning after a call, on cores that the
     *     next candidate needs
     */
    public record Candidate(String name, Runnable call, int settleMillis) {}

    /**
     * What was measured.
     *
     * @param name the candidate's
     * @param seconds for one call, the median
     * @param spread (75th percentile - 25th percentile) / median of the rounds
     * @param ratio to the first candidate's time in the same round, the median; 1 for itself
     */
    public record Timing(String name, double seconds, double spread, double ratio) {}

    private Rounds(int rounds, double warmUpSeconds) {
        this.rounds = rounds;
        this.warmUpSeconds = warmUpSeconds;
    }

    /** As many as steady medians need. */
    public static Rounds thorough() {
        return new Rounds(31, WARM_UP_SECONDS);
    }

    /** Only enough to see that everything runs. */
    public static Rounds quick() {
        return new Rounds(3, 0.02);
    }

    /** In turns; the first is the one that the others are compared with. */
    public List<Timing> time(List<Candidate> candidates) {
        int[] calls = new int[candidates.size()];
        int settle = candidates.stream().mapToInt(Candidate::settleMillis).max().orElse(0);
        for (int i = 0; i < calls.length; i++) {
            calls[i] = warmUp(candidates.get(i).call());
            pause(settle);
        }
        double[][] seconds = new double[candidates.size()][rounds];
        long end = System.nanoTime() + (long) (MOST_SECONDS * 1e9);
        int done = 0;
        while (done < rounds && (done < LEAST_ROUNDS || System.nanoTime() < end)) {
            for (int i = 0; i < calls.length; i++) {
                Runnable call = candidates.get(i).call();
                // Wakes its threads and brings its data to the caches, whoever ran before.
                call.run();
                seconds[i][done] = sample(call, calls[i]);
                // After every candidate, so that all begin a sample from the same rest.
                pause(settle);
            }
            done++;
        }
        List<Timing> timings = new ArrayList<>();
        for (int i = 0; i < calls.length; i++) {
            double[] own = Arrays.copyOf(seconds[i], done);
            double[] ratios = new double[done];
            for (int round = 0; round < done; round++) {
                ratios[round] = own[round] / seconds[0][round];
            }
            timings.add(
                    new Timing(candidates.get(i).name(), median(own), spread(own), median(ratios)));
        }
        return timings;
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring", e);
        }
    }

    /**
     * Runs until the compiler has been quiet for a while, and returns how many calls a sample
     * needs. A training step was four times as slow after one second as after four. Pauses of the
     * collector do not count, since nothing is warmed up in them: vectors that are objects until
     * their loop is compiled have filled a heap within a warm-up.
     */
    private int warmUp(Runnable call) {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        long start = nanosWithoutPauses();
        long least = start + (long) (warmUpSeconds * 1e9);
        long most = start + (long) (MOST_WARM_UPS * warmUpSeconds * 1e9);
        long quietSince = start;
        long compiled = compiler.getTotalCompilationTime();
        double best = Double.POSITIVE_INFINITY;
        long now = start;
        while (now < least || (now < most && now - quietSince < warmUpSeconds * QUIET * 1e9)) {
            best = Math.min(best, sample(call, 1));
            now = nanosWithoutPauses();
            long total = compiler.getTotalCompilationTime();
            quietSince = total == compiled ? quietSince : now;
            compiled = total;
        }
        return (int) Math.max(1, Math.min(100_000, SAMPLE_SECONDS / best));
    }

    private static long nanosWithoutPauses() {
        long pauses = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            pauses += Math.max(0, collector.getCollectionTime());
        }
        return System.nanoTime() - pauses * 1_000_000;
    }

    private static double sample(Runnable call, int calls) {
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            call.run();
        }
        return (System.nanoTime() - start) * 1e-9 / calls;
    }

    /** The value in the middle. */
    public static double median(double[] values) {
        return quantile(values, 0.5);
    }

    /** How much the middle half of the values differ, in terms of the median. */
    public static double spread(double[] values) {
        return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
    }

    private static double quantile(double[] values, double fraction) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) (fraction * (sorted.length - 1) + 0.5)];
    }
}
