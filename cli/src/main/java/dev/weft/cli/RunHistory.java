package dev.weft.cli;

import dev.weft.report.History;
import dev.weft.report.Progress;
import dev.weft.report.WatchServer;
import dev.weft.train.Evaluation;
import dev.weft.train.TrainingListener;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Keeps the curves of a run for its page, and shows them meanwhile to who watches. */
final class RunHistory implements TrainingListener {
    /** Until then the first steps, which are slow, would tell of hours. */
    private static final double SETTLED = 2;

    private final History history = new History("epoch");
    private final int epochs;
    private final long examples;
    private final Map<String, String> facts = new LinkedHashMap<>();
    private @Nullable WatchServer watch;
    private final long started = System.nanoTime();
    private long done;
    private long shown;

    /**
     * Without points.
     *
     * @param examples in the whole run
     */
    RunHistory(int epochs, long examples) {
        this.epochs = epochs;
        this.examples = examples;
    }

    History history() {
        return history;
    }

    /** Shows the run from now on. */
    void showOn(WatchServer server) {
        watch = server;
    }

    @Override
    public void onStep(StepEvent event) {
        done += event.examples();
        long now = System.nanoTime();
        if (watch != null && now - shown > 100_000_000L) {
            shown = now;
            show(
                    event.batches() > 0
                            ? "epoch %d of %d, step %d of %d"
                                    .formatted(
                                            event.epoch(), epochs, event.batch(), event.batches())
                            : "epoch %d of %d, step %d"
                                    .formatted(event.epoch(), epochs, event.batch()));
        }
    }

    @Override
    public void onEpoch(EpochEvent event) {
        history.add("Loss", "training", event.epoch(), event.loss());
        facts.put("training loss", text(event.loss()));
        if (!Double.isNaN(event.accuracy())) {
            history.add("Accuracy", "training", event.epoch(), event.accuracy());
            facts.put("training accuracy", text(event.accuracy()));
        }
        Evaluation validation = event.validation();
        if (validation != null) {
            history.add("Loss", "validation", event.epoch(), validation.loss());
            facts.put("validation loss", text(validation.loss()));
            Double accuracy = validation.figures().get("accuracy");
            if (accuracy != null) {
                history.add("Accuracy", "validation", event.epoch(), accuracy);
                facts.put("validation accuracy", text(accuracy));
            }
        }
        history.add("Learning rate", "learning rate", event.epoch(), event.lr());
        facts.put("learning rate", Double.toString(event.lr()));
        show("epoch %d of %d is done".formatted(event.epoch(), epochs));
    }

    private static String text(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private void show(String stage) {
        WatchServer server = watch;
        if (server != null) {
            double fraction = (double) done / examples;
            double seconds = (System.nanoTime() - started) * 1e-9;
            server.show(
                    new Progress(
                            stage,
                            fraction,
                            seconds < SETTLED ? Double.NaN : seconds * (1 - fraction) / fraction,
                            facts));
        }
    }
}
