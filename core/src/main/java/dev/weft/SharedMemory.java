package dev.weft;

/** How many tensors, of any device, have a piece of shared memory. */
final class SharedMemory {
    /** The first is the tensor that was shared. */
    private int tensors = 1;

    /** Whether there is one more now: not where the last is gone, and the memory with it. */
    synchronized boolean enter() {
        if (tensors > 0) {
            tensors++;
        }
        return tensors > 0;
    }

    /** Whether that was the last: whoever was it gives the memory back. */
    synchronized boolean leave() {
        tensors--;
        return tensors == 0;
    }

    synchronized boolean isGone() {
        return tensors == 0;
    }
}
