package dev.weft.backend;

import java.util.function.Supplier;

/**
 * Memory that a device keeps for reuse, and gives up where an allocation fails: of a tensor, or of
 * a backend's own, as scratch memory between the launches of a kernel.
 */
public final class Reserve {
    private final Runnable giveUp;

    /**
     * A reserve.
     *
     * @param giveUp gives back what is kept, on whichever thread of the device has no memory
     */
    public Reserve(Runnable giveUp) {
        this.giveUp = giveUp;
    }

    /** The result of an allocation, tried once more when the reserve was given up. */
    public <T> T allocate(Supplier<T> allocation) {
        try {
            return allocation.get();
        } catch (DeviceOutOfMemoryException e) {
            // Several threads of a kernel may come here at once.
            synchronized (this) {
                giveUp.run();
            }
            return allocation.get();
        }
    }
}
