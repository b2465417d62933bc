package dev.weft.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

@Timeout(60)
class WorkerPoolTest {
    @Test
    void runsEveryPartOnce() {
        try (WorkerPool pool = new WorkerPool(4)) {
            for (int call = 0; call < 200_000; call++) {
                int parts = 1 + call % 13;
                AtomicIntegerArray counts = new AtomicIntegerArray(parts);
                pool.parallelFor(parts, (index, worker) -> counts.incrementAndGet(index));
                for (int i = 0; i < parts; i++) {
                    assertEquals(1, counts.get(i));
                }
            }
        }
    }

    /** While every thread counts as far: until a look finds that out, and then but for some. */
    @Test
    void keepsShortCallsWhereThreadsAreFar() {
        try (WorkerPool pool = new WorkerPool(2, 0)) {
            pool.parallelFor(2, (index, worker) -> {});
            while (pool.shares(false)) {
                // A worker that the system does not run in time leaves a look without an answer.
                Thread.onSpinWait();
            }
            assertFalse(pool.shares(false));
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            pool.forPieces(2, (index, worker) -> threads.add(Thread.currentThread()));
            assertEquals(Set.of(Thread.currentThread()), threads);

            assertTrue(pool.shares(true));
            for (int call = 1; call < WorkerPool.MANY_SHORT; call++) {
                assertTrue(pool.shares(false), "short call " + call + " after a long one");
            }
            assertFalse(pool.shares(false));
            // More pieces than a short call has.
            pool.forPieces(100, (index, worker) -> {});
            assertTrue(pool.shares(false));
        }
    }

    @Test
    void sharesShortCallsWhereThreadsAreNear() {
        try (WorkerPool pool = new WorkerPool(2, Long.MAX_VALUE)) {
            pool.parallelFor(2, (index, worker) -> {});
            for (int call = 0; call < 3 * WorkerPool.LOOK_EVERY; call++) {
                assertTrue(pool.shares(false));
            }
            // A look is no call: what comes after it is run as before.
            AtomicLong sum = new AtomicLong();
            pool.parallelFor(10, (index, worker) -> sum.addAndGet(index));
            assertEquals(45, sum.get());
        }
    }

    @Test
    void wakesParkedWorkers() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(3)) {
            for (int call = 0; call < 200; call++) {
                AtomicLong sum = new AtomicLong();
                pool.parallelFor(10, (index, worker) -> sum.addAndGet(index));
                assertEquals(45, sum.get());
                Thread.sleep(1);
            }
        }
    }

    @Test
    void aPartsExceptionReachesTheCallerAfterAllParts() {
        try (WorkerPool pool = new WorkerPool(2)) {
            AtomicLong done = new AtomicLong();
            IllegalStateException thrown = new IllegalStateException("part 3");
            IllegalStateException caught =
                    assertThrows(
                            IllegalStateException.class,
                            () ->
                                    pool.parallelFor(
                                            8,
                                            (index, worker) -> {
                                                done.incrementAndGet();
                                                if (index == 3) {
                                                    throw thrown;
                                                }
                                            }));
            assertSame(thrown, caught);
            assertEquals(8, done.get());
            pool.parallelFor(4, (index, worker) -> done.incrementAndGet());
            assertEquals(12, done.get());
        }
    }

    @Test
    void callsFromInsideAPartAndAfterCloseRunOnTheCaller() {
        AtomicLong done = new AtomicLong();
        WorkerPool pool = new WorkerPool(2);
        pool.parallelFor(
                3, (outer, w) -> pool.parallelFor(5, (inner, v) -> done.incrementAndGet()));
        assertEquals(15, done.get());
        pool.close();
        pool.close();
        Thread caller = Thread.currentThread();
        pool.parallelFor(3, (index, worker) -> assertSame(caller, Thread.currentThread()));
    }

    @Test
    void callsFromTwoThreadsDoNotMix() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(3)) {
            AtomicLong done = new AtomicLong();
            Runnable calls =
                    () -> {
                        for (int i = 0; i < 20_000; i++) {
                            pool.parallelFor(5, (index, worker) -> done.incrementAndGet());
                        }
                    };
            Thread other = new Thread(calls);
            other.start();
            calls.run();
            other.join();
            assertEquals(200_000, done.get());
        }
    }
}
