package dev.weft.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The machine's memory limit: threads that copy arrays too large for any cache. Counted as STREAM
 * counts (McCalpin 1995): the bytes read and the bytes written, whatever the cache fetches besides.
 */
final class CopyBandwidth {
    private static final long BYTES = 128L << 20;
    private static final int SAMPLES = 12;

    private CopyBandwidth() {}

    /** GB/s of all threads together: the sum of each thread's best sample. */
    static double measure(int threads) {
        return Together.sum(threads, CopyBandwidth::alone);
    }

    private static double alone() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocate(BYTES).fill((byte) 1);
            MemorySegment to = arena.allocate(BYTES).fill((byte) 2);
            double best = 0;
            for (int sample = 0; sample < SAMPLES; sample++) {
                long start = System.nanoTime();
                to.copyFrom(from);
                best = Math.max(best, 2.0 * BYTES / (System.nanoTime() - start));
            }
            return best;
        }
    }
}
