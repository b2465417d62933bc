package dev.weft.benchmarks.library;

import dev.weft.benchmarks.task.CapturedStep;
import dev.weft.benchmarks.task.Task;

import java.util.Optional;

/**
 * A device of Weft's that does steps one by one which it otherwise captures.
 *
 * @param weft whoever opened it closes it
 */
public record Eager(WeftLibrary weft) implements Library {
    @Override
    public String name() {
        return weft.name() + ", eager";
    }

    @Override
    public String describe() {
        return weft.describe();
    }

    @Override
    public void setThreads(int threads) {}

    @Override
    public Optional<Work> prepare(Task task) {
        return task instanceof CapturedStep step
                ? Optional.of(WeftTraining.eager(weft.device(), step))
                : Optional.empty();
    }

    @Override
    public void close() {}
}
