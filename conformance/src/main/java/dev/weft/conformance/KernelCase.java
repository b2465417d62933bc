package dev.weft.conformance;

import dev.weft.backend.Backend;
import dev.weft.random.Philox;

/**
 * A call of a kernel, declared once and made on the backend under test and on the reference, with
 * the same inputs.
 *
 * @param group the test that the case belongs to, such as {@code unary EXP F32}
 * @param detail what distinguishes it there, such as its shape
 */
record KernelCase(String group, String detail, Call call) {
    /** Makes the views and calls the kernel. Draws from the side's random numbers only. */
    interface Call {
        void on(Side side);
    }

    /**
     * Fails where results are beyond their bounds, differ between two calls, or are misplaced; or
     * where the call is refused, unless for a type that the device lacks: {@link
     * Side#requireLacking}.
     */
    void check(Backend tested, Backend reference, long seed) {
        try (Side expected = new Side(reference, random(seed));
                Side actual = new Side(tested, random(seed));
                Side again = new Side(tested, random(seed))) {
            call.on(expected);
            try {
                call.on(actual);
            } catch (UnsupportedOperationException refusal) {
                actual.requireLacking(refusal);
                return;
            }
            actual.compare(expected);
            call.on(again);
            again.sameBits(actual);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(group + ", " + detail + ": " + e.getMessage(), e);
        }
    }

    private Philox random(long seed) {
        return Philox.stream(seed, (group + detail).hashCode());
    }
}
