package dev.weft.benchmarks.machine;

/**
 * What the processor can do at most on some threads, measured.
 *
 * @param threads on how many threads
 * @param gflops fused multiply-adds in registers
 * @param gbs memory read and written: the best of STREAM's copy, scale, add and triad and of an
 *     update in place
 */
public record Limits(int threads, double gflops, double gbs) {
    /** Measures them, which takes a few seconds. */
    public static Limits measure(int threads) {
        return new Limits(threads, FmaPeak.measure(threads), MemoryBandwidth.measure(threads));
    }
}
