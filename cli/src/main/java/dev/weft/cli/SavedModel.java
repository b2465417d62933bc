package dev.weft.cli;

import dev.weft.Device;
import dev.weft.data.Dataset;
import dev.weft.data.Examples;
import dev.weft.data.Normalization;
import dev.weft.io.FormatException;
import dev.weft.nn.Models;
import dev.weft.nn.Network;
import dev.weft.train.Checkpoint;
import dev.weft.train.TrainingState;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A trained network and what has to be known to use it or to train it further.
 *
 * @param network with the saved parameters
 * @param model its architecture
 * @param normalization what its inputs went through
 * @param checkpoint the file, for what else is in it
 */
record SavedModel(
        Network network, Models model, Normalization normalization, Checkpoint checkpoint) {
    private static final String MODEL = "weft.model";
    private static final String DROPOUT = "weft.dropout";

    /** The metadata of a model that was trained with these options. */
    static Map<String, String> metadata(
            TrainOptions options, Normalization normalization, TrainingState state) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "weft");
        metadata.put(MODEL, options.model().label());
        metadata.put(DROPOUT, Double.toString(options.dropout));
        metadata.putAll(normalization.metadata());
        metadata.putAll(state.metadata());
        return metadata;
    }

    /** The architecture of a saved model. */
    static Models model(Checkpoint checkpoint) throws FormatException {
        try {
            return Models.named(checkpoint.required(MODEL));
        } catch (IllegalArgumentException e) {
            throw checkpoint.wrong(MODEL, "is none that Weft knows");
        }
    }

    /** The rate of dropout that a model was trained with. */
    static double dropout(Checkpoint checkpoint) throws FormatException {
        double dropout = checkpoint.requiredNumber(DROPOUT);
        if (!(dropout >= 0 && dropout < 1)) {
            throw checkpoint.wrong(DROPOUT, "must be in [0, 1)");
        }
        return dropout;
    }

    /** A data set as the model takes it. */
    Examples examples(Dataset data) {
        return examples(model, data, normalization);
    }

    /** A data set as a model takes it. */
    static Examples examples(Models model, Dataset data, Normalization normalization) {
        return model.takesOneHot()
                ? data.oneHotExamples(normalization)
                : data.examples(normalization);
    }

    /** What a saved model's inputs went through. */
    static Normalization normalization(Checkpoint checkpoint) throws FormatException {
        double mean = checkpoint.requiredNumber(Normalization.MEAN);
        double deviation = checkpoint.requiredNumber(Normalization.DEVIATION);
        try {
            return new Normalization(mean, deviation);
        } catch (IllegalArgumentException e) {
            throw checkpoint.wrong(Normalization.DEVIATION, "does not fit: " + e.getMessage());
        }
    }

    /**
     * Reads a model.
     *
     * @throws FormatException where the file is not a model that Weft saved
     */
    static SavedModel read(Path path, Device device) throws IOException {
        return of(Checkpoint.read(path), device);
    }

    /** The model in a checkpoint, on a device. */
    static SavedModel of(Checkpoint checkpoint, Device device) throws FormatException {
        Models model = model(checkpoint);
        Normalization normalization = normalization(checkpoint);
        // Its seed only draws what is then overwritten.
        Network network = Network.create(device, model.layers(dropout(checkpoint)), 0);
        checkpoint.restore(network);
        return new SavedModel(network, model, normalization, checkpoint);
    }
}
