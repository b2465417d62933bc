package dev.weft.nn;

import dev.weft.Tensor;
import dev.weft.backend.Activation;
import dev.weft.backend.UnaryOp;

/**
 * y = op(x; p), element by element: see {@link UnaryOp}.
 *
 * @param op the function
 * @param p its parameter, where it has one
 */
public record ActivationLayer(UnaryOp op, double p) implements Layer {
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

    /** Checks that the function is one that layers offer. */
    public ActivationLayer {
        switch (op) {
            case RELU, LEAKY_RELU, ELU, SIGMOID, TANH, GELU_ERF, GELU_TANH, SILU, SOFTPLUS -> {}
            case AFFINE, NEG, ABS, EXP, LOG, SQRT, SQUARE, CLAMP ->
                    throw new IllegalArgumentException(op + " is not an activation");
        }
    }

    @Override
    public String describe() {
        return op.name();
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return switch (op) {
            case RELU -> x.relu();
            case LEAKY_RELU -> x.leakyRelu(p);
            case ELU -> x.elu(p);
            case SIGMOID -> x.sigmoid();
            case TANH -> x.tanh();
            case GELU_ERF -> x.gelu();
            case GELU_TANH -> x.geluTanh();
            case SILU -> x.silu();
            case SOFTPLUS -> x.softplus();
            case AFFINE, NEG, ABS, EXP, LOG, SQRT, SQUARE, CLAMP ->
                    throw new IllegalStateException(op + " is not an activation");
        };
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
