package dev.weft.benchmarks.library;

import dev.weft.DType;
import dev.weft.benchmarks.task.Task;

import java.util.Optional;

/**
 * Somebody who can do tasks: a device of Weft's, or a peer. Peers that bring libraries of their own
 * are built in the profile {@code peers} and found by {@link java.util.ServiceLoader}.
 */
public interface Library extends AutoCloseable {
    /** The name in figures, and for a peer the one to choose it by. */
    String name();

    /** Its version, and on how many threads it runs now. */
    String describe();

    /** Sets its number of threads, before any task is prepared. */
    void setThreads(int threads);

    /**
     * Copies a task's data to where it wants them, and allocates what it needs. Empty where it does
     * no such work.
     */
    Optional<Work> prepare(Task task);

    /** The type in which it does a task: the task's, but where that is what is compared. */
    default DType dtype(Task task) {
        return task.dtype();
    }

    /** How long its threads may spin after a call, in milliseconds. */
    default int settleMillis() {
        return 0;
    }

    @Override
    void close();
}
