package dev.weft.benchmarks.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * An update in place, a = a + q b, of as many bytes as a task reads and writes: what memory allows
 * at the time at which the task is measured. On a machine that others use too, that changes within
 * seconds.
 */
public final class MemoryPass implements AutoCloseable {
    /** Passes of a run, so that waking the threads does not count. */
    private static final int PASSES = 4;

    private final ExecutorService others;
    private final List<Runnable> parts = new ArrayList<>();
    private final double bytes;

    /**
     * Over its own arrays.
     *
     * @param bytes read and written in a pass
     */
    public MemoryPass(int threads, double bytes) {
        others =
                Executors.newFixedThreadPool(
                        Math.max(1, threads - 1), Thread.ofPlatform().daemon().factory());
        long part = MemoryBandwidth.updated(bytes / threads);
        for (int i = 0; i < threads; i++) {
            parts.add(MemoryBandwidth.update(part));
        }
        this.bytes = (double) PASSES * threads * MemoryBandwidth.updateBytes(part);
    }

    /** What a run reads and writes. */
    public double bytes() {
        return bytes;
    }

    /** Passes on all threads, of which the caller's is one, and waits for them. */
    public void run() {
        List<Future<?>> running = new ArrayList<>();
        for (Runnable part : parts.subList(1, parts.size())) {
            running.add(others.submit(() -> repeat(part)));
        }
        repeat(parts.getFirst());
        try {
            for (Future<?> each : running) {
                each.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring the memory", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void repeat(Runnable part) {
        for (int i = 0; i < PASSES; i++) {
            part.run();
        }
    }

    @Override
    public void close() {
        others.shutdownNow();
    }
}
