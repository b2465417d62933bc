package dev.weft.data;

import dev.weft.random.Philox;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Shuffles a source that is larger than memory: a pass keeps some examples, gives one of them at
 * random, and puts the source's next in its place. The order is a function of seed and epoch. An
 * example comes at most so many places early as are kept; where all are, every order is as likely.
 * What has an order of its own, such as by class, should be mixed before.
 */
public final class ShuffleBuffer implements Feed {
    private static final int READ_AT_ONCE = 256;

    private final Source source;
    private final int capacity;

    /**
     * A feed from a source.
     *
     * @param capacity how many examples are kept in memory, at least 1, which keeps their order
     */
    public ShuffleBuffer(Source source, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "shuffle buffer: it must keep 1 example at least, got " + capacity);
        }
        this.source = source;
        this.capacity = capacity;
    }

    @Override
    public OptionalLong size() {
        return source.size();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException from the pass, where examples differ in types or shapes
     */
    @Override
    public Pass open(long seed, int epoch) throws IOException {
        return new Shuffled(
                source.open(), epoch == 0 ? 1 : capacity, Shuffling.stream(seed, epoch));
    }

    private static final class Shuffled implements Pass {
        private final Source.Pass source;
        private final Philox random;
        private final long[] numbers;
        private @Nullable Rows kept;
        private int size;
        private @Nullable Examples block;
        private int at;
        private long read;

        Shuffled(Source.Pass source, int capacity, Philox random) {
            this.source = source;
            this.random = random;
            this.numbers = new long[capacity];
        }

        @Override
        public @Nullable Load next(int most) throws IOException {
            while (size < numbers.length && fill(size)) {
                size++;
            }
            if (size == 0 || kept == null) {
                return null;
            }
            Rows given = new Rows(kept.all(), most);
            long[] which = new long[most];
            int count = 0;
            while (count < most && size > 0) {
                int place = random.nextInt(size);
                given.put(count, kept.all(), place);
                which[count] = numbers[place];
                count++;
                if (!fill(place)) {
                    size--;
                    kept.put(place, kept.all(), size);
                    numbers[place] = numbers[size];
                }
            }
            return new Given(given.first(count), Arrays.copyOf(which, count));
        }

        /** Puts the source's next example into a place; false where there is none. */
        private boolean fill(int place) throws IOException {
            if (block == null || at == block.size()) {
                block = source.next(READ_AT_ONCE);
                at = 0;
                if (block == null) {
                    return false;
                }
            }
            if (kept == null) {
                kept = new Rows(block, numbers.length);
            }
            kept.put(place, block, at);
            at++;
            numbers[place] = read++;
            return true;
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Given(Examples examples, long[] numbers) implements Load {
        @Override
        public Examples read(int from, int to) {
            return examples.slice(from, to);
        }
    }
}
