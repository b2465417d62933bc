package dev.weft.onnx.operator;

import dev.weft.Tensor;

import java.util.List;

/** Computes a node's outputs from its inputs and attributes. */
@FunctionalInterface
public interface Operator {
    /**
     * Computes.
     *
     * @return as many outputs as the operator has, of which the node may ask for fewer
     * @throws dev.weft.onnx.graph.OnnxException where the node asks for something that Weft does
     *     not do
     * @throws dev.weft.ShapeException where shapes or types do not fit
     */
    List<Tensor> run(NodeCall node);
}
