package dev.weft.data;

import dev.weft.HostArray;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Examples on the host. The first axis of every array counts them.
 *
 * @param inputs what a network takes, at least one
 * @param targets what it learns; none where examples are only predicted
 * @param weights what each example counts in the loss, floating of rank 1; null where all count 1
 */
public record Examples(
        List<HostArray> inputs, List<HostArray> targets, @Nullable HostArray weights) {
    /**
     * Keeps the lists as they are now.
     *
     * @throws IllegalArgumentException where there is no input, or the numbers of examples differ
     */
    public Examples {
        inputs = List.copyOf(inputs);
        targets = List.copyOf(targets);
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("examples: there must be an input");
        }
        int size = inputs.getFirst().rows();
        List<HostArray> others = new ArrayList<>(inputs);
        others.addAll(targets);
        if (weights != null) {
            others.add(weights);
        }
        for (HostArray other : others) {
            if (other.rows() != size) {
                throw new IllegalArgumentException(
                        "examples: the first input has %d, another array %s: the first extents must be equal"
                                .formatted(size, other.shape()));
            }
        }
    }

    /** With one input and one target. */
    public static Examples of(HostArray input, HostArray target) {
        return new Examples(List.of(input), List.of(target), null);
    }

    /** How many there are. */
    public int size() {
        return inputs.getFirst().rows();
    }

    /** Those from {@code from} (inclusive) to {@code to} (exclusive): the same memory. */
    public Examples slice(int from, int to) {
        return map(array -> array.slice(from, to));
    }

    /** Those of these numbers, in this order: a copy. */
    public Examples select(int[] which) {
        return map(array -> array.select(which));
    }

    private Examples map(UnaryOperator<HostArray> change) {
        return new Examples(
                inputs.stream().map(change).toList(),
                targets.stream().map(change).toList(),
                weights == null ? null : change.apply(weights));
    }
}
