package dev.weft.data.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * For each output of the target, s (m - p): m the smoothed mean target of the category's training
 * rows, p that of all, and s such that the features have deviation 1 there. Missing cells are a
 * category of their own; an unseen one has 0, as if it were the mean.
 *
 * @param field the column
 * @param outputs how many features
 * @param means the features of each category
 * @param missing those of a missing cell
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TargetEncoder(Field field, int outputs, Map<String, double[]> means, double[] missing)
        implements Encoder {
    @Override
    public List<String> features() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            names.add(field.name() + " target " + i);
        }
        return names;
    }

    @Override
    public void encode(Column cells, float[] out, int at, int stride) {
        Column.Texts texts = (Column.Texts) cells;
        double[] unseen = new double[outputs];
        for (int i = 0; i < texts.size(); i++) {
            double[] features =
                    texts.isMissing(i)
                            ? missing
                            : means.getOrDefault(texts.values().get(texts.codes()[i]), unseen);
            for (int k = 0; k < outputs; k++) {
                out[at + i * stride + k] = (float) features[k];
            }
        }
    }

    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("outputs", outputs);
        map.put("means", means);
        map.put("missing", missing);
        return map;
    }

    static TargetEncoder of(Field field, JsonMap json) {
        int outputs = json.integer("outputs");
        Map<String, double[]> means = json.lists("means");
        double[] missing = json.numbers("missing");
        if (missing.length != outputs
                || !means.values().stream().allMatch(mean -> mean.length == outputs)) {
            throw new JsonMap.Damaged(
                    "the means of '%s' are not %d each".formatted(field.name(), outputs));
        }
        return new TargetEncoder(field, outputs, means, missing);
    }

    @Override
    public String toString() {
        return "TargetEncoder[%s, %d categories, missing %s]"
                .formatted(field, means.size(), Arrays.toString(missing));
    }
}
