package dev.weft.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Indices that are out of range, as kernels find them: noted in device memory, and reported at the
 * next read-back or {@code synchronize}, so that a step needs no wait for the device.
 */
final class IndexFaults {
    private static final int FIELDS = 5;

    /** The kernels that take indices, with what their message begins with. */
    enum Kind {
        /** {@code KernelCall.Gather}. */
        GATHER("gather: index"),
        /** {@code KernelCall.ScatterAdd}. */
        SCATTER_ADD("scatterAdd: index"),
        /** {@code KernelCall.TakeAlong}. */
        TAKE_ALONG("takeAlong: index"),
        /** {@code KernelCall.ScatterAlong}. */
        SCATTER_ALONG("scatterAlong: index"),
        /** {@code KernelCall.CrossEntropy}. */
        CROSS_ENTROPY("crossEntropy: label");

        private final String what;

        Kind(String what) {
            this.what = what;
        }
    }

    /** A kind's place is the code that a kernel notes. */
    private static final List<Kind> KINDS = List.of(Kind.values());

    private final GpuDriver driver;
    private final long memory;
    private final MemorySegment seen = Arena.ofAuto().allocate(ValueLayout.JAVA_INT, FIELDS);
    private boolean armed;

    IndexFaults(GpuDriver driver) {
        this.driver = driver;
        memory = driver.allocate((long) FIELDS * Integer.BYTES);
        driver.write(MemorySegment.ofArray(new int[FIELDS]), memory, 0);
    }

    /** Adds the arguments that a kernel notes a fault by. */
    void arm(Arguments arguments, Kind kind) {
        arguments.i32(KINDS.indexOf(kind)).memory(memory);
        armed = true;
    }

    /** Where a kernel notes a fault: its first word is not 0 from then until it is reported. */
    long memory() {
        return memory;
    }

    /** Whether a kernel that takes indices was launched since the last look. */
    boolean isArmed() {
        return armed;
    }

    /** Says that one was launched, by a recording. */
    void arm() {
        armed = true;
    }

    /**
     * Enqueues a look at what kernels have noted, if one took indices since the last look. To be
     * followed by something that waits for the queue, and by {@link #check}.
     */
    void look() {
        if (armed) {
            driver.enqueueRead(memory, 0, seen);
        }
    }

    /**
     * After {@link #look} and a wait.
     *
     * @throws IndexOutOfBoundsException where an index was out of range
     */
    void check() {
        if (!armed) {
            return;
        }
        armed = false;
        int[] fault = seen.toArray(ValueLayout.JAVA_INT);
        if (fault[0] != 0) {
            driver.write(MemorySegment.ofArray(new int[FIELDS]), memory, 0);
            throw new IndexOutOfBoundsException(
                    KINDS.get(fault[1]).what
                            + " "
                            + fault[3]
                            + " at position "
                            + fault[2]
                            + " is outside [0, "
                            + fault[4]
                            + ")");
        }
    }

    void close() {
        driver.release(memory);
    }
}
