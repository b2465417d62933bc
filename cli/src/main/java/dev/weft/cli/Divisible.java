package dev.weft.cli;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/** Examples of one kind, by their numbers, that can be divided into parts. */
interface Divisible {
    int size();

    /** The class of each, null where there are no classes. */
    @Nullable List<String> labels();

    /** Where each stands in the order that they come in. */
    default long[] order() {
        return IntStream.range(0, size()).asLongStream().toArray();
    }

    /**
     * The time of each.
     *
     * @param by what says so
     * @throws InputException where nothing does
     */
    long[] times(String by) throws IOException;

    /**
     * The group of each.
     *
     * @param by what says so
     * @throws InputException where nothing does
     */
    List<String> groups(String by);
}
