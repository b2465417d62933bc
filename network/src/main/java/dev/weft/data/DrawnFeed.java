package dev.weft.data;

import dev.weft.random.Philox;

import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Passes over some examples of a source, drawn with replacement.
 *
 * @param source reads them
 * @param count how many a pass has
 */
record DrawnFeed(IndexedSource source, int count) implements Feed {
    DrawnFeed {
        if (count < 1 || count > source.count()) {
            throw new IllegalArgumentException(
                    "feed: %d examples a pass, drawn from %d: must be at least 1 and no more than there are"
                            .formatted(count, source.count()));
        }
    }

    @Override
    public OptionalLong size() {
        return OptionalLong.of(count);
    }

    @Override
    public Pass open(long seed, int epoch) {
        int all = source.count();
        int[] numbers = new int[count];
        if (epoch == 0) {
            Arrays.setAll(numbers, i -> (int) ((long) i * all / count));
        } else {
            Philox random = Shuffling.stream(seed, epoch);
            Arrays.setAll(numbers, _ -> random.nextInt(all));
        }
        return new IndexedFeed.Order(source, numbers);
    }
}
