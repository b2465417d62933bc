package dev.weft.io;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * Work on file channels that an interrupt does not stop. A channel closes itself when its thread is
 * or gets interrupted; but a thread that is told to stop should still be able to save what it has,
 * as it can by a stream.
 */
final class Uninterrupted {
    private Uninterrupted() {}

    /** Work that opens its channel itself, so that it can be done again. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    /** Does the work, again where an interrupt stopped it, and leaves the thread interrupted. */
    static <T> T run(Work<T> work) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return work.run();
                } catch (ClosedByInterruptException e) {
                    interrupted = true;
                    Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
