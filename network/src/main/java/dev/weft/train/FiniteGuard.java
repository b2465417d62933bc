package dev.weft.train;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.KernelCall;
import dev.weft.nn.Layer;
import dev.weft.nn.Network;
import dev.weft.nn.Sequential;
import dev.weft.optim.Optimizer;

import java.util.List;
import java.util.Optional;

/**
 * Looks at a step's loss and gradients before they reach the parameters: one counting kernel, whose
 * count halts the optimizer and is read after the step. Where it comes from is only looked for when
 * something was found; the parameters are then what they were.
 */
final class FiniteGuard {
    private final Network network;
    private final Optimizer optimizer;
    private final Tensor count;

    /** Its counter belongs to the innermost open scope. */
    FiniteGuard(Network network, Optimizer optimizer) {
        this.network = network;
        this.optimizer = optimizer;
        this.count = network.device().tensor(new int[] {0});
    }

    /** How many numbers were unfit for a step: I32 of one element. */
    Tensor count() {
        return count;
    }

    /** Enqueues the count of what is unfit in the loss and the gradients. */
    void look(Tensor loss) {
        optimizer.countUnfit(loss, count);
    }

    /** Starts the count again. */
    void restart() {
        network.device().backend().run(new KernelCall.Fill(0, count.viewToWrite()));
    }

    /**
     * After a step in which something was counted: starts the count again, and says what it was and
     * where it comes from: the data, the parameters, or else steps that were too large.
     *
     * @param x the batch
     * @param target its target
     */
    NonFiniteException found(Tensor x, Tensor target, double loss, int epoch, long step) {
        restart();
        String what = Double.isFinite(loss) ? "a gradient cannot be used" : "the loss is " + loss;
        Optional<String> data =
                firstNonFinite("input", x).or(() -> firstNonFinite("target", target));
        Optional<String> parameter = network.parameters().firstNonFinite();
        String cause;
        if (data.isPresent()) {
            cause = data.get() + ": leave such examples out";
        } else if (parameter.isPresent()) {
            cause = parameter.get() + " before this step: start from other parameters";
        } else {
            cause = arisen(x, loss) + ": try a smaller learning rate, or scale inputs and targets";
        }
        return new NonFiniteException(
                "step %d (epoch %d): %s; the parameters are as they were before this step: %s"
                        .formatted(step, epoch, what, cause),
                step);
    }

    /** The first element of the batch that is not finite. */
    private static Optional<String> firstNonFinite(String name, Tensor batch) {
        if (!batch.dtype().isFloating()) {
            return Optional.empty();
        }
        double[] numbers = batch.toDoubleArray();
        int features = numbers.length / (int) Math.max(1, batch.dim(0));
        for (int i = 0; i < numbers.length; i++) {
            if (!Double.isFinite(numbers[i])) {
                return Optional.of(
                        "the %s is %s at row %d, feature %d"
                                .formatted(name, numbers[i], i / features, i % features));
            }
        }
        return Optional.empty();
    }

    /** Where it arose, from numbers that were finite. */
    private String arisen(Tensor x, double loss) {
        Optional<String> layer = Double.isFinite(loss) ? Optional.empty() : firstLayer(x);
        return layer.map(name -> "it is not finite first in " + name)
                .or(optimizer::refusal)
                .orElse("the loss overflows, and nothing before it");
    }

    /** The first layer whose result for x is not finite. */
    private Optional<String> firstLayer(Tensor x) {
        if (!(network.root() instanceof Sequential sequential)) {
            return Optional.of(network.root().describe());
        }
        Tensor y = x;
        for (int i = 0; i < sequential.layers().size(); i++) {
            Layer layer = sequential.layers().get(i);
            y = sequential.forward(i, y, network.inferencePass());
            if (!isFinite(y)) {
                return Optional.of("layer " + i + ", " + layer.describe());
            }
        }
        return Optional.empty();
    }

    private static boolean isFinite(Tensor x) {
        Device device = x.device();
        try (Scope _ = device.scope()) {
            Tensor found = device.empty(DType.I32, Shape.of(1));
            device.backend().run(new KernelCall.Fill(0, found.view()));
            device.backend().run(new KernelCall.CountNonFinite(List.of(x.view()), found.view()));
            return found.item() == 0;
        }
    }
}
