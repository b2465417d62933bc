package dev.weft.nn;

import dev.weft.Elementwise;
import dev.weft.Tensor;
import dev.weft.backend.Activation;
import dev.weft.backend.UnaryOp;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * y = op(x; p), element by element: see {@link UnaryOp}.
 *
 * @param op the function
 * @param p its parameter, where it has one
 */
public record ActivationLayer(UnaryOp op, double p) implements Layer {
    private static final Set<UnaryOp> ACTIVATIONS =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            UnaryOp.RELU,
                            UnaryOp.LEAKY_RELU,
                            UnaryOp.ELU,
                            UnaryOp.SIGMOID,
                            UnaryOp.TANH,
                            UnaryOp.GELU_ERF,
                            UnaryOp.GELU_TANH,
                            UnaryOp.SILU,
                            UnaryOp.SOFTPLUS,
                            UnaryOp.HARD_SIGMOID,
                            UnaryOp.HARD_SWISH,
                            UnaryOp.MISH,
                            UnaryOp.SELU,
                            UnaryOp.CELU,
                            UnaryOp.SOFTSIGN,
                            UnaryOp.LOG_SIGMOID));

    /** {@link UnaryOp#RELU}. */
    public static ActivationLayer relu() {
        return new ActivationLayer(UnaryOp.RELU, 0);
    }

    /** {@link UnaryOp#LEAKY_RELU}; PyTorch's default slope is 0.01. */
    public static ActivationLayer leakyRelu(double slope) {
        return new ActivationLayer(UnaryOp.LEAKY_RELU, slope);
    }

    /** {@link UnaryOp#ELU}. */
    public static ActivationLayer elu(double alpha) {
        return new ActivationLayer(UnaryOp.ELU, alpha);
    }

    /** {@link UnaryOp#SIGMOID}. */
    public static ActivationLayer sigmoid() {
        return new ActivationLayer(UnaryOp.SIGMOID, 0);
    }

    /** {@link UnaryOp#TANH}. */
    public static ActivationLayer tanh() {
        return new ActivationLayer(UnaryOp.TANH, 0);
    }

    /** {@link UnaryOp#GELU_ERF}. */
    public static ActivationLayer gelu() {
        return new ActivationLayer(UnaryOp.GELU_ERF, 0);
    }

    /** {@link UnaryOp#SILU}. */
    public static ActivationLayer silu() {
        return new ActivationLayer(UnaryOp.SILU, 0);
    }

    /** {@link UnaryOp#SOFTPLUS}. */
    public static ActivationLayer softplus() {
        return new ActivationLayer(UnaryOp.SOFTPLUS, 0);
    }

    /** {@link UnaryOp#HARD_SIGMOID}. */
    public static ActivationLayer hardSigmoid() {
        return new ActivationLayer(UnaryOp.HARD_SIGMOID, 0);
    }

    /** {@link UnaryOp#HARD_SWISH}. */
    public static ActivationLayer hardSwish() {
        return new ActivationLayer(UnaryOp.HARD_SWISH, 0);
    }

    /** {@link UnaryOp#MISH}. */
    public static ActivationLayer mish() {
        return new ActivationLayer(UnaryOp.MISH, 0);
    }

    /** {@link UnaryOp#SELU}. */
    public static ActivationLayer selu() {
        return new ActivationLayer(UnaryOp.SELU, 0);
    }

    /** {@link UnaryOp#CELU}. */
    public static ActivationLayer celu(double alpha) {
        return new ActivationLayer(UnaryOp.CELU, alpha);
    }

    /** {@link UnaryOp#SOFTSIGN}. */
    public static ActivationLayer softsign() {
        return new ActivationLayer(UnaryOp.SOFTSIGN, 0);
    }

    /** {@link UnaryOp#LOG_SIGMOID}. */
    public static ActivationLayer logSigmoid() {
        return new ActivationLayer(UnaryOp.LOG_SIGMOID, 0);
    }

    /** Checks that the function is one that layers offer. */
    public ActivationLayer {
        if (!ACTIVATIONS.contains(op)) {
            throw new IllegalArgumentException(
                    "ActivationLayer: %s is not an activation: those are %s"
                            .formatted(op, ACTIVATIONS));
        }
    }

    @Override
    public String describe() {
        return op.name();
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        return Elementwise.unary(op, p, 0, x);
    }

    /** What a dense layer's kernel can apply by itself, or the identity. */
    Activation fused() {
        for (Activation activation : Activation.values()) {
            if (activation.op() == op) {
                return activation;
            }
        }
        return Activation.IDENTITY;
    }
}
