package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.Device;

import java.util.List;

/**
 * Checks gradients by ∂f/∂x ≈ (f(x + h) - f(x - h)) / 2h with f = Σ dy y, on a device that computes
 * in double. With h = 1e-5 both the truncation (h² f'''/6) and the rounding (1e-16 |f| / h) are
 * some 1e-10, so that a bound of 1e-6 separates wrong from right.
 */
final class CentralDifferences {
    private static final double H = 1e-5;
    private static final double BOUND = 1e-6;

    private CentralDifferences() {}

    static void check(OpCase c, Device device, long seed) {
        OpCase.Outcome outcome = c.run(device, seed);
        double[] dy = c.dy(outcome.dtype(), seed, outcome.y().length);
        List<double[]> values = c.draw(seed);
        int next = 0;
        for (int i = 0; i < values.size(); i++) {
            if (!c.inputs().get(i).differentiable()) {
                continue;
            }
            double[] analytic = outcome.gradients().get(next++);
            double[] x = values.get(i);
            for (int j = 0; j < x.length; j++) {
                double kept = x[j];
                double h = H * Math.max(1, Math.abs(kept));
                x[j] = kept + h;
                double above = dot(dy, c.forward(device, values));
                x[j] = kept - h;
                double below = dot(dy, c.forward(device, values));
                x[j] = kept;
                double numeric = (above - below) / (2 * h);
                int operand = i;
                int element = j;
                assertEquals(
                        numeric,
                        analytic[j],
                        BOUND * (1 + Math.abs(numeric)),
                        () -> "gradient by element %d of operand %d".formatted(element, operand));
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
