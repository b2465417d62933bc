/**
 * Tensors on devices: open one with {@link dev.weft.Devices}, make tensors from it, and compute.
 */
@NullMarked
package dev.weft;

import org.jspecify.annotations.NullMarked;
