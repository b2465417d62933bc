/** Who computes: Weft's devices, and libraries that the system has installed. */
@NullMarked
package dev.weft.benchmarks.library;

import org.jspecify.annotations.NullMarked;
