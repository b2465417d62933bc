package dev.weft.cli;

import dev.weft.Device;
import dev.weft.Shape;
import dev.weft.data.Batches;
import dev.weft.data.Transform;
import dev.weft.data.image.ImageFolder;
import dev.weft.data.image.ImagePreprocessing;
import dev.weft.data.image.ImageShape;
import dev.weft.io.FormatException;
import dev.weft.nn.Architecture;
import dev.weft.nn.Task;
import dev.weft.report.Picture;
import dev.weft.train.Checkpoint;
import dev.weft.train.TrainingState;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Of which class a picture is: one folder for each, with pictures in it. */
final class ImageProblem implements Problem {
    /** What metadata calls models for pictures. */
    static final String KIND = "images";

    private final String description;
    private final ImagePreprocessing preprocessing;
    private final ImageFolder training;
    private final @Nullable ImageFolder validation;
    private final @Nullable ImageFolder test;

    /**
     * Fits the preprocessing to the pictures to learn from, and to them alone.
     *
     * @param validation pictures that are looked at after each epoch, null for none
     * @param test pictures that are looked at in the end, null for none
     */
    ImageProblem(
            String description,
            ImageFolder training,
            @Nullable ImageFolder validation,
            @Nullable ImageFolder test)
            throws IOException {
        this.description = description;
        this.training = training;
        this.validation = validation;
        this.test = test;
        this.preprocessing = training.fit();
    }

    @Override
    public Defaults defaults() {
        return new Defaults("mlp:128", "adam", 20, 64);
    }

    @Override
    public String description() {
        return "%s, images of %s".formatted(description, preprocessing.shape());
    }

    @Override
    public Task task() {
        return Task.CLASSES;
    }

    @Override
    public List<String> classes() {
        return preprocessing.classes();
    }

    @Override
    public int inputs() {
        return preprocessing.shape().size();
    }

    @Override
    public int outputs() {
        return classes().size();
    }

    @Override
    public long trainingSize() {
        return training.count();
    }

    @Override
    public long testSize() {
        return test == null ? 0 : test.count();
    }

    @Override
    public long[] classCounts() {
        return Problem.counts(training.labels(), outputs());
    }

    @Override
    public Transform augmenter(String text) {
        ImageShape shape = preprocessing.shape();
        return Augmentations.ofPictures(
                text, Shape.of(shape.channels(), shape.height(), shape.width()), outputs());
    }

    @Override
    public Batches training(
            Device device, Architecture architecture, int batch, @Nullable Transform augmenter) {
        return Problem.readAhead(device, training.normalised(preprocessing), batch, augmenter);
    }

    @Override
    public @Nullable Batches validation(Device device, Architecture architecture, int batch) {
        return validation == null ? null : batches(device, validation, preprocessing, batch);
    }

    @Override
    public Batches test(Device device, Architecture architecture, int batch) {
        return batches(device, tests(), preprocessing, batch);
    }

    private ImageFolder tests() {
        if (test == null) {
            throw new IllegalStateException("no pictures were kept for a test");
        }
        return test;
    }

    private TestedImages tested() {
        return new TestedImages(description, tests().paths(), classes());
    }

    @Override
    public @Nullable Picture picture(int example) throws IOException {
        return tested().picture(example);
    }

    @Override
    public List<Map<String, String>> rows(List<Integer> examples) {
        return tested().rows(examples);
    }

    static Batches batches(
            Device device, ImageFolder pictures, ImagePreprocessing preprocessing, int batch) {
        return Problem.readAhead(device, pictures.normalised(preprocessing), batch, null);
    }

    @Override
    public Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(SavedModel.KIND, KIND);
        metadata.put(TableProblem.PREPROCESSING, preprocessing.toJson());
        return metadata;
    }

    @Override
    public void checkIsOf(Checkpoint resumed) throws FormatException {
        boolean same =
                TrainingState.of(resumed).examples() == trainingSize()
                        && resumed.required(TableProblem.PREPROCESSING)
                                .equals(preprocessing.toJson());
        if (!same) {
            throw new InputException(
                    "was trained on other data: on %d pictures; these are %d, or not the same ones"
                            .formatted(TrainingState.of(resumed).examples(), trainingSize()));
        }
    }
}
