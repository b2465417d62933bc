package dev.weft.cli;

import java.util.Arrays;

/**
 * The paper that a digit is on, as a photo shows it, with more light on one side than on the other:
 * b(x, y) = c0 + c1 x + c2 y + c3 x² + c4 x y + c5 y², by weighted least squares. Ink is far from
 * the paper and hardly counts: a pixel's weight is 1 / (1 + (r / s)²) for its distance r to the fit
 * before and the typical distance s (Cauchy's weights).
 */
final class Background {
    private static final int TERMS = 6;
    private static final int ROUNDS = 25;

    /** A median of absolute deviations times this is the deviation of a normal distribution. */
    private static final double TO_DEVIATION = 1.4826;

    /** As many pixels as are looked at, evenly spread. */
    private static final int LOOKED_AT = 20_000;

    private final GreyImage image;
    private double[] terms = new double[TERMS];
    private double noise;

    private Background(GreyImage image) {
        this.image = image;
    }

    static Background of(GreyImage image) {
        Background background = new Background(image);
        background.fit();
        return background;
    }

    /** The deviation of the paper's pixels from the fit. */
    double noise() {
        return noise;
    }

    /** How much lighter the lightest corner is than the darkest. */
    double shading() {
        double[] corners = {value(-1, -1), value(1, -1), value(-1, 1), value(1, 1), value(0, 0)};
        Arrays.sort(corners);
        return corners[corners.length - 1] - corners[0];
    }

    /** What is left of the image without the paper: below 0 where it is darker. */
    float[] without() {
        float[] left = new float[image.grey().length];
        for (int i = 0; i < left.length; i++) {
            left[i] = (float) residual(i);
        }
        return left;
    }

    private double residual(int i) {
        return image.grey()[i] - value(x(i), y(i));
    }

    /** From -1 to 1. */
    private double x(int i) {
        return 2.0 * (i % image.width() + 0.5) / image.width() - 1;
    }

    private double y(int i) {
        int row = i / image.width();
        return 2.0 * (row + 0.5) / image.height() - 1;
    }

    private double value(double x, double y) {
        return terms[0]
                + terms[1] * x
                + terms[2] * y
                + terms[3] * x * x
                + terms[4] * x * y
                + terms[5] * y * y;
    }

    private void fit() {
        int pixels = image.grey().length;
        // Odd, so that it is not in step with the rows.
        int step = Math.max(1, pixels / LOOKED_AT) | 1;
        double[] distances = new double[(pixels + step - 1) / step];
        noise = Double.POSITIVE_INFINITY;
        for (int round = 0; round < ROUNDS; round++) {
            Fit fit = new Fit();
            double typical = Math.max(1, noise);
            for (int i = 0; i < pixels; i += step) {
                double far = residual(i) / typical;
                fit.add(x(i), y(i), image.grey()[i], 1 / (1 + far * far));
            }
            terms = fit.solved();
            for (int i = 0; i < pixels; i += step) {
                distances[i / step] = Math.abs(residual(i));
            }
            Arrays.sort(distances);
            noise = TO_DEVIATION * distances[distances.length / 2];
        }
    }

    /** The normal equations of the least squares. */
    private static final class Fit {
        private final double[][] rows = new double[TERMS][TERMS + 1];

        void add(double x, double y, double value, double weight) {
            double[] basis = {1, x, y, x * x, x * y, y * y, value};
            for (int i = 0; i < TERMS; i++) {
                for (int j = 0; j <= TERMS; j++) {
                    rows[i][j] += weight * basis[i] * basis[j];
                }
            }
        }

        /** By Gauss and Jordan; a term that the pixels do not determine is 0. */
        double[] solved() {
            double smallest = 1e-9 * Math.max(1, rows[0][0]);
            for (int i = 0; i < TERMS; i++) {
                int pivot = i;
                for (int j = i + 1; j < TERMS; j++) {
                    pivot = Math.abs(rows[j][i]) > Math.abs(rows[pivot][i]) ? j : pivot;
                }
                double[] row = rows[pivot];
                rows[pivot] = rows[i];
                rows[i] = row;
                if (Math.abs(row[i]) <= smallest) {
                    Arrays.fill(row, 0);
                    continue;
                }
                for (int k = TERMS; k >= i; k--) {
                    row[k] /= row[i];
                }
                for (int j = 0; j < TERMS; j++) {
                    double factor = rows[j][i];
                    for (int k = i; j != i && k <= TERMS; k++) {
                        rows[j][k] -= factor * row[k];
                    }
                }
            }
            double[] solution = new double[TERMS];
            for (int i = 0; i < TERMS; i++) {
                solution[i] = rows[i][TERMS];
            }
            return solution;
        }
    }
}
