package dev.weft.gpu;

/** Device memory between two launches of one call: grows to what was needed most. */
final class Scratch {
    private final Launcher launcher;
    private final String operation;
    private long memory;
    private long bytes;

    Scratch(Launcher launcher, String operation) {
        this.launcher = launcher;
        this.operation = operation;
    }

    /** At least this much memory, with any content. What an earlier call got is gone. */
    long reserve(long needed) {
        if (needed > bytes) {
            close();
            memory = launcher.allocate(needed, operation);
            bytes = needed;
        }
        return memory;
    }

    /** Leaves its memory, or 0, to the caller, who releases it. */
    long leave() {
        long left = memory;
        memory = 0;
        bytes = 0;
        return left;
    }

    void close() {
        if (memory != 0) {
            launcher.driver().release(memory);
            memory = 0;
            bytes = 0;
        }
    }
}
