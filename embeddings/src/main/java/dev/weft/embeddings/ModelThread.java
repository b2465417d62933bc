package dev.weft.embeddings;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * A thread that owns a model and its device, and works on what other threads ask for, one after the
 * other. An interrupt of one that waits does not stop it, and is kept.
 */
final class ModelThread implements AutoCloseable {
    private final String name;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name("weft-embeddings").daemon().factory());
    private final Future<PooledModel> model;

    /**
     * Begins to open a model on a thread of its own.
     *
     * @param name for messages
     */
    ModelThread(String name, Callable<PooledModel> opener) {
        this.name = name;
        this.model = thread.submit(opener);
    }

    /**
     * Waits until the model is open.
     *
     * @throws IOException where its files cannot be read
     */
    void awaitOpen() throws IOException {
        await(model);
    }

    /** What a look at the open model gives. */
    <T> T ask(Function<PooledModel, T> look) {
        try {
            return answer(thread.submit(() -> look.apply(model.resultNow())));
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException("%s was closed".formatted(name), e);
        }
    }

    private static <T> T answer(Future<T> future) {
        try {
            return await(future);
        } catch (IOException e) {
            throw new AssertionError("an open model reads no file", e);
        }
    }

    private static <T> T await(Future<T> future) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    switch (e.getCause()) {
                        case IOException cause -> throw cause;
                        case RuntimeException cause -> throw cause;
                        case Error cause -> throw cause;
                        case null, default -> throw new IllegalStateException(e);
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the thread, after what was asked for before, and closes the model. */
    @Override
    public synchronized void close() {
        if (thread.isShutdown()) {
            return;
        }
        Future<?> closed = thread.submit(this::closeModel);
        thread.shutdown();
        answer(closed);
    }

    private void closeModel() {
        if (model.state() == Future.State.SUCCESS) {
            model.resultNow().close();
        }
    }
}
