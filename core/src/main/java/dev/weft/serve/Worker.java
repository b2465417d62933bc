package dev.weft.serve;

import java.util.List;

/**
 * What answers the requests of a {@link Predictor}: a model on a device of its own. It is opened,
 * used and closed on one thread.
 *
 * @param <I> a request
 * @param <O> an answer
 */
public interface Worker<I, O> extends AutoCloseable {
    /** Opens a worker, on the thread that will use it: the place to open a device. */
    @FunctionalInterface
    interface Factory<I, O> {
        /**
         * A new worker.
         *
         * @throws Exception where there is none, for any reason
         */
        Worker<I, O> open() throws Exception;
    }

    /**
     * The answer to each request, in their order, none of them null. They go to other threads, so
     * they must not be tensors.
     *
     * @param requests at least one, all of one key
     * @throws Exception where some of them cannot be answered
     */
    List<O> answer(List<I> requests) throws Exception;

    /** Closes the device and what else the worker has. */
    @Override
    void close();
}
