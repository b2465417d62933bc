package dev.weft.data.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A feature for each bucket, 1 for the one that a hash of the cell chooses, seen or not; all 0 for
 * a missing cell.
 *
 * @param field the column
 * @param buckets how many
 */
record HashingEncoder(Field field, int buckets) implements Encoder {
    @Override
    public List<String> features() {
        return names(field, buckets);
    }

    static List<String> names(Field field, int buckets) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < buckets; i++) {
            names.add(field.name() + " #" + i);
        }
        return names;
    }

    /** The bucket of a text: the same on every machine. The mixing is MurmurHash3's last step. */
    static int bucket(String text, int buckets) {
        int hash = text.hashCode();
        hash = (hash ^ (hash >>> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >>> 13)) * 0xC2B2AE35;
        return Integer.remainderUnsigned(hash ^ (hash >>> 16), buckets);
    }

    @Override
    public void encode(Column cells, float[] out, int at, int stride) {
        Column.Texts texts = (Column.Texts) cells;
        int[] bucket = new int[texts.values().size()];
        for (int i = 0; i < bucket.length; i++) {
            bucket[i] = bucket(texts.values().get(i), buckets);
        }
        for (int i = 0; i < texts.size(); i++) {
            if (!texts.isMissing(i)) {
                out[at + i * stride + bucket[texts.codes()[i]]] = 1;
            }
        }
    }

    @Override
    public Map<String, Object> toMap() {
        return Map.of("buckets", buckets);
    }

    static HashingEncoder of(Field field, JsonMap json) {
        return new HashingEncoder(field, json.integer("buckets"));
    }
}
