package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.data.Idx;
import dev.weft.io.AtomicFile;
import dev.weft.io.PrintableWriter;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;

/** Says what a saved model takes new examples for. */
@Command(
        name = "predict",
        description = {
            "Predict new examples of the kind that a model was trained on.",
            "Rows of a table without the target, whose columns may be in any order: a line of CSV"
                    + " for each, with the probabilities of the classes.",
            "Pictures of the classes that it has learnt: PNG, JPEG and the like.",
            "Pictures of digits, or the images of an IDX file. Photos of up to 10000x10000 pixels"
                    + " are made what the network has learnt from: light on dark, cropped, centred;"
                    + " what was done is said.",
            "A picture that cannot be read is said on standard error, and the others are predicted."
        },
        mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private BackendOption backend = new BackendOption();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "FILE",
            description = "A model that train saved.")
    private Path model = Path.of("");

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "10",
            description = "At most N images of an IDX file. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write what pictures are taken for there as JSON.")
    private @Nullable Path json;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Write a table's predictions there as CSV. Default: standard output.")
    private @Nullable Path predictions;

    @Mixin private TableOptions table = new TableOptions();

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "A table, pictures, or IDX files.")
    private List<Path> images = List.of();

    @Override
    public Integer call() throws IOException {
        if (limit < 1) {
            throw new InputException("--limit must be at least 1, got " + limit);
        }
        PrintWriter out = spec.commandLine().getOut();
        Path target = json;
        if (target != null) {
            OutputFolder.checkDiffer("--json", target, model, "the model");
            for (Path image : images) {
                OutputFolder.checkDiffer("--json", target, image, "a picture to classify");
            }
            OutputFolder.checkWritable(target);
        }
        try (Device device = backend.open(out);
                Scope _ = device.scope()) {
            SavedModel saved = SavedModel.read(model, device);
            if (saved.kind().equals(TableProblem.KIND)) {
                return rows(saved, out);
            }
            if (predictions != null) {
                throw new InputException("--out is for tables: pictures take --json");
            }
            return saved.kind().equals(ImageProblem.KIND)
                    ? pictures(saved, out)
                    : digits(saved, out);
        }
    }

    private int rows(SavedModel saved, PrintWriter out) throws IOException {
        if (images.size() != 1) {
            throw new InputException(
                    "the model is for tables: give one file, got %d".formatted(images.size()));
        }
        if (json != null) {
            throw new InputException("--json is for pictures: a table's predictions take --out");
        }
        Path rows = images.getFirst();
        Path target = predictions;
        if (target != null) {
            OutputFolder.checkDiffer("--out", target, model, "the model");
            OutputFolder.checkDiffer("--out", target, rows, "the table to predict");
            OutputFolder.checkWritable(target);
        }
        long count = new TablePredictions(saved).predict(rows, table, target, out);
        if (target != null) {
            out.printf("wrote %,d predictions to %s%n", count, target);
        }
        return Exit.DONE.code();
    }

    private int pictures(SavedModel saved, PrintWriter out) throws IOException {
        ImagePredictions all = new ImagePredictions(saved);
        Exit exit = Exit.DONE;
        for (Path image : images) {
            try {
                out.println(all.predict(image));
            } catch (IOException | InputException e) {
                exit = complain(e);
            }
        }
        if (json != null) {
            all.write(json);
        }
        return exit.code();
    }

    private Exit complain(Exception e) {
        Failure failure = Failure.of(e);
        spec.commandLine().getErr().println("weft predict: " + failure.line());
        return failure.exit();
    }

    private int digits(SavedModel saved, PrintWriter out) throws IOException {
        saved.requireKind(DigitProblem.KIND, "digits", model);
        List<Prediction> written = new ArrayList<>();
        boolean[] digits = {true};
        Classifier classifier =
                new Classifier(
                        saved,
                        prediction -> {
                            String name = PrintableWriter.line(prediction.name());
                            out.println(prediction.text(name));
                            digits[0] &= prediction.isDigit();
                            written.add(prediction);
                        });
        Exit exit = Exit.DONE;
        for (Path path : images) {
            try {
                add(path, classifier);
            } catch (IOException | InputException e) {
                classifier.flush();
                exit = complain(e);
            }
        }
        classifier.flush();
        if (json != null) {
            write(json, written);
        }
        return (exit == Exit.DONE && !digits[0] ? Exit.NO_DIGIT : exit).code();
    }

    private void add(Path path, Classifier classifier) throws IOException {
        if (!isIdx(path)) {
            classifier.add(path.toString(), DigitImage.of(PictureFile.read(path)));
            return;
        }
        Idx.Images file = Idx.images(path, limit);
        if (file.rows() != DigitImage.SIDE || file.columns() != DigitImage.SIDE) {
            throw new InputException(
                    "%s: its images have %dx%d pixels, and the model takes 28x28"
                            .formatted(path, file.rows(), file.columns()));
        }
        int size = DigitImage.SIDE * DigitImage.SIDE;
        for (int i = 0; i < file.count(); i++) {
            byte[] pixels = Arrays.copyOfRange(file.pixels(), i * size, (i + 1) * size);
            classifier.add(
                    "%s[%d]".formatted(path, i),
                    DigitImage.of(GreyImage.of(pixels, DigitImage.SIDE, DigitImage.SIDE)));
        }
    }

    /** An IDX file begins with two zero bytes, also inside gzip; no picture does. */
    private static boolean isIdx(Path path) throws IOException {
        if (!Files.isRegularFile(path) && Files.exists(path)) {
            // A pipe can be read once only, and an IDX file is a file.
            return false;
        }
        try (InputStream in = Files.newInputStream(path)) {
            int first = in.read();
            int second = in.read();
            return (first == 0 && second == 0) || (first == 0x1F && second == 0x8B);
        }
    }

    private static void write(Path path, List<Prediction> predictions) throws IOException {
        AtomicFile.write(
                path,
                stream -> {
                    JsonGenerator generator = RunReport.JSON.createGenerator(stream);
                    generator.useDefaultPrettyPrinter();
                    generator.writeStartArray();
                    for (Prediction prediction : predictions) {
                        prediction.writeTo(generator);
                    }
                    generator.writeEndArray();
                    generator.flush();
                    stream.write('\n');
                });
    }
}
