/** ONNX's operators, each written once by operations on tensors. */
@NullMarked
package dev.weft.onnx.operator;

import org.jspecify.annotations.NullMarked;
