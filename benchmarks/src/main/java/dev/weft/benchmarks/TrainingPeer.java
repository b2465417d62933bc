package dev.weft.benchmarks;

/**
 * Another library's training step of SimpleNet with SGD, found by {@link java.util.ServiceLoader}.
 */
public interface TrainingPeer extends AutoCloseable {
    /** The name to choose it by, lower case. */
    String name();

    /** Its version, and on how many threads it runs now. */
    String describe();

    /** Sets its number of threads; called before {@link #prepare}. */
    void setThreads(int threads);

    /**
     * Takes the parameters to start from, the batch and the learning rate.
     *
     * @param parameters weight (outputs×inputs) and bias of each layer, in order
     * @param images rows×784
     */
    void prepare(float[][] parameters, float[] images, int[] labels, double lr);

    /** One step: forward, backward, update. This is what is timed. */
    void step();

    /** The loss of the step before, before its update. */
    double loss();

    /** The parameters after the steps so far, in the order of {@link #prepare}. */
    float[][] parameters();

    /** Frees what it holds. */
    @Override
    void close();
}
