package dev.weft.cli;

import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.data.Feed;
import dev.weft.data.InMemoryBatches;
import dev.weft.data.ShuffleBuffer;
import dev.weft.data.image.ImageFolder;
import dev.weft.data.image.ImageOptions;
import dev.weft.data.image.ImagePreprocessing;
import dev.weft.data.table.Duplicates;
import dev.weft.data.table.Field;
import dev.weft.data.table.Preprocessing;
import dev.weft.data.table.TableSource;
import dev.weft.data.text.TextWindows;
import dev.weft.data.text.Tokenizer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a saved model is tested on, as its own preprocessing makes it.
 *
 * @param batches the examples
 * @param tested the same examples as people see them
 * @param note what has to be known of them, null for nothing
 */
record EvaluationData(Batches batches, TestSet tested, @Nullable String note) {
    private static final int BATCH = 256;

    /**
     * Reads it.
     *
     * @param data a table, a folder of pictures, or of MNIST's files; null for drawn digits
     * @throws InputException where the model is for another kind of data
     */
    static EvaluationData read(
            SavedModel model,
            Path file,
            @Nullable Path data,
            @Nullable Integer testCount,
            TableOptions table)
            throws IOException {
        return switch (model.kind()) {
            case TableProblem.KIND -> ofTable(model, data, table);
            case ImageProblem.KIND -> ofImages(model, data);
            case TextProblem.KIND -> ofText(model, data);
            default -> {
                model.requireKind(DigitProblem.KIND, "digits", file);
                yield ofDigits(model, data, testCount);
            }
        };
    }

    static String preprocessing(SavedModel model) throws IOException {
        return model.checkpoint().required(TableProblem.PREPROCESSING);
    }

    private static Path given(@Nullable Path data, String what) {
        if (data == null) {
            throw new InputException("the model is for %s: give --data".formatted(what));
        }
        return data;
    }

    private static EvaluationData ofTable(
            SavedModel model, @Nullable Path data, TableOptions options) throws IOException {
        Path file = given(data, "a table");
        Preprocessing preprocessing = Preprocessing.fromJson(preprocessing(model));
        options.adopt(model.checkpoint());
        Division division = Division.of(model.checkpoint(), file);
        String by = division == null ? null : division.how().column();
        TableSource rows = options.open(file, by);
        if (division == null || !division.keptSome()) {
            return ofRows(model, preprocessing, file.toString(), rows, learnt(division));
        }
        Field target = preprocessing.target().field();
        TableSource all = rows.as(rows.schema().with(Map.of(target.name(), target.type())));
        if (division.how().duplicates == SplitOptions.Duplicated.DROP) {
            all = TableRows.without(all, Duplicates.find(all));
        }
        TableRows labelled = TableRows.of(all, preprocessing.target(), by);
        TableSource kept = labelled.part(division.kept(labelled));
        return ofRows(model, preprocessing, Division.kept(file), kept, null);
    }

    private static EvaluationData ofRows(
            SavedModel model,
            Preprocessing preprocessing,
            String description,
            TableSource rows,
            @Nullable String note) {
        Feed inOrder = new ShuffleBuffer(preprocessing.source(rows), 1);
        return new EvaluationData(
                Problem.readAhead(model.network().device(), inOrder, BATCH, null),
                new TestedTable(description, rows, preprocessing),
                note);
    }

    private static @Nullable String learnt(@Nullable Division division) {
        return division == null || division.keptSome() ? null : Division.LEARNT.formatted("all");
    }

    private static EvaluationData ofText(SavedModel model, @Nullable Path data) throws IOException {
        Path file = given(data, "a text");
        int context = model.architecture().inputs();
        Division division = Division.of(model.checkpoint(), file);
        String text = TextProblem.text(file);
        String description = division == null ? file.toString() : Division.kept(file);
        TextWindows windows =
                TextProblem.windows(
                        description,
                        Tokenizer.fromJson(preprocessing(model)),
                        division == null ? text : TextProblem.kept(text, division.how()),
                        context,
                        context);
        return new EvaluationData(
                TextProblem.inOrder(model.network().device(), windows),
                new TestedText(description),
                null);
    }

    /** A text to test on. */
    private record TestedText(String description) implements TextSet {}

    private static EvaluationData ofImages(SavedModel model, @Nullable Path data)
            throws IOException {
        Path folder = given(data, "pictures in folders of classes");
        ImagePreprocessing preprocessing = ImagePreprocessing.fromJson(preprocessing(model));
        ImageOptions options =
                ImageOptions.defaults()
                        .resize(preprocessing.shape().height(), preprocessing.shape().width());
        options = preprocessing.shape().channels() == 1 ? options.grey() : options.colour();
        Path test = ImageData.test(folder);
        ImageFolder pictures =
                ImageFolder.open(test == null ? folder : test, options)
                        .withClasses(preprocessing.classes());
        Division division = test == null ? Division.of(model.checkpoint(), folder) : null;
        String description = (test == null ? folder : test).toString();
        if (division != null && division.keptSome()) {
            description = Division.kept(folder);
            pictures = pictures.select(division.kept(new ImageData(folder, pictures)));
        }
        return new EvaluationData(
                ImageProblem.batches(model.network().device(), pictures, preprocessing, BATCH),
                new TestedImages(description, pictures.paths(), preprocessing.classes()),
                learnt(division));
    }

    private static EvaluationData ofDigits(
            SavedModel model, @Nullable Path data, @Nullable Integer testCount) throws IOException {
        Division division = data == null ? null : Division.of(model.checkpoint(), data);
        DigitData asked = DigitData.forTest(data, testCount);
        if (data == null || division == null || !division.keptSome()) {
            return ofDigits(model, asked.description(), asked.split().test(), learnt(division));
        }
        DigitData learnt = DigitData.forTraining(data, division.testCount(), division.seed());
        Dataset kept =
                division.how().isAsked()
                        ? learnt.split().joined().select(division.kept(learnt))
                        : learnt.split().test();
        if (testCount == null) {
            return ofDigits(model, Division.kept(data), kept, null);
        }
        boolean known = division.how().isAsked() || testCount > kept.size();
        return ofDigits(
                model,
                asked.description(),
                asked.split().test(),
                known ? Division.LEARNT.formatted("some") : null);
    }

    private static EvaluationData ofDigits(
            SavedModel model, String description, Dataset digits, @Nullable String note)
            throws IOException {
        return new EvaluationData(
                new InMemoryBatches(
                        model.network().device(),
                        DigitProblem.examples(
                                model.architecture(),
                                digits,
                                DigitProblem.normalization(model.checkpoint())),
                        BATCH),
                new DigitProblem(description, digits, null, digits),
                note);
    }
}
