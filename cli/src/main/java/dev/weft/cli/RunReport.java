package dev.weft.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import dev.weft.backend.DeviceInfo;
import dev.weft.io.AtomicFile;
import dev.weft.metrics.ConfusionMatrix;
import dev.weft.train.Evaluation;
import dev.weft.train.TrainingListener.EpochEvent;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The figures of a training run.
 *
 * @param options what it was started with
 * @param device where it ran
 * @param epochs each epoch's result
 * @param evaluation the test's result
 * @param parametersSha256 of the trained parameters
 */
record RunReport(
        TrainOptions options,
        DeviceInfo device,
        List<EpochEvent> epochs,
        Evaluation evaluation,
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
        json.writeStringField("model", options.model().label());
        json.writeStringField("optimizer", options.optimizer().label());
        number(json, "lr", options.learningRate());
        json.writeNumberField("batch", options.batch);
        json.writeNumberField("seed", options.seed);
        json.writeNumberField("epochs", options.epochs);
        number(json, "train_seconds", seconds());
        number(json, "samples_per_second", samplesPerSecond());
        numbers(json, "loss", epochs.stream().mapToDouble(EpochEvent::loss).toArray());
        numbers(json, "accuracy", epochs.stream().mapToDouble(EpochEvent::accuracy).toArray());
        writeEvaluation(json, evaluation);
        json.writeStringField("parameters_sha256", parametersSha256);
        json.writeEndObject();
    }

    /** The fields of a test's result, in an object that is open. */
    static void writeEvaluation(JsonGenerator json, Evaluation evaluation) throws IOException {
        number(json, "test_loss", evaluation.loss());
        number(json, "test_accuracy", evaluation.accuracy());
        ConfusionMatrix confusion = evaluation.confusion();
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
