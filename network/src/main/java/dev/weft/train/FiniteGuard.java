package dev.weft.train;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.View;
import dev.weft.nn.Layer;
import dev.weft.nn.Network;
import dev.weft.nn.Parameter;
import dev.weft.nn.Sequential;

import java.util.List;

/**
 * Looks at a step's loss and gradients before they reach the parameters: one counting kernel, whose
 * count halts the optimizer and is read after the step. Which layer it was is only looked for when
 * something was found; the parameters are then what they were.
 */
final class FiniteGuard {
    private final Network network;
    private final Tensor count;

    /** Its counter belongs to the innermost open scope. */
    FiniteGuard(Network network) {
        this.network = network;
        this.count = network.device().tensor(new int[] {0});
    }

    /** How many numbers were not finite: I32 of one element. */
    Tensor count() {
        return count;
    }

    /** Enqueues the count of what is not finite in the loss and the gradients. */
    void look(Tensor loss) {
        View gradients = network.parameters().gradients().view();
        network.device()
                .backend()
                .countNonFinite(List.of(loss.view(), gradients), count.viewToWrite());
    }

    /** Starts the count again. */
    void restart() {
        network.device().backend().fill(0, count.viewToWrite());
    }

    /**
     * After a step in which something was counted: starts the count again, and says what it was.
     *
     * @param x the batch, to find the layer with
     */
    NonFiniteException found(Tensor x, double loss, int epoch, long step) {
        restart();
        String where = Double.isFinite(loss) ? firstGradient() : firstLayer(x);
        return new NonFiniteException(
                "step "
                        + step
                        + " (epoch "
                        + epoch
                        + "): "
                        + (Double.isFinite(loss) ? "a gradient" : "the loss")
                        + " is not finite, first in "
                        + where
                        + "; the parameters are as they were before this step: try a smaller"
                        + " learning rate",
                step);
    }

    /** The first layer whose result for x is not finite. */
    private String firstLayer(Tensor x) {
        if (!(network.root() instanceof Sequential sequential)) {
            return network.root().describe();
        }
        Tensor y = x;
        if (!isFinite(y)) {
            return "the input";
        }
        for (int i = 0; i < sequential.layers().size(); i++) {
            Layer layer = sequential.layers().get(i);
            y = sequential.forward(i, y, network.inferencePass());
            if (!isFinite(y)) {
                return "layer " + i + ", " + layer.describe();
            }
        }
        return "the loss itself, after the last layer";
    }

    /**
     * The last parameter, in the order of the layers, whose gradient is not finite: the first on
     * the way back.
     */
    private String firstGradient() {
        for (Parameter parameter : network.parameters().list().reversed()) {
            if (!isFinite(parameter.gradient())) {
                return "the gradient of " + parameter.name();
            }
        }
        return "the gradients";
    }

    private static boolean isFinite(Tensor x) {
        Device device = x.device();
        try (Scope _ = device.scope()) {
            Tensor found = device.empty(DType.I32, Shape.of(1));
            device.backend().fill(0, found.view());
            device.backend().countNonFinite(List.of(x.view()), found.view());
            return found.item() == 0;
        }
    }
}
