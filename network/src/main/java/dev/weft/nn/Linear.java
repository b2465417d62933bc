package dev.weft.nn;

import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.Activation;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * y = x weightᵀ + bias, for x rows×inputs and weight outputs×inputs.
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
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(new ParameterSpec("weight", Shape.of(outputs, inputs), inputs, weight));
        if (bias != null) {
            specs.add(new ParameterSpec("bias", Shape.of(outputs), inputs, bias));
        }
        return specs;
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return forward(x, pass, Activation.IDENTITY);
    }

    /** y = activation(x weightᵀ + bias), in one kernel. */
    Tensor forward(Tensor x, Pass pass, Activation activation) {
        return x.linear(pass.parameter(0), bias == null ? null : pass.parameter(1), activation);
    }
}
