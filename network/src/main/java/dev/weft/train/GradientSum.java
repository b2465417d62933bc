package dev.weft.train;

import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.nn.ParameterGroup;
import dev.weft.nn.Parameters;

import java.util.ArrayList;
import java.util.List;

/**
 * The sum of several batches' gradients, for a step on more examples than the device has room for
 * at once.
 */
final class GradientSum {
    private final Parameters parameters;
    private final List<Tensor> sums = new ArrayList<>();

    /** Its buffers belong to the innermost open scope. */
    GradientSum(Parameters parameters) {
        this.parameters = parameters;
        for (ParameterGroup group : parameters.groups()) {
            long size = group.gradients().size();
            sums.add(parameters.device().zeros(parameters.dtype(), size).named("sum of gradients"));
        }
    }

    /** Enqueues the addition of the gradients as they are now. */
    void add() {
        try (Scope _ = parameters.device().scope()) {
            for (int i = 0; i < sums.size(); i++) {
                Tensor sum = sums.get(i);
                sum.assign(sum.add(parameters.groups().get(i).gradients()));
            }
        }
    }

    /** Enqueues that the gradients become the mean of so many, and the sum 0. */
    void takeMean(int batches) {
        try (Scope _ = parameters.device().scope()) {
            for (int i = 0; i < sums.size(); i++) {
                Tensor sum = sums.get(i);
                parameters.groups().get(i).gradients().assign(sum.mul(1.0 / batches));
                sum.fill(0);
            }
        }
    }
}
