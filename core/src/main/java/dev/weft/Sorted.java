package dev.weft;

/**
 * Elements in order along an axis.
 *
 * @param values the elements; gradients flow through them, as long as the indices are open
 * @param indices their places before, I32, of the same shape
 */
public record Sorted(Tensor values, Tensor indices) {}
