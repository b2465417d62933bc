package dev.weft.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.backend.DeviceLostException;
import dev.weft.backend.DeviceOutOfMemoryException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Batches, back-pressure, failures and the end of a predictor. */
@Timeout(60)
class PredictorTest {
    private final List<List<Integer>> batches = new CopyOnWriteArrayList<>();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    /** Holds workers back until it is 0. */
    private CountDownLatch gate = new CountDownLatch(0);

    /** Counts down when a worker has taken a batch. */
    private CountDownLatch taken = new CountDownLatch(0);

    /** Answers with the square. */
    private class Squares implements Worker<Integer, Integer> {
        private final Thread thread = Thread.currentThread();

        Squares() {
            opened.incrementAndGet();
        }

        @Override
        public List<Integer> answer(List<Integer> requests) throws Exception {
            assertSame(thread, Thread.currentThread());
            batches.add(requests);
            taken.countDown();
            gate.await();
            return requests.stream().map(x -> x * x).toList();
        }

        @Override
        public void close() {
            assertSame(thread, Thread.currentThread());
            closed.incrementAndGet();
        }
    }

    private static PredictorOptions options() {
        return PredictorOptions.defaults();
    }

    /** A predictor whose only worker is at work on 0 until the gate opens. */
    private Predictor<Integer, Integer> busy(PredictorOptions options) throws Exception {
        gate = new CountDownLatch(1);
        taken = new CountDownLatch(1);
        Predictor<Integer, Integer> predictor =
                Predictor.open(options, Squares::new, request -> request % 2);
        var _ = predictor.submit(0);
        taken.await();
        return predictor;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void everyThreadGetsItsAnswer(int workers) throws Exception {
        try (Predictor<Integer, Integer> predictor =
                        Predictor.open(options().workers(workers).maxBatch(7), Squares::new);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                int request = i;
                answers.add(callers.submit(() -> predictor.predict(request)));
            }
            for (int i = 0; i < answers.size(); i++) {
                assertEquals(i * i, answers.get(i).get());
            }
        }
        assertEquals(workers, opened.get());
        assertEquals(workers, closed.get());
        assertEquals(2000, batches.stream().mapToInt(List::size).sum());
        assertTrue(batches.stream().allMatch(batch -> batch.size() <= 7));
    }

    @Test
    void whatWaitsIsBatchedByItsKeyInTheOrderOfArrival() throws Exception {
        try (Predictor<Integer, Integer> predictor = busy(options().maxBatch(3))) {
            for (int i = 1; i <= 9; i++) {
                var _ = predictor.submit(i);
            }
            gate.countDown();
        }
        assertEquals(
                List.of(List.of(0), List.of(1, 3, 5), List.of(2, 4, 6), List.of(7, 9), List.of(8)),
                batches);
    }

    @Test
    void aRequestWaitsForOthersOnlyAsLongAsItMay() throws Exception {
        Duration longer = Duration.ofDays(100_000_000);
        try (Predictor<Integer, Integer> predictor =
                Predictor.open(
                        options().workers(2).maxBatch(2).maxWait(longer),
                        Squares::new,
                        request -> request % 2)) {
            Future<Integer> alone = predictor.submit(1);
            assertEquals(4, pair(predictor, 2, 4));
            assertFalse(alone.isDone());
            assertEquals(9, pair(predictor, 3, 5));
            // The first has gone with the third, and the fifth waits: closing does not.
        }
        assertEquals(List.of(List.of(2, 4), List.of(1, 3), List.of(5)), batches);
        batches.clear();
        Duration wait = Duration.ofMillis(50);
        try (Predictor<Integer, Integer> predictor =
                Predictor.open(options().maxWait(wait), Squares::new)) {
            long start = System.nanoTime();
            assertEquals(1, predictor.predict(1));
            assertTrue(System.nanoTime() - start >= wait.toNanos());
        }
    }

