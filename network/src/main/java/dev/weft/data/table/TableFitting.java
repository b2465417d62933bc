package dev.weft.data.table;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Fits a preprocessing to training rows, by passes over them. */
final class TableFitting {
    /** Of so many rows, all different, a column may be their names. */
    private static final int ROWS_OF_NAMES = 20;

    /** Of so many rows, numbers all different and close together may be the rows' numbers. */
    private static final int ROWS_OF_NUMBERS = 50;

    /** A target of more outputs would make too many features of a category. */
    private static final int MOST_TARGET_FEATURES = 10;

    private final PreprocessingBuilder options;
    private final TableSource training;
    private final Schema wanted;
    private final List<Profile> profiles = new ArrayList<>();
    private final List<CleaningReport.Line> lines = new ArrayList<>();
    private long rows;
    private long labelled;

    TableFitting(PreprocessingBuilder options, TableSource training) {
        this.options = options;
        this.training = training;
        Schema all = training.schema();
        if (all.indexOf(options.target) < 0) {
            throw new IllegalArgumentException(
                    "%s has no column '%s' to learn; it has %s"
                            .formatted(
                                    training.name(), options.target, Schema.listed(all.names())));
        }
        all.requireAll(options.named());
        if (options.ignored.contains(options.target)) {
            throw new IllegalArgumentException(
                    "'%s' is to be learnt and to be ignored".formatted(options.target));
        }
        Map<String, ColumnType> types = new HashMap<>(options.types);
        ColumnType learnt = all.field(options.target).type();
        if (options.task == TargetKind.REGRESSION) {
            types.put(options.target, ColumnType.NUMBER);
        } else if (learnt == ColumnType.TEXT
                || (options.task == TargetKind.MULTI_LABEL && learnt != ColumnType.CATEGORY)) {
            types.put(options.target, ColumnType.CATEGORY);
        }
        wanted = all.with(types).without(options.ignored);
    }

