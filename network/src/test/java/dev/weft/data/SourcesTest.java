package dev.weft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.HostArray;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Sources of what is in memory, in an iterable or in a stream. */
class SourcesTest {
    /** Example i is the number i with the target 10 i. */
    static Examples numbers(int from, int to) {
        int[] x = IntStream.range(from, to).toArray();
        int[] y = IntStream.range(from, to).map(i -> 10 * i).toArray();
        return Examples.of(HostArray.of(x, x.length), HostArray.of(y, y.length));
    }

    /** The examples of a pass, so many at a time at most, as "3 4 | 5". */
    static String pass(Source source, int most) throws IOException {
        List<String> parts = new ArrayList<>();
        try (Source.Pass pass = source.open()) {
            for (Examples part = pass.next(most); part != null; part = pass.next(most)) {
                StringBuilder text = new StringBuilder();
                for (int i = 0; i < part.size(); i++) {
                    double x = part.inputs().getFirst().get(i);
                    assertEquals(10 * x, part.targets().getFirst().get(i));
                    text.append(i == 0 ? "" : " ").append((int) x);
                }
                parts.add(text.toString());
            }
        }
        return String.join(" | ", parts);
    }

    @Test
    void thoseInMemoryAreReadByTheirNumbers() throws IOException {
        IndexedSource source = IndexedSource.of(numbers(3, 8));
        assertEquals(OptionalLong.of(5), source.size());
        assertEquals("3 4 | 5 6 | 7", pass(source, 2));
        assertEquals("3 4 | 5 6 | 7", pass(Source.of(numbers(3, 8)), 2));
        IndexedSource part = source.select(new int[] {4, 0, 2});
        assertEquals("7 3 | 5", pass(part, 2));
        assertEquals("5 5", pass(part.select(new int[] {2, 2}), 9));
        assertThrows(IndexOutOfBoundsException.class, () -> source.select(new int[] {5}));
    }

    @Test
    void anIterableIsReadAgainInEachPass() throws IOException {
        Source source = Source.of(List.of(numbers(0, 3), numbers(3, 3), numbers(3, 4)));
        assertEquals(OptionalLong.empty(), source.size());
        for (int i = 0; i < 2; i++) {
            assertEquals("0 1 | 2 | 3", pass(source, 2));
        }
        assertEquals("", pass(Source.of(List.of()), 2));
    }

    @Test
    void aStreamIsClosedAndItsErrorsAreThoseOfThePass() {
        boolean[] closed = new boolean[1];
        Source source =
                Source.stream(
                        () ->
                                Stream.of(1, 2)
                                        .map(
                                                i -> {
                                                    if (i == 2) {
                                                        throw new UncheckedIOException(
                                                                new IOException("no two"));
                                                    }
                                                    return numbers(0, i);
                                                })
                                        .onClose(() -> closed[0] = true));
        IOException error = assertThrows(IOException.class, () -> pass(source, 1));
        assertEquals("no two", error.getMessage());
        assertTrue(closed[0]);
    }
}
