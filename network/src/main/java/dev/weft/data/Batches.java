package dev.weft.data;

import dev.weft.HostArray;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.OptionalLong;

/**
 * Passes over examples on a device, cut into mini-batches. They belong to the device's thread.
 *
 * <pre>{@code
 * batches.begin(seed, epoch);
 * for (Batches.Slot slot = batches.next(); slot != null; slot = batches.next()) {
 *     Tensor loss = Losses.mse(network.forward(slot.batch().input()), slot.batch().target());
 * }
 * }</pre>
 */
public interface Batches extends AutoCloseable {
    /**
     * Begins a pass, also where another has not come to its end.
     *
     * @param seed of the order, and of what is drawn to augment examples
     * @param epoch from 1 on: the pass is a function of the seed and of it alone, so that a resumed
     *     run goes on exactly; 0: the examples in their own order, as they are
     */
    void begin(long seed, int epoch);

    /**
     * The next batch, on its way to the device; null at the end of the pass. It overwrites what the
     * slot of the same shape held before.
     */
    @Nullable Slot next();

    /** Leaves so many batches of the pass out, as when a run is resumed within it. */
    default void skip(long batches) {
        for (long i = 0; i < batches; i++) {
            if (next() == null) {
                throw new IllegalArgumentException(
                        "the pass has %d batches: %d cannot be left out".formatted(i, batches));
            }
        }
    }

    /** How many batches a pass has, where that is known. */
    OptionalLong count();

    /** How many examples a pass has, where that is known. */
    OptionalLong size();

    /** How many examples each batch has but the last. */
    int batchSize();

    /** Ends what reads ahead. What is on the device belongs to the scope that it was made in. */
    @Override
    default void close() {}

    /** Where batches of one shape lie, one after the other: a captured step reads from there. */
    interface Slot {
        /** How many examples the batch has. */
        int size();

        /**
         * The batch, in the innermost open scope. Nothing is brought from the host or waited for,
         * so that it may be captured.
         */
        Batch batch();

        /** The same examples on the host, as when an error or a metric needs them. */
        Examples host();

        /** Their targets on the host. */
        default List<HostArray> targets() {
            return host().targets();
        }
    }

    /**
     * Examples on a device. The first axis of every tensor counts them.
     *
     * @param inputs what the network takes
     * @param targets what it learns
     * @param weights what each example counts in the loss; null where all count 1
     */
    record Batch(List<Tensor> inputs, List<Tensor> targets, @Nullable Tensor weights) {
        /** With one input and one target. */
        public static Batch of(Tensor input, Tensor target) {
            return new Batch(List.of(input), List.of(target), null);
        }

        /** The first input. */
        public Tensor input() {
            return inputs.getFirst();
        }

        /** The first target. */
        public Tensor target() {
            return targets.getFirst();
        }
    }
}
