package dev.weft.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

import java.text.DecimalFormat;
import java.time.temporal.ChronoUnit;

/** A progress bar with the running epoch's loss and accuracy, the speed, and the time left. */
final class ProgressBarView implements Progress {
    private static final int MILLIS_BETWEEN = 100;

    private final int epochs;
    private final ProgressBar bar;
    private long done;
    private int epoch;
    private double lossSum;
    private long correct;
    private long seen;
    private long lastText;

    ProgressBarView(int epochs, long examples) {
        this.epochs = epochs;
        this.bar =
                new ProgressBarBuilder()
                        .setTaskName("training")
                        .setInitialMax(examples)
                        .setUnit("", 1)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(MILLIS_BETWEEN)
                        .setSpeedUnit(ChronoUnit.SECONDS)
                        .showSpeed(new DecimalFormat(" #,##0"))
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
                    String.format(
                            " samples  epoch %d/%d  loss %.4f  accuracy %.2f%%",
                            epoch, epochs, lossSum / seen, 100.0 * correct / seen));
        }
    }

    @Override
    public void close() {
        bar.close();
    }
}
