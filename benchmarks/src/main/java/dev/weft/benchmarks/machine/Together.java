package dev.weft.benchmarks.machine;

import java.util.Arrays;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.function.DoubleSupplier;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** Measures a limit of the machine on several threads at once. */
final class Together {
    private Together() {}

    /** The sum of what each thread measured. */
    static double sum(int threads, DoubleSupplier measure) {
        double[] measured = new double[threads];
        CyclicBarrier start = new CyclicBarrier(threads);
        run(
                threads,
                index -> {
                    await(start);
                    measured[index] = measure.getAsDouble();
                });
        return Arrays.stream(measured).sum();
    }

    /**
     * Seconds of the fastest of some rounds, from when the first thread starts until all are done.
     *
     * @param part makes what a thread does in each round, on that thread
     */
    static double fastest(int threads, int rounds, Supplier<Runnable> part) {
        long[][] starts = new long[rounds][threads];
        long[][] ends = new long[rounds][threads];
        CyclicBarrier barrier = new CyclicBarrier(threads);
        run(
                threads,
                index -> {
                    Runnable work = part.get();
                    for (int round = 0; round < rounds; round++) {
                        await(barrier);
                        starts[round][index] = System.nanoTime();
                        work.run();
                        ends[round][index] = System.nanoTime();
                    }
                });
        double fastest = Double.POSITIVE_INFINITY;
        for (int round = 0; round < rounds; round++) {
            long start = Arrays.stream(starts[round]).min().orElseThrow();
            long end = Arrays.stream(ends[round]).max().orElseThrow();
            fastest = Math.min(fastest, (end - start) * 1e-9);
        }
        return fastest;
    }

    private static void run(int threads, IntConsumer work) {
        Thread[] running = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            int index = i;
            running[i] = Thread.ofPlatform().daemon().start(() -> work.accept(index));
        }
        try {
            for (Thread thread : running) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring a limit", e);
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException("interrupted while measuring a limit", e);
        }
    }
}
