package dev.weft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** Tasks on threads: their order, how far they go ahead, what they throw, how they end. */
@Timeout(60)
class ReadAheadTest {
    private static final String NAME = "read-ahead-test";

    @AfterEach
    void noThreadIsLeft() {
        assertEquals(
                0,
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith(NAME))
                        .count());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void resultsAreInTheOrderOfTasks(int threads) throws ExecutionException {
        AtomicInteger count = new AtomicInteger();
        ReadAhead.Tasks<Integer> tasks =
                () -> {
                    int i = count.getAndIncrement();
                    return i == 40
                            ? null
                            : () -> {
                                // The earlier, the longer.
                                Thread.sleep((40 - i) % 7);
                                return i;
                            };
                };
        try (ReadAhead<Integer> ahead = new ReadAhead<>(NAME, threads, threads + 1, tasks)) {
            for (int i = 0; i < 40; i++) {
                assertEquals(i, ahead.take());
            }
            assertNull(ahead.take());
            assertNull(ahead.take(), "still");
        }
    }

    @Test
    void noMoreAreDoneThanAskedFor() throws Exception {
        AtomicInteger begun = new AtomicInteger();
        ReadAhead.Tasks<Integer> tasks = () -> begun::incrementAndGet;
        try (ReadAhead<Integer> ahead = new ReadAhead<>(NAME, 2, 3, tasks)) {
            while (begun.get() < 3) {
                Thread.sleep(1);
            }
            Thread.sleep(50);
            assertEquals(3, begun.get());
            ahead.take();
            while (begun.get() < 4) {
                Thread.sleep(1);
            }
            Thread.sleep(50);
            assertEquals(4, begun.get());
        }
    }

    @Test
    void whatATaskThrowsIsThrownInItsTurn() throws ExecutionException {
        AtomicInteger count = new AtomicInteger();
        ReadAhead.Tasks<Integer> tasks =
                () -> {
                    int i = count.getAndIncrement();
                    return () -> {
                        if (i == 3) {
                            throw new IOException("broken");
                        }
                        return i;
                    };
                };
        try (ReadAhead<Integer> ahead = new ReadAhead<>(NAME, 3, 8, tasks)) {
            for (int i = 0; i < 3; i++) {
                assertEquals(i, ahead.take());
            }
            for (int i = 0; i < 2; i++) {
                ExecutionException e = assertThrows(ExecutionException.class, ahead::take);
                assertEquals("java.io.IOException: broken", String.valueOf(e.getCause()));
            }
        }
    }

    @Test
    void whereTasksEndInAnErrorItIsTheLast() throws ExecutionException {
        AtomicInteger count = new AtomicInteger();
        ReadAhead.Tasks<Integer> tasks =
                () -> {
                    if (count.getAndIncrement() == 2) {
                        throw new IOException("no more");
                    }
                    return () -> 7;
                };
        try (ReadAhead<Integer> ahead = new ReadAhead<>(NAME, 2, 4, tasks)) {
            assertEquals(7, ahead.take());
            assertEquals(7, ahead.take());
            assertThrows(ExecutionException.class, ahead::take);
            assertEquals(3, count.get());
        }
    }

    /** The threads wait for something that does not come, or for room, or for their turn. */
    @Test
    void itEndsWhereTasksAreStuck() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        ReadAhead.Tasks<Integer> tasks =
                () -> {
                    begun.countDown();
                    Thread.sleep(Long.MAX_VALUE);
                    return null;
                };
        ReadAhead<Integer> ahead = new ReadAhead<>(NAME, 3, 3, tasks);
        begun.await();
        ahead.close();
    }

    @Test
    void aTaskThatIsAtWorkComesToItsEnd() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicInteger interrupted = new AtomicInteger();
        ReadAhead.Tasks<Integer> tasks =
                () ->
                        () -> {
                            begun.countDown();
                            try {
                                Thread.sleep(100);
                            } catch (InterruptedException e) {
                                interrupted.incrementAndGet();
                            }
                            return 1;
                        };
        ReadAhead<Integer> ahead = new ReadAhead<>(NAME, 2, 2, tasks);
        begun.await();
        ahead.close();
        assertEquals(0, interrupted.get());
    }

    @Test
    void anInterruptDoesNotEndTheWait() throws ExecutionException {
        ReadAhead.Tasks<Integer> tasks =
                () ->
                        () -> {
                            Thread.sleep(20);
                            return 1;
                        };
        try (ReadAhead<Integer> ahead = new ReadAhead<>(NAME, 1, 1, tasks)) {
            Thread.currentThread().interrupt();
            assertEquals(1, ahead.take());
            assertTrue(Thread.currentThread().isInterrupted(), "the flag is kept");
        }
        assertTrue(Thread.interrupted(), "and by closing");
        assertFalse(Thread.interrupted());
    }
}
