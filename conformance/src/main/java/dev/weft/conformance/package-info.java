/**
 * The suite that every backend must pass: subclass {@link dev.weft.conformance.BackendConformance}.
 * It holds a backend's kernels and tensors to the reference backend under stated bounds, and to
 * vectors that others made.
 */
@NullMarked
package dev.weft.conformance;

import org.jspecify.annotations.NullMarked;
