package dev.weft.benchmarks.library;

import dev.weft.benchmarks.task.Task;

import java.util.Optional;
import java.util.Set;

/**
 * A library for the tasks of some suites.
 *
 * @param suites their names
 */
public record Only(Library library, Set<String> suites) implements Library {
    @Override
    public String name() {
        return library.name();
    }

    @Override
    public String describe() {
        return library.describe();
    }

    @Override
    public void setThreads(int threads) {
        library.setThreads(threads);
    }

    @Override
    public Optional<Work> prepare(Task task) {
        return suites.contains(task.suite()) ? library.prepare(task) : Optional.empty();
    }

    @Override
    public int settleMillis() {
        return library.settleMillis();
    }

    @Override
    public void close() {
        library.close();
    }
}
