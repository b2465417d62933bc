package dev.weft.benchmarks;

/**
 * What the processor can do at most, measured.
 *
 * @param threads on how many threads
 * @param gflops fused multiply-adds in registers: {@link FmaPeak}
 * @param gbs memory read and written: {@link CopyBandwidth}
 */
record Limits(int threads, double gflops, double gbs) {
    static Limits measure(int threads) {
        return new Limits(threads, FmaPeak.measure(threads), CopyBandwidth.measure(threads));
    }

    double of(Figure.Unit unit) {
        return switch (unit) {
            case GFLOPS -> gflops;
            case GBS -> gbs;
        };
    }
}
