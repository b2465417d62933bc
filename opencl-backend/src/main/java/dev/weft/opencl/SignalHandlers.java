package dev.weft.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Keeps the JVM's signal handlers where a driver replaces them. PoCL sets some when it starts, and
 * LLVM inside it sets its own for every fatal signal when it first compiles: from then on a
 * SIGSEGV, which the JVM uses for null checks and safepoints, ends the process without a word.
 *
 * <p>They are put back as soon as the call returns. What remains is the time of that call: to close
 * it too, start Java with {@code LD_PRELOAD=$JAVA_HOME/lib/libjsig.so}, as {@code ./weft} does.
 */
final class SignalHandlers {
    /** More than any system's {@code struct sigaction} takes. */
    private static final int STRUCT = 256;

    /** The signals of old; later ones are nobody's business here. */
    private static final int SIGNALS = 32;

    private static final Optional<MethodHandle> SIGACTION = find();

    private SignalHandlers() {}

    @SuppressWarnings("restricted")
    private static Optional<MethodHandle> find() {
        Linker linker = Linker.nativeLinker();
        SymbolLookup library = linker.defaultLookup();
        return library.find("sigaction")
                .map(
                        address ->
                                linker.downcallHandle(
                                        address,
                                        FunctionDescriptor.of(
                                                ValueLayout.JAVA_INT,
                                                ValueLayout.JAVA_INT,
                                                ValueLayout.ADDRESS,
                                                ValueLayout.ADDRESS)));
    }

    /** Makes a call into a driver, after which all signal handlers are what they were before. */
    static <T> T keep(Supplier<T> call) {
        if (SIGACTION.isEmpty()) {
            return call.get();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment before = arena.allocate((long) SIGNALS * STRUCT);
            MemorySegment after = arena.allocate(STRUCT);
            for (int signal = 1; signal < SIGNALS; signal++) {
                sigaction(signal, MemorySegment.NULL, at(before, signal));
            }
            try {
                return call.get();
            } finally {
                for (int signal = 1; signal < SIGNALS; signal++) {
                    after.fill((byte) 0);
                    sigaction(signal, MemorySegment.NULL, after);
                    if (after.mismatch(at(before, signal)) >= 0) {
                        sigaction(signal, at(before, signal), MemorySegment.NULL);
                    }
                }
            }
        }
    }

    private static MemorySegment at(MemorySegment structs, int signal) {
        return structs.asSlice((long) signal * STRUCT, STRUCT);
    }

    /** Signals that do not exist, or that nobody may handle, give an error that means nothing. */
    private static void sigaction(int signal, MemorySegment set, MemorySegment old) {
        try {
            int ignored = (int) SIGACTION.orElseThrow().invokeExact(signal, set, old);
        } catch (Throwable e) {
            throw new IllegalStateException("sigaction cannot be called", e);
        }
    }
}
