package dev.weft.train;

import dev.weft.io.FormatException;
import dev.weft.nn.Network;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;

import java.util.LinkedHashMap;
import java.util.Map;

/** An optimizer's settings and progress as metadata, and what they say on the way back. */
final class OptimizerRecord {
    static final String KIND = "optimizer";
    static final String STEPS = "optimizer.steps";

    private OptimizerRecord() {}

    /** All that there is to say but for the states. Blocks. */
    static Map<String, String> metadata(Optimizer optimizer) {
        Map<String, String> all = new LinkedHashMap<>(optimizer.settings());
        all.putAll(optimizer.progress());
        return all;
    }

    /** An optimizer of the saved kind and settings, without its state. */
    static Optimizer create(Checkpoint checkpoint, Network network) throws FormatException {
        try {
            OptimizerKind.named(checkpoint.required(KIND));
        } catch (IllegalArgumentException e) {
            throw checkpoint.wrong(KIND, "is none that Weft knows");
        }
        for (String number : new String[] {"lr", "l1", "l2", "weight_decay"}) {
            checkpoint.requiredNumber(KIND + "." + number);
        }
        try {
            return Optimizer.of(network.parameters(), checkpoint.metadata());
        } catch (IllegalArgumentException e) {
            throw checkpoint.wrong(KIND, "has settings that make no sense: " + e.getMessage());
        }
    }

    /**
     * Makes sure that an optimizer goes on as the saved one would. What a file does not say was by
     * default.
     *
     * @throws FormatException naming the first setting that differs
     */
    static void check(Checkpoint checkpoint, Optimizer optimizer) throws FormatException {
        checkpoint.required(KIND);
        Map<String, String> defaults = new LinkedHashMap<>();
        optimizer
                .kind()
                .settings()
                .toMap()
                .forEach((name, value) -> defaults.put(KIND + "." + name, value));
        defaults.put("optimizer.schedule", "constant()");
        for (Map.Entry<String, String> setting : optimizer.settings().entrySet()) {
            String key = setting.getKey();
            String saved = checkpoint.metadata().getOrDefault(key, defaults.get(key));
            if (!setting.getValue().equals(saved)) {
                throw new FormatException(
                        "%s: was trained with %s %s, and goes on only with the same, not with %s"
                                .formatted(
                                        checkpoint.path(),
                                        key.replace("optimizer.", ""),
                                        saved,
                                        setting.getValue()));
            }
        }
    }

    /** Brings an optimizer to the step at which it was saved. */
    static void restoreProgress(Checkpoint checkpoint, Optimizer optimizer) throws FormatException {
        checkpoint.requiredInteger(STEPS, 0, Long.MAX_VALUE);
        try {
            optimizer.restore(checkpoint.metadata());
        } catch (IllegalArgumentException e) {
            throw checkpoint.wrong(KIND, "cannot go on: " + e.getMessage());
        }
    }
}
