package dev.weft;

/**
 * The largest element of each window.
 *
 * @param values the elements; gradients flow through them, as long as the indices are open
 * @param indices their places among the elements of the pooled axes in row-major order, I32, of the
 *     same shape
 */
public record Pooled(Tensor values, Tensor indices) {}
