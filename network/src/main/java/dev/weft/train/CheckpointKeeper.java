package dev.weft.train;

import dev.weft.io.AtomicFile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Saves checkpoints while a network is trained: every so many steps or so often, each under its own
 * name, of which the last ones are kept; and the best one of all epochs. Each is written beside its
 * place first ({@link AtomicFile}), so that one that is there is whole.
 */
public final class CheckpointKeeper implements TrainingListener {
    private final Path folder;
    private final Saving saving;
    private final long everySteps;
    private final Duration every;
    private final int kept;
    private final Deque<Path> files = new ArrayDeque<>();
    private long lastTime = System.nanoTime();
    private double best = Double.POSITIVE_INFINITY;

    /** Saves a run as it is now. */
    @FunctionalInterface
    public interface Saving {
        /** Writes the file. */
        void save(Path file) throws IOException;
    }

    /**
     * None yet.
     *
     * @param folder where to write {@code step-N.safetensors} and {@code best.safetensors}; it is
     *     made when the first is written
     * @param everySteps after how many steps, 0 for never
     * @param every after how long, zero for never
     * @param kept how many of those that come by steps and time stay, at least 1
     * @param saving usually {@link Checkpoint#save}
     */
    public CheckpointKeeper(Path folder, long everySteps, Duration every, int kept, Saving saving) {
        if (everySteps < 0 || every.isNegative() || kept < 1) {
            throw new IllegalArgumentException(
                    "checkpoints: every %d steps and %s, %d kept: the first two must not be negative, the last at least 1"
                            .formatted(everySteps, every, kept));
        }
        this.folder = folder;
        this.everySteps = everySteps;
        this.every = every;
        this.kept = kept;
        this.saving = saving;
    }

    @Override
    public void onStep(StepEvent event) {
        boolean bySteps = everySteps > 0 && event.step() % everySteps == 0;
        boolean byTime = !every.isZero() && System.nanoTime() - lastTime >= every.toNanos();
        if (!bySteps && !byTime) {
            return;
        }
        lastTime = System.nanoTime();
        Path file = folder.resolve("step-%d.safetensors".formatted(event.step()));
        write(file);
        files.remove(file);
        files.add(file);
        if (files.size() > kept) {
            delete(files.remove());
        }
    }

    @Override
    public void onEpoch(EpochEvent event) {
        Evaluation validation = event.validation();
        double loss = validation == null ? event.loss() : validation.loss();
        if (loss < best) {
            best = loss;
            write(folder.resolve("best.safetensors"));
        }
    }

    /** Those that came by steps and time and are still there, the oldest first. */
    public Deque<Path> files() {
        return new ArrayDeque<>(files);
    }

    private void write(Path file) {
        try {
            Files.createDirectories(folder);
            saving.save(file);
        } catch (IOException e) {
            throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
        }
    }
}
