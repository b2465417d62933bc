package dev.weft.train;

import dev.weft.Tensor;
import dev.weft.backend.Backend;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What a trainer reads after each step, by one wait for the device. */
final class Readings {
    private final MemorySegment loss = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT);
    private final MemorySegment count = Arena.ofAuto().allocate(ValueLayout.JAVA_INT);
    private final Predictions predictions = new Predictions();

    /** Reads a step's loss, the guard's count and the predictions. Blocks. */
    void read(TrainingStep.Outcome outcome, Tensor unfit) {
        Backend backend = unfit.device().backend();
        backend.downloadLater(outcome.loss().view(), loss);
        backend.downloadLater(unfit.view(), count);
        predictions.read(outcome.output());
    }

    double loss() {
        return loss.get(ValueLayout.JAVA_FLOAT, 0);
    }

    /** Whether something was unfit for a step. */
    boolean isUnfit() {
        return count.get(ValueLayout.JAVA_INT, 0) != 0;
    }

    /** The class that was predicted for a row of the batch. */
    int predicted(int row) {
        return predictions.predicted(row);
    }
}
