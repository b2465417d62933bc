package dev.weft.train;

import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.data.Batches;
import dev.weft.nn.Forward;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.optim.Optimizer;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A step's kernels: forward, backward, a count of what is unfit for an update, and an update,
 * unless something was counted. It waits for nothing, so that it can be captured.
 */
final class TrainingStep {
    private final Network network;
    private final Objective objective;
    private final Optimizer optimizer;
    private final FiniteGuard guard;
    private final List<Runnable> beforeUpdates = new ArrayList<>();
    private final List<Consumer<Tensor>> afterUpdates = new ArrayList<>();

    /** A step whose unfit numbers {@code guard} counts. */
    TrainingStep(Network network, Objective objective, Optimizer optimizer, FiniteGuard guard) {
        this.network = network;
        this.objective = objective;
        this.optimizer = optimizer;
        this.guard = guard;
    }

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

    void beforeUpdate(Runnable work) {
        beforeUpdates.add(work);
    }

    void afterUpdate(Consumer<Tensor> work) {
        afterUpdates.add(work);
    }

    /**
     * Enqueues them.
     *
     * @param sum what adds gradients up instead of an update; null for an update by this batch's
     */
    Outcome run(Batches.Batch batch, @Nullable GradientSum sum) {
        try (Scope scope = network.device().scope();
                Tape tape = new Tape(network.device())) {
            network.parameters().watch(tape);
            Forward forward = network.run(true, batch.inputs());
            Tensor value = objective.loss(forward.outputs(), batch.targets(), batch.weights());
            tape.gradients(value);
            if (sum == null) {
                update(value);
            } else {
                sum.add();
            }
            forward.updateBuffers(guard.count());
            return new Outcome(value, forward.outputs().getFirst()).keptBy(scope);
        }
    }

    /**
     * Enqueues an update by the gradients.
     *
     * @param loss whose finiteness counts too, null where nobody looks at it
     */
    void update(@Nullable Tensor loss) {
        beforeUpdates.forEach(Runnable::run);
        guard.look(loss);
        optimizer.step(guard.count());
        afterUpdates.forEach(work -> work.accept(guard.count()));
    }
}
