package dev.weft.cpu;

/**
 * Σ of numbers that are sums themselves, however many: with what is lost by rounding kept beside it
 * (Knuth's TwoSum, The Art of Computer Programming, volume 2, section 4.2.2).
 */
final class DoubleSum {
    private double sum;
    private double lost;

    void add(double x) {
        double before = sum;
        sum = before + x;
        double added = sum - before;
        lost += before - (sum - added) + (x - added);
    }

    /** Where the sum has overflowed, what is lost is NaN. */
    double value() {
        return Double.isFinite(lost) ? sum + lost : sum;
    }

    /** The sum divided by a count. */
    double mean(long count) {
        return value() / count;
    }
}
