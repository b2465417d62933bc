package dev.weft.data;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * A source whose examples can be read by their numbers, by many threads at a time: each pass can
 * have an order of its own, and parts of it are told by their numbers.
 */
public interface IndexedSource extends Source {
    /** How many examples there are. */
    int count();

    /**
     * The examples of these numbers, in this order. Any thread may call it.
     *
     * @throws IOException where one cannot be read
     * @throws IndexOutOfBoundsException where a number is not that of an example
     */
    Examples read(int[] which) throws IOException;

    /** Those of these numbers, in this order, as of a part for the test. */
    default IndexedSource select(int[] which) {
        int[] chosen = which.clone();
        for (int number : chosen) {
            Objects.checkIndex(number, count());
        }
        IndexedSource all = this;
        return new IndexedSource() {
            @Override
            public int count() {
                return chosen.length;
            }

            @Override
            public Examples read(int[] numbers) throws IOException {
                return all.read(Arrays.stream(numbers).map(number -> chosen[number]).toArray());
            }
        };
    }

    @Override
    default OptionalLong size() {
        return OptionalLong.of(count());
    }

    @Override
    default Pass open() {
        return new Pass() {
            private int at;

            @Override
            public @Nullable Examples next(int most) throws IOException {
                int size = Math.min(most, count() - at);
                if (size == 0) {
                    return null;
                }
                int[] which = new int[size];
                Arrays.setAll(which, i -> at + i);
                Examples examples = read(which);
                at += size;
                return examples;
            }

            @Override
            public void close() {}
        };
    }

    /** Those that are in memory. */
    static IndexedSource of(Examples examples) {
        return new IndexedSource() {
            @Override
            public int count() {
                return examples.size();
            }

            @Override
            public Examples read(int[] which) {
                return examples.select(which);
            }
        };
    }
}
