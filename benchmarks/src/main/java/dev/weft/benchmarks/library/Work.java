package dev.weft.benchmarks.library;

/** A task that a library has prepared. */
public interface Work extends AutoCloseable {
    /** Does the work and waits for it: this is what is timed. */
    void run();

    /** What the runs so far have come to, as the task's check takes it. */
    double[] result();

    /** How often a run does what the task describes. */
    default int times() {
        return 1;
    }

    /** Frees what was allocated. */
    @Override
    void close();
}
