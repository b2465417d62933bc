package dev.weft.metrics;

/**
 * What becomes of two classes where a score of at least a threshold is called positive: a point of
 * their curves. Weights of examples, which are their numbers where all weigh 1.
 *
 * @param threshold positive infinity where nothing is called positive
 */
public record Cut(
        double threshold,
        double truePositives,
        double falsePositives,
        double falseNegatives,
        double trueNegatives) {
    /** TP / (TP + FP); 1 where nothing is called positive, where the curve begins. */
    public double precision() {
        double called = truePositives + falsePositives;
        return called == 0 ? 1 : truePositives / called;
    }

    /** TP / (TP + FN), the true positive rate; 0 where nothing is positive. */
    public double recall() {
        return Outcomes.ratio(truePositives, truePositives + falseNegatives);
    }

    /** FP / (FP + TN); NaN where nothing is negative. */
    public double falsePositiveRate() {
        return falsePositives / (falsePositives + trueNegatives);
    }

    /** (1 + β²) TP / ((1 + β²) TP + FP + β² FN); 0 where that divides by 0. */
    public double fBeta(double beta) {
        return Outcomes.fBeta(beta, truePositives, falsePositives, falseNegatives);
    }
}
