package dev.weft.train;

/**
 * What a step or an evaluation computed was NaN or infinite, or a gradient too large to be used.
 * The message says where, and where it comes from; the parameters and the optimizer's state are as
 * they were before.
 */
public final class NonFiniteException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    private final long step;

    NonFiniteException(String message, long step) {
        super(message);
        this.step = step;
    }

    /** The step, from 1 on; 0 where it was no step of training but an evaluation. */
    public long step() {
        return step;
    }
}
