package dev.weft.benchmarks.machine;

import dev.weft.DType;

/**
 * What the processor can do at most on some threads, measured.
 *
 * @param threads on how many threads
 * @param gflops fused multiply-adds in registers, of F32
 * @param gbs memory read and written: the best of STREAM's copy, scale, add and triad and of an
 *     update in place
 */
public record Limits(int threads, double gflops, double gbs) {
    /** Measures them, which takes a few seconds. */
    public static Limits measure(int threads) {
        return new Limits(threads, FmaPeak.measure(threads), MemoryBandwidth.measure(threads));
    }

    /** Measures them once, before any of it is compiled: less than the processor can do. */
    public static Limits glance(int threads) {
        return new Limits(threads, FmaPeak.glance(threads), MemoryBandwidth.glance(threads));
    }

    /** The same where a type is computed with: a vector holds half as many F64. */
    public Limits in(DType dtype) {
        return new Limits(threads, gflops * Float.BYTES / dtype.computesIn().bytes(), gbs);
    }
}
