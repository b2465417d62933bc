package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Shape;

/** Compares a case's results with what was expected, and keeps the worst error. */
final class Comparison {
    private double worst = Double.NaN;

    /** The largest error as a fraction of what is allowed; NaN where nothing was compared. */
    double worst() {
        return worst;
    }

    void shapes(String what, Shape expected, Shape actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError("%s is %s, expected %s".formatted(what, actual, expected));
        }
    }

    void types(String what, DType expected, DType actual) {
        if (expected != actual) {
            throw new AssertionError(
                    "%s is of type %s, expected %s".formatted(what, actual, expected));
        }
    }

    /** Fails, at the first of the worst elements, where one is not right. */
    void values(String what, Tolerance tolerance, double[] expected, double[] actual) {
        int at = -1;
        double largest = -1;
        for (int i = 0; i < expected.length; i++) {
            double fraction = tolerance.fraction(expected[i], actual[i]);
            if (fraction > largest) {
                largest = fraction;
                at = i;
            }
        }
        worst = Math.max(Double.isNaN(worst) ? 0 : worst, Math.max(0, largest));
        if (largest > 1) {
            throw new AssertionError(
                    "%s, element %d: expected %s, got %s, %s times what is allowed"
                            .formatted(what, at, expected[at], actual[at], (float) largest));
        }
    }
}
