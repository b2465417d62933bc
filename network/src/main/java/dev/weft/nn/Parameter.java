package dev.weft.nn;

import dev.weft.Shape;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/** A tensor of a network under its name: a parameter, or a buffer. */
public final class Parameter {
    private final String name;
    private Role role;
    private String group;
    private Tensor value;
    private @Nullable Tensor gradient;

    Parameter(String name, Role role, Tensor value) {
        this.name = name;
        this.role = role;
        this.group = ParameterGroup.DEFAULT;
        this.value = value;
    }

    /** Its path in the network, such as {@code 1.weight}. */
    public String name() {
        return name;
    }

    /** What it is for. */
    public Role role() {
        return role;
    }

    /** The group that it is updated with. */
    public String group() {
        return group;
    }

    /** Its extents. */
    public Shape shape() {
        return value.shape();
    }

    /** A view of its group's flat values, until parameters are frozen or grouped otherwise. */
    public Tensor value() {
        return value;
    }

    /**
     * A view of its group's flat gradients.
     *
     * @throws IllegalStateException where it has none, since it is not trained
     */
    public Tensor gradient() {
        if (gradient == null) {
            throw new IllegalStateException(
                    "%s is %s: only trained parameters have gradients"
                            .formatted(name, role == Role.FROZEN ? "frozen" : "a buffer"));
        }
        return gradient;
    }

    void role(Role newRole) {
        role = newRole;
    }

    void group(String newGroup) {
        group = newGroup;
    }

    void place(Tensor newValue, @Nullable Tensor newGradient) {
        value = newValue.named(name);
        gradient = newGradient == null ? null : newGradient.named("gradient of " + name);
    }

    /**
     * What messages call an element, such as {@code 1.weight[3, 17]}.
     *
     * @param i its number in row-major order
     */
    public String element(long i) {
        long[] dims = shape().toArray();
        for (int axis = dims.length - 1; axis >= 0; axis--) {
            long extent = dims[axis];
            dims[axis] = i % extent;
            i /= extent;
        }
        return name + Arrays.toString(dims);
    }

    @Override
    public String toString() {
        return "%s %s %s".formatted(name, shape(), role);
    }
}
