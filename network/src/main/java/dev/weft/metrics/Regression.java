package dev.weft.metrics;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Figures of numbers that were predicted. Memory does not grow with the examples. */
public final class Regression implements Figures {
    private static final String WHAT = "regression";

    /** Relative errors of values closer to 0 are divided by this, as scikit-learn does it. */
    private static final double LEAST = Math.ulp(1.0);

    private final double[] quantiles;
    private final double[] pinball;
    private final Moments actuals = new Moments();
    private final Moments errors = new Moments();
    private double squared;
    private double absolute;
    private double relative;
    private long count;

    /** The mean and the squares around it, after Welford: no difference of large sums. */
    private static final class Moments {
        double weight;
        double mean;
        double squares;

        void add(double value, double w) {
            weight += w;
            double off = value - mean;
            mean += off * (w / weight);
            squares += w * off * (value - mean);
        }
    }

    /**
     * Without examples.
     *
     * @param quantiles for which the quantile loss is wanted, each between 0 and 1
     * @throws IllegalArgumentException where one is not
     */
    public Regression(double... quantiles) {
        for (double quantile : quantiles) {
            if (!(quantile > 0 && quantile < 1)) {
                throw new IllegalArgumentException(
                        "regression: a quantile must be between 0 and 1, got %s"
                                .formatted(quantile));
            }
        }
        this.quantiles = quantiles.clone();
        pinball = new double[quantiles.length];
    }

    /**
     * Adds examples.
     *
     * @param weights what they count, null where each counts 1
     * @throws IllegalArgumentException where sizes do not fit, a value is not finite or a weight no
     *     number of at least 0; none is added then
     */
    public void add(double[] predicted, double[] actual, float @Nullable [] weights) {
        Checks.requireSizes(WHAT, predicted.length, actual.length, 1, weights);
        Checks.requireFinite(WHAT, "predicted", predicted);
        Checks.requireFinite(WHAT, "actual", actual);
        for (int i = 0; i < actual.length; i++) {
            double weight = Checks.weight(weights, i);
            if (weight != 0) {
                add(predicted[i], actual[i], weight);
            }
        }
    }

    private void add(double predicted, double actual, double weight) {
        double error = actual - predicted;
        count++;
        actuals.add(actual, weight);
        errors.add(error, weight);
        squared += weight * error * error;
        absolute += weight * Math.abs(error);
        relative += weight * Math.abs(error) / Math.max(Math.abs(actual), LEAST);
        for (int i = 0; i < quantiles.length; i++) {
            pinball[i] += weight * Math.max(quantiles[i] * error, (quantiles[i] - 1) * error);
        }
    }

    /** How many examples were added, without those of weight 0. */
    public long count() {
        return count;
    }

    /** The mean of (actual - predicted)². */
    public double mse() {
        return squared / actuals.weight;
    }

    /** The root of {@link #mse}. */
    public double rmse() {
        return Math.sqrt(mse());
    }

    /** The mean of |actual - predicted|. */
    public double mae() {
        return absolute / actuals.weight;
    }

    /** The mean of |actual - predicted| / |actual|: 0.1 is 10 %; huge where an actual is 0. */
    public double mape() {
        return relative / actuals.weight;
    }

    /**
     * R² = 1 - Σ (actual - predicted)² / Σ (actual - mean actual)². Where all actual values are the
     * same, 1 for exact predictions and otherwise 0; NaN with fewer than two examples.
     */
    public double r2() {
        return count < 2 ? Double.NaN : explained(squared);
    }

    /** As {@link #r2}, but forgives predictions that are all too large by the same. */
    public double explainedVariance() {
        return count == 0 ? Double.NaN : explained(errors.squares);
    }

    private double explained(double missing) {
        if (actuals.squares == 0) {
            return missing == 0 ? 1 : 0;
        }
        return 1 - missing / actuals.squares;
    }

    /**
     * The mean of max(q e, (q - 1) e) of e = actual - predicted, least where a share q of the
     * actual values is below the predicted ones.
     *
     * @throws IllegalArgumentException where it is not one of those the constructor was given
     */
    public double quantileLoss(double quantile) {
        for (int i = 0; i < quantiles.length; i++) {
            if (quantiles[i] == quantile) {
                return pinball[i] / actuals.weight;
            }
        }
        throw new IllegalArgumentException(
                "regression: quantile %s was not asked for, only %s"
                        .formatted(quantile, Arrays.toString(quantiles)));
    }

    /**
     * {@inheritDoc}
     *
     * <p>They are {@code r2}, {@code explained_variance}, {@code mae}, {@code rmse}, {@code mse},
     * {@code mape}, and {@code quantile_loss_0.9} for each quantile.
     */
    @Override
    public Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("r2", r2());
        figures.put("explained_variance", explainedVariance());
        figures.put("mae", mae());
        figures.put("rmse", rmse());
        figures.put("mse", mse());
        figures.put("mape", mape());
        for (double quantile : quantiles) {
            String name = BigDecimal.valueOf(quantile).toPlainString();
            figures.put("quantile_loss_" + name, quantileLoss(quantile));
        }
        return figures;
    }
}
