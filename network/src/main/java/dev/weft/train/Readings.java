package dev.weft.train;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.Tensor;
import dev.weft.backend.Backend;
import dev.weft.backend.Encoding;
import dev.weft.nn.Task;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What a trainer reads after each step, by one wait for the device. */
final class Readings {
    private final Task task;
    private final MemorySegment loss = Arena.ofAuto().allocate(Double.BYTES, Double.BYTES);
    private final MemorySegment count = Arena.ofAuto().allocate(ValueLayout.JAVA_INT);
    private final Predictions predictions = new Predictions();
    private DType dtype = DType.F32;

    Readings(Task task) {
        this.task = task;
    }

    /** Whether outputs are compared with classes. */
    boolean classifies() {
        return task == Task.CLASSES || task == Task.BINARY;
    }

    /** Reads a step's loss, the guard's count and, where they are classes, the outputs. Blocks. */
    void read(TrainingStep.Outcome outcome, Tensor unfit) {
        Backend backend = unfit.device().backend();
        dtype = outcome.loss().dtype();
        backend.downloadLater(outcome.loss().view(), loss.asSlice(0, dtype.bytes()));
        if (classifies()) {
            backend.downloadLater(unfit.view(), count);
            predictions.read(outcome.output());
        } else {
            readCount(unfit);
        }
    }

    /** Reads the guard's count alone. Blocks. */
    void readCount(Tensor unfit) {
        unfit.device().backend().download(unfit.view(), count);
    }

    double loss() {
        return Encoding.get(dtype, loss, 0);
    }

    /** Whether something was unfit for a step. */
    boolean isUnfit() {
        return count.get(ValueLayout.JAVA_INT, 0) != 0;
    }

    /** How many rows of the batch were told right. */
    int correct(HostArray target) {
        int correct = 0;
        for (int row = 0; row < target.rows(); row++) {
            correct += predictions.isRight(row, target) ? 1 : 0;
        }
        return correct;
    }
}
