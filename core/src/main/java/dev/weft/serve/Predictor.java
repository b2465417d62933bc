package dev.weft.serve;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Answers requests that come from any threads, virtual ones too, by a few workers: each has a
 * device on a thread of its own, and is given what waits as a batch.
 *
 * <pre>{@code
 * PredictorOptions options = PredictorOptions.defaults().workers(2).maxBatch(16);
 * try (Predictor<String, float[]> predictor =
 *         Predictor.open(options, MyWorker::new, text -> lengthClass(text))) {
 *     float[] answer = predictor.predict("from any thread");
 * }
 * }</pre>
 *
 * <p><b>Batches.</b> A worker that is free takes up to {@link PredictorOptions#maxBatch} requests
 * whose keys are equal, those of the oldest first.
 *
 * <p><b>Back-pressure.</b> {@link PredictorOptions#capacity} accepted requests may wait; for a
 * place among them a caller waits up to {@link PredictorOptions#patience}, and is then refused by a
 * {@link RejectedExecutionException}.
 *
 * <p><b>Failures.</b> Where a worker throws for a batch, each of its requests is tried alone, so
 * that an error reaches only the caller whose request it is. So does a batch for which a device has
 * no memory. A worker that throws an {@link Error} or a {@link
 * dev.weft.backend.DeviceLostException} is closed, and another opened in its place; where that
 * fails, its thread ends, and with the last thread the predictor: what waits fails, and what comes
 * is refused.
 *
 * <p><b>Closing</b> refuses what comes later, answers what was accepted, and waits for it.
 *
 * @param <I> a request
 * @param <O> an answer
 */
public final class Predictor<I, O> implements AutoCloseable {
    private final PredictorOptions options;
    private final Function<? super I, ?> key;
    private final RequestQueue<I, O> queue;
    private final List<Thread> threads = new ArrayList<>();

    private Predictor(PredictorOptions options, Function<? super I, ?> key) {
        this.options = options;
        this.key = key;
        this.queue = new RequestQueue<>(options);
    }

    /**
     * Opens the workers, one after the other, each on its thread, for requests that may all be
     * batched together.
     *
     * @throws IllegalStateException where one cannot be opened; the others are closed then
     */
    public static <I, O> Predictor<I, O> open(
            PredictorOptions options, Worker.Factory<I, O> workers) {
        return open(options, workers, _ -> null);
    }

    /**
     * The same, for requests of several keys.
     *
     * @param key gives equal objects for requests that may be batched together, such as those of
     *     one padded length; called on the caller's thread
     * @throws IllegalStateException where a worker cannot be opened; the others are closed then
     */
    public static <I, O> Predictor<I, O> open(
            PredictorOptions options,
            Worker.Factory<I, O> workers,
            Function<? super I, ? extends @Nullable Object> key) {
        Predictor<I, O> predictor = new Predictor<>(options, key);
        try {
            for (int i = 1; i <= options.workers(); i++) {
                predictor.start(i, workers);
            }
            return predictor;
        } catch (RuntimeException | Error e) {
            predictor.close();
            throw e;
        }
    }

    private void start(int number, Worker.Factory<I, O> workers) {
        WorkerLoop<I, O> loop = new WorkerLoop<>(queue, workers);
        String name = "weft-predictor-" + number;
        threads.add(Thread.ofPlatform().daemon().name(name).start(loop));
        try {
            loop.opened().join();
        } catch (CompletionException e) {
            throw new IllegalStateException(
                    "predictor: worker %d of %d cannot be opened: %s"
                            .formatted(number, options.workers(), e.getCause()),
                    e.getCause());
        }
    }

    /**
     * Asks for an answer. Where the future is cancelled before a worker has taken the request,
     * nothing is computed for it. What depends on the future may run on the worker's thread, which
     * answers nobody meanwhile.
     *
     * @return fails with what the worker threw
     * @throws RejectedExecutionException where there was no place in time, or the predictor is
     *     closed
     * @throws InterruptedException where this thread was interrupted while it waited for a place;
     *     the request was not accepted then
     */
    public CompletableFuture<O> submit(I request) throws InterruptedException {
        return submit(request, PredictorOptions.nanos(options.patience()));
    }

    private CompletableFuture<O> submit(I request, long nanos) throws InterruptedException {
        Request<I, O> accepted =
                new Request<>(Objects.requireNonNull(request, "request"), key.apply(request));
        queue.add(accepted, nanos);
        return accepted.answer();
    }

    /**
     * The answer. Blocks.
     *
     * @throws CompletionException with what the worker threw as its cause
     * @throws RejectedExecutionException as {@link #submit}
     * @throws InterruptedException where this thread was interrupted meanwhile; the request is
     *     given up then
     * @throws IllegalStateException on a thread of this predictor, which would wait for itself
     */
    public O predict(I request) throws InterruptedException {
        try {
            return predict(request, PredictorOptions.FOREVER);
        } catch (TimeoutException e) {
            throw new AssertionError("nobody has waited so long", e);
        }
    }

    /**
     * The same, with a bound for the place and the answer together.
     *
     * @throws TimeoutException where the answer was not there in time; the request is given up then
     */
    public O predict(I request, Duration timeout) throws InterruptedException, TimeoutException {
        if (isOwnThread()) {
            throw new IllegalStateException(
                    "predict: called by a worker of this predictor, which would wait for itself");
        }
        long start = System.nanoTime();
        long nanos = PredictorOptions.nanos(timeout);
        long patience = PredictorOptions.nanos(options.patience());
        CompletableFuture<O> answer = submit(request, Math.min(nanos, patience));
        try {
            return answer.get(nanos - (System.nanoTime() - start), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw timedOut(timeout, e);
        } finally {
            // Does nothing where it was answered.
            answer.cancel(false);
        }
    }

    private static TimeoutException timedOut(Duration timeout, TimeoutException cause) {
        TimeoutException named =
                new TimeoutException("predict: no answer in %,d ms".formatted(timeout.toMillis()));
        named.initCause(cause);
        return named;
    }

    private boolean isOwnThread() {
        return threads.contains(Thread.currentThread());
    }

    /**
     * Refuses requests from now on, and returns when those that were accepted are answered and the
     * workers closed: also where this thread is interrupted meanwhile. On a worker's own thread it
     * returns at once. Idempotent.
     */
    @Override
    public void close() {
        queue.close();
        if (isOwnThread()) {
            return;
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (true) {
                try {
                    thread.join();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
