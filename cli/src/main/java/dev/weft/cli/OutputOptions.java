package dev.weft.cli;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.List;

/** What a run leaves, and shows while it goes on. */
final class OutputOptions {
    private static final double MOST_MINUTES = 1e6;
    private static final int MOST_PORT = 65_535;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "weft-out",
            description = "Where to write. Default: ${DEFAULT-VALUE}.")
    Path out = Path.of("weft-out");

    @Option(
            names = "--force",
            description =
                    "Replace the run that --out holds. Without it, that is refused, unless --resume"
                            + " goes on with that very run.")
    boolean force;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the results there as well, as JSON.")
    @Nullable Path json;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description =
                    "Write a timeline of every kernel and transfer, in Chrome's trace format, which"
                            + " Perfetto opens. The run is slower for it.")
    @Nullable Path trace;

    @Option(
            names = "--watch",
            paramLabel = "PORT",
            arity = "0..1",
            fallbackValue = "0",
            description =
                    "Show the run while it goes on, to browsers on this machine: on this port, or"
                            + " on one that is free.")
    @Nullable Integer watch;

    @Option(
            names = "--checkpoint-steps",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Save the run to OUT/checkpoints after every N batches too, to go on from with"
                            + " --resume; and after each epoch that was the best so far.")
    long checkpointSteps;

    @Option(
            names = "--checkpoint-minutes",
            paramLabel = "M",
            defaultValue = "0",
            description = "The same every M minutes.")
    double checkpointMinutes;

    @Option(
            names = "--keep",
            paramLabel = "K",
            defaultValue = "3",
            description = "How many of them stay, the best apart. Default: ${DEFAULT-VALUE}.")
    int kept = 3;

    /**
     * Checks all ranges.
     *
     * @throws InputException naming the first option that is out of its range
     */
    void check() {
        if (watch != null && (watch < 0 || watch > MOST_PORT)) {
            throw new InputException(
                    "--watch must be from 0 to %d, got %d".formatted(MOST_PORT, watch));
        }
        if (checkpointSteps < 0 || kept < 1) {
            throw new InputException(
                    "--checkpoint-steps must be at least 0 and --keep at least 1, got %d and %d"
                            .formatted(checkpointSteps, kept));
        }
        if (!(checkpointMinutes >= 0 && checkpointMinutes < MOST_MINUTES)) {
            throw new InputException(
                    "--checkpoint-minutes must be from 0 to %s, got %s"
                            .formatted(MOST_MINUTES, checkpointMinutes));
        }
    }

    /**
     * The folder of the run, to which all can be written: seen before the work, so that nobody
     * trains for an hour and then cannot save.
     *
     * @param resumed the model that is gone on with, null for none
     * @throws InputException where something cannot be written, or would replace something else
     */
    OutputFolder folder(@Nullable Path resumed) {
        OutputFolder folder = OutputFolder.at(out);
        if (!force) {
            folder.checkIsFree(resumed == null ? List.of() : List.of(resumed));
        }
        checkFile("--json", json, folder, resumed);
        checkFile("--trace", trace, folder, resumed);
        if (trace != null && json != null) {
            OutputFolder.checkDiffer("--trace", trace, json, "that of --json");
        }
        return folder;
    }

    private static void checkFile(
            String option, @Nullable Path file, OutputFolder folder, @Nullable Path resumed) {
        if (file == null) {
            return;
        }
        folder.checkIsNone(option, file);
        if (resumed != null) {
            OutputFolder.checkDiffer(option, file, resumed, "the model to go on with");
        }
        OutputFolder.checkWritable(file);
    }
}
