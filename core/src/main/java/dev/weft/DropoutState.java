package dev.weft;

import dev.weft.backend.KernelCall;

/**
 * Where a stream of dropout masks stands: a key and a block number of {@link
 * dev.weft.random.Philox} in device memory. It belongs to the scope in which it was made.
 */
public final class DropoutState implements AutoCloseable {
    private final Tensor state;

    /** The stream for a seed, from its first block on. */
    public DropoutState(Device device, long seed) {
        this(device, seed, 0);
    }

    /** The stream for a seed, from a block on: as {@link #block} gave it. */
    public DropoutState(Device device, long seed, long block) {
        this.state =
                device.tensor(
                        new int[] {
                            (int) seed, (int) (seed >>> 32), (int) block, (int) (block >>> 32)
                        });
    }

    /**
     * Goes on with another seed from a block, as {@link #block} gave it: in the same memory, so
     * that captured steps go on from there too.
     */
    public void restore(long seed, long block) {
        int[] words = {(int) seed, (int) (seed >>> 32), (int) block, (int) (block >>> 32)};
        try (Tensor fresh = state.device().tensor(words)) {
            state.assign(fresh);
        }
    }

    /** The number of the next block. Blocks until it is known. */
    public long block() {
        int[] words = state.toIntArray();
        return (words[2] & 0xFFFFFFFFL) | ((long) words[3] << 32);
    }

    /**
     * y = x · mask: each element is 0 with probability {@code rate}, and otherwise divided by 1 -
     * rate, so that the expectation stays. The same on every backend: {@link
     * KernelCall.DropoutMask}.
     *
     * @param rate in [0, 1)
     */
    public Tensor apply(Tensor x, double rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("dropout: rate must be in [0, 1), got " + rate);
        }
        Elementwise.sameDevice("dropout", x, state);
        if (!x.dtype().isFloating()) {
            throw new ShapeException(
                    "dropout: is not defined for " + x.dtype() + ", got " + x.describe());
        }
        Device device = x.device();
        return device.compute(
                () ->
                        x.mul(
                                device.make(
                                        "dropout",
                                        x.dtype(),
                                        x.shape(),
                                        mask ->
                                                device.backend()
                                                        .run(
                                                                new KernelCall.DropoutMask(
                                                                        rate,
                                                                        state.viewToWrite(),
                                                                        mask)))));
    }

    /** Gives its memory back before the scope does. Idempotent. */
    @Override
    public void close() {
        state.close();
    }
}
