/**
 * How fast the kernels are, beside the machine's measured limit and beside what people would use
 * instead.
 */
@NullMarked
package dev.weft.benchmarks;

import org.jspecify.annotations.NullMarked;
