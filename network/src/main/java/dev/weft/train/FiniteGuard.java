package dev.weft.train;

import dev.weft.Tensor;
import dev.weft.backend.KernelCall;
import dev.weft.data.Batches;
import dev.weft.nn.Network;
import dev.weft.optim.Optimizer;

import org.jspecify.annotations.Nullable;

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
    void look(@Nullable Tensor loss) {
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
     * @param batch whose step it was
     */
    NonFiniteException found(Batches.Batch batch, double loss, int epoch, long step) {
        restart();
        String what = Double.isFinite(loss) ? "a gradient cannot be used" : "the loss is " + loss;
        Optional<String> data =
                firstNonFinite("input", batch.inputs())
                        .or(() -> firstNonFinite("target", batch.targets()));
        Optional<String> parameter = network.parameters().firstNonFinite();
        String cause;
        if (data.isPresent()) {
            cause = data.get() + ": leave such examples out";
        } else if (parameter.isPresent()) {
            cause = parameter.get() + " before this step: start from other parameters";
        } else {
            cause =
                    arisen(batch.inputs(), loss)
                            + ": try a smaller learning rate, or scale inputs and targets";
        }
        return new NonFiniteException(
                "step %d (epoch %d): %s; the parameters are as they were before this step: %s"
                        .formatted(step, epoch, what, cause),
                step);
    }

    /** The same of an update by the gradients of several batches. */
    NonFiniteException found(int epoch, long step) {
        restart();
        String cause =
                network.parameters()
                        .firstNonFinite()
                        .map(bad -> bad + " before this step: start from other parameters")
                        .or(optimizer::refusal)
                        .orElse("a gradient is not finite");
        return new NonFiniteException(
                "step %d (epoch %d): a sum of gradients cannot be used; the parameters are as they were before this step: %s"
                        .formatted(step, epoch, cause),
                step);
    }

    private static Optional<String> firstNonFinite(String name, List<Tensor> tensors) {
        return tensors.stream().flatMap(x -> firstNonFinite(name, x).stream()).findFirst();
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
    private String arisen(List<Tensor> inputs, double loss) {
        Optional<String> layer =
                Double.isFinite(loss) ? Optional.empty() : network.firstNonFinite(inputs);
        return layer.map(name -> "it is not finite first in " + name)
                .or(optimizer::refusal)
                .orElse("the loss overflows, and nothing before it");
    }
}
