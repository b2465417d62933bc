package dev.weft.cpu;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads that all devices of a JVM share, and the hand-over of a call to them: one call at a
 * time, in which the thread that calls takes part. They start with the first call that wants them,
 * as many as the device with the most has, and end when the last device is closed.
 *
 * <p>A gemm of a small network takes ten microseconds, so starting it must take far less: workers
 * stay awake for a while after each call before they park, and a call allocates nothing. Each
 * thread begins with its own share of the parts, the same in every call, so that it finds in its
 * cache what it left there in the kernel before; then it takes what others have not begun, so that
 * a slow core gets fewer.
 *
 * <p>Between calls nothing here refers to a device.
 */
final class Workers {
    /** What {@link #look} returns where no worker has answered in time. */
    static final long NO_ANSWER = -1;

    private static final System.Logger LOG = System.getLogger(Workers.class.getName());

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

    /** Answers to wait for at a look. */
    private static final int LOOKS = 16;

    /** About 0.4 ms: what a thread on a processor that slept takes to answer. */
    private static final int WAKING_SPINS = 20 * SPINS;

    private static final long LOW_HALF = 0xFFFFFFFFL;

    /** Between what two threads write: a pair of cache lines, as processors fetch them. */
    private static final int APART = 128 / Long.BYTES;

    // Slots of words, each on lines of its own: those who wait for one are not held up by another.

    /**
     * The call that is running, or was last: in the low half its number, even, or odd if it is a
     * {@link #look}; in the high half how many threads may take part, the caller among them.
     */
    private static final int CALL = 0;

    /** Parts of the call that are finished. */
    private static final int FINISHED = APART;

    /** 1 while there is a call. */
    private static final int BUSY = 2 * APART;

    /** The number of the look that a worker has answered. */
    private static final int ANSWER = 3 * APART;

    private static final int SLOTS = 4;

    private static final WorkerPool.Body NOTHING = (index, worker) -> {};

    /** What the open devices share; null while there is none. */
    private static @Nullable Workers shared;

    /** How many have {@link #enter}ed, and not left. */
    private static int users;

    private static final AtomicBoolean REFUSAL_SAID = new AtomicBoolean();

    private final AtomicLongArray words = new AtomicLongArray(SLOTS * APART);

    private volatile Worker[] workers = new Worker[0];

    /**
     * For each thread the number of the call (high half) and how many parts of the thread's share
     * have still to be handed out (low half). Replaced by a longer one before a call only.
     */
    private AtomicLongArray shares = new AtomicLongArray(0);

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /**
     * Written before a call's shares are published, and not until all parts of the call before are
     * finished.
     */
    private WorkerPool.Body body = NOTHING;

    /**
     * {@link WorkerPool.Body#run}, in a field that is not final: C2 inlines what it finds behind a
     * constant handle or, now and then, behind a call of an interface. A kernel would then be
     * compiled as a part of its callers, so deep in them that C2 refuses some of the vector API's
     * own methods.
     */
    private MethodHandle bodyRun = bodyRun();

    private int parts;

    /** How many threads have a share. */
    private int sharers;

    /** Whether the system has refused a thread since a device was opened. */
    private volatile boolean refused;

    private volatile boolean closed;

    private Workers() {}

    /** The workers of all devices, for one device more. */
    static synchronized Workers enter() {
        Workers entered = shared;
        if (entered == null) {
            entered = new Workers();
            shared = entered;
        }
        users++;
        entered.refused = false;
        return entered;
    }

    /** A device has no more calls: the last one ends the threads. */
    static synchronized void leave() {
        users--;
        Workers left = shared;
        if (users == 0 && left != null) {
            shared = null;
            left.end();
        }
    }

    private void end() {
        closed = true;
        for (Worker worker : workers) {
            LockSupport.unpark(worker);
        }
    }