    private static int pair(Predictor<Integer, Integer> predictor, int first, int second)
            throws Exception {
        Future<Integer> answer = predictor.submit(first);
        var _ = predictor.submit(second);
        return answer.get();
    }

    @Test
    void aFullQueueRefusesOrLetsWait() throws Exception {
        PredictorOptions options = options().capacity(2).patience(Duration.ofMillis(20));
        try (Predictor<Integer, Integer> predictor = busy(options)) {
            var _ = predictor.submit(1);
            var _ = predictor.submit(2);
            var error = assertThrows(RejectedExecutionException.class, () -> predictor.submit(3));
            assertTrue(
                    String.valueOf(error.getMessage()).contains("2 requests wait already"),
                    error.getMessage());
            gate.countDown();
        }
        assertFalse(batches.stream().anyMatch(batch -> batch.contains(3)));
        batches.clear();
        try (Predictor<Integer, Integer> predictor = busy(options().capacity(1));
                ExecutorService caller = Executors.newSingleThreadExecutor()) {
            var _ = predictor.submit(1);
            Future<Integer> waiting = caller.submit(() -> predictor.predict(2));
            assertThrows(TimeoutException.class, () -> waiting.get(20, TimeUnit.MILLISECONDS));
            gate.countDown();
            assertEquals(4, waiting.get());
        }
    }

    @Test
    void aBoundOfTimeCoversThePlaceAndTheAnswer() throws Exception {
        try (Predictor<Integer, Integer> predictor = busy(options().capacity(1))) {
            Duration little = Duration.ofMillis(20);
            assertThrows(TimeoutException.class, () -> predictor.predict(1, little));
            // That one has its place until its turn, and is not computed then.
            assertThrows(RejectedExecutionException.class, () -> predictor.predict(2, little));
            gate.countDown();
            assertEquals(9, predictor.predict(3, Duration.ofMinutes(1)));
        }
        assertEquals(List.of(List.of(0), List.of(3)), batches);
    }

    @Test
    void aCallerThatIsInterruptedGivesUp() throws Exception {
        try (Predictor<Integer, Integer> predictor = busy(options().capacity(1))) {
            List<Throwable> thrown = new CopyOnWriteArrayList<>();
            List<Thread> callers = new ArrayList<>();
            for (int i = 1; i <= 2; i++) {
                int request = i;
                callers.add(
                        Thread.ofVirtual()
                                .start(
                                        () -> {
                                            try {
                                                predictor.predict(request);
                                            } catch (Throwable e) {
                                                thrown.add(e);
                                            }
                                        }));
            }
            // One waits for its answer, the other for its place.
            for (Thread caller : callers) {
                caller.interrupt();
                caller.join();
            }
            assertEquals(2, thrown.size());
            thrown.forEach(e -> assertInstanceOf(InterruptedException.class, e));
            gate.countDown();
        }
        assertEquals(List.of(List.of(0)), batches);
    }

    /** Fails for a batch with a negative number, and for the number alone. */
    private Worker<Integer, Integer> failing(RuntimeException failure) {
        return new Squares() {
            @Override
            public List<Integer> answer(List<Integer> requests) throws Exception {
                List<Integer> answers = super.answer(requests);
                if (requests.stream().anyMatch(request -> request < 0)) {
                    throw failure;
                }
                return answers;
            }
        };
    }

    private List<CompletableFuture<Integer>> threeWithABadOne(
            Worker.Factory<Integer, Integer> workers) throws Exception {
        gate = new CountDownLatch(1);
        taken = new CountDownLatch(1);
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        try (Predictor<Integer, Integer> predictor = Predictor.open(options(), workers)) {
            var _ = predictor.submit(0);
            taken.await();
            for (int request : new int[] {1, -2, 3}) {
                answers.add(predictor.submit(request));
            }
            gate.countDown();
        }
        return answers;
    }

