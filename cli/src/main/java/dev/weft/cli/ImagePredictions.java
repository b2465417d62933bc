package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.data.image.ImagePreprocessing;
import dev.weft.io.AtomicFile;
import dev.weft.io.PrintableWriter;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Which classes a model takes pictures for. */
final class ImagePredictions {
    private static final int SHOWN = 5;

    private final SavedModel model;
    private final ImagePreprocessing preprocessing;
    private final List<Result> results = new ArrayList<>();

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Result(Path picture, float[] probabilities) {}

    ImagePredictions(SavedModel model) throws IOException {
        this.model = model;
        this.preprocessing = ImagePreprocessing.fromJson(EvaluationData.preprocessing(model));
    }

    /** What a picture is taken for: a line, with the likeliest classes. */
    String predict(Path picture) throws IOException {
        float[] probabilities;
        try (Scope _ = model.network().device().scope()) {
            Tensor x = preprocessing.read(List.of(picture)).on(model.network().device());
            probabilities =
                    model.objective().predictions(model.network().forward(x)).toFloatArray();
        }
        for (float probability : probabilities) {
            if (!Float.isFinite(probability)) {
                throw new InputException(
                        "%s: the model's outputs are not finite (%s): its parameters are damaged or were not trained"
                                .formatted(picture, probability));
            }
        }
        results.add(new Result(picture, probabilities));
        StringBuilder line = new StringBuilder(PrintableWriter.line(picture.toString()));
        line.append(": ").append(name(model.decision().label(probabilities)));
        order(probabilities).stream()
                .limit(SHOWN)
                .forEach(i -> line.append("  %s: %.4f".formatted(name(i), probabilities[i])));
        return line.toString();
    }

    private String name(int label) {
        return PrintableWriter.line(preprocessing.classes().get(label));
    }

    private static List<Integer> order(float[] probabilities) {
        return IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -probabilities[i]))
                .toList();
    }

    /** All results as JSON. */
    void write(Path path) throws IOException {
        AtomicFile.write(
                path,
                stream -> {
                    JsonGenerator json = RunReport.JSON.createGenerator(stream);
                    json.useDefaultPrettyPrinter();
                    json.writeStartArray();
                    for (Result result : results) {
                        json.writeStartObject();
                        json.writeStringField("image", result.picture.toString());
                        int best = model.decision().label(result.probabilities);
                        json.writeStringField("class", preprocessing.classes().get(best));
                        json.writeObjectFieldStart("probabilities");
                        for (int i = 0; i < result.probabilities.length; i++) {
                            json.writeNumberField(
                                    preprocessing.classes().get(i), result.probabilities[i]);
                        }
                        json.writeEndObject();
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                    json.flush();
                    stream.write('\n');
                });
    }
}
