package dev.weft.cpu;

/** Σ of numbers that are sums themselves, however many: in double. */
final class FloatSum {
    private double sum;

    void add(float x) {
        sum += x;
    }

    float value() {
        return (float) sum;
    }

    /** The sum divided by a count. */
    float mean(long count) {
        return (float) (sum / count);
    }
}
