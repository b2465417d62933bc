package dev.weft.cli;

import dev.weft.Device;
import dev.weft.HostArray;
import dev.weft.data.Batches;
import dev.weft.data.Examples;
import dev.weft.data.Source;
import dev.weft.data.Transform;
import dev.weft.data.table.CleaningReport;
import dev.weft.data.table.FittedTable;
import dev.weft.data.table.Preprocessing;
import dev.weft.data.table.Target;
import dev.weft.io.FormatException;
import dev.weft.nn.Architecture;
import dev.weft.nn.Task;
import dev.weft.train.Checkpoint;
import dev.weft.train.TrainingState;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one column of a table is, by the others. */
final class TableProblem implements Problem {
    /** What metadata calls models for tables. */
    static final String KIND = "table";

    /** The key of the fitted preprocessing in a model's metadata. */
    static final String PREPROCESSING = "weft.preprocessing";

    private static final int READ_AT_ONCE = 4096;

    private final String description;
    private final Map<String, String> format;
    private final FittedTable fitted;
    private final TablePart training;
    private final @Nullable TablePart validation;
    private final @Nullable TablePart test;
    private final @Nullable TestedTable tested;

    /**
     * What is learnt of the rows that a preprocessing was fitted to.
     *
     * @param format how such tables are written, for the model's metadata
     * @param training the examples of those rows
     * @param validation those that are looked at after each epoch, null for none
     * @param test those that are looked at in the end, null for none
     * @param tested the same as people see them
     */
    TableProblem(
            String description,
            Map<String, String> format,
            FittedTable fitted,
            TablePart training,
            @Nullable TablePart validation,
            @Nullable TablePart test,
            @Nullable TestedTable tested) {
        this.description = description;
        this.format = format;
        this.fitted = fitted;
        this.training = training;
        this.validation = validation;
        this.test = test;
        this.tested = tested;
    }

    @Override
    public Defaults defaults() {
        return new Defaults("mlp:64", "adam", 200, 32);
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public CleaningReport cleaning() {
        return fitted.report();
    }

    Preprocessing preprocessing() {
        return fitted.preprocessing();
    }

    private Target target() {
        return preprocessing().target();
    }

    @Override
    public Task task() {
        return task(target());
    }

    /** What a column of targets is learnt as. */
    static Task task(Target target) {
        return switch (target) {
            case Target.Classes _ -> Task.CLASSES;
            case Target.Regression _ -> Task.REGRESSION;
            case Target.MultiLabel _ -> Task.LABELS;
        };
    }

    /** The names of classes or labels. */
    static List<String> classes(Target target) {
        return switch (target) {
            case Target.Classes(var _, var names) -> names;
            case Target.Regression _ -> List.of();
            case Target.MultiLabel(var _, var _, var labels) -> labels;
        };
    }

    @Override
    public List<String> classes() {
        return classes(target());
    }

    @Override
    public int inputs() {
        return preprocessing().inputs();
    }

    @Override
    public int outputs() {
        return target().outputs();
    }

    @Override
    public long trainingSize() {
        return training.size();
    }

    @Override
    public long testSize() {
        return test == null ? 0 : test.size();
    }

    @Override
    public long[] classCounts() throws IOException {
        long[] counts = new long[outputs()];
        try (Source.Pass pass = training.source().open()) {
            for (Examples some = pass.next(READ_AT_ONCE);
                    some != null;
                    some = pass.next(READ_AT_ONCE)) {
                HostArray labels = some.targets().getFirst();
                for (int i = 0; i < some.size(); i++) {
                    counts[(int) labels.get(i)]++;
                }
            }
        }
        return counts;
    }

    @Override
    public Transform augmenter(String text) {
        return Augmentations.ofRows(text, task() == Task.CLASSES ? outputs() : 0);
    }

    @Override
    public Batches training(
            Device device, Architecture architecture, int batch, @Nullable Transform augmenter) {
        return training.batches(device, batch, augmenter);
    }

    @Override
    public @Nullable Batches validation(Device device, Architecture architecture, int batch) {
        return validation == null ? null : validation.batches(device, batch, null);
    }

    @Override
    public Batches test(Device device, Architecture architecture, int batch) {
        if (test == null) {
            throw new IllegalStateException("no rows were kept for a test");
        }
        return test.batches(device, batch, null);
    }

    @Override
    public String targetName() {
        return target().field().name();
    }

    @Override
    public double restored(double prediction) {
        return target() instanceof Target.Regression numbers
                ? numbers.restore(prediction)
                : prediction;
    }

    @Override
    public List<Map<String, String>> rows(List<Integer> examples) throws IOException {
        return tested == null ? Problem.super.rows(examples) : tested.rows(examples);
    }

    @Override
    public Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(SavedModel.KIND, KIND);
        metadata.put(PREPROCESSING, preprocessing().toJson());
        metadata.putAll(format);
        return metadata;
    }

    @Override
    public void checkIsOf(Checkpoint resumed) throws FormatException {
        boolean same =
                TrainingState.of(resumed).examples() == trainingSize()
                        && Preprocessing.fromJson(resumed.required(PREPROCESSING))
                                .equals(preprocessing());
        if (!same) {
            throw new InputException(
                    "was trained on other data: on %d rows; these are %d, or not the same ones"
                            .formatted(TrainingState.of(resumed).examples(), trainingSize()));
        }
    }
}
