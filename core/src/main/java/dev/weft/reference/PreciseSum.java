package dev.weft.reference;

import dev.weft.backend.View;

import java.util.Arrays;

/**
 * A sum of doubles and of their products with about twice a double's precision, so that it can
 * judge the sums of F64: what each addition loses is added up beside it (Neumaier 1974; products
 * split by a fused multiply-add).
 */
final class PreciseSum {
    private double sum;
    private double lost;

    void clear() {
        sum = 0;
        lost = 0;
    }

    void add(double x) {
        double next = sum + x;
        lost += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
        sum = next;
    }

    void addProduct(double a, double b) {
        double product = a * b;
        add(product);
        // Beyond the range nothing was lost, and the difference would be NaN.
        if (Double.isFinite(product)) {
            lost += Math.fma(a, b, -product);
        }
    }

    double value() {
        return Double.isFinite(sum) ? sum + lost : sum;
    }

    /** So many sums of nothing. */
    static PreciseSum[] zeros(long count) {
        PreciseSum[] sums = new PreciseSum[(int) count];
        Arrays.setAll(sums, _ -> new PreciseSum());
        return sums;
    }

    /** Rounds each to an element of a dense view. */
    static void store(PreciseSum[] sums, View result) {
        Elements elements = Elements.of(result);
        for (int i = 0; i < sums.length; i++) {
            elements.set(result.offset() + i, sums[i].value());
        }
    }
}
