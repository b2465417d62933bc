package dev.weft.cli;

import dev.weft.nn.Task;
import dev.weft.train.Evaluation;

import java.io.PrintWriter;

/**
 * One line for each epoch, and one every few seconds within a long epoch; no control characters.
 */
final class ProgressLines implements Progress {
    private static final double SECONDS_BETWEEN = 5;
    private static final double SECONDS_BETWEEN_EPOCHS = 0.2;

    private final PrintWriter out;
    private final int epochs;
    private final Task task;
    private long lastLine = System.nanoTime();
    private long lastEpoch = lastLine - (long) 1e9;

    ProgressLines(PrintWriter out, int epochs, Task task) {
        this.out = out;
        this.epochs = epochs;
        this.task = task;
    }

    @Override
    public void onStep(StepEvent event) {
        long now = System.nanoTime();
        if ((now - lastLine) * 1e-9 >= SECONDS_BETWEEN && event.batch() < event.batches()) {
            lastLine = now;
            out.printf(
                    "epoch %d/%d  batch %d/%d  %s%n",
                    event.epoch(),
                    epochs,
                    event.batch(),
                    event.batches(),
                    Headline.loss(task, event.loss()));
        }
    }

    @Override
    public void onEpoch(EpochEvent event) {
        lastLine = System.nanoTime();
        double left = event.seconds() * (epochs - event.epoch());
        if (left > 0 && (now() - lastEpoch) * 1e-9 < SECONDS_BETWEEN_EPOCHS) {
            return; // of a small table, hundreds of lines would fly past
        }
        lastEpoch = now();
        Evaluation validation = event.validation();
        out.printf(
                "epoch %d/%d  %s%s%s  %,.0f samples/s  %.1f s left%n",
                event.epoch(),
                epochs,
                Headline.loss(task, event.loss()),
                Double.isNaN(event.accuracy())
                        ? ""
                        : "  accuracy %.2f %%".formatted(100 * event.accuracy()),
                validation == null ? "" : "  validation " + Headline.loss(task, validation.loss()),
                event.examples() / event.seconds(),
                left);
    }

    private static long now() {
        return System.nanoTime();
    }

    @Override
    public void close() {
        out.flush();
    }
}
