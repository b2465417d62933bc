package dev.weft.cli;

import dev.weft.Device;
import dev.weft.Shape;
import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.data.Examples;
import dev.weft.data.InMemoryBatches;
import dev.weft.data.IndexedSource;
import dev.weft.data.Normalization;
import dev.weft.data.Transform;
import dev.weft.io.FormatException;
import dev.weft.nn.Architecture;
import dev.weft.nn.Models;
import dev.weft.nn.Task;
import dev.weft.report.Picture;
import dev.weft.train.Checkpoint;
import dev.weft.train.TrainingState;

import org.jspecify.annotations.Nullable;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import javax.imageio.ImageIO;

/** Which digit a grey image shows. */
final class DigitProblem implements Problem {
    /** What metadata calls models for digits; those without a kind are for digits, too. */
    static final String KIND = "digits";

    private final String description;
    private final Dataset train;
    private final @Nullable Dataset validation;
    private final @Nullable Dataset test;
    private final Normalization normalization;

    /** Digits as their files divide them. */
    DigitProblem(DigitData data) {
        this(data.description(), data.split().train(), null, data.split().test());
    }

    /**
     * Scales all digits as those to learn from say.
     *
     * @param validation digits that are looked at after each epoch, null for none
     * @param test digits that are looked at in the end, null for none
     */
    DigitProblem(
            String description,
            Dataset train,
            @Nullable Dataset validation,
            @Nullable Dataset test) {
        this.description = description;
        this.train = train;
        this.validation = validation;
        this.test = test;
        this.normalization = Normalization.of(train);
    }

    @Override
    public Defaults defaults() {
        return new Defaults(Models.SIMPLENET.label(), "sgd", 10, 64);
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public Task task() {
        return Task.CLASSES;
    }

    @Override
    public List<String> classes() {
        return IntStream.range(0, outputs()).mapToObj(Integer::toString).toList();
    }

    @Override
    public int inputs() {
        return train.features();
    }

    @Override
    public int outputs() {
        return train.classes();
    }

    @Override
    public long trainingSize() {
        return train.size();
    }

    @Override
    public long testSize() {
        return test == null ? 0 : test.size();
    }

    @Override
    public long[] classCounts() {
        return Problem.counts(train.labels(), outputs());
    }

    @Override
    public Transform augmenter(String text) {
        return Augmentations.ofPictures(
                text, Shape.of(1, train.rows(), train.columns()), outputs());
    }

    @Override
    public Batches training(
            Device device, Architecture architecture, int batch, @Nullable Transform augmenter) {
        return augmenter == null
                ? batches(device, train, architecture, batch)
                : Problem.readAhead(
                        device,
                        IndexedSource.of(examples(architecture, train, normalization)),
                        batch,
                        augmenter);
    }

    @Override
    public @Nullable Batches validation(Device device, Architecture architecture, int batch) {
        return validation == null ? null : batches(device, validation, architecture, batch);
    }

    @Override
    public Batches test(Device device, Architecture architecture, int batch) {
        return batches(device, tests(), architecture, batch);
    }

    private Dataset tests() {
        if (test == null) {
            throw new IllegalStateException("no digits were kept for a test");
        }
        return test;
    }

    private Batches batches(Device device, Dataset examples, Architecture architecture, int batch) {
        return new InMemoryBatches(device, examples(architecture, examples, normalization), batch);
    }

    /** A data set as a network takes it. */
    static Examples examples(Architecture architecture, Dataset data, Normalization normalization) {
        return architecture.text().equals(Models.SIMPLENET_SOFTMAX.label())
                ? data.oneHotExamples(normalization)
                : data.examples(normalization);
    }

    @Override
    public Picture picture(int example) throws IOException {
        Dataset tests = tests();
        BufferedImage image =
                new BufferedImage(tests.columns(), tests.rows(), BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster()
                .setDataElements(0, 0, tests.columns(), tests.rows(), tests.pixels(example));
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return Picture.png(png.toByteArray());
    }

    @Override
    public Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(SavedModel.KIND, KIND);
        metadata.putAll(normalization.metadata());
        return metadata;
    }

    /** What a saved model's inputs went through. */
    static Normalization normalization(Checkpoint checkpoint) throws FormatException {
        double mean = checkpoint.requiredNumber(Normalization.MEAN);
        double deviation = checkpoint.requiredNumber(Normalization.DEVIATION);
        try {
            return new Normalization(mean, deviation);
        } catch (IllegalArgumentException e) {
            throw checkpoint.wrong(Normalization.DEVIATION, "does not fit: " + e.getMessage());
        }
    }

    @Override
    public void checkIsOf(Checkpoint resumed) throws FormatException {
        long before = TrainingState.of(resumed).examples();
        Normalization scale = normalization(resumed);
        if (before != trainingSize() || !scale.equals(normalization)) {
            throw new InputException(
                    "was trained on other data: on %d examples of mean %s and deviation %s; these are %d of mean %s and deviation %s"
                            .formatted(
                                    before,
                                    scale.mean(),
                                    scale.deviation(),
                                    trainingSize(),
                                    normalization.mean(),
                                    normalization.deviation()));
        }
    }
}
