package dev.weft.metrics;

/**
 * A figure over several folds or runs.
 *
 * @param mean of those in which it is defined, NaN where there are none
 * @param deviation the standard deviation of one, with n - 1; NaN of fewer than two
 * @param folds in how many it is defined
 */
public record Spread(double mean, double deviation, int folds) {}
