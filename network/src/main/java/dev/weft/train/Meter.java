package dev.weft.train;

import dev.weft.HostArray;
import dev.weft.metrics.Classification;
import dev.weft.metrics.ConfusionMatrix;
import dev.weft.metrics.Figures;
import dev.weft.metrics.MultiLabel;
import dev.weft.metrics.Regression;
import dev.weft.nn.Task;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/** Figures of what a network predicts, batch by batch. */
public interface Meter extends Figures {
    /**
     * Adds a batch.
     *
     * @param predictions what {@link dev.weft.nn.Objective#predictions} makes of the outputs
     * @param target the first target
     * @param weights of the examples, null where all count 1
     */
    void add(HostArray predictions, HostArray target, @Nullable HostArray weights);

    /** Which classes were taken for which, where there are classes. */
    default Optional<ConfusionMatrix> confusion() {
        return Optional.empty();
    }

    /** The figures of a classifier, with its curves, where there are classes. */
    default Optional<Classification> classification() {
        return Optional.empty();
    }

    /** The figures of labels, with their curves, where there are labels. */
    default Optional<MultiLabel> multiLabel() {
        return Optional.empty();
    }

    /** The class of an example: its target, or the place of the largest of a row of weights. */
    static int label(HostArray target, int example) {
        return Predictions.label(target, example);
    }

    /**
     * What is usually looked at for a task, with the data that curves need.
     *
     * @param columns how many numbers the network gives for an example
     */
    static Meter of(Task task, int columns) {
        return switch (task) {
            case CLASSES -> classes(new Classification(columns).withCurves());
            case BINARY -> classes(new Classification(2).withCurves());
            case LABELS -> labels(new MultiLabel(columns).withCurves());
            case REGRESSION -> regression(new Regression(), x -> x);
            case TOKENS -> tokens("token");
        };
    }

    /** Of classes: predictions are a row of probabilities, or the one of class 1. */
    static Meter classes(Classification figures) {
        return new Meter() {
            @Override
            public void add(HostArray predictions, HostArray target, @Nullable HostArray weights) {
                int[] labels = new int[target.rows()];
                for (int row = 0; row < labels.length; row++) {
                    labels[row] = Predictions.label(target, row);
                }
                figures.add(predictions.floats(), labels, floats(weights));
            }

            @Override
            public Optional<Classification> classification() {
                return Optional.of(figures);
            }

            @Override
            public Optional<ConfusionMatrix> confusion() {
                return Optional.of(figures.confusion());
            }

            @Override
            public Map<String, Double> figures() {
                return figures.figures();
            }
        };
    }

    /** Of labels: predictions and targets are a row for each example. */
    static Meter labels(MultiLabel figures) {
        return new Meter() {
            @Override
            public void add(HostArray predictions, HostArray target, @Nullable HostArray weights) {
                int[] actual = new int[(int) target.shape().size()];
                for (int i = 0; i < actual.length; i++) {
                    actual[i] = (int) target.get(i);
                }
                figures.add(predictions.floats(), actual, floats(weights));
            }

            @Override
            public Optional<MultiLabel> multiLabel() {
                return Optional.of(figures);
            }

            @Override
            public Map<String, Double> figures() {
                return figures.figures();
            }
        };
    }

    /**
     * Of numbers.
     *
     * @param unit what makes predictions and targets the numbers that people know, such as the
     *     inverse of a standardisation
     */
    static Meter regression(Regression figures, DoubleUnaryOperator unit) {
        return new Meter() {
            @Override
            public void add(HostArray predictions, HostArray target, @Nullable HostArray weights) {
                figures.add(numbers(predictions), numbers(target), floats(weights));
            }

            private double[] numbers(HostArray array) {
                double[] numbers = new double[(int) array.shape().size()];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = unit.applyAsDouble(array.get(i));
                }
                return numbers;
            }

            @Override
            public Map<String, Double> figures() {
                return figures.figures();
            }
        };
    }

    /**
     * Of the tokens of texts: the mean of -log₂ of the probability of each, and the share of those
     * that were the likeliest.
     *
     * @param token what one is called in the first figure's name: {@code bits_per_token}
     */
    static Meter tokens(String token) {
        return new TokenMeter(token);
    }

    private static float @Nullable [] floats(@Nullable HostArray weights) {
        return weights == null ? null : weights.floats();
    }
}
