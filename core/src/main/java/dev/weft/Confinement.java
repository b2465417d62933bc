package dev.weft;

import java.time.Duration;
import java.util.function.Supplier;

/** Keeps a device to one thread, and to the time in which it is open. */
final class Confinement {
    /** How long a thread may take to end that has nothing left to do. */
    private static final Duration ENDING = Duration.ofSeconds(1);

    private final String device;
    private volatile Thread thread = Thread.currentThread();
    private volatile boolean closed;

    /**
     * Confines to the calling thread.
     *
     * @param device for messages
     */
    Confinement(String device) {
        this.device = device;
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
    }

    /**
     * Refuses what is no longer open, or another thread's.
     *
     * @throws IllegalStateException saying which, and what to do
     */
    void check() {
        if (closed) {
            throw new IllegalStateException(device + " was closed");
        }
        if (!isUsable()) {
            throw new IllegalStateException(
                    "%s belongs to thread '%s', not to '%s': open a device for each thread; or, when '%s' has stopped using it, call adopt() here first. Once that thread has ended, any other may use and close it"
                            .formatted(
                                    device,
                                    thread.getName(),
                                    Thread.currentThread().getName(),
                                    thread.getName()));
        }
    }

    /** Whether it is open, and the calling thread's. */
    boolean isUsable() {
        return !closed && (Thread.currentThread() == thread || inherited());
    }

    /**
     * Whether the thread that had this device has ended, so that it is the caller's now: there is
     * nobody left to hand it over, as where each command of a shell has a thread of its own.
     */
    private synchronized boolean inherited() {
        if (!thread.isAlive()) {
            thread = Thread.currentThread();
        }
        return thread == Thread.currentThread();
    }

    /**
     * What a look gives, after which the device is whose it was: a shell prints what a command's
     * thread has made, which has ended, from one of its own.
     */
    synchronized <T> T look(Supplier<T> look) {
        Thread owner = thread;
        try {
            return look.get();
        } finally {
            thread = owner;
        }
    }

    /** Confines to the calling thread from now on. */
    void adopt() {
        thread = Thread.currentThread();
    }

    /**
     * Where another thread has this device and is about to end, as those of an executor that says
     * that it has ended, waits for that: then the device is the caller's.
     */
    void awaitOwner() {
        Thread owner = thread;
        if (owner != Thread.currentThread()) {
            try {
                owner.join(ENDING);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The device. */
    @Override
    public String toString() {
        return device;
    }
}
