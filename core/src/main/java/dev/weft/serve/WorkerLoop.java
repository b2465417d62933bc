package dev.weft.serve;

import dev.weft.backend.DeviceLostException;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What a thread of a predictor does: takes batches from the queue, and answers them. */
final class WorkerLoop<I, O> implements Runnable {
    private static final System.Logger LOG = System.getLogger("dev.weft.serve.Predictor");

    private final RequestQueue<I, O> queue;
    private final Worker.Factory<I, O> factory;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();

    /** Null where there is none, and none can be opened. */
    private @Nullable Worker<I, O> worker;

    WorkerLoop(RequestQueue<I, O> queue, Worker.Factory<I, O> factory) {
        this.queue = queue;
        this.factory = factory;
    }

    /** Fails with what the factory throws for the first worker. */
    CompletableFuture<Void> opened() {
        return opened;
    }

    @Override
    public void run() {
        try {
            worker = factory.open();
        } catch (Throwable e) {
            opened.completeExceptionally(e);
            return;
        }
        opened.complete(null);
        while (worker != null) {
            List<Request<I, O>> batch = next();
            if (batch.isEmpty()) {
                close(worker);
                return;
            }
            answer(batch);
        }
    }

    /** Nobody has a reason to interrupt this thread but a worker that leaves it so. */
    private List<Request<I, O>> next() {
        while (true) {
            try {
                return queue.take();
            } catch (InterruptedException e) {
                LOG.log(Level.DEBUG, "a worker has left its thread interrupted", e);
            }
        }
    }

    private void answer(List<Request<I, O>> batch) {
        Throwable failure = tried(batch);
        if (failure == null) {
            return;
        }
        if (batch.size() == 1) {
            batch.getFirst().answer().completeExceptionally(failure);
            return;
        }
        for (Request<I, O> each : batch) {
            if (!each.answer().isDone()) {
                answer(List.of(each));
            }
        }
    }

    /** What the worker threw for these requests; null where they are answered. */
    private @Nullable Throwable tried(List<Request<I, O>> batch) {
        Worker<I, O> mine = worker;
        if (mine == null) {
            return new IllegalStateException(
                    "predictor: the worker has failed, and no other can be opened");
        }
        List<O> answers;
        try {
            answers = List.copyOf(mine.answer(batch.stream().map(Request::input).toList()));
            if (answers.size() != batch.size()) {
                throw new IllegalStateException(
                        "predictor: the worker gave %d answers to %d requests"
                                .formatted(answers.size(), batch.size()));
            }
        } catch (Throwable e) {
            if (e instanceof Error || e instanceof DeviceLostException) {
                replace(mine, e);
            }
            return e;
        }
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).answer().complete(answers.get(i));
        }
        return null;
    }

    private void replace(Worker<I, O> failed, Throwable why) {
        LOG.log(Level.WARNING, "a worker has failed, and another takes its place", why);
        close(failed);
        worker = null;
        try {
            worker = factory.open();
        } catch (Throwable e) {
            LOG.log(Level.WARNING, "no worker can be opened in the place of one that failed", e);
            queue.leave(e);
        }
    }

    private static void close(Worker<?, ?> worker) {
        try {
            worker.close();
        } catch (Throwable e) {
            LOG.log(Level.WARNING, "a worker cannot be closed", e);
        }
    }
}
