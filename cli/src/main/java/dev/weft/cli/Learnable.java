package dev.weft.cli;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** Examples that can be divided, and learnt from. */
interface Learnable extends Divisible {
    /**
     * What is learnt of some of them.
     *
     * @param validation those that are looked at after each epoch, null for none
     * @param test those that are looked at in the end, null for none
     */
    Problem problem(int[] train, int @Nullable [] validation, int @Nullable [] test)
            throws IOException;
}
