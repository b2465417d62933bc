package dev.weft.train;

import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.data.Batches;
import dev.weft.data.Examples;
import dev.weft.nn.Forward;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;

import org.jspecify.annotations.Nullable;

/** One pass over examples in their order, which adds up loss and figures. */
final class EvaluationPass {
    private final Network network;
    private final Objective objective;
    private final Predictions outputs = new Predictions();
    private @Nullable Meter meter;
    private double lossSum;
    private long examples;
    private int number;

    /**
     * A pass that has not begun.
     *
     * @param meter null for the one that is usual for the task
     */
    EvaluationPass(Network network, Objective objective, @Nullable Meter meter) {
        objective.requireFit(network.root());
        this.network = network;
        this.objective = objective;
        this.meter = meter;
    }

    Evaluation over(Batches batches) {
        batches.begin(0, 0);
        for (Batches.Slot slot = batches.next(); slot != null; slot = batches.next()) {
            try (Scope _ = network.device().scope()) {
                add(slot);
            }
        }
        if (meter == null) {
            throw new IllegalArgumentException("evaluation: there are no examples");
        }
        return new Evaluation(lossSum / examples, examples, meter);
    }

    private void add(Batches.Slot slot) {
        number++;
        Batches.Batch batch = slot.batch();
        Forward forward = network.run(false, batch.inputs());
        Tensor output = forward.outputs().getFirst();
        double loss = objective.loss(forward.outputs(), batch.targets(), batch.weights()).item();
        outputs.read(output);
        requireNumbers(loss);
        lossSum += loss * slot.size();
        examples += slot.size();
        Meter known = meter == null ? Meter.of(objective.task(), outputs.classes()) : meter;
        meter = known;
        Examples host = slot.host();
        known.add(
                HostArray.of(objective.predictions(output)),
                host.targets().getFirst(),
                host.weights());
    }

    private void requireNumbers(double loss) {
        int nan = outputs.firstNan();
        if (nan < 0 && Double.isFinite(loss)) {
            return;
        }
        int row = nan / outputs.classes();
        String what =
                nan < 0
                        ? "the loss is " + loss
                        : "output %d of row %d (example %d) is NaN"
                                .formatted(nan % outputs.classes(), row, examples + row);
        throw new NonFiniteException(
                "evaluation: batch %d: %s: %s"
                        .formatted(
                                number,
                                what,
                                network.parameters()
                                        .firstNonFinite()
                                        .orElse("it overflows, though all parameters are finite")),
                0);
    }
}
