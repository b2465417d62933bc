package dev.weft.metrics;

/** What a threshold is chosen for: the larger, the better. */
@FunctionalInterface
public interface Criterion {
    /** How good a cut is; NaN is worse than all. */
    double of(Cut cut);

    /** {@link Cut#fBeta} with β = 1. */
    static Criterion f1() {
        return fBeta(1);
    }

    /** {@link Cut#fBeta}. */
    static Criterion fBeta(double beta) {
        return cut -> cut.fBeta(beta);
    }

    /** Youden's J: the recall less the false positive rate. */
    static Criterion youden() {
        return cut -> cut.recall() - cut.falsePositiveRate();
    }

    /** Least cost, where each false positive and each false negative costs so much. */
    static Criterion cost(double falsePositive, double falseNegative) {
        return cut ->
                -(falsePositive * cut.falsePositives() + falseNegative * cut.falseNegatives());
    }
}
