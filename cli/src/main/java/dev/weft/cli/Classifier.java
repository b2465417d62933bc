package dev.weft.cli;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.data.Normalization;
import dev.weft.io.FormatException;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Classifies pictures as they come, a batch at a time, and hands on the results in their order. */
final class Classifier {
    private static final int BATCH = 64;

    private final SavedModel model;
    private final Normalization normalization;
    private final Consumer<Prediction> results;
    private final List<Waiting> waiting = new ArrayList<>();

    private record Waiting(String name, Optional<DigitImage> digit) {}

    Classifier(SavedModel model, Consumer<Prediction> results) throws FormatException {
        this.model = model;
        this.normalization = DigitProblem.normalization(model.checkpoint());
        this.results = results;
    }

    /** A picture, and the digit on it, where there is one. */
    void add(String name, Optional<DigitImage> digit) {
        waiting.add(new Waiting(name, digit));
        if (waiting.size() == BATCH) {
            flush();
        }
    }

    /** Hands on the results of all pictures so far. */
    void flush() {
        List<DigitImage> digits = waiting.stream().flatMap(each -> each.digit.stream()).toList();
        float[] all = digits.isEmpty() ? new float[0] : probabilities(digits);
        int at = 0;
        for (Waiting each : waiting) {
            Optional<float[]> own = Optional.empty();
            if (each.digit.isPresent()) {
                float[] row = new float[all.length / digits.size()];
                System.arraycopy(all, row.length * at++, row, 0, row.length);
                own = Optional.of(row);
            }
            String treatment = each.digit.map(DigitImage::treatment).orElse("");
            results.accept(new Prediction(each.name, treatment, own));
        }
        waiting.clear();
    }

    private float[] probabilities(List<DigitImage> digits) {
        int size = DigitImage.SIDE * DigitImage.SIDE;
        byte[] pixels = new byte[digits.size() * size];
        for (int i = 0; i < digits.size(); i++) {
            System.arraycopy(digits.get(i).pixels(), 0, pixels, i * size, size);
        }
        Device device = model.network().device();
        try (Scope _ = device.scope()) {
            Tensor x = device.tensor(normalization.apply(pixels), digits.size(), size);
            Tensor y = model.network().forward(x);
            return model.objective().predictions(y).toFloatArray();
        }
    }
}
