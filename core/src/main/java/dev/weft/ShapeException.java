package dev.weft;

/**
 * The operands' shapes, axes or types do not fit the operation. The message names them and the
 * rule.
 */
public final class ShapeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@code message} names the operation, the operands with their shapes,
     * and the rule.
     */
    public ShapeException(String message) {
        super(message);
    }
}