    private static MethodHandle bodyRun() {
        MethodType type = MethodType.methodType(void.class, int.class, int.class);
        try {
            return MethodHandles.lookup().findVirtual(WorkerPool.Body.class, "run", type);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    /** Runs one part, behind a call that is not inlined. */
    void call(WorkerPool.Body body, int index, int worker) {
        try {
            bodyRun.invokeExact(body, index, worker);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a part declares no exception", e);
        }
    }

    /**
     * Runs {@code body} for each index in [0, parts) on up to {@code threads} threads, this one
     * among them, and returns true when all are done. Does nothing and returns false where the
     * workers are busy with another call, or the system gives no thread.
     *
     * @throws RuntimeException or an error: the first that a part has thrown, after all parts ended
     */
    boolean tryRun(int parts, int threads, WorkerPool.Body body) {
        if (!words.compareAndSet(BUSY, 0, 1)) {
            return false;
        }
        Throwable thrown = null;
        try {
            int helpers = helpers(threads - 1);
            if (helpers == 0) {
                return false;
            }
            work(fork(parts, 1 + helpers, body), 0, 1 + helpers);
            join(parts);
            this.body = NOTHING;
            if (failure.get() != null) {
                thrown = failure.getAndSet(null);
            }
        } finally {
            words.set(BUSY, 0);
        }
        if (thrown != null) {
            rethrow(thrown);
        }
        return true;
    }

    private static void rethrow(Throwable thrown) {
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        throw (Error) thrown;
    }

    /**
     * The nanoseconds that a number takes to a worker, and the worker's answer back: the fastest
     * says how far it is, of several workers the nearest. {@link #NO_ANSWER} if none answers, or
     * there is a call.
     */
    long look() {
        if (workers.length == 0 || !words.compareAndSet(BUSY, 0, 1)) {
            return NO_ANSWER;
        }
        try {
            long least = Long.MAX_VALUE;
            for (int i = 0; i < LOOKS; i++) {
                // The first may have to wake it.
                int most = i == 0 ? WAKING_SPINS : SPINS;
                int number = (int) words.get(CALL) + 1 | 1;
                long start = System.nanoTime();
                announce(number, 1 + workers.length, 1);
                int spins = 0;
                while (words.get(ANSWER) != number) {
                    if (++spins > most) {
                        return NO_ANSWER;
                    }
                    Thread.onSpinWait();
                }
                least = Math.min(least, System.nanoTime() - start);
            }
            return least;
        } finally {
            words.set(BUSY, 0);
        }
    }

    private static boolean isLook(long call) {
        return (call & 1) != 0;
    }

    /** How many may take part in a call, of which the caller is the first. */
    private static int limit(long call) {
        return (int) (call >>> Integer.SIZE);
    }

    /** Hands out a call, and returns its number. */
    private int fork(int parts, int threads, WorkerPool.Body body) {
        this.body = body;
        this.parts = parts;
        sharers = Math.min(parts, threads);
        words.set(FINISHED, 0);
        int next = ((int) words.get(CALL) | 1) + 1;
        for (int i = 0; i < sharers; i++) {
            shares.set(i * APART, (long) next << Integer.SIZE | (end(i) - end(i - 1)));
        }
        announce(next, threads, sharers - 1);
        return next;
    }

    /** Shows a call or a look for so many threads to all workers, and wakes those wanted. */
    private void announce(int number, int threads, int wanted) {
        words.set(CALL, (long) threads << Integer.SIZE | (number & LOW_HALF));
        // Also of those that are awake: had the caller moved to their processor, it would do all
        // parts while they wait for it, and never wait for them.
        int processor = Affinity.processor();
        Worker[] all = workers;
        for (int i = 0; i < wanted; i++) {
            all[i].keepOff(processor);
            if (all[i].parked) {
                LockSupport.unpark(all[i]);
            }
        }
    }

    /** At most {@code wanted} workers: as many as there are, or can be had. */
    private int helpers(int wanted) {
        if (workers.length < wanted && !refused) {
            start(wanted);
        }
        return Math.min(wanted, workers.length);
    }

    private void start(int wanted) {
        Worker[] all = Arrays.copyOf(workers, wanted);
        int started = workers.length;
        try {
            while (started < wanted) {
                Worker worker = new Worker(started + 1);
                worker.start();
                all[started++] = worker;
            }
        } catch (OutOfMemoryError e) {
            // So Java says that the system gives no more threads.
            refused = true;
            if (!REFUSAL_SAID.getAndSet(true)) {
                LOG.log(
                        Level.WARNING,
                        ("cpu: the system gives this process no more threads (%s): kernels run on"
                             + " %d of the %d that were asked for. Raise the limit (ulimit -u, the"
                             + " container's limit of pids), or open devices with fewer"
                             + " (DeviceOptions.threads, -Dweft.cpu.threads=%d)")
                                .formatted(e.getMessage(), started + 1, wanted + 1, started + 1));
            }
        }
        shares = new AtomicLongArray((1 + started) * APART);
        workers = Arrays.copyOf(all, started);
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
    private void work(int number, int worker, int threads) {
        AtomicLongArray from = shares;
        for (int i = 0; i < threads; i++) {
            int owner = (worker + i) % threads;
            int at = owner * APART;
            long current = from.get(at);
            while ((int) (current >>> Integer.SIZE) == number && (current & LOW_HALF) != 0) {
                // Read before a part is taken: if that succeeds, the call was still running, so
                // these are its own.
                WorkerPool.Body now = body;
                int index = end(owner) - (int) (current & LOW_HALF);
                if (from.compareAndSet(at, current, current - 1)) {
                    runPart(now, index, worker);
                }
                current = from.get(at);
            }
        }
    }

    private void runPart(WorkerPool.Body now, int index, int worker) {
        try {
            call(now, index, worker);
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        } finally {
            words.incrementAndGet(FINISHED);
        }
    }

    private final class Worker extends Thread {
        private final int number;
        private volatile boolean parked;

        /** The system's number of this thread, once it has started. */
        private volatile int thread = Affinity.UNKNOWN;

        /** Where it may not run; the call's caller's. */
        private int avoided = Affinity.UNKNOWN;

        /** Inherits nothing of the thread that happens to make the first call. */
        Worker(int number) {
            super(null, null, "weft-cpu-" + number, 0, false);
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
            long done = 0;
            while (!closed) {
                done = await(done);
                int call = (int) done;
                if (!isLook(done)) {
                    work(call, number, limit(done));
                } else if (words.get(ANSWER) != call) {
                    words.set(ANSWER, call);
                }
            }
        }

        /** Waits for a call other than {@code done} that this worker may take part in. */
        @SuppressWarnings("ThreadPriorityCheck") // see SPINS
        private long await(long done) {
            int spins = 0;
            long start = 0;
            long passed = done;
            while (!closed) {
                long seen = words.get(CALL);
                if (seen != passed) {
                    if (number < limit(seen)) {
                        return seen;
                    }
                    // Of a device with fewer threads, for which this one does not stay awake.
                    passed = seen;
                }
                if (spins < SPINS) {
                    Thread.onSpinWait();
                    spins++;
                    start = spins == SPINS ? System.nanoTime() : 0;
                } else if (System.nanoTime() - start < AWAKE_NANOS) {
                    Thread.yield();
                } else {
                    park(passed);
                }
            }
            return done;
        }

        private void park(long passed) {
            parked = true;
            if (words.get(CALL) == passed && !closed) {
                LockSupport.park(Workers.this);
            }
            parked = false;
        }
    }
}
