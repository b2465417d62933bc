package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;

import java.io.IOException;
import java.util.Optional;

/**
 * What one picture was taken for.
 *
 * @param name of the picture
 * @param treatment what was done to it first
 * @param probabilities of the classes, or nothing where there was no digit
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Prediction(String name, String treatment, Optional<float[]> probabilities) {
    /** A digit that is less probable may well be another. */
    private static final float SURE = 0.6f;

    Prediction {
        for (float probability : probabilities.orElse(new float[0])) {
            if (!Float.isFinite(probability)) {
                throw new InputException(
                        "%s: the model's outputs are not finite (%s): its parameters are damaged or were not trained"
                                .formatted(name, probability));
            }
        }
    }

    boolean isDigit() {
        return probabilities.isPresent();
    }

    private static int best(float[] probabilities) {
        int best = 0;
        for (int i = 1; i < probabilities.length; i++) {
            best = probabilities[i] > probabilities[best] ? i : best;
        }
        return best;
    }

    private static boolean isSure(float[] probabilities) {
        return probabilities[best(probabilities)] >= SURE;
    }

    /** Lines for people; the first begins with the name. */
    String text(String printableName) {
        if (probabilities.isEmpty()) {
            return printableName + ": no digit: there is no ink on it";
        }
        float[] each = probabilities.get();
        StringBuilder text = new StringBuilder(printableName).append(": ").append(best(each));
        if (!isSure(each)) {
            text.append(" (unsure)");
        }
        for (int i = 0; i < each.length; i++) {
            text.append("  %d: %.4f".formatted(i, each[i]));
        }
        if (!treatment.isEmpty()) {
            text.append(System.lineSeparator()).append("    ").append(treatment);
        }
        return text.toString();
    }

    void writeTo(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("image", name);
        if (probabilities.isEmpty()) {
            json.writeNullField("digit");
            json.writeStringField("reason", "no digit: there is no ink on it");
        } else {
            float[] each = probabilities.get();
            json.writeNumberField("digit", best(each));
            json.writeBooleanField("sure", isSure(each));
            json.writeArrayFieldStart("probabilities");
            for (float probability : each) {
                json.writeNumber(probability);
            }
            json.writeEndArray();
            json.writeStringField("treatment", treatment);
        }
        json.writeEndObject();
    }
}
