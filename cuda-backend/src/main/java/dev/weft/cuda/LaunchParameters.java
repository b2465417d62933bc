package dev.weft.cuda;

import static jcuda.driver.JCudaDriver.CU_LAUNCH_PARAM_BUFFER_POINTER;
import static jcuda.driver.JCudaDriver.CU_LAUNCH_PARAM_BUFFER_SIZE;
import static jcuda.driver.JCudaDriver.CU_LAUNCH_PARAM_END;

import dev.weft.gpu.Arguments;

import jcuda.Pointer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A kernel's parameters as cuLaunchKernel takes them: one block of memory with each parameter at a
 * multiple of its size. Made once and filled anew for each launch, so that a launch leaves nothing
 * for the garbage collector.
 */
final class LaunchParameters {
    /** The most that a kernel's parameters may take, in every version of CUDA. */
    private static final int LARGEST = 4096;

    private final ByteBuffer block =
            ByteBuffer.allocateDirect(LARGEST).order(ByteOrder.nativeOrder());
    private final ByteBuffer size =
            ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
    private final Pointer extra =
            Pointer.to(
                    CU_LAUNCH_PARAM_BUFFER_POINTER,
                    Pointer.to(block),
                    CU_LAUNCH_PARAM_BUFFER_SIZE,
                    Pointer.to(size),
                    CU_LAUNCH_PARAM_END);

    /** Puts the arguments in, and returns what cuLaunchKernel takes as {@code extra}. */
    Pointer fill(Arguments arguments) {
        int at = 0;
        for (int i = 0; i < arguments.count(); i++) {
            long bits = arguments.bits(i);
            switch (arguments.kind(i)) {
                case I32, F32 -> {
                    block.putInt(at, (int) bits);
                    at += Integer.BYTES;
                }
                case I64, MEMORY -> {
                    at = (at + Long.BYTES - 1) & -Long.BYTES;
                    block.putLong(at, bits);
                    at += Long.BYTES;
                }
            }
        }
        size.putLong(0, at);
        return extra;
    }
}
