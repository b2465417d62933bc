package dev.weft.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import dev.weft.backend.DeviceInfo;
import dev.weft.io.AtomicFile;
import dev.weft.metrics.ConfusionMatrix;
import dev.weft.metrics.CrossValidation;
import dev.weft.metrics.Spread;
import dev.weft.nn.Task;
import dev.weft.train.Evaluation;
import dev.weft.train.TrainingListener.EpochEvent;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The figures of a training run.
 *
 * @param options what it was started with
 * @param problem what was learnt
 * @param device where it ran
 * @param epochs each epoch's result
 * @param test the test's result, null where nothing was kept for one
 * @param folds what cross-validation gave before; none without
 * @param decision what is predicted of probabilities
 * @param parametersSha256 of the trained parameters
 */
record RunReport(
        TrainOptions options,
        Problem problem,
        DeviceInfo device,
        List<EpochEvent> epochs,
        @Nullable Evaluation test,
        List<Evaluation> folds,
        Decision decision,
        String parametersSha256) {
    static final JsonFactory JSON = new JsonFactory();

    double seconds() {
        return epochs.stream().mapToDouble(EpochEvent::seconds).sum();
    }

    double samplesPerSecond() {
        return epochs.stream().mapToLong(EpochEvent::examples).sum() / seconds();
    }

    /** Writes the figures as JSON, beside the target and then into place. */
    void write(Path path) throws IOException {
        AtomicFile.write(
                path,
                stream -> {
                    JsonGenerator json = JSON.createGenerator(stream);
                    json.useDefaultPrettyPrinter();
                    writeTo(json);
                    json.flush();
                    stream.write('\n');
                });
    }

    private void writeTo(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("weft", Main.Version.text());
        String selector = device.selector();
        int colon = selector.indexOf(':');
        json.writeStringField("backend", colon < 0 ? selector : selector.substring(0, colon));
        json.writeStringField("device", device.description());
        json.writeStringField("model", options.model());
        json.writeStringField("optimizer", options.optimizer.kind().label());
        number(json, "lr", options.optimizer.learningRate());
        json.writeNumberField("batch", options.batch());
        json.writeNumberField("seed", options.seed);
        json.writeNumberField("epochs", options.epochs());
        number(json, "train_seconds", seconds());
        number(json, "samples_per_second", samplesPerSecond());
        numbers(json, "loss", epochs.stream().mapToDouble(EpochEvent::loss).toArray());
        if (problem.task() == Task.CLASSES || problem.task() == Task.BINARY) {
            numbers(json, "accuracy", epochs.stream().mapToDouble(EpochEvent::accuracy).toArray());
        }
        if (epochs.stream().anyMatch(epoch -> epoch.validation() != null)) {
            numbers(
                    json,
                    "validation_loss",
                    epochs.stream().mapToDouble(RunReport::validationLoss).toArray());
        }
        writeNames(json, problem.classes());
        if (!decision.thresholds().isEmpty()) {
            numbers(
                    json,
                    "thresholds",
                    decision.thresholds().stream().mapToDouble(Double::doubleValue).toArray());
        }
        if (test != null) {
            writeEvaluation(json, test);
        }
        if (!folds.isEmpty()) {
            writeFolds(json);
        }
        json.writeStringField("parameters_sha256", parametersSha256);
        json.writeEndObject();
    }

    static double validationLoss(EpochEvent epoch) {
        Evaluation validation = epoch.validation();
        return validation == null ? Double.NaN : validation.loss();
    }

    private static void writeNames(JsonGenerator json, List<String> classes) throws IOException {
        if (!classes.isEmpty()) {
            json.writeArrayFieldStart("classes");
            for (String name : classes) {
                json.writeString(name);
            }
            json.writeEndArray();
        }
    }

    /** The means over the folds as the test's figures, and each fold's own. */
    private void writeFolds(JsonGenerator json) throws IOException {
        Map<String, Spread> spreads = crossValidation(folds).spreads();
        json.writeObjectFieldStart("test");
        for (Map.Entry<String, Spread> spread : spreads.entrySet()) {
            number(json, spread.getKey(), spread.getValue().mean());
        }
        json.writeEndObject();
        json.writeObjectFieldStart("test_deviation");
        for (Map.Entry<String, Spread> spread : spreads.entrySet()) {
            number(json, spread.getKey(), spread.getValue().deviation());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("folds");
        for (Evaluation fold : folds) {
            json.writeStartObject();
            writeFigures(json, fold);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Means and deviations over folds. */
    static CrossValidation crossValidation(List<Evaluation> folds) {
        CrossValidation all = new CrossValidation();
        folds.forEach(fold -> all.add(fold.figures()));
        return all;
    }

    /** The fields of a test's result, in an object that is open. */
    static void writeEvaluation(JsonGenerator json, Evaluation evaluation) throws IOException {
        json.writeObjectFieldStart("test");
        writeFigures(json, evaluation);
        json.writeEndObject();
        number(json, "test_loss", evaluation.loss());
        Optional<ConfusionMatrix> counted = evaluation.meter().confusion();
        if (counted.isPresent()) {
            ConfusionMatrix confusion = counted.get();
            number(json, "test_accuracy", confusion.accuracy());
            json.writeArrayFieldStart("confusion");
            for (int i = 0; i < confusion.classes(); i++) {
                json.writeStartArray();
                for (int j = 0; j < confusion.classes(); j++) {
                    json.writeNumber(confusion.count(i, j));
                }
                json.writeEndArray();
            }
            json.writeEndArray();
        }
    }

    private static void writeFigures(JsonGenerator json, Evaluation evaluation) throws IOException {
        json.writeNumberField("examples", evaluation.examples());
        number(json, "loss", evaluation.loss());
        for (Map.Entry<String, Double> figure : evaluation.figures().entrySet()) {
            number(json, figure.getKey(), figure.getValue());
        }
    }

    /**
     * Writes a number; JSON has none that is not finite: null then, and why under the name with
     * {@code _reason}.
     */
    static void number(JsonGenerator json, String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumberField(name, value);
        } else {
            json.writeNullField(name);
            json.writeStringField(name + "_reason", "not finite: " + value);
        }
    }

    private static void numbers(JsonGenerator json, String name, double[] values)
            throws IOException {
        int missing = 0;
        json.writeArrayFieldStart(name);
        for (double value : values) {
            if (Double.isFinite(value)) {
                json.writeNumber(value);
            } else {
                json.writeNull();
                missing++;
            }
        }
        json.writeEndArray();
        if (missing > 0) {
            json.writeStringField(name + "_reason", "not finite: " + missing + " of them");
        }
    }
}
