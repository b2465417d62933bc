package dev.weft.onnx.rewrite;

import dev.weft.onnx.graph.Node;

import org.jspecify.annotations.Nullable;

/** Finds the last node of a pattern, and gives one that computes the same from its operands. */
@FunctionalInterface
interface Rewrite {
    /**
     * The node that stands in for another, with the same outputs; null where the pattern is not
     * there. Nodes of the pattern that nobody reads any more go by themselves.
     */
    @Nullable Node of(Node last, Pattern graph);
}
