package dev.weft.data.table;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A feature for each category, 1 for the cell's; all 0 for an unseen one. Where cells were missing
 * among the training rows, one more: 1 for a missing cell.
 *
 * @param field the column
 * @param categories those of the training rows
 * @param indicator whether there is one more feature
 */
record OneHotEncoder(Field field, List<String> categories, boolean indicator) implements Encoder {
    @Override
    public List<String> features() {
        List<String> names = new ArrayList<>();
        categories.forEach(category -> names.add(field.name() + "=" + category));
        if (indicator) {
            names.add(field.name() + " missing");
        }
        return names;
    }

    @Override
    public void encode(Column cells, float[] out, int at, int stride) {
        int[] codes = codes((Column.Texts) cells, categories);
        for (int i = 0; i < codes.length; i++) {
            if (codes[i] >= 0) {
                out[at + i * stride + codes[i]] = 1;
            } else if (indicator && cells.isMissing(i)) {
                out[at + i * stride + categories.size()] = 1;
            }
        }
    }

    /** Each cell's place among these categories; -1 for a missing one and any other. */
    static int[] codes(Column.Texts cells, List<String> categories) {
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < categories.size(); i++) {
            places.put(categories.get(i), i);
        }
        int[] place = new int[cells.values().size()];
        for (int i = 0; i < place.length; i++) {
            place[i] = places.getOrDefault(cells.values().get(i), -1);
        }
        int[] codes = new int[cells.size()];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = cells.isMissing(i) ? -1 : place[cells.codes()[i]];
        }
        return codes;
    }

    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("categories", categories);
        map.put("indicator", indicator);
        return map;
    }

    static OneHotEncoder of(Field field, JsonMap json) {
        return new OneHotEncoder(field, json.texts("categories"), json.flag("indicator"));
    }
}
