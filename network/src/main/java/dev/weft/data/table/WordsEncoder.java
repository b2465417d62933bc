package dev.weft.data.table;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A bag of words: for each bucket log(1 + n), with n how many of the cell's words a hash puts
 * there, divided by the root of the sum of squares of all. Words are runs of letters and digits, in
 * lower case. All 0 for a missing cell.
 *
 * @param field the column
 * @param buckets how many
 */
record WordsEncoder(Field field, int buckets) implements Encoder {
    private static final Pattern BETWEEN = Pattern.compile("[^\\p{L}\\p{N}]+");

    @Override
    public List<String> features() {
        return HashingEncoder.names(field, buckets);
    }

    @Override
    public void encode(Column cells, float[] out, int at, int stride) {
        for (int i = 0; i < cells.size(); i++) {
            int place = at + i * stride;
            for (String word : words(cells.text(i))) {
                if (!word.isEmpty()) {
                    out[place + HashingEncoder.bucket(word, buckets)]++;
                }
            }
            double squares = 0;
            for (int k = 0; k < buckets; k++) {
                out[place + k] = (float) Math.log1p(out[place + k]);
                squares += (double) out[place + k] * out[place + k];
            }
            for (int k = 0; k < buckets && squares > 0; k++) {
                out[place + k] /= (float) Math.sqrt(squares);
            }
        }
    }

    private static List<String> words(String text) {
        return BETWEEN.splitAsStream(text.toLowerCase(Locale.ROOT)).toList();
    }

    @Override
    public Map<String, Object> toMap() {
        return Map.of("buckets", buckets);
    }

    static WordsEncoder of(Field field, JsonMap json) {
        return new WordsEncoder(field, json.integer("buckets"));
    }
}
