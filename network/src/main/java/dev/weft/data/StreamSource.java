package dev.weft.data;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The examples of streams, a new one for each pass.
 *
 * @param streams gives each pass its own
 */
record StreamSource(Supplier<Stream<Examples>> streams) implements Source {
    @Override
    public OptionalLong size() {
        return OptionalLong.empty();
    }

    @Override
    public Source.Pass open() {
        Stream<Examples> stream = streams.get();
        Iterator<Examples> elements = stream.iterator();
        return new Pass() {
            private @Nullable Examples element;
            private int at;

            @Override
            public @Nullable Examples next(int most) throws IOException {
                try {
                    while (element == null || at == element.size()) {
                        if (!elements.hasNext()) {
                            return null;
                        }
                        element = elements.next();
                        at = 0;
                    }
                } catch (UncheckedIOException e) {
                    throw e.getCause();
                }
                int from = at;
                at = Math.min(element.size(), from + most);
                return element.slice(from, at);
            }

            @Override
            public void close() {
                stream.close();
            }
        };
    }
}
