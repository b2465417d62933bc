package dev.weft.cpu;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A few threads that run the parts of one kernel at a time, together with the thread that calls.
 *
 * <p>A gemm of a small network takes ten microseconds, so starting it must take far less: workers
 * stay awake for a while after each call before they park, and a call allocates nothing. Each
 * thread begins with its own share of the parts, the same in every call, so that it finds in its
 * cache what it left there in the kernel before; then it takes what others have not begun, so that
 * a slow core gets fewer. What a part computes must not depend on who computes it.
 *
 * <p>Calls from a second thread, or from inside a part, run on the calling thread alone. So do
 * short ones while threads are far from each other ({@link #shares}).
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

    /**
     * About 20 µs on a current processor: longer than most gaps between the kernels of a training
     * step. After that who waits yields, in case the one that it waits for has no processor.
     */
    private static final int SPINS = 1 << 10;

    /**
     * How long workers stay awake: waking one costs the caller 15 to 35 µs on a virtual machine,
     * and it may be woken on the caller's own processor.
     */
    private static final long AWAKE_NANOS = 2_000_000;

    /** Short calls from one look at how far threads are to the next: about 10 ms. */
    static final int LOOK_EVERY = 2048;

    /** Answers to wait for at a look. */
    private static final int LOOKS = 16;

    /** About 0.4 ms: what a thread on a processor that slept takes to answer. */
    private static final int WAKING_SPINS = 20 * SPINS;

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

    private static final long LOW_HALF = 0xFFFFFFFFL;

    /** Between what two threads write: a pair of cache lines, as processors fetch them. */
    private static final int APART = 128 / Long.BYTES;

    // Slots of words, each on lines of its own: those who wait for one are not held up by another.

    /**
     * The number of the call that is running, or was last: even, or odd if it is a {@link #look}.
     */
    private static final int CALL = 0;

    /** Parts of the call that are finished. */
    private static final int FINISHED = APART;

    /** 1 while there is a call. */
    private static final int BUSY = 2 * APART;

    /** The number of the look that a worker has answered. */
    private static final int ANSWER = 3 * APART;

    private static final int SLOTS = 4;

    private final int threads;
    private Worker[] workers = new Worker[0];

    private final AtomicLongArray words = new AtomicLongArray(SLOTS * APART);

    /**
     * For each thread the number of the call (high half) and how many parts of the thread's share
     * have still to be handed out (low half).
     */
    private final AtomicLongArray shares;

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /**
     * Written before a call's shares are published, and not until all parts of the call before are
     * finished.
     */
    private Body body = (index, worker) -> {};

    /**
     * {@link Body#run}, in a field that is not final: C2 inlines what it finds behind a constant
     * handle or, now and then, behind a call of an interface. A kernel would then be compiled as a
     * part of its callers, so deep in them that C2 refuses some of the vector API's own methods.
     */
    private MethodHandle bodyRun = bodyRun();

    private int parts;

    /** How many threads have a share. */
    private int sharers;

    private final long nearNanos;
    private volatile boolean near = true;

    // These two count for a rule of thumb: that two callers may lose a count is harmless.

    private int asked;

    /** Short calls since the last long one, at most {@link #MANY_SHORT}. */
    private int shortCalls;

    private volatile boolean closed;

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
        shares = new AtomicLongArray(threads * APART);
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
        if (parts <= 1 || threads == 1 || !words.compareAndSet(BUSY, 0, 1)) {
            runAlone(parts, body);
            return;
        }
        try {
            work(fork(parts, body), 0);
            join(parts);
        } finally {
            words.set(BUSY, 0);
        }
        Throwable thrown = failure.getAndSet(null);
        if (thrown != null) {
            rethrow(thrown);
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

    private void runAlone(int parts, Body body) {
        for (int index = 0; index < parts; index++) {
            call(body, index, 0);
        }
    }

    private void call(Body body, int index, int worker) {
        try {
            bodyRun.invokeExact(body, index, worker);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a part declares no exception", e);
        }
    }

    private static MethodHandle bodyRun() {
        MethodType type = MethodType.methodType(void.class, int.class, int.class);
        try {
            return MethodHandles.lookup().findVirtual(Body.class, "run", type);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
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

    /** Measured anew every so many questions. */
    private boolean isNear() {
        if (threads > 1 && ++asked % LOOK_EVERY == 0 && words.compareAndSet(BUSY, 0, 1)) {
            try {
                look();
            } finally {
                words.set(BUSY, 0);
            }
        }
        return near;
    }

    /**
     * Times how long a number takes to a worker, and the worker's answer back: the fastest says how
     * far it is, of several workers the nearest. If none answers, nothing is learnt.
     */
    private void look() {
        if (workers.length == 0) {
            return;
        }
        long least = Long.MAX_VALUE;
        for (int i = 0; i < LOOKS; i++) {
            // The first may have to wake it.
            int most = i == 0 ? WAKING_SPINS : SPINS;
            int number = (int) words.get(CALL) + 1 | 1;
            long start = System.nanoTime();
            announce(number, 1);
            int spins = 0;
            while (words.get(ANSWER) != number) {
                if (++spins > most) {
                    return;
                }
                Thread.onSpinWait();
            }
            least = Math.min(least, System.nanoTime() - start);
        }
        near = least <= nearNanos;
    }

    private static boolean isLook(int number) {
        return (number & 1) != 0;
    }

    /** Hands out a call, and returns its number. */
    private int fork(int parts, Body body) {
        if (workers.length == 0) {
            start();
        }
        this.body = body;
        this.parts = parts;
        sharers = Math.min(parts, threads);
        words.set(FINISHED, 0);
        int next = ((int) words.get(CALL) | 1) + 1;
        for (int i = 0; i < sharers; i++) {
            shares.set(i * APART, (long) next << Integer.SIZE | (end(i) - end(i - 1)));
        }
        announce(next, sharers - 1);
        return next;
    }

    /** Shows a call or a look to this many workers. */
    private void announce(int number, int wanted) {
        words.set(CALL, number);
        // Also of those that are awake: had the caller moved to their processor, it would do all
        // parts while they wait for it, and never wait for them.
        int processor = Affinity.processor();
        for (int i = 0; i < wanted; i++) {
            workers[i].keepOff(processor);
            if (workers[i].parked) {
                LockSupport.unpark(workers[i]);
            }
        }
    }

    private void start() {
        Worker[] started = new Worker[threads - 1];
        for (int i = 0; i < started.length; i++) {
            started[i] = new Worker(i + 1);
            started[i].start();
        }
        workers = started;
    }

    @SuppressWarnings("ThreadPriorityCheck") // see SPINS
    private void join(int parts) {
        int spins = 0;
        while (words.get(FINISHED) != parts) {
            if (++spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /** Where a thread's share of the parts ends, and the next one's begins. */
    private int end(int worker) {
        return (int) ((worker + 1L) * parts / sharers);
    }

    /** Takes parts of a call until none is left, those of the worker's own share first. */
    private void work(int number, int worker) {
        for (int i = 0; i < threads; i++) {
            int owner = (worker + i) % threads;
            int at = owner * APART;
            long current = shares.get(at);
            while ((int) (current >>> Integer.SIZE) == number && (current & LOW_HALF) != 0) {
                // Read before a part is taken: if that succeeds, the call was still running, so
                // these are its own.
                Body now = body;
                int index = end(owner) - (int) (current & LOW_HALF);
                if (shares.compareAndSet(at, current, current - 1)) {
                    runPart(now, index, worker);
                }
                current = shares.get(at);
            }
        }
    }

    private void runPart(Body now, int index, int worker) {
        try {
            call(now, index, worker);
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        } finally {
            words.incrementAndGet(FINISHED);
        }
    }

    private static void rethrow(Throwable thrown) {
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        throw (Error) thrown;
    }

    /** Ends the threads. Idempotent; calls afterwards run on the calling thread alone. */
    @Override
    public void close() {
        closed = true;
        // Keeps later calls on their own threads.
        words.set(BUSY, 1);
        for (Worker worker : workers) {
            LockSupport.unpark(worker);
        }
    }

    private final class Worker extends Thread {
        private final int number;
        private volatile boolean parked;

        /** The system's number of this thread, once it has started. */
        private volatile int thread = Affinity.UNKNOWN;

        /** Where it may not run; the pool's caller's. */
        private int avoided = Affinity.UNKNOWN;

        Worker(int number) {
            super("weft-cpu-" + number);
            this.number = number;
            setDaemon(true);
        }

        /** Leaves a processor to the caller, who waits there or is about to work. */
        void keepOff(int processor) {
            int id = thread;
            if (processor != avoided && id != Affinity.UNKNOWN) {
                Affinity.keepOff(id, processor);
                avoided = processor;
            }
        }

        @Override
        public void run() {
            thread = Affinity.thread();
            // Calls count from 2, so that the one which started this thread is taken too.
            int done = 0;
            while (!closed) {
                done = await(done);
                if (!isLook(done)) {
                    work(done, number);
                } else if (words.get(ANSWER) != done) {
                    words.set(ANSWER, done);
                }
            }
        }

        /** Waits for a call other than {@code done}. */
        @SuppressWarnings("ThreadPriorityCheck") // see SPINS
        private int await(int done) {
            int spins = 0;
            long start = 0;
            int seen = (int) words.get(CALL);
            while (seen == done && !closed) {
                if (spins < SPINS) {
                    Thread.onSpinWait();
                    spins++;
                    start = spins == SPINS ? System.nanoTime() : 0;
                } else if (System.nanoTime() - start < AWAKE_NANOS) {
                    Thread.yield();
                } else {
                    park(done);
                }
                seen = (int) words.get(CALL);
            }
            return seen;
        }

        private void park(int done) {
            parked = true;
            if ((int) words.get(CALL) == done && !closed) {
                LockSupport.park(WorkerPool.this);
            }
            parked = false;
        }
    }
}
