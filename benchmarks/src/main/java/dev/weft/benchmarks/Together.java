package dev.weft.benchmarks;

import java.util.Arrays;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.function.DoubleSupplier;

/** Measures a limit of the machine on several threads that start at once. */
final class Together {
    private Together() {}

    /** The sum of what each thread measured. */
    static double sum(int threads, DoubleSupplier measure) {
        double[] measured = new double[threads];
        CyclicBarrier start = new CyclicBarrier(threads);
        Thread[] running = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            int index = i;
            running[i] =
                    Thread.ofPlatform()
                            .daemon()
                            .start(
                                    () -> {
                                        await(start);
                                        measured[index] = measure.getAsDouble();
                                    });
        }
        try {
            for (Thread thread : running) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring a limit", e);
        }
        return Arrays.stream(measured).sum();
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException("interrupted while measuring a limit", e);
        }
    }
}