    FittedTable fit() throws IOException {
        profile();
        int targetAt = wanted.indexOf(options.target);
        if (rows == 0) {
            throw new IllegalArgumentException(training.name() + " has no rows to train on");
        }
        for (int i = 0; i < wanted.size(); i++) {
            requireNoCommas(wanted.fields().get(i), profiles.get(i));
        }
        Target target =
                TargetFitting.fit(
                        wanted.fields().get(targetAt),
                        options.task,
                        options.labelSeparator,
                        options.known,
                        profiles.get(targetAt));
        Map<String, Encoder> encoders = new LinkedHashMap<>();
        List<TargetStatistics> byTarget = new ArrayList<>();
        Map<String, String> fills = new HashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            if (i != targetAt) {
                choose(wanted.fields().get(i), profiles.get(i), target, encoders, byTarget, fills);
            }
        }
        if (encoders.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s has no column to learn '%s' from: %s"
                            .formatted(training.name(), options.target, reasons()));
        }
        TrainingRows kept =
                new TrainingRows(
                        new Preprocessing(List.copyOf(encoders.values()), fills, target),
                        encoders.values().stream()
                                .map(encoder -> TrainingRows.Drop.of(encoder, options))
                                .filter(TrainingRows.Drop::any)
                                .toList(),
                        byTarget);
        long used = labelled;
        if (kept.needsPass()) {
            used = kept.count(training);
            byTarget.forEach(
                    statistics -> encoders.put(statistics.field().name(), statistics.fit()));
            kept = kept.with(new Preprocessing(List.copyOf(encoders.values()), fills, target));
        }
        if (used == 0) {
            throw new IllegalArgumentException(
                    "%s has no row left: each has a missing cell or a number far out, for which rows are to be left out"
                            .formatted(training.name()));
        }
        return new FittedTable(training, kept, report(kept.preprocessing(), labelled - used), used);
    }

    /** Numbers with commas would be taken for names, and each learnt by heart. */
    private void requireNoCommas(Field field, Profile profile) {
        if (options.types.containsKey(field.name())
                || !(profile instanceof Profile.OfTexts texts)
                || texts.counts.size() < ROWS_OF_NAMES) {
            return;
        }
        List<String> numbers =
                texts.counts.keySet().stream()
                        .filter(cell -> !Double.isNaN(Decimals.parse(cell.replace(",", ""), '.')))
                        .toList();
        List<String> commas = numbers.stream().filter(cell -> cell.indexOf(',') >= 0).toList();
        if (numbers.size() > TypeInference.MOST * texts.counts.size()
                && 2 * commas.size() > numbers.size()) {
            throw new IllegalArgumentException(
                    "column '%s' holds numbers with commas, such as '%s': say that the table has a decimal comma (--decimal-comma), leave out commas of thousands, or say of what type the column is"
                            .formatted(field.name(), Collections.min(commas)));
        }
    }

    private String reasons() {
        return lines.isEmpty()
                ? "it is the only one"
                : String.join(
                        "; ",
                        lines.stream()
                                .map(line -> "'%s' %s".formatted(line.column(), line.done()))
                                .toList());
    }

    private CleaningReport report(Preprocessing fitted, long dropped) {
        Map<String, CleaningReport.Line> leftOut = new HashMap<>();
        lines.forEach(line -> leftOut.put(line.column(), line));
        List<CleaningReport.Line> all = new ArrayList<>();
        Map<String, Encoder> encoders = new HashMap<>();
        fitted.encoders().forEach(encoder -> encoders.put(encoder.field().name(), encoder));
        for (int i = 0; i < wanted.size(); i++) {
            Field field = wanted.fields().get(i);
            Encoder encoder = encoders.get(field.name());
            CleaningReport.Line line = leftOut.get(field.name());
            if (line == null) {
                String done =
                        encoder == null
                                ? Findings.of(fitted.target())
                                : Findings.of(encoder, options.rule(field.name()));
                int features = encoder == null ? 0 : encoder.features().size();
                line = line(field, profiles.get(i), done, features);
            }
            all.add(line);
        }
        return new CleaningReport(rows, rows - labelled, dropped, all);
    }

    private static CleaningReport.Line line(
            Field field, Profile profile, String done, int features) {
        return new CleaningReport.Line(
                field.name(),
                field.type(),
                profile.missing(),
                Findings.of(profile),
                done,
                features);
    }

    private void profile() throws IOException {
        for (int i = 0; i < wanted.size(); i++) {
            profiles.add(Profile.of(wanted.fields().get(i), options.seed + i));
        }
        int targetAt = wanted.indexOf(options.target);
        try (TableSource.Chunks pass = training.open(wanted)) {
            for (Table chunk = pass.next(); chunk != null; chunk = pass.next()) {
                rows += chunk.rows();
                int[] there = Target.labelled(chunk, wanted.fields().get(targetAt));
                Table some = there.length == chunk.rows() ? chunk : chunk.select(there);
                labelled += there.length;
                // The target of all rows, so that it can be said how many have none.
                profiles.get(targetAt).add(chunk.column(targetAt));
                for (int i = 0; i < wanted.size(); i++) {
                    if (i != targetAt) {
                        profiles.get(i).add(some.column(i));
                    }
                }
            }
        }
    }

    private void choose(
            Field field,
            Profile profile,
            Target target,
            Map<String, Encoder> encoders,
            List<TargetStatistics> byTarget,
            Map<String, String> fills) {
        String why = useless(field, profile);
        if (why != null) {
            lines.add(line(field, profile, "left out: " + why, 0));
            return;
        }
        boolean indicator = options.rule(field.name()).indicator();
        Encoder encoder =
                switch (profile) {
                    case Profile.OfNumbers numbers ->
                            NumberEncoder.fit(field, numbers, options.rule(field.name()));
                    case Profile.OfDates dates ->
                            DateEncoder.fit(field, dates, options.dateParts, indicator);
                    case Profile.OfTexts texts -> {
                        if (field.type() == ColumnType.TEXT) {
                            yield new WordsEncoder(field, options.buckets);
                        }
                        String fill = fill(field, texts);
                        if (fill != null) {
                            fills.put(field.name(), fill);
                            texts.counts.merge(fill, texts.missing(), Long::sum);
                        }
                        yield category(field, texts, target, byTarget, indicator && fill == null);
                    }
                };
        // The encoder of a column that is encoded by the target comes later, in this place.
        encoders.put(field.name(), encoder);
    }

    private @Nullable String fill(Field field, Profile.OfTexts texts) {
        String name = field.name();
        if (options.fills.containsKey(name)
                || options.rule(name).missing() != Missing.MOST_FREQUENT) {
            return options.fills.get(name);
        }
        return Collections.max(
                        texts.counts.entrySet(),
                        Map.Entry.<String, Long>comparingByValue()
                                .thenComparing(Map.Entry.<String, Long>comparingByKey().reversed()))
                .getKey();
    }

    private Encoder category(
            Field field,
            Profile.OfTexts texts,
            Target target,
            List<TargetStatistics> byTarget,
            boolean indicator) {
        CategoryEncoding encoding =
                options.encodings.getOrDefault(field.name(), options.categories);
        int outputs = TargetStatistics.outputs(target);
        if (encoding == CategoryEncoding.AUTO) {
            encoding =
                    texts.counts.size() <= options.maxOneHot
                            ? CategoryEncoding.ONE_HOT
                            : outputs <= MOST_TARGET_FEATURES
                                    ? CategoryEncoding.TARGET
                                    : CategoryEncoding.HASHING;
        }
        List<String> categories = texts.counts.keySet().stream().sorted().toList();
        return switch (encoding) {
            case AUTO, ONE_HOT ->
                    new OneHotEncoder(field, categories, indicator && texts.missing() > 0);
            case ORDINAL -> new OrdinalEncoder(field, ordered(field, categories));
            case HASHING -> new HashingEncoder(field, options.buckets);
            case TARGET -> {
                TargetStatistics statistics =
                        new TargetStatistics(
                                field, outputs, options.folds, options.smoothing, options.seed);
                byTarget.add(statistics);
                yield statistics.fit();
            }
        };
    }

    /** As was said; or by number where all are numbers, or else by name. */
    private List<String> ordered(Field field, List<String> categories) {
        List<String> said = options.orders.get(field.name());
        if (said != null) {
            List<String> absent = new ArrayList<>(categories);
            absent.removeAll(said);
            if (!absent.isEmpty()) {
                throw new IllegalArgumentException(
                        "column '%s' has categories that its order lacks: %s"
                                .formatted(field.name(), Schema.listed(absent)));
            }
            return said;
        }
        List<String> sorted = new ArrayList<>(categories);
        if (categories.stream().noneMatch(text -> Double.isNaN(Decimals.parse(text, '.')))) {
            sorted.sort((a, b) -> Double.compare(Decimals.parse(a, '.'), Decimals.parse(b, '.')));
        }
        return List.copyOf(sorted);
    }

    /** Why nothing can be learnt from a column, or null. */
    private @Nullable String useless(Field field, Profile profile) {
        if (profile.present() == 0) {
            return "all cells are missing";
        }
        if (profile.isConstant() && (profile.missing() == 0 || field.type() == ColumnType.TEXT)) {
            return "the same in all rows";
        }
        boolean said = options.types.containsKey(field.name());
        return switch (profile) {
            case Profile.OfTexts texts
                    when !said
                            && field.type() == ColumnType.CATEGORY
                            && profile.present() >= ROWS_OF_NAMES
                            && !texts.further
                            && texts.counts.size() == profile.present() ->
                    "a name of its own for each row";
            case Profile.OfNumbers numbers when !said && isRowNumber(numbers) ->
                    "only numbers the rows";
            default -> null;
        };
    }

    private static boolean isRowNumber(Profile.OfNumbers numbers) {
        double[] sorted = numbers.sample.sorted();
        return numbers.whole
                && numbers.present() >= ROWS_OF_NUMBERS
                && numbers.greatest - numbers.least < 3.0 * numbers.present()
                && Reservoir.distinct(sorted) == sorted.length;
    }
}
