package dev.weft.data;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/**
 * Does tasks on threads of its own, some ahead of who takes their results, which come in the order
 * of the tasks whatever the number of threads.
 */
final class ReadAhead<T> implements AutoCloseable {
    /** How long a thread may take to end by itself. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Tasks<T> tasks;
    private final Semaphore free;
    private final BlockingQueue<CompletableFuture<@Nullable T>> results =
            new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private @Nullable CompletableFuture<@Nullable T> first;
    private boolean ended;
    private volatile boolean closed;

    /** Where tasks come from. */
    @FunctionalInterface
    interface Tasks<T> {
        /** The next task, or null at the end. One thread at a time calls it. */
        @Nullable Callable<T> next() throws Exception;
    }

    /**
     * Begins.
     *
     * @param ahead how many results there are at most that nobody took yet
     */
    ReadAhead(String name, int threads, int ahead, Tasks<T> tasks) {
        this.tasks = tasks;
        this.free = new Semaphore(ahead);
        for (int i = 1; i <= threads; i++) {
            this.threads.add(Thread.ofPlatform().daemon().name(name + "-" + i).start(this::work));
        }
    }

    private void work() {
        try {
            while (true) {
                free.acquire();
                CompletableFuture<@Nullable T> result = new CompletableFuture<>();
                Callable<T> task = begin(result);
                if (task == null) {
                    // Who waits for its turn sees that there is nothing more to do.
                    free.release();
                    return;
                }
                try {
                    result.complete(task.call());
                } catch (Throwable e) {
                    result.completeExceptionally(e);
                }
            }
        } catch (InterruptedException e) {
            // It is closed, and the thread ends.
        }
    }

    private @Nullable Callable<T> begin(CompletableFuture<@Nullable T> result) {
        synchronized (results) {
            if (ended || closed) {
                return null;
            }
            results.add(result);
            Callable<T> task = null;
            try {
                task = tasks.next();
                if (task == null) {
                    result.complete(null);
                }
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
            ended = task == null;
            return task;
        }
    }

    /**
     * The next result, or null behind the last. Waits for it, also where this thread is
     * interrupted.
     *
     * @throws ExecutionException with what a task threw; then each time
     */
    @Nullable T take() throws ExecutionException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (first == null) {
                        first = results.take();
                    }
                    T result = first.get();
                    if (result != null) {
                        first = null;
                        free.release();
                    }
                    return result;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Ends the threads, and returns when they have. What they do now they do to its end, since an
     * interrupt would close a channel that others may read from, too, as that of an archive; but
     * not where that takes long.
     */
    @Override
    public void close() {
        closed = true;
        free.release(threads.size());
        boolean interrupted = !joined(System.nanoTime() + PATIENCE.toNanos());
        threads.forEach(Thread::interrupt);
        while (!joined(Long.MAX_VALUE)) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the threads until then; false where this thread was interrupted. */
    private boolean joined(long deadline) {
        try {
            for (Thread thread : threads) {
                thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
