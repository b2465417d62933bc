package dev.weft.cli;

import dev.weft.HostArray;
import dev.weft.metrics.Classification;
import dev.weft.metrics.ConfusionMatrix;
import dev.weft.metrics.MultiLabel;
import dev.weft.nn.Task;
import dev.weft.train.Meter;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.DoubleUnaryOperator;

/**
 * The figures of a test, the examples that were predicted worst, and, where numbers are learnt, the
 * first pairs of predicted and actual ones for diagrams.
 */
final class TestRecord implements Meter {
    private static final int WORST = 12;
    private static final int MOST_PAIRS = 20_000;

    private final Meter meter;
    private final Decision decision;
    private final Task task;
    private final List<String> classes;
    private final DoubleUnaryOperator unit;
    private final PriorityQueue<Miss> worst =
            new PriorityQueue<>(Comparator.comparingDouble(Miss::badness));
    private final List<Double> predicted = new ArrayList<>();
    private final List<Double> actual = new ArrayList<>();
    private int examples;

    /**
     * An example that was predicted badly.
     *
     * @param example its number in the test
     * @param badness how badly, for the order
     * @param caption what it is and what it was predicted as
     */
    record Miss(int example, double badness, String caption) {}

    /** Without examples. */
    TestRecord(TestSet tested, Decision decision) {
        this.meter = tested.meter(decision);
        this.decision = decision;
        this.task = tested.task();
        this.classes = tested.classes();
        this.unit = tested::restored;
    }

    @Override
    public void add(HostArray predictions, HostArray target, @Nullable HostArray weights) {
        meter.add(predictions, target, weights);
        int rows = target.rows();
        int columns = (int) (predictions.shape().size() / Math.max(1, rows));
        for (int row = 0; row < rows; row++) {
            Miss miss =
                    switch (task) {
                        case CLASSES -> ofClasses(predictions, target, row, columns);
                        case REGRESSION -> ofNumbers(predictions, target, row);
                        case BINARY, LABELS, TOKENS -> null;
                    };
            if (miss != null) {
                worst.add(miss);
                if (worst.size() > WORST) {
                    worst.remove();
                }
            }
            examples++;
        }
    }

    private @Nullable Miss ofClasses(
            HostArray predictions, HostArray target, int row, int columns) {
        int label = Meter.label(target, row);
        int best = decision.label(predictions, row, columns);
        if (best == label) {
            return null;
        }
        double sure = predictions.get((long) row * columns + best);
        return new Miss(
                examples,
                sure,
                String.format(
                        Locale.ROOT,
                        "%s predicted as %s, with %.0f %%",
                        classes.get(label),
                        classes.get(best),
                        100 * sure));
    }

    private Miss ofNumbers(HostArray predictions, HostArray target, int row) {
        double said = unit.applyAsDouble(predictions.get(row));
        double is = unit.applyAsDouble(target.get(row));
        if (actual.size() < MOST_PAIRS) {
            predicted.add(said);
            actual.add(is);
        }
        return new Miss(
                examples,
                Math.abs(said - is),
                String.format(Locale.ROOT, "%.4g predicted as %.4g", is, said));
    }

    /** The worst first. */
    List<Miss> worst() {
        return worst.stream().sorted(Comparator.comparingDouble(miss -> -miss.badness)).toList();
    }

    double[] predicted() {
        return predicted.stream().mapToDouble(Double::doubleValue).toArray();
    }

    double[] actual() {
        return actual.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Override
    public Optional<ConfusionMatrix> confusion() {
        return meter.confusion();
    }

    @Override
    public Optional<Classification> classification() {
        return meter.classification();
    }

    @Override
    public Optional<MultiLabel> multiLabel() {
        return meter.multiLabel();
    }

    @Override
    public Map<String, Double> figures() {
        return meter.figures();
    }
}
