package dev.weft.cli;

import dev.weft.Device;
import dev.weft.data.Batches;
import dev.weft.data.InMemoryBatches;
import dev.weft.data.image.ImageFolder;
import dev.weft.data.image.ImageOptions;
import dev.weft.data.image.ImagePreprocessing;
import dev.weft.data.table.CsvSource;
import dev.weft.data.table.Preprocessing;
import dev.weft.data.table.Table;
import dev.weft.data.text.TextWindows;
import dev.weft.data.text.Tokenizer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What a saved model is tested on, as its own preprocessing makes it.
 *
 * @param batches the examples
 * @param tested the same examples as people see them
 */
record EvaluationData(Batches batches, TestSet tested) {
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
        Device device = model.network().device();
        return switch (model.kind()) {
            case TableProblem.KIND -> ofTable(model, data, table);
            case ImageProblem.KIND ->
                    ofImages(ImagePreprocessing.fromJson(preprocessing(model)), data, device);
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
        Device device = model.network().device();
        Preprocessing preprocessing = Preprocessing.fromJson(preprocessing(model));
        options.adopt(model.checkpoint());
        CsvSource source = CsvSource.open(file, options.format());
        Table rows = preprocessing.labelled(source.read());
        return new EvaluationData(
                new InMemoryBatches(device, preprocessing.examples(rows), BATCH),
                new TestedTable(file.toString(), rows, preprocessing.target()));
    }

    private static EvaluationData ofText(SavedModel model, @Nullable Path data) throws IOException {
        Path file = given(data, "a text");
        int context = model.architecture().inputs();
        TextWindows windows =
                TextProblem.windows(
                        file.toString(),
                        Tokenizer.fromJson(preprocessing(model)),
                        TextProblem.text(file),
                        context,
                        context);
        return new EvaluationData(
                TextProblem.inOrder(model.network().device(), windows), new TestedText(file));
    }

    /** A text to test on. */
    private record TestedText(Path file) implements TextSet {
        @Override
        public String description() {
            return file.toString();
        }
    }

    private static EvaluationData ofImages(
            ImagePreprocessing preprocessing, @Nullable Path data, Device device)
            throws IOException {
        Path folder = given(data, "pictures in folders of classes");
        ImageOptions options =
                ImageOptions.defaults()
                        .resize(preprocessing.shape().height(), preprocessing.shape().width());
        options = preprocessing.shape().channels() == 1 ? options.grey() : options.colour();
        ImageFolder pictures =
                ImageFolder.open(folder, options).withClasses(preprocessing.classes());
        return new EvaluationData(
                ImageProblem.batches(device, pictures, preprocessing, BATCH),
                new TestedImages(folder.toString(), pictures.paths(), preprocessing.classes()));
    }

    private static EvaluationData ofDigits(
            SavedModel model, @Nullable Path data, @Nullable Integer testCount) throws IOException {
        DigitData digits = DigitData.forTest(data, testCount);
        DigitProblem problem = new DigitProblem(digits);
        return new EvaluationData(
                new InMemoryBatches(
                        model.network().device(),
                        DigitProblem.examples(
                                model.architecture(),
                                digits.split().test(),
                                DigitProblem.normalization(model.checkpoint())),
                        BATCH),
                problem);
    }
}
