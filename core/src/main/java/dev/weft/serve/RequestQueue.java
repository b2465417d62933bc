package dev.weft.serve;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Requests that wait for a worker, by their keys. */
final class RequestQueue<I, O> {
    private final PredictorOptions options;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition work = lock.newCondition();
    private final Map<@Nullable Object, Deque<Request<I, O>>> byKey = new HashMap<>();
    private int size;

    /** How many threads take requests. */
    private int takers;

    private @Nullable RejectedExecutionException refusal;

    RequestQueue(PredictorOptions options) {
        this.options = options;
        this.takers = options.workers();
    }

    /**
     * Adds a request, and waits for a place where there is none.
     *
     * @param nanos how long it may wait
     * @throws RejectedExecutionException where there was none in that time, or the queue is closed
     */
    void add(Request<I, O> request, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (refusal == null && size == options.capacity()) {
                if (left <= 0) {
                    throw new RejectedExecutionException(
                            "predictor: %d requests wait already, as many as may, and none was taken in %,d ms"
                                    .formatted(size, nanos / 1_000_000));
                }
                left = room.awaitNanos(left);
            }
            if (refusal != null) {
                throw new RejectedExecutionException(refusal.getMessage(), refusal.getCause());
            }
            byKey.computeIfAbsent(request.key(), _ -> new ArrayDeque<>()).add(request);
            size++;
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Up to {@link PredictorOptions#maxBatch} requests of one key: of the oldest request's where
     * that has waited long enough, or else of any for which there are as many. Waits for them.
     *
     * @return none where the queue is closed and empty
     */
    List<Request<I, O>> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                Deque<Request<I, O>> oldest = oldest();
                if (oldest == null) {
                    if (refusal != null) {
                        return List.of();
                    }
                    work.await();
                    continue;
                }
                long waited = System.nanoTime() - oldest.getFirst().arrival();
                long left = PredictorOptions.nanos(options.maxWait()) - waited;
                Deque<Request<I, O>> next = left <= 0 || refusal != null ? oldest : full();
                if (next == null) {
                    work.awaitNanos(left);
                    continue;
                }
                List<Request<I, O>> batch = taken(next);
                if (!batch.isEmpty()) {
                    return batch;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** The requests of the key that has the oldest one; null without any. */
    private @Nullable Deque<Request<I, O>> oldest() {
        Deque<Request<I, O>> oldest = null;
        for (Deque<Request<I, O>> group : byKey.values()) {
            if (oldest == null || group.getFirst().arrival() - oldest.getFirst().arrival() < 0) {
                oldest = group;
            }
        }
        return oldest;
    }

    /** Enough requests of one key for a batch; null where there are none. */
    private @Nullable Deque<Request<I, O>> full() {
        for (Deque<Request<I, O>> group : byKey.values()) {
            if (group.size() >= options.maxBatch()) {
                return group;
            }
        }
        return null;
    }

    /** Takes a batch of them, without those that nobody waits for any more. */
    private List<Request<I, O>> taken(Deque<Request<I, O>> group) {
        List<Request<I, O>> batch = new ArrayList<>();
        @Nullable Object key = group.getFirst().key();
        while (batch.size() < options.maxBatch() && !group.isEmpty()) {
            Request<I, O> request = group.removeFirst();
            size--;
            if (!request.answer().isDone()) {
                batch.add(request);
            }
        }
        if (group.isEmpty()) {
            byKey.remove(key);
        }
        room.signalAll();
        if (size > 0) {
            // Who was signalled for these may have been the thread that took others.
            work.signal();
        }
        return batch;
    }

    /** From now on requests are refused; those that wait can still be taken. Idempotent. */
    void close() {
        lock.lock();
        try {
            refuse(new RejectedExecutionException("predictor: it is closed"));
        } finally {
            lock.unlock();
        }
    }

    /** A thread takes no more requests. Where none is left that does, those that wait fail. */
    void leave(Throwable why) {
        List<Request<I, O>> left = new ArrayList<>();
        RejectedExecutionException failure =
                new RejectedExecutionException("predictor: all its workers have failed", why);
        lock.lock();
        try {
            takers--;
            if (takers == 0) {
                refuse(failure);
                byKey.values().forEach(left::addAll);
                byKey.clear();
                size = 0;
            }
        } finally {
            lock.unlock();
        }
        left.forEach(request -> request.answer().completeExceptionally(failure));
    }

    private void refuse(RejectedExecutionException why) {
        if (refusal == null) {
            refusal = why;
        }
        room.signalAll();
        work.signalAll();
    }
}
