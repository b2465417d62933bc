package dev.weft.cpu;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicInteger;
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
 * <p>Calls from a second thread, or from inside a part, run on the calling thread alone.
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

    private static final long LOW_HALF = 0xFFFFFFFFL;

    /** Between what two threads write: a pair of cache lines, as processors fetch them. */
    private static final int APART = 128 / Long.BYTES;

    private final int threads;
    private Worker[] workers = new Worker[0];

    /** The number of the call that is running, or was last. */
    private final AtomicInteger call = new AtomicInteger();

    /**
     * For each thread the number of the call (high half) and how many parts of the thread's share
     * have still to be handed out (low half).
     */
    private final AtomicLongArray shares;

    private final AtomicInteger finished = new AtomicInteger();
    private final AtomicInteger busy = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /**
     * Written before a call's shares are published, and not until all parts of the call before are
     * finished.
     */
    private Body body = (index, worker) -> {};

    private int parts;

    /** How many threads have a share. */
    private int sharers;

    private volatile boolean closed;

    WorkerPool(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, got " + threads);
        }
        this.threads = threads;
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
        if (parts <= 1 || threads == 1 || !busy.compareAndSet(0, 1)) {
            for (int index = 0; index < parts; index++) {
                body.run(index, 0);
            }
            return;
        }
        try {
            fork(parts, body);
            work(call.get(), 0);
            join(parts);
        } finally {
            busy.set(0);
        }
        Throwable thrown = failure.getAndSet(null);
        if (thrown != null) {
            rethrow(thrown);
        }
    }

    private void fork(int parts, Body body) {
        if (workers.length == 0) {
            start();
        }
        this.body = body;
        this.parts = parts;
        sharers = Math.min(parts, threads);
        finished.set(0);
        int next = call.get() + 1;
        for (int i = 0; i < sharers; i++) {
            shares.set(i * APART, (long) next << Integer.SIZE | (end(i) - end(i - 1)));
        }
        call.set(next);
        int wanted = sharers - 1;
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
        while (finished.get() != parts) {
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
            now.run(index, worker);
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        } finally {
            finished.incrementAndGet();
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
        busy.set(1);
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
            // Calls count from 1, so that the one which started this thread is taken too.
            int done = 0;
            while (!closed) {
                done = await(done);
                work(done, number);
            }
        }

        /** Waits for a call other than {@code done}. */
        @SuppressWarnings("ThreadPriorityCheck") // see SPINS
        private int await(int done) {
            int spins = 0;
            long start = 0;
            int seen = call.get();
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
                seen = call.get();
            }
            return seen;
        }

        private void park(int done) {
            parked = true;
            if (call.get() == done && !closed) {
                LockSupport.park(WorkerPool.this);
            }
            parked = false;
        }
    }
}
