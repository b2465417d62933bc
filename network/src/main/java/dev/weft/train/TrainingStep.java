package dev.weft.train;

import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.data.Batches;
import dev.weft.nn.Forward;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.optim.Optimizer;

/**
 * A step's kernels: forward, backward, a count of what is unfit for an update, and an update,
 * unless something was counted. It waits for nothing, so that it can be captured.
 *
 * @param guard counts
 */
record TrainingStep(Network network, Objective objective, Optimizer optimizer, FiniteGuard guard) {
    /**
     * What a step leaves on the device, in the innermost scope around it.
     *
     * @param loss the mean over the batch, before the update
     * @param output the network's first, likewise
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
    Outcome run(Batches.Batch batch) {
        try (Scope scope = network.device().scope();
                Tape tape = new Tape(network.device())) {
            network.parameters().watch(tape);
            Forward forward = network.run(true, batch.inputs());
            Tensor value = objective.loss(forward.outputs(), batch.targets(), batch.weights());
            tape.gradients(value);
            guard.look(value);
            optimizer.step(guard.count());
            forward.updateBuffers(guard.count());
            return new Outcome(value, forward.outputs().getFirst()).keptBy(scope);
        }
    }
}
