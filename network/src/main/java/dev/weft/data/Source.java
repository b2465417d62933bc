package dev.weft.data;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Where examples come from: the same ones in the same order at each pass. */
public interface Source {
    /** How many examples a pass has, where that is known before it was made. */
    OptionalLong size();

    /**
     * Begins a pass.
     *
     * @throws IOException where it cannot be read
     */
    Pass open() throws IOException;

    /** One pass over the examples. Used by one thread. */
    interface Pass extends AutoCloseable {
        /**
         * The next examples, at least one and at most {@code most}; null at the end.
         *
         * @throws IOException where they cannot be read
         */
        @Nullable Examples next(int most) throws IOException;

        @Override
        void close() throws IOException;
    }

    /** Those that are in memory. */
    static Source of(Examples examples) {
        return new Source() {
            @Override
            public OptionalLong size() {
                return OptionalLong.of(examples.size());
            }

            @Override
            public Pass open() {
                return new Pass() {
                    private int at;

                    @Override
                    public @Nullable Examples next(int most) {
                        if (at == examples.size()) {
                            return null;
                        }
                        int from = at;
                        at = Math.min(examples.size(), at + most);
                        return examples.slice(from, at);
                    }

                    @Override
                    public void close() {}
                };
            }
        };
    }

    /**
     * Those of an iterable, one or more of them in each element; a pass begins a new iteration.
     * Where this fails with an {@link java.io.UncheckedIOException}, so does the pass.
     */
    static Source of(Iterable<Examples> elements) {
        return stream(() -> StreamSupport.stream(elements.spliterator(), false));
    }

    /** As {@link #of(Iterable)}: a pass takes another stream, and closes it. */
    static Source stream(Supplier<Stream<Examples>> streams) {
        return new StreamSource(streams);
    }
}
