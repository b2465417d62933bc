package dev.weft.onnx;

import dev.weft.Recorder;
import dev.weft.Tensor;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.graph.UnsupportedOnnxException;
import dev.weft.onnx.operator.Value;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/** Finds the nodes at which gradients would end without a word. */
final class GradientCheck {
    /** What these give is no quantity: nobody expects a gradient through it. */
    private static final Set<String> WITHOUT =
            Set.of(
                    "Shape",
                    "Size",
                    "ArgMax",
                    "ArgMin",
                    "Equal",
                    "Greater",
                    "GreaterOrEqual",
                    "Less",
                    "LessOrEqual",
                    "IsInf",
                    "IsNaN",
                    "NonZero",
                    "RandomNormalLike",
                    "RandomUniformLike",
                    "EyeLike");

    private GradientCheck() {}

    /**
     * Checks a node that was run.
     *
     * @param recorder what records, or null
     * @throws UnsupportedOnnxException where it took what is recorded, and gave what is not
     */
    static void check(
            Node node,
            long opset,
            @Nullable Recorder recorder,
            List<@Nullable Value> values,
            List<Tensor> results) {
        if (recorder == null
                || !node.subgraphs().isEmpty()
                || WITHOUT.contains(node.operator())
                || results.stream().anyMatch(recorder::tracks)) {
            return;
        }
        for (int i = 0; i < values.size(); i++) {
            Value value = values.get(i);
            Tensor tensor = value == null ? null : value.tensor();
            if (tensor != null && recorder.tracks(tensor)) {
                throw new UnsupportedOnnxException(
                        "domain '%s', version %d, hands no gradient on, and input '%s' is made of what is trained: train only what comes behind it"
                                .formatted(node.domain(), opset, node.inputs().get(i)));
            }
        }
    }
}
