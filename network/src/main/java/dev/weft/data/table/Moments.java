package dev.weft.data.table;

/** Mean and deviation in one pass, by Welford's update. */
final class Moments {
    private long count;
    private double mean;
    private double squares;

    static Moments of(double[] values) {
        Moments moments = new Moments();
        for (double value : values) {
            moments.add(value);
        }
        return moments;
    }

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
