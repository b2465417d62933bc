package dev.weft.nn;

import dev.weft.CrossEntropyOptions;
import dev.weft.Losses;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * What training makes small: the loss of a network's outputs. Those here are means over the batch,
 * or weighted means where examples have weights: Σ w l / Σ w.
 */
public interface Objective {
    /**
     * The loss of a batch, a scalar of the outputs' type.
     *
     * @param outputs of the network
     * @param targets of the batch
     * @param weights of its examples, of rank 1; null where all count 1
     */
    Tensor loss(List<Tensor> outputs, List<Tensor> targets, @Nullable Tensor weights);

    /** What the first output stands for. */
    Task task();

    /** What files and messages call it. */
    String label();

    /** What the first output means: probabilities, or values that are near the targets. */
    default Tensor predictions(Tensor output) {
        return output;
    }

    /**
     * Requires that a network's last layer gives what this loss takes, as far as that can be told:
     * a loss of the wrong kind trains too, and badly.
     *
     * @throws IllegalArgumentException where it does not
     */
    default void requireFit(Block root) {}

    /** {@link Losses#crossEntropy} of logits, with classes or rows of probabilities. */
    static Objective crossEntropy() {
        return new MeanLoss(
                "cross_entropy",
                Task.CLASSES,
                Losses::crossEntropy,
                x -> x.softmax(-1),
                Fit.LOGITS_OF_CLASSES);
    }

    /**
     * {@link Losses#crossEntropy} of the tokens at all places: logits are batch×length×tokens,
     * targets batch×length. In nats; one divided by ln 2 is bits.
     */
    static Objective tokenCrossEntropy() {
        return new MeanLoss(
                "token_cross_entropy",
                Task.TOKENS,
                TokenLoss::of,
                x -> x.softmax(-1),
                Fit.LOGITS_OF_CLASSES);
    }

    /**
     * {@link #crossEntropy} with label smoothing, weights of classes, or a class that stands for
     * none. Weights of examples are the batch's.
     */
    static Objective crossEntropy(CrossEntropyOptions options) {
        return new MeanLoss(
                "cross_entropy",
                Task.CLASSES,
                (x, t, reduction) -> Losses.crossEntropy(x, t, options, reduction),
                x -> x.softmax(-1),
                Fit.LOGITS_OF_CLASSES);
    }

    /** {@link Losses#categoricalCrossEntropy} of probabilities with one-hot rows. */
    static Objective categoricalCrossEntropy() {
        return new MeanLoss(
                "categorical_cross_entropy",
                Task.CLASSES,
                Losses::categoricalCrossEntropy,
                x -> x,
                Fit.PROBABILITIES);
    }

    /**
     * {@link Losses#binaryCrossEntropyWithLogits}: of one output, or of one for each label.
     *
     * @param task {@link Task#BINARY} or {@link Task#LABELS}
     */
    static Objective binaryCrossEntropy(Task task) {
        return new MeanLoss(
                "binary_cross_entropy",
                task,
                Losses::binaryCrossEntropyWithLogits,
                Tensor::sigmoid,
                Fit.LOGITS);
    }

    /** {@link Losses#mse}. */
    static Objective mse() {
        return regression("mse", Losses::mse);
    }

    /** {@link Losses#l1}. */
    static Objective l1() {
        return regression("l1", Losses::l1);
    }

    /** {@link Losses#huber}. */
    static Objective huber(double delta) {
        return regression("huber", (x, t, reduction) -> Losses.huber(x, t, delta, reduction));
    }

    /**
     * A mean of one's own.
     *
     * @param label what files and messages call it
     * @param loss of each example, or reduced
     */
    static Objective regression(String label, LossFunction loss) {
        return new MeanLoss(label, Task.REGRESSION, loss, x -> x, Fit.ANY);
    }

    /**
     * The sum of several, of the outputs and targets of their numbers.
     *
     * @param parts in the order of the network's outputs; the first says what the whole is for
     * @param factors what each counts
     */
    static Objective sum(List<Objective> parts, double... factors) {
        return new SumOfObjectives(parts, factors);
    }

    /** The objective of a label, with its defaults. */
    static Objective named(String label, Task task) {
        return switch (label) {
            case "cross_entropy" -> crossEntropy();
            case "categorical_cross_entropy" -> categoricalCrossEntropy();
            case "token_cross_entropy" -> tokenCrossEntropy();
            case "binary_cross_entropy" -> binaryCrossEntropy(task);
            case "mse" -> mse();
            case "l1" -> l1();
            case "huber" -> huber(1);
            default ->
                    throw new IllegalArgumentException(
                            ("there is no objective '%s'; choose one of cross_entropy,"
                                            + " categorical_cross_entropy, token_cross_entropy,"
                                            + " binary_cross_entropy, mse, l1, huber")
                                    .formatted(label));
        };
    }
}
