package dev.weft.nn;

import dev.weft.Reduction;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.UnaryOperator;

/** The mean of a loss of the first output with the first target. */
final class MeanLoss implements Objective {
    private final String label;
    private final Task task;
    private final LossFunction loss;
    private final UnaryOperator<Tensor> predictions;
    private final Fit fit;

    MeanLoss(
            String label,
            Task task,
            LossFunction loss,
            UnaryOperator<Tensor> predictions,
            Fit fit) {
        this.label = label;
        this.task = task;
        this.loss = loss;
        this.predictions = predictions;
        this.fit = fit;
    }

    @Override
    public Tensor loss(List<Tensor> outputs, List<Tensor> targets, @Nullable Tensor weights) {
        Tensor output = outputs.getFirst();
        Tensor target = targets.getFirst();
        if (task == Task.CLASSES && output.rank() == 2 && output.dim(1) < 2) {
            // Its probability would be 1 and the loss 0 whatever the network does.
            throw new IllegalArgumentException(
                    "%s needs at least two outputs, one for each class, and the network's output is %s: give it two, or use binary_cross_entropy with targets of 0 and 1"
                            .formatted(label, output));
        }
        if (weights == null) {
            return loss.of(output, target, Reduction.MEAN);
        }
        return output.device().compute(() -> weighted(output, target, weights));
    }

    private Tensor weighted(Tensor output, Tensor target, Tensor weights) {
        Tensor each = loss.of(output, target, Reduction.NONE);
        Tensor ofExamples =
                each.rank() == 1
                        ? each
                        : each.reshape(each.dim(0), each.size() / each.dim(0)).mean(1);
        return ofExamples.mul(weights).sum().div(weights.sum());
    }

    @Override
    public Task task() {
        return task;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public Tensor predictions(Tensor output) {
        return predictions.apply(output);
    }

    @Override
    public void requireFit(Block root) {
        fit.require(label, root);
    }
}
