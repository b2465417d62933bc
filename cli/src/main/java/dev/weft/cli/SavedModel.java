package dev.weft.cli;

import dev.weft.Device;
import dev.weft.io.Excerpt;
import dev.weft.io.FormatException;
import dev.weft.nn.Architecture;
import dev.weft.nn.Models;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.nn.Task;
import dev.weft.optim.MovingAverage;
import dev.weft.train.Checkpoint;
import dev.weft.train.TrainingState;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A trained network and what has to be known to use it or to train it further.
 *
 * @param network with the saved parameters
 * @param architecture what it is made of
 * @param objective what it was trained for
 * @param decision what it predicts of probabilities
 * @param checkpoint the file, for what else is in it
 */
record SavedModel(
        Network network,
        Architecture architecture,
        Objective objective,
        Decision decision,
        Checkpoint checkpoint) {
    /** The key of what kind of data the model is for. */
    static final String KIND = "weft.kind";

    private static final String MODEL = "weft.model";
    private static final String INPUTS = "weft.inputs";
    private static final String OUTPUTS = "weft.outputs";
    private static final String DROPOUT = "weft.dropout";
    private static final String TASK = "weft.task";
    private static final String CLASSES = "classes";
    private static final int MOST = 1 << 28;

    /** The metadata of a model that was trained for a problem. */
    static Map<String, String> metadata(
            Architecture architecture, Problem problem, TrainingState state) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "weft");
        metadata.put(MODEL, architecture.text());
        metadata.put(INPUTS, Integer.toString(architecture.inputs()));
        metadata.put(OUTPUTS, Integer.toString(architecture.outputs()));
        metadata.put(DROPOUT, Double.toString(architecture.dropout()));
        metadata.put(TASK, problem.task().name().toLowerCase(Locale.ROOT));
        metadata.putAll(problem.metadata());
        metadata.putAll(state.metadata());
        return metadata;
    }

    /** The text that describes the network of a saved model. */
    static String model(Checkpoint checkpoint) throws FormatException {
        String text = checkpoint.required(MODEL);
        try {
            Architecture.check(text);
        } catch (IllegalArgumentException e) {
            throw checkpoint.wrong(MODEL, "is none that Weft knows");
        }
        return text;
    }

    /** How many tokens a model for texts sees at once. */
    static int context(Checkpoint checkpoint) throws FormatException {
        return (int) checkpoint.requiredInteger(INPUTS, 1, MOST);
    }

    /** The rate of dropout that a model was trained with. */
    static double dropout(Checkpoint checkpoint) throws FormatException {
        double dropout = checkpoint.requiredNumber(DROPOUT);
        if (!(dropout >= 0 && dropout < 1)) {
            throw checkpoint.wrong(DROPOUT, "must be in [0, 1)");
        }
        return dropout;
    }

    /**
     * Reads a model.
     *
     * @throws FormatException where the file is not a model that Weft saved
     */
    static SavedModel read(Path path, Device device) throws IOException {
        Checkpoint checkpoint = Checkpoint.read(path);
        Architecture architecture = architecture(checkpoint);
        Network network = network(checkpoint, architecture, device);
        if (checkpoint.metadata().containsKey(MovingAverage.DECAY)) {
            average(checkpoint, network).swap();
        }
        Task task = task(checkpoint);
        int outputs = architecture.outputs();
        return new SavedModel(
                network,
                architecture,
                ClassLoss.of(checkpoint, outputs)
                        .objective(
                                architecture,
                                task,
                                checkpoint.metadata().getOrDefault(TASK, CLASSES),
                                device),
                Decision.of(checkpoint, task, outputs),
                checkpoint);
    }

    /** The average of the parameters that a run kept. */
    static MovingAverage average(Checkpoint checkpoint, Network network) throws FormatException {
        double decay = checkpoint.requiredNumber(MovingAverage.DECAY);
        if (!(decay >= 0 && decay < 1)) {
            throw checkpoint.wrong(MovingAverage.DECAY, "must be in [0, 1)");
        }
        MovingAverage average = new MovingAverage(network.parameters(), decay);
        checkpoint.restore(List.of(average), network);
        return average;
    }

    /** What a checkpoint's network is made of. */
    private static Architecture architecture(Checkpoint checkpoint) throws FormatException {
        try {
            return new Architecture(
                    model(checkpoint),
                    size(checkpoint, INPUTS, Models.INPUTS),
                    size(checkpoint, OUTPUTS, Models.CLASSES),
                    dropout(checkpoint));
        } catch (IllegalArgumentException e) {
            throw checkpoint.wrong(MODEL, "does not fit: " + e.getMessage());
        }
    }

    /** The network in a checkpoint, with the parameters that training goes on with. */
    static Network network(Checkpoint checkpoint, Device device) throws FormatException {
        return network(checkpoint, architecture(checkpoint), device);
    }

    private static Network network(Checkpoint checkpoint, Architecture architecture, Device device)
            throws FormatException {
        // Its seed only draws what is then overwritten.
        Network network = Network.create(device, architecture.blocks(), 0);
        checkpoint.restore(network);
        return network;
    }

    /** Older files are for digits, and do not say so. */
    private static int size(Checkpoint checkpoint, String key, int otherwise)
            throws FormatException {
        return checkpoint.metadata().containsKey(key)
                ? (int) checkpoint.requiredInteger(key, 1, MOST)
                : otherwise;
    }

    private static Task task(Checkpoint checkpoint) throws FormatException {
        String name = checkpoint.metadata().getOrDefault(TASK, CLASSES);
        for (Task task : Task.values()) {
            if (task.name().toLowerCase(Locale.ROOT).equals(name)) {
                return task;
            }
        }
        throw checkpoint.wrong(TASK, "is none that Weft knows");
    }

    /** What kind of data it is for. */
    String kind() {
        return checkpoint.metadata().getOrDefault(KIND, DigitProblem.KIND);
    }

    /** What its outputs stand for. */
    Task task() {
        return objective.task();
    }

    /**
     * Makes sure that the model is for a kind of data.
     *
     * @param what such data is called
     * @throws InputException where it is not
     */
    void requireKind(String kind, String what, Path file) {
        if (!kind().equals(kind)) {
            throw new InputException(
                    "%s: is a model for %s, not for %s".formatted(file, Excerpt.of(kind()), what));
        }
    }
}
