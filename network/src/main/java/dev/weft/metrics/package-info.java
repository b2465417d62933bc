/**
 * How good predictions are: figures of classification, regression and multi-label problems, of
 * which examples are added batch by batch.
 *
 * <p>Names and conventions are scikit-learn's, also where a division by zero leaves a figure
 * undefined; what differs is said where it does. An example of weight 0 is as though it was not
 * there.
 */
@org.jspecify.annotations.NullMarked
package dev.weft.metrics;
