package dev.weft.data.table;

/** Mean and deviation in one pass, by Welford's update. */
final class Moments {
    private long count;
    private double mean;
    private double squares;

    void add(double value) {
        count++;
        double off = value - mean;
        mean += off / count;
        squares += off * (value - mean);
    }

    double mean() {
        return mean;
    }

    /** √(Σ(x - mean)² / n). */
    double deviation() {
        return count == 0 ? 0 : Math.sqrt(squares / count);
    }

    long count() {
        return count;
    }
}
