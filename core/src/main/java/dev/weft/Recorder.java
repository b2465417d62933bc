package dev.weft;

import java.util.function.Supplier;

/**
 * Whoever notes the operations on a device as they are done: a {@link dev.weft.autograd.Tape}.
 * {@link Device#record} begins it.
 */
public interface Recorder extends AutoCloseable {
    /** Whether operations on {@code x} are recorded now. */
    boolean tracks(Tensor x);

    /** Notes an operation of which at least one operand is tracked. */
    void record(Op op);

    /** How many operations it has recorded. */
    int length();

    /** What {@code body} returns; nothing that it does is recorded. */
    <T> T paused(Supplier<T> body);

    /**
     * Stops, and forgets what was recorded: its device does so when it closes. Idempotent.
     *
     * @throws IllegalStateException on a thread that may not use the device
     */
    @Override
    void close();
}