    @Test
    void anErrorReachesItsCallerAlone() throws Exception {
        IllegalArgumentException failure = new IllegalArgumentException("negative");
        List<CompletableFuture<Integer>> answers = threeWithABadOne(() -> failing(failure));
        assertEquals(1, answers.get(0).join());
        assertEquals(9, answers.get(2).join());
        assertSame(failure, answers.get(1).exceptionNow());
        assertEquals(1, opened.get());
        assertEquals(
                List.of(List.of(0), List.of(1, -2, 3), List.of(1), List.of(-2), List.of(3)),
                batches);
    }

    @Test
    void theCallerSeesWhatTheWorkerThrew() throws Exception {
        IllegalArgumentException failure = new IllegalArgumentException("negative");
        try (Predictor<Integer, Integer> predictor =
                Predictor.open(options(), () -> failing(failure))) {
            var error = assertThrows(CompletionException.class, () -> predictor.predict(-1));
            assertSame(failure, error.getCause());
        }
    }

    /** As where the memory is enough for one, but not for three. */
    @Test
    void aBatchThatIsTooLargeIsDoneOneByOne() throws Exception {
        List<CompletableFuture<Integer>> answers =
                threeWithABadOne(
                        () ->
                                new Squares() {
                                    @Override
                                    public List<Integer> answer(List<Integer> requests)
                                            throws Exception {
                                        if (requests.size() > 1) {
                                            throw new DeviceOutOfMemoryException("too much");
                                        }
                                        return super.answer(requests);
                                    }
                                });
        assertEquals(List.of(1, 4, 9), answers.stream().map(CompletableFuture::join).toList());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aWorkerThatDiesIsReplaced(boolean lost) throws Exception {
        List<CompletableFuture<Integer>> answers =
                threeWithABadOne(
                        () ->
                                new Squares() {
                                    @Override
                                    public List<Integer> answer(List<Integer> requests)
                                            throws Exception {
                                        List<Integer> answers = super.answer(requests);
                                        if (requests.contains(-2)) {
                                            if (lost) {
                                                throw new DeviceLostException("gone");
                                            }
                                            throw new OutOfMemoryError("made up");
                                        }
                                        return answers;
                                    }
                                });
        assertEquals(1, answers.get(0).join());
        assertEquals(9, answers.get(2).join());
        assertSame(
                lost ? DeviceLostException.class : OutOfMemoryError.class,
                answers.get(1).exceptionNow().getClass());
        // For the batch, and for the request alone.
        assertEquals(3, opened.get());
        assertEquals(3, closed.get());
    }

    @Test
    void withoutWorkersWhatWaitsFailsAndWhatComesIsRefused() throws Exception {
        gate = new CountDownLatch(1);
        taken = new CountDownLatch(1);
        try (Predictor<Integer, Integer> predictor =
                Predictor.open(options().maxBatch(1), this::onlyOnce)) {
            CompletableFuture<Integer> first = predictor.submit(-1);
            taken.await();
            CompletableFuture<Integer> second = predictor.submit(2);
            gate.countDown();
            assertInstanceOf(
                    AssertionError.class,
                    assertThrows(CompletionException.class, first::join).getCause());
            assertInstanceOf(
                    RejectedExecutionException.class,
                    assertThrows(CompletionException.class, second::join).getCause());
            var error = assertThrows(RejectedExecutionException.class, () -> predictor.submit(3));
            assertEquals(
                    "java.lang.IllegalStateException: no other", String.valueOf(error.getCause()));
        }
    }

    private Worker<Integer, Integer> onlyOnce() {
        if (opened.get() > 0) {
            throw new IllegalStateException("no other");
        }
        return new Squares() {
            @Override
            public List<Integer> answer(List<Integer> requests) throws Exception {
                super.answer(requests);
                throw new AssertionError("this worker dies");
            }
        };
    }

    @Test
    void aWorkerThatCannotBeOpenedClosesTheOthers() {
        AtomicInteger tried = new AtomicInteger();
        var error =
                assertThrows(
                        IllegalStateException.class,
                        () ->
                                Predictor.open(
                                        options().workers(3),
                                        () -> {
                                            if (tried.incrementAndGet() == 2) {
                                                throw new IOException("no file");
                                            }
                                            return new Squares();
                                        }));
        assertTrue(
                String.valueOf(error.getMessage()).contains("worker 2 of 3"), error.getMessage());
        assertTrue(String.valueOf(error.getMessage()).contains("no file"), error.getMessage());
        assertEquals(1, closed.get());
    }

    @Test
    void aWorkerMustAnswerEachRequest() throws Exception {
        try (Predictor<Integer, Integer> predictor =
                Predictor.open(
                        options(),
                        () ->
                                new Squares() {
                                    @Override
                                    public List<Integer> answer(List<Integer> requests) {
                                        return List.of();
                                    }
                                })) {
            var error = assertThrows(CompletionException.class, () -> predictor.predict(1));
            assertTrue(
                    String.valueOf(error.getMessage()).contains("0 answers to 1 requests"),
                    error.getMessage());
        }
    }

    @Test
    void closingAnswersWhatWasAcceptedAndRefusesTheRest() throws Exception {
        Predictor<Integer, Integer> predictor = busy(options().capacity(1));
        Future<Integer> accepted = predictor.submit(1);
        try (ExecutorService others = Executors.newCachedThreadPool()) {
            Future<Integer> waitsForAPlace = others.submit(() -> predictor.predict(2));
            List<Future<?>> closers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                closers.add(others.submit(predictor::close));
            }
            var refused = assertThrows(ExecutionException.class, waitsForAPlace::get);
            assertInstanceOf(RejectedExecutionException.class, refused.getCause());
            assertFalse(closers.get(0).isDone() || closers.get(1).isDone());
            gate.countDown();
            for (Future<?> closer : closers) {
                closer.get();
            }
        }
        assertEquals(1, accepted.get());
        predictor.close();
        var error = assertThrows(RejectedExecutionException.class, () -> predictor.predict(1));
        assertTrue(String.valueOf(error.getMessage()).contains("closed"), error.getMessage());
    }

