package dev.weft.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The driver's functions that every launch calls, without JCuda in between: on the stand-in a
 * launch through JCuda took 2.2 µs more than {@code cuLaunchKernel} called directly ({@code ./weft
 * bench --suite launches}), most of it in copying its arrays of pointers.
 */
final class DirectCalls {
    private static final MethodHandle SET_CURRENT = handle(JAVA_LONG);

    /** f, the grid, the block, shared bytes, stream, parameters, extra. */
    private static final MethodHandle LAUNCH =
            handle(
                    JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
                    JAVA_LONG, ADDRESS, ADDRESS);

    private final MemorySegment setCurrent;
    private final MemorySegment launch;

    /** Those of the driver's library. */
    DirectCalls(SymbolLookup driver) {
        setCurrent = driver.findOrThrow("cuCtxSetCurrent");
        launch = driver.findOrThrow("cuLaunchKernel");
    }

    /** For a function whose address is given to each call: such a handle can be a constant. */
    @SuppressWarnings("restricted")
    private static MethodHandle handle(MemoryLayout... parameters) {
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT, parameters));
    }

    /** cuCtxSetCurrent; returns the driver's code, as all of these. */
    int setCurrent(long context) {
        try {
            return (int) SET_CURRENT.invokeExact(setCurrent, context);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** cuLaunchKernel of groups of one dimension, its parameters in one block. */
    int launch(long function, int x, int y, int z, int group, long stream, MemorySegment block) {
        try {
            return (int)
                    LAUNCH.invokeExact(
                            launch,
                            function,
                            x,
                            y,
                            z,
                            group,
                            1,
                            1,
                            0,
                            stream,
                            MemorySegment.NULL,
                            block);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
