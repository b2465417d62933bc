package dev.weft.cli;

import java.io.PrintWriter;

/**
 * One line for each epoch, and one every few seconds within a long epoch; no control characters.
 */
final class ProgressLines implements Progress {
    private static final double SECONDS_BETWEEN = 5;

    private final PrintWriter out;
    private final int epochs;
    private long lastLine = System.nanoTime();

    ProgressLines(PrintWriter out, int epochs) {
        this.out = out;
        this.epochs = epochs;
    }

    @Override
    public void onStep(StepEvent event) {
        long now = System.nanoTime();
        if ((now - lastLine) * 1e-9 >= SECONDS_BETWEEN && event.batch() < event.batches()) {
            lastLine = now;
            out.printf(
                    "epoch %d/%d  batch %d/%d  loss %.4f%n",
                    event.epoch(), epochs, event.batch(), event.batches(), event.loss());
        }
    }

    @Override
    public void onEpoch(EpochEvent event) {
        lastLine = System.nanoTime();
        double left = event.seconds() * (epochs - event.epoch());
        out.printf(
                "epoch %d/%d  loss %.4f  accuracy %.2f %%  %,.0f samples/s  %.1f s left%n",
                event.epoch(),
                epochs,
                event.loss(),
                100 * event.accuracy(),
                event.examples() / event.seconds(),
                left);
    }

    @Override
    public void close() {
        out.flush();
    }
}
