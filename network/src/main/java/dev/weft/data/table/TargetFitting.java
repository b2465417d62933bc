package dev.weft.data.table;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** Finds out what a target is from the training rows. */
final class TargetFitting {
    private static final int FEW_CLASSES = 20;
    private static final int ROWS_FOR_CLASS = 10;
    private static final int MOST_CLASSES = 1000;

    private TargetFitting() {}

    /**
     * The target, from its training rows.
     *
     * @param separator what stands between labels
     * @param known classes or labels that may be in no training row
     * @throws IllegalArgumentException where there is nothing to learn
     */
    static Target fit(
            Field field, TargetKind task, char separator, List<String> known, Profile profile) {
        String name = field.name();
        if (profile.present() == 0) {
            throw new IllegalArgumentException(
                    "the target '%s' is missing in all %d training rows"
                            .formatted(name, profile.missing()));
        }
        return switch (profile) {
            case Profile.OfDates _ ->
                    throw new IllegalArgumentException(
                            "the target '%s' holds dates; a network learns categories or numbers"
                                    .formatted(name));
            case Profile.OfNumbers numbers -> {
                double[] sorted = numbers.sample.sorted();
                int distinct = Reservoir.distinct(sorted);
                boolean few =
                        distinct <= 2
                                || (distinct <= FEW_CLASSES
                                        && (long) distinct * ROWS_FOR_CLASS <= numbers.present());
                if (task == TargetKind.CLASSES
                        || (task == TargetKind.AUTO && numbers.whole && few)) {
                    List<String> names = new ArrayList<>();
                    for (int i = 0; i < sorted.length; i++) {
                        if (i == 0 || sorted[i] != sorted[i - 1]) {
                            names.add(Column.Numbers.text(sorted[i]));
                        }
                    }
                    yield classes(field, names, known, numbers.present());
                }
                requireSeveral(name, distinct, Column.Numbers.text(sorted[0]));
                yield new Target.Regression(
                        field, numbers.moments.mean(), finite(name, numbers.moments.deviation()));
            }
            case Profile.OfTexts texts -> {
                if (texts.further) {
                    throw tooMany(name, texts.counts.size(), texts.present());
                }
                yield task == TargetKind.MULTI_LABEL
                        ? labels(field, separator, known, texts)
                        : classes(
                                field,
                                texts.counts.keySet().stream().sorted().toList(),
                                known,
                                texts.present());
            }
        };
    }

    private static double finite(String name, double deviation) {
        if (!Double.isFinite(deviation)) {
            throw new IllegalArgumentException(
                    "the target '%s' has numbers too large for a deviation; divide them by a power of ten"
                            .formatted(name));
        }
        return deviation;
    }

    private static Target classes(Field field, List<String> found, List<String> known, long rows) {
        requireSeveral(field.name(), found.size(), found.getFirst());
        // More classes than this, or hardly a row for each, are names and not classes.
        if (found.size() > MOST_CLASSES
                || (found.size() > FEW_CLASSES && 2L * found.size() > rows)) {
            throw tooMany(field.name(), found.size(), rows);
        }
        return new Target.Classes(field, union(found, known));
    }

    private static Target labels(
            Field field, char separator, List<String> known, Profile.OfTexts texts) {
        TreeSet<String> labels = new TreeSet<>();
        for (String cell : texts.counts.keySet()) {
            labels.addAll(Target.MultiLabel.split(cell, separator));
        }
        if (labels.isEmpty()) {
            throw new IllegalArgumentException(
                    "the target '%s' has no labels between '%c'"
                            .formatted(field.name(), separator));
        }
        if (labels.size() > MOST_CLASSES) {
            throw tooMany(field.name(), labels.size(), texts.present());
        }
        return new Target.MultiLabel(field, separator, union(List.copyOf(labels), known));
    }

    /** Those found, in their order, and those known: after them, unless all are in theirs. */
    private static List<String> union(List<String> found, List<String> known) {
        if (known.containsAll(found)) {
            return List.copyOf(known);
        }
        List<String> all = new ArrayList<>(found);
        known.stream()
                .filter(name -> !found.contains(name))
                .sorted(Comparator.naturalOrder())
                .forEach(all::add);
        return List.copyOf(all);
    }

    private static void requireSeveral(String name, int distinct, String only) {
        if (distinct < 2) {
            throw new IllegalArgumentException(
                    "the target '%s' is '%s' in all training rows: there is nothing to learn"
                            .formatted(name, only));
        }
    }

    private static IllegalArgumentException tooMany(String name, int classes, long rows) {
        return new IllegalArgumentException(
                "the target '%s' has %d different texts or more in %d rows: these are no classes; choose another column"
                        .formatted(name, classes, rows));
    }
}
