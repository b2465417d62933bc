package dev.weft.cpu;

import dev.weft.backend.KernelCall;
import dev.weft.backend.Reserve;

/** What is computed in one type: all kernels but products and what moves elements as they are. */
interface Kernels extends AutoCloseable {
    /** What does a call whose operands compute in this type, now or again and again. */
    Runnable prepare(KernelCall call);

    /** Does a call at once. */
    default void run(KernelCall call) {
        prepare(call).run();
    }

    /** What is given up where there is no memory for scratch. */
    default void reserve(Reserve reserve) {}

    @Override
    default void close() {}
}
