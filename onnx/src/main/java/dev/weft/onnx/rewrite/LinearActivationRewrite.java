package dev.weft.onnx.rewrite;

import dev.weft.onnx.graph.Attribute;
import dev.weft.onnx.graph.ModelFile;
import dev.weft.onnx.graph.Node;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/** An activation of a linear layer that nothing else reads goes into the product's epilogue. */
final class LinearActivationRewrite implements Rewrite {
    private static final Set<String> ACTIVATIONS = Set.of("Relu", "Sigmoid", "Tanh");

    @Override
    public @Nullable Node of(Node last, Pattern graph) {
        if (!ACTIVATIONS.contains(last.operator())) {
            return null;
        }
        String value = last.inputs().getFirst();
        Node linear = graph.own(value, LinearRewrite.LINEAR);
        if (linear == null || !graph.isReadOnce(value)) {
            return null;
        }
        return new Node(
                last.name(),
                LinearRewrite.LINEAR,
                ModelFile.OWN,
                linear.inputs(),
                last.outputs(),
                Rewrites.with(linear, "activation", new Attribute.Text(last.operator())));
    }
}
