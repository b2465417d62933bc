package dev.weft.cli;

import dev.weft.Device;
import dev.weft.data.Normalization;
import dev.weft.io.Checkpoint;
import dev.weft.io.FormatException;
import dev.weft.nn.Models;
import dev.weft.nn.Network;

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
    private static final String MEAN = "weft.mean";
    private static final String DEVIATION = "weft.deviation";
    static final String EPOCHS = "weft.epochs";
    static final String SEED = "weft.seed";
    static final String BATCH = "weft.batch";

    /** The metadata of a model that was trained with these options for {@code epochs} epochs. */
    static Map<String, String> metadata(TrainOptions options, Normalization normalization) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "weft");
        metadata.put(MODEL, options.model().label());
        metadata.put(DROPOUT, Double.toString(options.dropout));
        metadata.put(MEAN, Double.toString(normalization.mean()));
        metadata.put(DEVIATION, Double.toString(normalization.deviation()));
        metadata.put(EPOCHS, Integer.toString(options.epochs));
        metadata.put(SEED, Long.toString(options.seed));
        metadata.put(BATCH, Integer.toString(options.batch));
        return metadata;
    }

    /**
     * Reads a model.
     *
     * @throws FormatException where the file is not a model that Weft saved
     */
    static SavedModel read(Path path, Device device) throws IOException {
        Checkpoint checkpoint = Checkpoint.read(path);
        Models model;
        try {
            model = Models.named(checkpoint.required(MODEL));
        } catch (IllegalArgumentException e) {
            throw new FormatException(path + ": " + e.getMessage(), e);
        }
        double mean = checkpoint.requiredNumber(MEAN);
        double deviation = checkpoint.requiredNumber(DEVIATION);
        double dropout = checkpoint.requiredNumber(DROPOUT);
        if (!(deviation > 0 && Double.isFinite(deviation) && Double.isFinite(mean))
                || !(dropout >= 0 && dropout < 1)) {
            throw new FormatException(path + ": its normalization or dropout is out of range");
        }
        long seed = (long) checkpoint.requiredNumber(SEED);
        Network network = Network.create(device, model.layers(dropout), seed);
        checkpoint.restore(network);
        return new SavedModel(network, model, new Normalization(mean, deviation), checkpoint);
    }
}
