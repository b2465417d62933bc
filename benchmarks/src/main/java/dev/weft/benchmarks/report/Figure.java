package dev.weft.benchmarks.report;

import dev.weft.DType;
import dev.weft.benchmarks.machine.Limits;

import java.util.Optional;
import java.util.Set;

/**
 * One measured figure: what, by whom, on how many threads, how long, beside how much work that is.
 *
 * @param suite gemm, dense, kernels, training, startup, launches, data
 * @param family what belongs in one chart or table, such as "gemm NN, squares", "training step,
 *     SGD", "activations"
 * @param what the work, unique within a run and a number of threads, such as "gemm 512x512x512 NN"
 * @param dtype in which it was done: what is floating in the operands
 * @param size the position along a chart's axis (n of a square, the batch); NaN where there is none
 * @param library who did it: "weft cpu", "openblas", ...
 * @param threads on how many threads
 * @param micros one call, the median over the rounds
 * @param spread (75th percentile - 25th percentile) / median of its rounds: how noisy the machine
 *     was
 * @param flops floating-point operations of a call, 0 where they are not what counts
 * @param bytes bytes that a call has to read and write at least, 0 where not counted
 * @param ratio this library's time over the first Weft device's in the same rounds, the median:
 *     above 1 where Weft is faster; 1 for that device itself
 * @param memory GB/s that memory allowed in the same rounds, NaN where that was not measured
 * @param error how far the result is off at most, in roundoffs of the type times what its summands
 *     come to without their signs; NaN where that is not what the work is about
 */
public record Figure(
        String suite,
        String family,
        String what,
        DType dtype,
        double size,
        String library,
        int threads,
        double micros,
        double spread,
        double flops,
        double bytes,
        double ratio,
        double memory,
        double error) {
    /** The suites whose work is counted in operations. */
    private static final Set<String> COMPUTE = Set.of("gemm", "dense", "training");

    /** What a rate counts. */
    public enum Unit {
        GFLOPS("GFLOP/s", "the FMA peak"),
        GBS("GB/s", "the memory bandwidth");

        private final String symbol;
        private final String limit;

        Unit(String symbol, String limit) {
            this.symbol = symbol;
            this.limit = limit;
        }

        public String symbol() {
            return symbol;
        }

        /** The measured limit that such a rate stands beside. */
        public String limit() {
            return limit;
        }
    }

    /** In F32, without a measurement of the memory beside it and without an error. */
    public Figure(
            String suite,
            String family,
            String what,
            double size,
            String library,
            int threads,
            double micros,
            double spread,
            double flops,
            double bytes,
            double ratio) {
        this(
                suite,
                family,
                what,
                DType.F32,
                size,
                library,
                threads,
                micros,
                spread,
                flops,
                bytes,
                ratio,
                Double.NaN,
                Double.NaN);
    }

    /** What its rate counts: operations where arithmetic is the limit, bytes where memory is. */
    public Optional<Unit> unit() {
        if (COMPUTE.contains(suite) && flops > 0) {
            return Optional.of(Unit.GFLOPS);
        }
        return bytes > 0 ? Optional.of(Unit.GBS) : Optional.empty();
    }

    /** Work for each second: 10⁹ of {@link #unit}, or NaN where there is none. */
    public double rate() {
        double work = unit().map(unit -> unit == Unit.GFLOPS ? flops : bytes).orElse(Double.NaN);
        return work / micros * 1e-3;
    }

    /**
     * The fraction of the processor's measured limit in this type, of the memory's in the same
     * rounds where it was measured there; NaN without a rate.
     */
    public double ofLimit(Limits limits) {
        double gbs = Double.isNaN(memory) ? limits.gbs() : memory;
        double limit =
                unit().map(unit -> unit == Unit.GFLOPS ? limits.in(dtype).gflops() : gbs)
                        .orElse(Double.NaN);
        return rate() / limit;
    }
}
