package dev.weft.train;

/**
 * A step's loss or gradients were NaN or infinite. The message names the step and the layer; the
 * parameters and the optimizer's state are as they were before the step.
 */
public final class NonFiniteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long step;

    NonFiniteException(String message, long step) {
        super(message);
        this.step = step;
    }

    /** The step, from 1 on. */
    public long step() {
        return step;
    }
}
