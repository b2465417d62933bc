package dev.weft.data;

import dev.weft.HostArray;
import dev.weft.Shape;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Room for examples of one kind, which are put into places of it. */
final class Rows {
    private final Examples kept;

    /** For so many like these. */
    Rows(Examples like, int capacity) {
        HostArray weights = like.weights();
        kept =
                new Examples(
                        like.inputs().stream().map(array -> room(array, capacity)).toList(),
                        like.targets().stream().map(array -> room(array, capacity)).toList(),
                        weights == null ? null : room(weights, capacity));
    }

    private static HostArray room(HostArray like, int capacity) {
        Shape shape = like.shape().with(0, capacity);
        int bytes = Math.toIntExact(shape.size() * like.dtype().bytes());
        return new HostArray(like.dtype(), shape, MemorySegment.ofArray(new byte[bytes]));
    }

    /**
     * Puts row {@code row} of {@code from} into a place.
     *
     * @throws IllegalArgumentException where it is of another kind
     */
    void put(int place, Examples from, int row) {
        List<HostArray> mine = arrays(kept);
        List<HostArray> theirs = arrays(from);
        boolean fits = mine.size() == theirs.size();
        for (int i = 0; fits && i < mine.size(); i++) {
            fits =
                    mine.get(i).dtype() == theirs.get(i).dtype()
                            && ofOne(mine.get(i)).equals(ofOne(theirs.get(i)));
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "examples: one has %s, others %s: all of a source must have the same types and shapes"
                            .formatted(kinds(theirs), kinds(mine)));
        }
        for (int i = 0; i < mine.size(); i++) {
            long bytes = mine.get(i).content().byteSize() / mine.get(i).rows();
            MemorySegment.copy(
                    theirs.get(i).content(),
                    row * bytes,
                    mine.get(i).content(),
                    place * bytes,
                    bytes);
        }
    }

    private static Shape ofOne(HostArray array) {
        return array.shape().with(0, 1);
    }

    private static List<String> kinds(List<HostArray> arrays) {
        return arrays.stream().map(array -> array.dtype() + " " + ofOne(array)).toList();
    }

    /** All of its arrays, in the order of inputs, targets and weights. */
    static List<HostArray> arrays(Examples examples) {
        List<HostArray> arrays = new ArrayList<>(examples.inputs());
        arrays.addAll(examples.targets());
        @Nullable HostArray weights = examples.weights();
        if (weights != null) {
            arrays.add(weights);
        }
        return arrays;
    }

    /** The first {@code count} places: the same memory. */
    Examples first(int count) {
        return kept.slice(0, count);
    }

    /** All places: the same memory. */
    Examples all() {
        return kept;
    }

    /** Several one behind the other. */
    static Examples join(List<Examples> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        Rows rows = new Rows(parts.getFirst(), parts.stream().mapToInt(Examples::size).sum());
        int at = 0;
        for (Examples part : parts) {
            for (int row = 0; row < part.size(); row++) {
                rows.put(at++, part, row);
            }
        }
        return rows.all();
    }
}
