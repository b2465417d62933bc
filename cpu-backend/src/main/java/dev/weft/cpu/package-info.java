/**
 * The CPU backend: gemm, elementwise kernels, reductions and optimizer updates with the Vector API,
 * over native memory and on a pool of threads of its own.
 */
@NullMarked
package dev.weft.cpu;

import org.jspecify.annotations.NullMarked;
