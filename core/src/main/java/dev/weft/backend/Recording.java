package dev.weft.backend;

/** Kernel calls that were recorded and can be done again: see {@link Backend#record}. */
public interface Recording extends AutoCloseable {
    /** Enqueues the calls, in their order, with what is in memory by then. */
    void replay();

    /** Frees what the recording holds on the device. Idempotent. */
    @Override
    void close();
}
