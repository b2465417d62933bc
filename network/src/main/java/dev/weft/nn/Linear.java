package dev.weft.nn;

import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.Activation;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * y = x weightᵀ + bias, for x rows×inputs, or …×rows×inputs, and weight outputs×inputs.
 *
 * @param inputs the number of inputs
 * @param outputs the number of outputs
 * @param weight what fills the weight
 * @param bias what fills the bias, or null for none
 */
public record Linear(int inputs, int outputs, Initializer weight, @Nullable Initializer bias)
        implements Layer {
    /** Checks that there is at least one input and one output. */
    public Linear {
        if (inputs < 1 || outputs < 1) {
            throw new IllegalArgumentException(
                    "Linear: inputs and outputs must be at least 1, got "
                            + inputs
                            + ", "
                            + outputs);
        }
    }

    /** With a bias, initialised as PyTorch does. */
    public Linear(int inputs, int outputs) {
        this(inputs, outputs, Initializer.pytorch(), Initializer.pytorch());
    }

    @Override
    public String describe() {
        return "Linear(" + inputs + ", " + outputs + ")";
    }

    @Override
    public List<ParameterSpec> parameters() {
        Shape shape = Shape.of(outputs, inputs);
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(new ParameterSpec("weight", shape, Fans.of(shape), weight));
        if (bias != null) {
            specs.add(new ParameterSpec("bias", Shape.of(outputs), Fans.of(shape), bias));
        }
        return specs;
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        return forward(pass, x, Activation.IDENTITY);
    }

    /** y = activation(x weightᵀ + bias), in one kernel. */
    private Tensor forward(Pass pass, Tensor x, Activation activation) {
        Tensor rows = x.rank() > 2 ? x.contiguous().reshape(-1, x.dim(-1)) : x;
        Tensor y =
                rows.linear(
                        pass.get(this, "weight"),
                        bias == null ? null : pass.get(this, "bias"),
                        activation);
        return x.rank() > 2 ? y.reshape(x.shape().with(-1, outputs).toArray()) : y;
    }

    /** With an activation that the product's kernel can apply. */
    @Override
    public Optional<Layer> fusedWith(Layer next) {
        if (!(next instanceof ActivationLayer activation)
                || activation.fused() == Activation.IDENTITY) {
            return Optional.empty();
        }
        Activation fused = activation.fused();
        return Optional.of((pass, x) -> forward(pass, x, fused));
    }
}
