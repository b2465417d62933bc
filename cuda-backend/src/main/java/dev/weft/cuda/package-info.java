/** NVIDIA's GPUs by CUDA's driver API. */
@NullMarked
package dev.weft.cuda;

import org.jspecify.annotations.NullMarked;
