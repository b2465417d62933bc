package dev.weft.cpu;

/**
 * One device's way to the {@link Workers}, which it shares with all other devices: runs the parts
 * of one kernel at a time, on as many threads as the device has, the one that calls among them.
 * What a part computes must not depend on who computes it.
 *
 * <p>Calls while the workers are busy, be it with another device's call or, from inside a part,
 * with this one's, run on the calling thread alone. So do short ones while threads are far from
 * each other ({@link #shares}), and all of them where the system gives no threads.
 */
final class WorkerPool implements AutoCloseable {
    /** One part of a kernel. */
    @FunctionalInterface
    interface Body {
        /**
         * Computes a part.
         *
         * @param index the part, from 0
         * @param worker who computes it, from 0 (the caller) to {@link WorkerPool#threads} - 1: the
         *     owner of scratch memory
         */
        void run(int index, int worker);
    }

    /** Short calls from one look at how far threads are to the next: about 10 ms. */
    static final int LOOK_EVERY = 2048;

    /**
     * How long an answer takes at the most from a thread that is near. Between two virtual
     * processors of Zen 4 it takes 0.1 to 0.25 µs while they share a cache, and 0.55 to 0.75 while
     * they do not.
     */
    private static final long NEAR_NANOS = 400;

    /** Short calls have at most so many {@linkplain #forPieces pieces}. */
    private static final int SHORT_PIECES = 16;

    /** More short calls in a row than there are between two long ones of a training step. */
    static final int MANY_SHORT = 32;

    private final int threads;
    private final Workers workers;
    private final long nearNanos;
    private boolean near = true;
    private int asked;

    /** Short calls since the last long one, at most {@link #MANY_SHORT}. */
    private int shortCalls;

    private boolean closed;

    WorkerPool(int threads) {
        this(threads, NEAR_NANOS);
    }

    /** With another bound than {@link #NEAR_NANOS}. */
    WorkerPool(int threads, long nearNanos) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, got " + threads);
        }
        this.threads = threads;
        this.nearNanos = nearNanos;
        workers = Workers.enter();
    }

    /** How many threads work, the caller among them. */
    int threads() {
        return threads;
    }

    /**
     * Runs {@code body} for each index in [0, parts) and returns when all are done.
     *
     * @throws RuntimeException or an error: the first that a part has thrown, after all parts ended
     */
    void parallelFor(int parts, Body body) {
        if (parts <= 1 || threads == 1 || closed || !workers.tryRun(parts, threads, body)) {
            runAlone(parts, body);
        }
    }

    /** The same for pieces of some 16384 elements each, if a call of so many {@link #shares}. */
    void forPieces(int pieces, Body body) {
        if (pieces > 1 && shares(pieces > SHORT_PIECES)) {
            parallelFor(pieces, body);
        } else {
            runAlone(pieces, body);
        }
    }

    /** Runs a body's only part on the calling thread. */
    void alone(Body body) {
        workers.call(body, 0, 0);
    }

    private void runAlone(int parts, Body body) {
        for (int index = 0; index < parts; index++) {
            workers.call(body, index, 0);
        }
    }

    /**
     * Whether to share a call. A long one, of more than some 70 µs on one thread, always. A short
     * one only where what a thread has written comes to another soon, which it does not between
     * processors that have no cache in common: those of a virtual machine may have one now and none
     * a second later. But after a long one its data is with several threads already, and stays
     * there.
     */
    boolean shares(boolean isLong) {
        if (isLong) {
            shortCalls = 0;
            return true;
        }
        shortCalls = Math.min(shortCalls + 1, MANY_SHORT);
        return isNear() || shortCalls < MANY_SHORT;
    }

    /** Measured anew every so many questions. If no worker answers, nothing is learnt. */
    private boolean isNear() {
        if (threads > 1 && ++asked % LOOK_EVERY == 0) {
            long nanos = workers.look();
            if (nanos != Workers.NO_ANSWER) {
                near = nanos <= nearNanos;
            }
        }
        return near;
    }

    /**
     * Leaves the threads to other devices; without any they end. Idempotent; calls afterwards run
     * on the calling thread alone.
     */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Workers.leave();
        }
    }
}
