/** Changes of a graph that leave its results as they are, and make it faster. */
@NullMarked
package dev.weft.onnx.rewrite;

import org.jspecify.annotations.NullMarked;
