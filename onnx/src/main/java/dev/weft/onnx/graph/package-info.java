/** What a model's file says: graphs of nodes, their attributes and tensors. */
@NullMarked
package dev.weft.onnx.graph;

import org.jspecify.annotations.NullMarked;
