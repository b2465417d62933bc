package dev.weft.onnx.operator;

import dev.weft.Normalizations;
import dev.weft.Tensor;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * Operators that ONNX Runtime's optimizer writes in the place of several of ONNX's.
 * microsoft/onnxruntime v1.20, docs/ContribOperators.md.
 */
final class FusedOperators {
    static final String DOMAIN = "com.microsoft.";

    /** Its norms' default is not that of ONNX's. */
    private static final double EPSILON = 1e-12;

    private FusedOperators() {}

    static void addTo(OperatorTable operators) {
        operators.unary(DOMAIN + "Gelu", Tensor::gelu);
        operators.one(DOMAIN + "BiasGelu", node -> node.x(0).add(node.x(1)).gelu());
        operators.one(DOMAIN + "FastGelu", node -> plus(node.x(0), node.optional(1)).geluTanh());
        operators.one(
                DOMAIN + "QuickGelu",
                node -> node.x(0).mul(node.x(0).mul(node.real("alpha", 1.702)).sigmoid()));
        operators.one(DOMAIN + "FusedMatMul", FusedOperators::product);
        operators.one(DOMAIN + "FusedGemm", node -> activated(node, ProductOperators.gemm(node)));
        operators.one(
                DOMAIN + "FusedConv",
                node ->
                        activated(
                                node,
                                plus(ConvolutionOperators.convolution(node), node.optional(3))));
        operators.put(DOMAIN + "SkipLayerNormalization", FusedOperators::skipLayerNorm);
        operators.put(DOMAIN + "SkipSimplifiedLayerNormalization", FusedOperators::skipRmsNorm);
        // ONNX Runtime has this one in ONNX's own domain.
        operators.one(
                "SimplifiedLayerNormalization",
                node -> {
                    node.ignore("stash_type");
                    return Normalizations.rmsNorm(
                            node.x(0),
                            (int) node.integer("axis", -1),
                            node.x(1),
                            node.real("epsilon", 1e-5));
                });
        operators.put(DOMAIN + "EmbedLayerNormalization", FusedOperators::embeddings);
    }

    static Tensor plus(Tensor x, @Nullable Tensor more) {
        return more == null ? x : x.add(more);
    }

    private static Tensor product(NodeCall node) {
        if (node.integer("transBatchA", 0) != 0 || node.integer("transBatchB", 0) != 0) {
            throw new UnsupportedOnnxException("transBatchA or transBatchB");
        }
        Tensor a = node.integer("transA", 0) == 0 ? node.x(0) : node.x(0).transpose();
        Tensor b = node.integer("transB", 0) == 0 ? node.x(1) : node.x(1).transpose();
        double alpha = node.real("alpha", 1);
        return ProductOperators.matmul(alpha == 1 ? a : a.mul(alpha), b);
    }

    /** By the activation that a node names, with its numbers in one attribute or in two. */
    private static Tensor activated(NodeCall node, Tensor y) {
        double[] numbers = node.reals("activation_params");
        double first = numbers.length > 0 ? numbers[0] : node.real("activation_alpha", 0.01);
        double second = numbers.length > 1 ? numbers[1] : node.real("activation_beta", 0);
        String activation = node.text("activation", "");
        return switch (activation) {
            case "Relu" -> y.relu();
            case "Sigmoid" -> y.sigmoid();
            case "Tanh" -> y.tanh();
            case "LeakyRelu" -> y.leakyRelu(first);
            case "Clip" -> y.clamp(first, second);
            case "HardSigmoid" -> y.mul(first).add(second).clamp(0, 1);
            default -> throw new UnsupportedOnnxException("activation '" + activation + "'");
        };
    }

    /** Two outputs between the norm and the sum are for training, and not given. */
    private static List<Tensor> normAndSum(NodeCall node, Tensor y, Tensor sum) {
        if (node.asksFor(1) || node.asksFor(2)) {
            throw new UnsupportedOnnxException("mean or inv_std_var");
        }
        return List.of(y, y, y, sum);
    }

    /** norm(x + skip + bias), and the sum. */
    private static List<Tensor> skipLayerNorm(NodeCall node) {
        Tensor sum = plus(node.x(0).add(node.x(1)), node.optional(4));
        double epsilon = node.real("epsilon", EPSILON);
        Tensor y = Normalizations.layerNorm(sum, -1, node.x(2), node.optional(3), epsilon);
        return normAndSum(node, y, sum);
    }

    private static List<Tensor> skipRmsNorm(NodeCall node) {
        Tensor sum = plus(node.x(0).add(node.x(1)), node.optional(3));
        double epsilon = node.real("epsilon", EPSILON);
        return normAndSum(node, Normalizations.rmsNorm(sum, -1, node.x(2), epsilon), sum);
    }

    /** Of tokens, positions and segments; the norm, how many tokens there are, and the sum. */
    private static List<Tensor> embeddings(NodeCall node) {
        node.ignore("mask_index_type");
        Tensor ids = node.x(0);
        Tensor positions =
                node.has(8)
                        ? IndexOperators.rows(node.x(3), node.x(8))
                        : node.x(3).slice(0, 0, ids.dim(1)).unsqueeze(0);
        Tensor sum = IndexOperators.rows(node.x(2), ids).add(positions);
        if (node.has(1)) {
            sum = sum.add(IndexOperators.rows(node.x(4), node.x(1)));
        }
        double epsilon = node.real("epsilon", EPSILON);
        Tensor y = Normalizations.layerNorm(sum, -1, node.x(5), node.x(6), epsilon);
        Tensor mask = node.optional(7);
        Tensor counts = mask == null ? node.device().zeros(ids.dtype(), ids.dim(0)) : mask.sum(1);
        return List.of(y, counts, sum);
    }
}
