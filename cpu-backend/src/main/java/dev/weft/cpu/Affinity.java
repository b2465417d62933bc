package dev.weft.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * On which processor a thread runs, and on which it may: Linux's {@code sched_getcpu} and {@code
 * sched_setaffinity}. Elsewhere, and where the system refuses, nothing is known and nothing done.
 *
 * <p>Linux often wakes a thread on the processor of the thread that wakes it, although another is
 * idle: under KVM an idle processor counts as taken from the machine. The two then take turns, and
 * a call of 20 µs that two threads were to share took 80.
 */
final class Affinity {
    /** Not on any processor that is known. */
    static final int UNKNOWN = -1;

    /** Bytes of a set of processors: a bit for each of 8192, as many as Linux can have. */
    private static final int SET_BYTES = 1024;

    private static final @Nullable MethodHandle GET_CPU = function("sched_getcpu");
    private static final @Nullable MethodHandle GET_THREAD = function("gettid");
    private static final @Nullable MethodHandle GET_AFFINITY =
            function("sched_getaffinity", JAVA_INT, JAVA_LONG, ADDRESS);
    private static final @Nullable MethodHandle SET_AFFINITY =
            function("sched_setaffinity", JAVA_INT, JAVA_LONG, ADDRESS);

    private Affinity() {}

    @SuppressWarnings("restricted") // the system's own functions
    private static @Nullable MethodHandle function(String name, MemoryLayout... arguments) {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return null;
        }
        try {
            Linker linker = Linker.nativeLinker();
            SymbolLookup system = linker.defaultLookup();
            return system.find(name)
                    .map(
                            address ->
                                    linker.downcallHandle(
                                            address,
                                            FunctionDescriptor.of(JAVA_INT, arguments),
                                            Linker.Option.critical(false)))
                    .orElse(null);
        } catch (UnsupportedOperationException e) {
            // A JVM that cannot call the system's functions on this processor.
            return null;
        }
    }

    /** The number of the processor that runs this, or {@link #UNKNOWN}. */
    static int processor() {
        try {
            return GET_CPU == null ? UNKNOWN : (int) GET_CPU.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException("sched_getcpu failed", e);
        }
    }

    /** The system's number of the calling thread, or {@link #UNKNOWN}. */
    static int thread() {
        try {
            return GET_THREAD == null ? UNKNOWN : (int) GET_THREAD.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException("gettid failed", e);
        }
    }

    /**
     * Has {@code thread} run on any processor that this process may use but {@code processor}; does
     * nothing where there is no other.
     */
    static void keepOff(int thread, int processor) {
        if (GET_AFFINITY == null || SET_AFFINITY == null || processor < 0 || thread < 0) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(SET_BYTES, Long.BYTES);
            // The calling thread's: the worker's own lacks the processor that it was last kept off.
            if ((int) GET_AFFINITY.invokeExact(0, (long) SET_BYTES, set) != 0) {
                return;
            }
            int at = processor / Byte.SIZE;
            int without = set.get(JAVA_BYTE, at) & ~(1 << processor % Byte.SIZE);
            set.set(JAVA_BYTE, at, (byte) without);
            if (set.mismatch(arena.allocate(SET_BYTES)) >= 0) {
                // Where it is refused, the thread runs where it may, as without this.
                int _ = (int) SET_AFFINITY.invokeExact(thread, (long) SET_BYTES, set);
            }
        } catch (Throwable e) {
            throw new IllegalStateException("a system function failed", e);
        }
    }
}
