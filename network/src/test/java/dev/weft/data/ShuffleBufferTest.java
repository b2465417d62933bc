package dev.weft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.HostArray;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** Examples shuffled on their way: each once, in an order of seed and epoch. */
class ShuffleBufferTest {
    private static Source source(int size) {
        return Source.of(SourcesTest.numbers(0, size));
    }

    private static List<Integer> pass(Feed feed, long seed, int epoch, int most)
            throws IOException {
        List<Integer> order = new ArrayList<>();
        try (Feed.Pass pass = feed.open(seed, epoch)) {
            for (Feed.Load load = pass.next(most); load != null; load = pass.next(most)) {
                long[] numbers = load.numbers();
                assertTrue(numbers.length <= most);
                Examples examples = load.read(0, numbers.length);
                for (int i = 0; i < numbers.length; i++) {
                    assertEquals(numbers[i], (long) examples.inputs().getFirst().get(i));
                    assertEquals(10 * numbers[i], (long) examples.targets().getFirst().get(i));
                    order.add((int) numbers[i]);
                }
            }
        }
        return order;
    }

    private static List<Integer> inOrder(int size) {
        return IntStream.range(0, size).boxed().toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100, 1000})
    void eachExampleComesOnceWhateverTheBatch(int capacity) throws IOException {
        ShuffleBuffer buffer = new ShuffleBuffer(source(100), capacity);
        assertEquals(OptionalLong.of(100), buffer.size());
        List<Integer> order = pass(buffer, 5, 1, 8);
        assertEquals(inOrder(100), order.stream().sorted().toList());
        assertEquals(order, pass(buffer, 5, 1, 33), "batches do not matter");
        for (int i = 0; i < 100; i++) {
            assertTrue(order.get(i) < i + capacity, "no earlier than it can be kept");
        }
        assertEquals(inOrder(100), pass(buffer, 5, 0, 8), "in order in epoch 0");
        if (capacity == 1) {
            assertEquals(inOrder(100), order);
        } else {
            assertNotEquals(order, pass(buffer, 6, 1, 8));
            assertNotEquals(order, pass(buffer, 5, 2, 8));
        }
    }

    /** 24 orders of four, of 4,800: 200 each, with a deviation of 14. */
    @Test
    void whereAllAreKeptEveryOrderIsAsLikely() throws IOException {
        Map<List<Integer>, Integer> counts = new HashMap<>();
        ShuffleBuffer buffer = new ShuffleBuffer(source(4), 4);
        for (int seed = 0; seed < 4800; seed++) {
            counts.merge(pass(buffer, seed, 1, 3), 1, Integer::sum);
        }
        assertEquals(24, counts.size());
        counts.values().forEach(count -> assertEquals(200, count, 70));
    }

    @Test
    void aFeedByNumberHasTheOrderOfThoseInMemory() throws IOException {
        Feed feed = Feed.of(IndexedSource.of(SourcesTest.numbers(0, 50)));
        List<Integer> order = pass(feed, 3, 2, 8);
        assertEquals(inOrder(50), order.stream().sorted().toList());
        int[] permutation = Shuffling.stream(3, 2).permutation(50);
        assertArrayEquals(permutation, order.stream().mapToInt(i -> i).toArray());
        assertEquals(inOrder(50), pass(feed, 3, 0, 8));
    }

    @Test
    void nothingInNothingOut() throws IOException {
        assertEquals(List.of(), pass(new ShuffleBuffer(Source.of(List.of()), 3), 1, 1, 2));
        assertEquals(
                List.of(), pass(Feed.of(IndexedSource.of(SourcesTest.numbers(0, 0))), 1, 1, 2));
    }

    @Test
    void examplesMustBeOfOneKind() {
        Examples odd = Examples.of(HostArray.of(new int[4], 2, 2), HostArray.of(new int[2], 2));
        ShuffleBuffer buffer =
                new ShuffleBuffer(Source.of(List.of(SourcesTest.numbers(0, 1), odd)), 3);
        String message =
                assertThrows(IllegalArgumentException.class, () -> pass(buffer, 1, 1, 2))
                                .getMessage()
                        + "";
        assertTrue(message.contains("I32 1x2") && message.contains("I32 [1]"), message);
        assertThrows(IllegalArgumentException.class, () -> new ShuffleBuffer(source(1), 0));
    }
}