    @Test
    void whoIsInterruptedWhileClosingStillWaits() throws Exception {
        Predictor<Integer, Integer> predictor = busy(options());
        Thread.currentThread().interrupt();
        Thread.ofVirtual().start(gate::countDown);
        predictor.close();
        assertTrue(Thread.interrupted());
        assertEquals(1, closed.get());
    }

    @Test
    void aWorkerMayCloseButNotAskItself() throws Exception {
        List<Predictor<Integer, Integer>> self = new CopyOnWriteArrayList<>();
        Predictor<Integer, Integer> predictor =
                Predictor.open(
                        options(),
                        () ->
                                new Squares() {
                                    @Override
                                    public List<Integer> answer(List<Integer> requests)
                                            throws Exception {
                                        if (requests.contains(2)) {
                                            self.getFirst().close();
                                        } else {
                                            self.getFirst().predict(1);
                                        }
                                        return super.answer(requests);
                                    }
                                });
        self.add(predictor);
        var error = assertThrows(CompletionException.class, () -> predictor.predict(1));
        assertInstanceOf(IllegalStateException.class, error.getCause());
        assertEquals(4, predictor.predict(2));
        assertThrows(RejectedExecutionException.class, () -> predictor.submit(3));
        predictor.close();
        assertEquals(1, closed.get());
    }

    @Test
    void optionsAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> options().workers(0));
        assertThrows(IllegalArgumentException.class, () -> options().maxBatch(0));
        assertThrows(IllegalArgumentException.class, () -> options().capacity(0));
        assertThrows(IllegalArgumentException.class, () -> options().maxWait(Duration.ofNanos(-1)));
        assertThrows(
                IllegalArgumentException.class, () -> options().patience(Duration.ofNanos(-1)));
    }
}
