package dev.weft.benchmarks;

/**
 * One measured figure.
 *
 * @param what the work
 * @param library which did it
 * @param micros for one call, the median over the rounds
 * @param gflops 10⁹ operations a second
 * @param ofPeak the fraction of the measured peak
 * @param weftIsFaster this library's time over Weft's in the same rounds, the median: above 1 where
 *     Weft is faster; 1 for Weft itself
 */
record Figure(
        String what,
        String library,
        double micros,
        double gflops,
        double ofPeak,
        double weftIsFaster) {}
