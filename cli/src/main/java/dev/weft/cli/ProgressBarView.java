package dev.weft.cli;

import dev.weft.nn.Task;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;

import java.util.List;

/**
 * A progress bar with the running epoch's loss and accuracy, the speed, and the time left: what
 * does not fit the terminal is left out, the loss last.
 */
final class ProgressBarView implements Progress {
    private static final int MILLIS_BETWEEN = 100;
    private static final int NARROWEST_BAR = 10;

    private final int epochs;
    private final Task task;
    private final ProgressBar bar;
    private long done;
    private int epoch;
    private double lossSum;
    private long correct;
    private long seen;
    private long lastText;

    ProgressBarView(int epochs, long examples, Task task) {
        this.epochs = epochs;
        this.task = task;
        this.bar =
                new ProgressBarBuilder()
                        .setTaskName("training")
                        .setInitialMax(examples)
                        .setUpdateIntervalMillis(MILLIS_BETWEEN)
                        .setRenderer(ProgressBarView::line)
                        .build();
    }

    @Override
    public void onStep(StepEvent event) {
        if (event.epoch() != epoch) {
            epoch = event.epoch();
            lossSum = 0;
            correct = 0;
            seen = 0;
        }
        lossSum += event.loss() * event.examples();
        correct += event.correct();
        seen += event.examples();
        done += event.examples();
        long now = System.nanoTime();
        if (now - lastText > MILLIS_BETWEEN * 1_000_000L || event.batch() == event.batches()) {
            lastText = now;
            bar.stepTo(done);
            bar.setExtraMessage(
                    "epoch %d/%d  %s%s"
                            .formatted(
                                    epoch,
                                    epochs,
                                    Headline.loss(task, lossSum / seen),
                                    accuracy()));
        }
    }

    private String accuracy() {
        return task == Task.CLASSES ? "  accuracy %.2f%%".formatted(100.0 * correct / seen) : "";
    }

    private static String line(ProgressState state, int width) {
        double seconds = state.getElapsedAfterStart().toNanos() * 1e-9;
        return line(state.getExtraMessage(), state.getCurrent(), state.getMax(), seconds, width);
    }

    /** The line for a terminal of that width. */
    static String line(String message, long done, long all, double seconds, int width) {
        double share = all == 0 ? 1 : (double) done / all;
        String percent = "%3.0f%%".formatted(100 * share);
        String left = done == 0 ? "" : "%s left".formatted(time(seconds * (1 - share) / share));
        String speed = seconds > 0 ? "%,.0f samples/s".formatted(done / seconds) : "";
        StringBuilder line = new StringBuilder(message.isEmpty() ? "training" : message);
        for (String part : List.of(percent, left, speed)) {
            if (!part.isEmpty() && line.length() + 2 + part.length() <= width) {
                line.append("  ").append(part);
            }
        }
        int room = width - line.length() - 4;
        if (room >= NARROWEST_BAR) {
            int full = (int) Math.round(share * room);
            line.append("  [").append("=".repeat(full)).append(" ".repeat(room - full)).append(']');
        }
        // Spaces, over what a longer line has left there.
        line.append(" ".repeat(Math.max(0, width - line.length())));
        return line.substring(0, Math.max(0, width));
    }

    private static String time(double seconds) {
        long whole = Math.round(seconds);
        return whole < 3600
                ? "%d:%02d".formatted(whole / 60, whole % 60)
                : "%d:%02d:%02d".formatted(whole / 3600, whole / 60 % 60, whole % 60);
    }

    @Override
    public void close() {
        bar.close();
    }
}
