package dev.weft.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
