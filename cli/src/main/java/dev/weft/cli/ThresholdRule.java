package dev.weft.cli;

import dev.weft.metrics.Classification;
import dev.weft.metrics.Criterion;
import dev.weft.metrics.Cut;
import dev.weft.metrics.MultiLabel;
import dev.weft.metrics.Ranking;
import dev.weft.nn.Task;
import dev.weft.train.Meter;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * How thresholds are chosen.
 *
 * @param text as the command line has it
 * @param criterion what they are best for, null where the text is the threshold itself
 */
record ThresholdRule(String text, @Nullable Criterion criterion) {
    /**
     * The rule of a text.
     *
     * @throws InputException where it is none
     */
    static ThresholdRule parse(String text) {
        String[] parts = text.split(":", -1);
        try {
            double[] numbers =
                    IntStream.range(1, parts.length)
                            .mapToDouble(i -> Double.parseDouble(parts[i]))
                            .toArray();
            boolean positive =
                    java.util.Arrays.stream(numbers).allMatch(n -> n > 0 && Double.isFinite(n));
            String form = parts[0] + "/" + numbers.length;
            if (positive && form.equals("f1/0")) {
                return new ThresholdRule(text, Criterion.f1());
            }
            if (positive && form.equals("fbeta/1")) {
                return new ThresholdRule(text, Criterion.fBeta(numbers[0]));
            }
            if (positive && form.equals("youden/0")) {
                return new ThresholdRule(text, Criterion.youden());
            }
            if (positive && form.equals("cost/2")) {
                return new ThresholdRule(text, Criterion.cost(numbers[0], numbers[1]));
            }
            double fixed = Double.parseDouble(text);
            if (fixed > 0 && fixed <= 1) {
                return new ThresholdRule(text, null);
            }
        } catch (NumberFormatException e) {
            throw wrong(text, e);
        }
        throw wrong(text, null);
    }

    private static InputException wrong(String text, @Nullable Throwable cause) {
        return new InputException(
                "--threshold must be a probability above 0, f1, fbeta:BETA, youden or"
                        + " cost:FALSE_POSITIVE:FALSE_NEGATIVE, got "
                        + text,
                cause);
    }

    /** Requires that there is something to choose. */
    void requireFit(Problem problem) {
        boolean two = problem.task() == Task.CLASSES && problem.outputs() == 2;
        if (!two && problem.task() != Task.LABELS) {
            throw new InputException(
                    "--threshold is for two classes, or for labels, and %s"
                            .formatted(
                                    switch (problem.task()) {
                                        case CLASSES ->
                                                "there are %d classes".formatted(problem.outputs());
                                        case TOKENS -> "a text is learnt";
                                        case BINARY, LABELS, REGRESSION ->
                                                "'%s' is learnt as numbers"
                                                        .formatted(problem.targetName());
                                    }));
        }
    }

    /** Runs a network over examples, and adds them to a meter. */
    @FunctionalInterface
    interface Test {
        void add(Meter meter);
    }

    /**
     * The best decision on some examples. Where these have a label all, or none has it, every
     * threshold is as good, and the usual one stays.
     *
     * @param say takes a line for each threshold that is not what was asked for
     */
    Decision on(Problem problem, Test examples, Consumer<String> say) {
        int outputs = problem.outputs();
        Criterion asked = criterion;
        boolean ofLabels = problem.task() == Task.LABELS;
        if (asked == null) {
            return new Decision(Collections.nCopies(ofLabels ? outputs : 1, Double.valueOf(text)));
        }
        List<String> names = problem.classes();
        if (ofLabels) {
            MultiLabel labels = new MultiLabel(outputs).withCurves();
            examples.add(Meter.labels(labels));
            return new Decision(
                    IntStream.range(0, outputs)
                            .mapToObj(i -> best(labels.ranking(i), asked, names.get(i), say))
                            .toList());
        }
        Classification classes = new Classification(outputs).withCurves();
        examples.add(Meter.classes(classes));
        return new Decision(List.of(best(classes.ranking(1), asked, names.get(1), say)));
    }

    private Double best(Ranking ranking, Criterion asked, String name, Consumer<String> say) {
        Cut none = ranking.cuts().getFirst();
        if (none.falseNegatives() == 0 || none.trueNegatives() == 0) {
            say.accept(
                    "the threshold of '%s' stays %s: %s of the examples to choose it by"
                            .formatted(
                                    name,
                                    Decision.HALF,
                                    none.falseNegatives() == 0 ? "it is none" : "it is all"));
            return Decision.HALF;
        }
        double best = ranking.best(asked).threshold();
        if (Double.isInfinite(best)) {
            say.accept(
                    "'%s' is never predicted: by %s no threshold is better than that"
                            .formatted(name, text));
        }
        return best;
    }
}
