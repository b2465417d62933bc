package dev.weft.backend;

/** Kernel calls that were recorded and can be done again: see {@link Backend#record}. */
public interface Recording extends AutoCloseable {
    /** One that calls again, and holds nothing. */
    static Recording of(Runnable calls) {
        return new Recording() {
            @Override
            public void replay() {
                calls.run();
            }

            @Override
            public void close() {}
        };
    }

    /** Enqueues the calls, in their order, with what is in memory by then. */
    void replay();

    /** Frees what the recording holds on the device. Idempotent. */
    @Override
    void close();
}
