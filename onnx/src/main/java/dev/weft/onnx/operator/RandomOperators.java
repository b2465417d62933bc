package dev.weft.onnx.operator;

import dev.weft.DType;
import dev.weft.RandomTensors;
import dev.weft.Tensor;
import dev.weft.onnx.graph.ElementType;

import org.jspecify.annotations.Nullable;

import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** ONNX's random tensors. With a seed, a node gives the same numbers in each run. */
final class RandomOperators {
    static final Set<String> NAMES =
            Set.of(
                    "RandomNormal",
                    "RandomNormalLike",
                    "RandomUniform",
                    "RandomUniformLike",
                    "Bernoulli");

    private RandomOperators() {}

    static void addTo(OperatorTable operators) {
        operators.one("RandomNormal", node -> normal(node, node.integers("shape"), null));
        operators.one("RandomNormalLike", node -> normal(node, node.dims(0), node.dtype(0)));
        operators.one("RandomUniform", node -> uniform(node, node.integers("shape"), null));
        operators.one("RandomUniformLike", node -> uniform(node, node.dims(0), node.dtype(0)));
        operators.one(
                "Bernoulli",
                node -> {
                    Tensor p = node.x(0);
                    Tensor drawn = random(node).uniform(p.dtype(), 0, 1, p.shape().toArray());
                    return drawn.less(p).to(type(node, p.dtype()));
                });
    }

    /** A run that is replayed would have the same numbers again: as if it read values back. */
    private static RandomTensors random(NodeCall node) {
        node.around().readBack();
        boolean seeded = node.hasAttribute("seed");
        long seed = Float.floatToIntBits((float) node.real("seed", 0));
        return node.device().random(seeded ? seed : ThreadLocalRandom.current().nextLong());
    }

    private static DType type(NodeCall node, @Nullable DType otherwise) {
        DType given = ElementType.dtype((int) node.integer("dtype", 0));
        return given != null ? given : otherwise != null ? otherwise : DType.F32;
    }

    private static Tensor normal(NodeCall node, long[] dims, @Nullable DType like) {
        return random(node)
                .normal(type(node, like), node.real("mean", 0), node.real("scale", 1), dims);
    }

    private static Tensor uniform(NodeCall node, long[] dims, @Nullable DType like) {
        return random(node)
                .uniform(type(node, like), node.real("low", 0), node.real("high", 1), dims);
    }
}
