package dev.weft.optim;

import dev.weft.Tensor;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lowers an optimizer's learning rate when a metric no longer improves, as PyTorch's
 * ReduceLROnPlateau: it is told of the metric after each epoch.
 *
 * <pre>{@code
 * Plateau plateau = new Plateau(Plateau.Settings.LOWER.patience(5));
 * plateau.tell(optimizer, validationLoss); // after each epoch
 * }</pre>
 */
public final class Plateau implements TrainingAid {
    private static final String BEST = "plateau.best";
    private static final String BAD = "plateau.bad";
    private static final String COOLING = "plateau.cooling";

    private final Settings settings;
    private double best;
    private int bad;
    private int cooling;

    /**
     * When and how far the rate goes down; PyTorch's names and defaults, with a relative threshold.
     *
     * @param higher whether a higher metric is better
     * @param factor what the rate is multiplied by, in (0, 1)
     * @param patience how many epochs without an improvement are let pass
     * @param threshold by which share of the best so far a metric has to be better to count, at
     *     least 0
     * @param cooldown for how many epochs after a reduction none is counted as bad
     * @param minLr which the rate does not go below
     */
    public record Settings(
            boolean higher,
            double factor,
            int patience,
            double threshold,
            int cooldown,
            double minLr) {
        /** For a loss. */
        public static final Settings LOWER = new Settings(false, 0.1, 10, 1e-4, 0, 0);

        /** For an accuracy. */
        public static final Settings HIGHER = new Settings(true, 0.1, 10, 1e-4, 0, 0);

        /** Checks the ranges. */
        public Settings {
            boolean valid =
                    factor > 0
                            && factor < 1
                            && patience >= 0
                            && threshold >= 0
                            && cooldown >= 0
                            && minLr >= 0;
            if (!valid) {
                throw new IllegalArgumentException(
                        "plateau: factor must be in (0, 1), patience, threshold, cooldown and minLr at least 0; got %s, %d, %s, %d, %s"
                                .formatted(factor, patience, threshold, cooldown, minLr));
            }
        }

        /** These, with a factor. */
        public Settings factor(double newFactor) {
            return new Settings(higher, newFactor, patience, threshold, cooldown, minLr);
        }

        /** These, with a patience. */
        public Settings patience(int epochs) {
            return new Settings(higher, factor, epochs, threshold, cooldown, minLr);
        }

        /** These, with a threshold. */
        public Settings threshold(double share) {
            return new Settings(higher, factor, patience, share, cooldown, minLr);
        }

        /** These, with a cooldown. */
        public Settings cooldown(int epochs) {
            return new Settings(higher, factor, patience, threshold, epochs, minLr);
        }

        /** These, with a lowest rate. */
        public Settings minLr(double lr) {
            return new Settings(higher, factor, patience, threshold, cooldown, lr);
        }
    }

    /** With nothing seen yet. */
    public Plateau(Settings settings) {
        this.settings = settings;
        best = settings.higher ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }

    /**
     * Counts an epoch by its metric, and lowers the rate where patience is at an end.
     *
     * @return whether it was lowered
     */
    public boolean tell(Optimizer optimizer, double metric) {
        if (isBetter(metric)) {
            best = metric;
            bad = 0;
        } else {
            bad++;
        }
        if (cooling > 0) {
            cooling--;
            bad = 0;
        }
        if (bad <= settings.patience) {
            return false;
        }
        bad = 0;
        cooling = settings.cooldown;
        double lower = Math.max(optimizer.lr() * settings.factor, settings.minLr);
        if (lower >= optimizer.lr()) {
            return false;
        }
        optimizer.setLr(lower);
        return true;
    }

    private boolean isBetter(double metric) {
        double margin = Double.isInfinite(best) ? 0 : Math.abs(best) * settings.threshold;
        return settings.higher ? metric > best + margin : metric < best - margin;
    }

    /** Nothing: it counts on the host. */
    @Override
    public Map<String, Tensor> state() {
        return Map.of();
    }

    /** What it has seen, for files: {@code plateau.best} and the like. */
    @Override
    public Map<String, String> progress() {
        Map<String, String> progress = new LinkedHashMap<>();
        progress.put(BEST, Double.toString(best));
        progress.put(BAD, Integer.toString(bad));
        progress.put(COOLING, Integer.toString(cooling));
        return progress;
    }

    /**
     * Goes to where {@link #progress} was read. The optimizer remembers its own rate.
     *
     * @throws IllegalArgumentException where a number is missing, or is none
     */
    @Override
    public void restore(Map<String, String> progress) {
        try {
            best = Double.parseDouble(progress.getOrDefault(BEST, ""));
            bad = Integer.parseInt(progress.getOrDefault(BAD, ""));
            cooling = Integer.parseInt(progress.getOrDefault(COOLING, ""));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "plateau: needs numbers %s, %s and %s, got %s"
                            .formatted(BEST, BAD, COOLING, progress),
                    e);
        }
    }
}
