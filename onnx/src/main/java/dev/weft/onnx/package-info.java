/** ONNX models: reading them, and running them on any device. */
@NullMarked
package dev.weft.onnx;

import org.jspecify.annotations.NullMarked;
