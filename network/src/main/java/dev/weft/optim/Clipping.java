package dev.weft.optim;

import dev.weft.Norms;
import dev.weft.Tensor;
import dev.weft.nn.ParameterGroup;
import dev.weft.nn.Parameters;

/**
 * Makes gradients smaller before an update. Both read nothing back, so that they can be captured:
 *
 * <pre>{@code
 * trainer.beforeUpdate(() -> Clipping.norm(network.parameters(), 1));
 * }</pre>
 *
 * <p>Gradients that are not finite stay so, and the step is refused.
 */
public final class Clipping {
    private Clipping() {}

    /** {@link #norm(Parameters, double, double)} by the root of the sum of squares. */
    public static Tensor norm(Parameters parameters, double most) {
        return norm(parameters, most, 2);
    }

    /**
     * Scales all gradients alike, over all groups, so that their p-norm is at most {@code most}:
     * {@link Norms#clip}.
     *
     * @param p above 0; infinity for the largest gradient
     * @return the norm before, a scalar
     */
    public static Tensor norm(Parameters parameters, double most, double p) {
        return Norms.clip(
                parameters.groups().stream().map(ParameterGroup::gradients).toList(), most, p);
    }

    /**
     * Clamps each gradient to [-most, most].
     *
     * @param most above 0
     */
    public static void value(Parameters parameters, double most) {
        if (!(most > 0)) {
            throw new IllegalArgumentException("clip: most must be above 0, got " + most);
        }
        for (ParameterGroup group : parameters.groups()) {
            Tensor g = group.gradients();
            try (Tensor clamped = g.clamp(-most, most)) {
                g.assign(clamped);
            }
        }
    }
}
