package dev.weft.data.table;

import java.util.List;
import java.util.Map;

/**
 * 2 i / (n - 1) - 1 for category i of n; 0 for a missing or an unseen one, and for a single one.
 *
 * @param field the column
 * @param categories in their order
 */
record OrdinalEncoder(Field field, List<String> categories) implements Encoder {
    @Override
    public List<String> features() {
        return List.of(field.name());
    }

    @Override
    public void encode(Column cells, float[] out, int at, int stride) {
        int[] codes = OneHotEncoder.codes((Column.Texts) cells, categories);
        double last = Math.max(1, categories.size() - 1);
        for (int i = 0; i < codes.length; i++) {
            if (codes[i] >= 0 && categories.size() > 1) {
                out[at + i * stride] = (float) (2 * codes[i] / last - 1);
            }
        }
    }

    @Override
    public Map<String, Object> toMap() {
        return Map.of("categories", categories);
    }

    static OrdinalEncoder of(Field field, JsonMap json) {
        return new OrdinalEncoder(field, json.texts("categories"));
    }
}
