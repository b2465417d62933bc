/** Networks as ONNX files, and ONNX models as blocks of networks. */
@NullMarked
package dev.weft.onnx.network;

import org.jspecify.annotations.NullMarked;
