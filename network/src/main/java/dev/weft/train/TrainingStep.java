package dev.weft.train;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.nn.LossKind;
import dev.weft.nn.Network;
import dev.weft.optim.Optimizer;

/**
 * A step's kernels: forward, backward, a count of what is unfit for an update, and an update,
 * unless something was counted. It waits for nothing, so that it can be captured.
 *
 * @param guard counts
 */
record TrainingStep(Network network, LossKind lossKind, Optimizer optimizer, FiniteGuard guard) {
    /**
     * What a step leaves on the device, in the innermost scope around it.
     *
     * @param loss the mean over the batch, before the update
     * @param output the network's, likewise
     */
    record Outcome(Tensor loss, Tensor output) {
        /** Moves it out of this scope. */
        Outcome keptBy(Scope scope) {
            scope.keep(loss);
            scope.keep(output);
            return this;
        }
    }

    /** Enqueues them. */
    Outcome run(Tensor x, Tensor target) {
        Device device = network.device();
        try (Scope scope = device.scope();
                Tape tape = new Tape(device)) {
            network.parameters().watch(tape);
            Tensor output = network.forward(x, true);
            Tensor value = lossKind.of(output, target);
            tape.gradients(value);
            guard.look(value);
            optimizer.step(guard.count());
            return new Outcome(value, output).keptBy(scope);
        }
    }
}
