package dev.weft.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weft.gpu.Arguments;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A kernel's parameters as cuLaunchKernel takes them: one block of memory with each parameter at a
 * multiple of its size. Made once and filled anew for each launch, so that a launch leaves nothing
 * for the garbage collector.
 */
final class LaunchParameters {
    /** The most that a kernel's parameters may take, in every version of CUDA. */
    private static final int LARGEST = 4096;

    /** As cuda.h has them: CU_LAUNCH_PARAM_BUFFER_POINTER, _BUFFER_SIZE, _END. */
    private static final long POINTER = 1;

    private static final long SIZE = 2;
    private static final long END = 0;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment block = arena.allocate(LARGEST, Long.BYTES);
    private final MemorySegment size = arena.allocate(JAVA_LONG);
    private final MemorySegment extra =
            arena.allocateFrom(JAVA_LONG, POINTER, block.address(), SIZE, size.address(), END);

    /** Puts the arguments in, and returns what cuLaunchKernel takes as {@code extra}. */
    MemorySegment fill(Arguments arguments) {
        long at = 0;
        for (int i = 0; i < arguments.count(); i++) {
            long bits = arguments.bits(i);
            switch (arguments.kind(i)) {
                case I32, F32 -> {
                    block.set(JAVA_INT, at, (int) bits);
                    at += Integer.BYTES;
                }
                case I64, F64, MEMORY -> {
                    at = (at + Long.BYTES - 1) & -Long.BYTES;
                    block.set(JAVA_LONG, at, bits);
                    at += Long.BYTES;
                }
            }
        }
        size.set(JAVA_LONG, 0, at);
        return extra;
    }
}
