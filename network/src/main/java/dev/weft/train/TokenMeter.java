package dev.weft.train;

import dev.weft.HostArray;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/** How well the tokens of texts are foretold. */
final class TokenMeter implements Meter {
    private final String token;
    private double bits;
    private double right;
    private double counted;

    /** Without texts. */
    TokenMeter(String token) {
        this.token = token;
    }

    @Override
    public void add(HostArray predictions, HostArray target, @Nullable HostArray weights) {
        int tokens = Math.toIntExact(target.shape().size());
        int length = tokens / Math.max(1, target.rows());
        float[] probabilities = predictions.floats();
        int known = probabilities.length / Math.max(1, tokens);
        for (int i = 0; i < tokens; i++) {
            int is = i * known + (int) target.get(i);
            boolean likeliest = true;
            for (int at = i * known; at < (i + 1) * known; at++) {
                likeliest &= probabilities[at] <= probabilities[is];
            }
            double weight = weights == null ? 1 : weights.get(i / length);
            // What underflows is not impossible, only as unlikely as a float can say.
            double probability = Math.max(probabilities[is], Float.MIN_VALUE);
            bits -= weight * Math.log(probability) / Math.log(2);
            right += likeliest ? weight : 0;
            counted += weight;
        }
    }

    @Override
    public Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("bits_per_" + token, bits / counted);
        figures.put("accuracy", right / counted);
        return figures;
    }
}
