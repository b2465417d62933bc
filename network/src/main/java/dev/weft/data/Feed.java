package dev.weft.data;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.OptionalLong;

/**
 * What {@link StreamedBatches} read: passes over numbered examples, each in an order of its own
 * that is a function of seed and epoch alone.
 */
public interface Feed {
    /** How many examples a pass has, where that is known. */
    OptionalLong size();

    /**
     * Begins a pass.
     *
     * @param epoch 0 for the examples in their own order
     * @throws IOException where they cannot be read
     */
    Pass open(long seed, int epoch) throws IOException;

    /** One pass. Used by one thread at a time. */
    interface Pass extends AutoCloseable {
        /**
         * The next examples: {@code most} of them, but fewer at the end, and null behind it. What
         * can be left to {@link Load#read}, which many threads do, is.
         *
         * @throws IOException where they cannot be read
         */
        @Nullable Load next(int most) throws IOException;

        @Override
        void close() throws IOException;
    }

    /** Some examples of a pass, which may have to be read yet. */
    interface Load {
        /** What tells each from all others, whatever the order. */
        long[] numbers();

        /**
         * Those from place {@code from} (inclusive) to {@code to} (exclusive). Any thread may call
         * it, more than once.
         *
         * @throws IOException where they cannot be read
         */
        Examples read(int from, int to) throws IOException;
    }

    /**
     * So many examples a pass, each drawn at random from all, with replacement: what a pass is
     * where there are far more examples than it should have, such as the windows of a text at all
     * its places. Those of epoch 0 are evenly apart, in their own order.
     *
     * @throws IllegalArgumentException where the count is below 1 or above that of the source
     */
    static Feed drawn(IndexedSource source, int count) {
        return new DrawnFeed(source, count);
    }

    /** All examples in a random order, each read by its number when its batch is. */
    static Feed of(IndexedSource source) {
        return new IndexedFeed(source);
    }
}
