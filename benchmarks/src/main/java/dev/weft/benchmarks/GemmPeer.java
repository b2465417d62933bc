package dev.weft.benchmarks;

/**
 * Another library's F32 matrix product. Those that bring libraries of their own are built in the
 * profile {@code peers} and found by {@link java.util.ServiceLoader}.
 */
public interface GemmPeer extends AutoCloseable {
    /** The name to choose it by, lower case. */
    String name();

    /** Its version, and on how many threads it runs now. */
    String describe();

    /** Sets its number of threads; called before {@link #prepare}. */
    void setThreads(int threads);

    /** Copies the operands to where it wants them, row-major. */
    void prepare(int m, int n, int k, boolean transA, boolean transB, float[] a, float[] b);

    /** Computes the product: this is what is timed. */
    void run();

    /** The product, row-major. */
    float[] result();

    /** How long its threads may spin after a call, in milliseconds. */
    default int settleMillis() {
        return 0;
    }

    /** Frees the operands. */
    @Override
    void close();
}
