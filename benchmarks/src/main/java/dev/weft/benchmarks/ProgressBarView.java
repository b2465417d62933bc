package dev.weft.benchmarks;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** A progress bar with what is measured now and the time that is left; notes come after it. */
final class ProgressBarView implements Progress {
    private static final int MILLIS_BETWEEN = 500;

    private final PrintWriter out;
    private final ProgressBar bar;
    private final List<String> notes = new ArrayList<>();
    private boolean begun;

    ProgressBarView(PrintWriter out, int steps) {
        this.out = out;
        this.bar =
                new ProgressBarBuilder()
                        .setTaskName("measuring")
                        .setInitialMax(steps)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(MILLIS_BETWEEN)
                        .build();
    }

    @Override
    public void step(String what) {
        if (begun) {
            bar.step();
        }
        begun = true;
        bar.setExtraMessage(" " + what);
    }

    @Override
    public void note(String line) {
        notes.add(line);
    }

    @Override
    public void close() {
        bar.stepTo(bar.getMax());
        bar.close();
        notes.forEach(out::println);
    }
}
