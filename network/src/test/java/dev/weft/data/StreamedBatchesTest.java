package dev.weft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.io.FormatException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Batches that threads read ahead: the same as without threads, and nothing left behind. */
@Timeout(60)
class StreamedBatchesTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void nothingIsLeft() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
        assertEquals(
                0,
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("weft-reader"))
                        .count());
    }

    /** Those of {@link SourcesTest#numbers}; who reads them early waits the longest. */
    private static IndexedSource slow(int size) {
        IndexedSource all = IndexedSource.of(SourcesTest.numbers(0, size));
        return new IndexedSource() {
            @Override
            public int count() {
                return size;
            }

            @Override
            public Examples read(int[] which) throws IOException {
                try {
                    Thread.sleep(which[0] % 5);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return all.read(which);
            }
        };
    }

    private List<Integer> rest(Batches batches) {
        List<Integer> order = new ArrayList<>();
        for (Batches.Slot slot = batches.next(); slot != null; slot = batches.next()) {
            int[] x = slot.batch().input().toIntArray();
            int[] y = slot.batch().target().toIntArray();
            assertEquals(x.length, slot.size());
            for (int i = 0; i < x.length; i++) {
                assertEquals(x[i], slot.host().inputs().getFirst().get(i));
                assertEquals(y[i], slot.targets().getFirst().get(i));
                order.add(x[i]);
            }
        }
        return order;
    }

    private List<Integer> pass(Batches batches, long seed, int epoch) {
        batches.begin(seed, epoch);
        return rest(batches);
    }

    @Test
    void examplesAreDrawnFromMany() {
        Feed feed = Feed.drawn(IndexedSource.of(SourcesTest.numbers(0, 100)), 20);
        assertEquals(OptionalLong.of(20), feed.size());
        try (Batches one = new StreamedBatches(device, feed, 8, 1);
                Batches two = new StreamedBatches(device, feed, 8, 2)) {
            List<Integer> first = pass(one, 7, 1);
            assertEquals(20, first.size());
            assertEquals(first, pass(two, 7, 1));
            assertNotEquals(first, pass(one, 7, 2));
            assertNotEquals(first, pass(one, 8, 1));
            assertTrue(new HashSet<>(first).size() > 10, first::toString);
            assertEquals(List.of(0, 5, 10), pass(one, 7, 0).subList(0, 3));
        }
        IndexedSource few = IndexedSource.of(SourcesTest.numbers(0, 3));
        assertThrows(IllegalArgumentException.class, () -> Feed.drawn(few, 0));
        assertThrows(IllegalArgumentException.class, () -> Feed.drawn(few, 4));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void aPassIsThatOfBatchesInMemory(int threads) {
        Batches inMemory = new InMemoryBatches(device, SourcesTest.numbers(0, 53), 8);
        try (Batches streamed = new StreamedBatches(device, Feed.of(slow(53)), 8, threads)) {
            for (int epoch : new int[] {1, 2, 0, 1}) {
                assertEquals(pass(inMemory, 7, epoch), pass(streamed, 7, epoch));
                assertNull(streamed.next(), "still at the end");
            }
            assertEquals(OptionalLong.of(7), streamed.count());
            assertEquals(OptionalLong.of(53), streamed.size());
            assertEquals(8, streamed.batchSize());
            streamed.begin(7, 3);
            inMemory.begin(7, 3);
            streamed.skip(3);
            inMemory.skip(3);
            assertEquals(rest(inMemory), rest(streamed));
            streamed.begin(7, 3);
            inMemory.begin(7, 3);
            streamed.next();
            streamed.skip(2);
            inMemory.skip(3);
            assertEquals(rest(inMemory), rest(streamed));
        }
    }

    @Test
    void aPassMayBeLeftAndBegunAgain() {
        try (Batches batches = new StreamedBatches(device, Feed.of(slow(100)), 4, 3)) {
            List<Integer> whole = pass(batches, 1, 1);
            batches.begin(1, 1);
            batches.next();
            assertEquals(whole, pass(batches, 1, 1));
            batches.begin(1, 1);
            batches.next();
        }
    }

    @Test
    void tooMuchCannotBeLeftOut() {
        try (Batches batches = new StreamedBatches(device, Feed.of(slow(10)), 4, 1)) {
            batches.begin(1, 1);
            batches.skip(3);
            assertNull(batches.next());
            batches.begin(1, 1);
            String message =
                    assertThrows(IllegalArgumentException.class, () -> batches.skip(4)).getMessage()
                            + "";
            assertTrue(message.contains("has 3 batches"), message);
        }
    }

    /** So that a captured step can be replayed: one place for each shape. */
    @Test
    void batchesOfOneShapeLieInOnePlace() {
        try (Batches batches = new StreamedBatches(device, Feed.of(slow(10)), 4, 2)) {
            Set<Batches.Slot> slots = new HashSet<>();
            for (int epoch = 1; epoch < 4; epoch++) {
                batches.begin(1, epoch);
                for (Batches.Slot s = batches.next(); s != null; s = batches.next()) {
                    slots.add(s);
                    assertSame(s.batch().input(), s.batch().input());
                    assertEquals(Shape.of(s.size()), s.batch().input().shape());
                }
            }
            assertEquals(2, slots.size());
        }
    }

    @Test
    void aPlaceThatEndedWithItsScopeIsMadeAgain() {
        try (Batches batches = new StreamedBatches(device, Feed.of(slow(8)), 4, 1)) {
            batches.begin(1, 0);
            try (Scope _ = device.scope()) {
                Objects.requireNonNull(batches.next());
            }
            Batches.Slot second = Objects.requireNonNull(batches.next());
            assertArrayEquals(new int[] {4, 5, 6, 7}, second.batch().input().toIntArray());
        }
    }

    @Test
    void manyShapesDoNotFillTheDevice() {
        List<Examples> elements = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            elements.add(SourcesTest.numbers(0, i));
        }
        Feed feed =
                new Feed() {
                    @Override
                    public OptionalLong size() {
                        return OptionalLong.empty();
                    }

                    @Override
                    public Feed.Pass open(long seed, int epoch) {
                        return passOver(elements);
                    }
                };
        try (Batches batches = new StreamedBatches(device, feed, 1, 2)) {
            assertEquals(OptionalLong.empty(), batches.count());
            assertEquals(820, pass(batches, 1, 1).size());
            long live = device.memory().liveBytes();
            assertTrue(live < 5000, () -> live + " bytes: all 40 shapes take more than 6560");
        }
    }

    private static Feed.Pass passOver(List<Examples> elements) {
        return new Feed.Pass() {
            private int at;

            @Override
            public Feed.@Nullable Load next(int most) {
                if (at == elements.size()) {
                    return null;
                }
                Examples element = elements.get(at++);
                return new Feed.Load() {
                    @Override
                    public long[] numbers() {
                        return new long[element.size()];
                    }

                    @Override
                    public Examples read(int from, int to) {
                        return element.slice(from, to);
                    }
                };
            }

            @Override
            public void close() {}
        };
    }

    /** x becomes x · 1000 + the example before it; a function of the pass alone. */
    private static final class Beside implements Transform {
        @Override
        public Examples apply(Examples examples, long[] numbers, long seed, int epoch) {
            int[] x = new int[numbers.length - 1];
            for (int i = 0; i < x.length; i++) {
                HostArray input = examples.inputs().getFirst();
                assertEquals(numbers[i], (long) input.get(i));
                x[i] = (int) (input.get(i + 1) * 1000 + input.get(i));
            }
            return Examples.of(
                    HostArray.of(x, x.length),
                    examples.targets().getFirst().slice(1, numbers.length));
        }

        @Override
        public boolean takesOneBefore() {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anExampleIsGivenTheOneBeforeItWhateverTheBatches(boolean buffered) {
        Feed feed =
                buffered
                        ? new ShuffleBuffer(Source.of(SourcesTest.numbers(0, 30)), 9)
                        : Feed.of(slow(30));
        List<Integer> plain;
        try (Batches batches = new StreamedBatches(device, feed, 7, 1)) {
            plain = pass(batches, 5, 1);
        }
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < plain.size(); i++) {
            expected.add(plain.get(i) * 1000 + plain.get(Math.max(0, i - 1)));
        }
        for (int batch : new int[] {1, 4, 30}) {
            for (int threads : new int[] {1, 3}) {
                try (Batches batches =
                        new StreamedBatches(device, feed, batch, threads, new Beside())) {
                    assertEquals(expected, pass(batches, 5, 1));
                    assertNotEquals(expected, pass(batches, 5, 2));
                    assertEquals(0, pass(batches, 5, 0).getFirst(), "as it is in epoch 0");
                    batches.begin(5, 1);
                    batches.skip(1);
                    assertEquals(expected.subList(batch, 30), rest(batches));
                }
            }
        }
    }

    private static IndexedSource failing(int at, Exception failure) {
        IndexedSource all = IndexedSource.of(SourcesTest.numbers(0, 100));
        return new IndexedSource() {
            @Override
            public int count() {
                return 100;
            }

            @Override
            public Examples read(int[] which) throws IOException {
                if (which[0] == at) {
                    if (failure instanceof IOException e) {
                        throw e;
                    }
                    throw (RuntimeException) failure;
                }
                return all.read(which);
            }
        };
    }

    @Test
    void whatAThreadThrowsIsThrownByTheNextBatch() {
        FormatException cause = new FormatException("a.png: is damaged");
        try (Batches batches = new StreamedBatches(device, Feed.of(failing(40, cause)), 10, 2)) {
            batches.begin(1, 0);
            for (int i = 0; i < 4; i++) {
                batches.next();
            }
            UncheckedIOException thrown = assertThrows(UncheckedIOException.class, batches::next);
            assertSame(cause, thrown.getCause());
            assertEquals("a.png: is damaged", thrown.getMessage());
            assertThrows(IllegalStateException.class, batches::next);
        }
        IllegalArgumentException other = new IllegalArgumentException("no");
        try (Batches batches = new StreamedBatches(device, Feed.of(failing(0, other)), 10, 2)) {
            batches.begin(1, 0);
            assertSame(other, assertThrows(IllegalArgumentException.class, batches::next));
        }
    }

    @Test
    void whatASourceThrowsIsThrownToo() {
        AtomicInteger closed = new AtomicInteger();
        Source source =
                new Source() {
                    @Override
                    public OptionalLong size() {
                        return OptionalLong.empty();
                    }

                    @Override
                    public Source.Pass open() {
                        return new Source.Pass() {
                            private boolean first = true;

                            @Override
                            public Examples next(int most) throws IOException {
                                if (!first) {
                                    throw new IOException("line 7");
                                }
                                first = false;
                                return SourcesTest.numbers(0, 20);
                            }

                            @Override
                            public void close() {
                                closed.incrementAndGet();
                            }
                        };
                    }
                };
        try (Batches batches = new StreamedBatches(device, new ShuffleBuffer(source, 1), 5, 2)) {
            batches.begin(1, 1);
            UncheckedIOException thrown =
                    assertThrows(UncheckedIOException.class, () -> rest(batches));
            assertEquals("line 7", thrown.getMessage());
            assertInstanceOf(IOException.class, thrown.getCause());
            assertEquals(1, closed.get());
        }
    }

    @Test
    void theTimeWaitedIsCounted() {
        try (StreamedBatches batches = new StreamedBatches(device, Feed.of(slow(8)), 4, 1)) {
            batches.begin(1, 0);
            assertEquals(0, batches.waitedNanos());
            rest(batches);
            assertTrue(batches.waitedNanos() > 3_000_000, () -> "" + batches.waitedNanos());
        }
    }

    @Test
    void numbersThatMakeNoSense() {
        Feed feed = Feed.of(slow(1));
        assertThrows(IllegalArgumentException.class, () -> new StreamedBatches(device, feed, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new StreamedBatches(device, feed, 1, 0));
        try (Batches batches = new StreamedBatches(device, feed, 1, 1)) {
            assertThrows(IllegalStateException.class, batches::next);
        }
    }
}
