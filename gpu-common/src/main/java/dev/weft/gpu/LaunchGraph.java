package dev.weft.gpu;

/** Launches that a driver has recorded: see {@link GpuDriver#capture}. */
public interface LaunchGraph extends AutoCloseable {
    /** Enqueues all of them. */
    void launch();

    /** Frees it; on a lost device too. Idempotent. */
    @Override
    void close();
}
