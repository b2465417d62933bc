package dev.weft.data;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Passes over all examples of a source that reads them by number.
 *
 * @param source reads them
 */
record IndexedFeed(IndexedSource source) implements Feed {
    @Override
    public OptionalLong size() {
        return source.size();
    }

    @Override
    public Pass open(long seed, int epoch) {
        int[] order = new int[source.count()];
        if (epoch == 0) {
            Arrays.setAll(order, i -> i);
        } else {
            order = Shuffling.stream(seed, epoch).permutation(order.length);
        }
        return new Order(source, order);
    }

    /** A pass over the examples of some numbers. */
    static final class Order implements Pass {
        private final IndexedSource source;
        private final int[] numbers;
        private int at;

        Order(IndexedSource source, int[] numbers) {
            this.source = source;
            this.numbers = numbers;
        }

        @Override
        public @Nullable Load next(int most) {
            int from = at;
            at += Math.min(most, numbers.length - at);
            return at == from ? null : new Chosen(source, Arrays.copyOfRange(numbers, from, at));
        }

        @Override
        public void close() {}
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Chosen(IndexedSource source, int[] which) implements Load {
        @Override
        public long[] numbers() {
            return Arrays.stream(which).asLongStream().toArray();
        }

        @Override
        public Examples read(int from, int to) throws IOException {
            return source.read(Arrays.copyOfRange(which, from, to));
        }
    }
}
