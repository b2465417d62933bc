/**
 * GPU kernels, written once, and the backend that calls them over a {@link dev.weft.gpu.GpuDriver}.
 */
@NullMarked
package dev.weft.gpu;

import org.jspecify.annotations.NullMarked;
