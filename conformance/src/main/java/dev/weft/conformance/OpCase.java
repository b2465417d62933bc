package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.autograd.Gradients;
import dev.weft.autograd.Tape;
import dev.weft.random.Philox;

import java.util.ArrayList;
import java.util.List;

/**
 * An operation on tensors with its operands, declared once. It yields a comparison of its result
 * and its gradients with the reference backend's, and a check of the reference's gradients by
 * central differences.
 */
record OpCase(String name, Program program, List<Input> inputs) {
    /** The operation. */
    interface Program {
        Tensor apply(Tensor[] inputs);
    }

    /**
     * What a case gave.
     *
     * @param y the result's elements
     * @param gradients the sums Σ dy ∂y by each differentiable operand, in order, for the dy of
     *     {@link #dy}; none where the result is not floating
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Outcome(DType dtype, Shape shape, double[] y, List<double[]> gradients) {}

    static OpCase opCase(String name, Program program, Input... inputs) {
        return new OpCase(name, program, List.of(inputs));
    }

    /** The same on operands of another floating type. */
    OpCase as(DType type) {
        return new OpCase(
                name + " " + type, program, inputs.stream().map(input -> input.as(type)).toList());
    }

    /** The types of {@link Outcome#gradients}. */
    List<DType> gradientTypes() {
        return inputs.stream().filter(Input::differentiable).map(Input::dtype).toList();
    }

    /** The operands' elements: the same for the same seed. */
    List<double[]> draw(long seed) {
        Philox random = Philox.stream(seed, name.hashCode());
        List<double[]> values = new ArrayList<>();
        for (Input input : inputs) {
            values.add(input.draw(random));
        }
        return values;
    }

    /** The gradient by the result that the case starts from. */
    double[] dy(DType dtype, long seed, long size) {
        return Input.normal(size).as(dtype).draw(Philox.stream(seed, ~name.hashCode()));
    }

    /** The result without its gradients. */
    double[] forward(Device device, List<double[]> values) {
        try (Scope _ = device.scope()) {
            return program.apply(upload(device, values)).toDoubleArray();
        }
    }

    /** The result with its gradients. */
    Outcome run(Device device, long seed) {
        try (Scope _ = device.scope();
                Tape tape = new Tape(device)) {
            Tensor[] tensors = upload(device, draw(seed));
            boolean tracked = false;
            for (int i = 0; i < tensors.length; i++) {
                if (inputs.get(i).differentiable()) {
                    tape.watch(tensors[i]);
                    tracked = true;
                }
            }
            Tensor y = program.apply(tensors);
            List<double[]> gradients = new ArrayList<>();
            if (tracked && y.dtype().isFloating()) {
                double[] handed = dy(y.dtype(), seed, y.size());
                Tensor dy = device.tensor(y.dtype(), handed).reshape(y.shape().toArray());
                Gradients taken = tape.gradients(y, dy);
                for (int i = 0; i < tensors.length; i++) {
                    if (inputs.get(i).differentiable()) {
                        gradients.add(taken.of(tensors[i]).toDoubleArray());
                    }
                }
            }
            return new Outcome(y.dtype(), y.shape(), y.toDoubleArray(), gradients);
        }
    }

    private Tensor[] upload(Device device, List<double[]> values) {
        Tensor[] tensors = new Tensor[values.size()];
        for (int i = 0; i < tensors.length; i++) {
            tensors[i] = inputs.get(i).upload(device, values.get(i)).named("input " + i);
        }
        return tensors;
    }
}
