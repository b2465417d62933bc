/** Files: safetensors, checkpoints, and writing beside the target. */
@NullMarked
package dev.weft.io;

import org.jspecify.annotations.NullMarked;
