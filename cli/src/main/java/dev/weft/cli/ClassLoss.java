package dev.weft.cli;

import dev.weft.CrossEntropyOptions;
import dev.weft.Device;
import dev.weft.io.FormatException;
import dev.weft.nn.Architecture;
import dev.weft.nn.Objective;
import dev.weft.nn.Task;
import dev.weft.train.Checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the loss of classes counts.
 *
 * @param smoothing the share of each target that all classes have alike
 * @param weights of the classes, in their order; none where all count 1
 */
record ClassLoss(double smoothing, List<Double> weights) {
    static final ClassLoss PLAIN = new ClassLoss(0, List.of());

    /** The key of the smoothing in a model's metadata. */
    static final String SMOOTHING = "weft.label_smoothing";

    private static final String WEIGHTS = "weft.class_weights.values";
    private static final String BALANCED = "balanced";

    ClassLoss {
        weights = List.copyOf(weights);
    }

    ClassLoss smoothing(double share) {
        return new ClassLoss(share, weights);
    }

    /**
     * Weights that a text gives, or examples / (classes · examples of the class).
     *
     * @throws InputException where the text names no class, or is not of its form
     */
    static ClassLoss weighted(String text, Problem problem) throws IOException {
        List<String> classes = problem.classes();
        if (problem.task() != Task.CLASSES) {
            throw forClasses("--class-weights", problem.targetName());
        }
        List<Double> weights = new ArrayList<>(Collections.nCopies(classes.size(), 1.0));
        if (text.equals(BALANCED)) {
            long[] counts = problem.classCounts();
            double mean = (double) problem.trainingSize() / classes.size();
            for (int i = 0; i < counts.length; i++) {
                // One that a fold is without weighs nothing whatever its weight is.
                weights.set(i, counts[i] == 0 ? 1 : mean / counts[i]);
            }
            return new ClassLoss(0, weights);
        }
        for (String part : text.split(",", -1)) {
            int equals = part.lastIndexOf('=');
            int label = equals < 0 ? -1 : classes.indexOf(part.substring(0, equals).strip());
            if (label < 0) {
                throw new InputException(
                        "--class-weights must be balanced or CLASS=WEIGHT,CLASS=WEIGHT of the classes %s, got '%s'"
                                .formatted(String.join(", ", classes), part));
            }
            weights.set(label, weight(part, part.substring(equals + 1)));
        }
        return new ClassLoss(0, weights);
    }

    private static double weight(String part, String text) {
        double weight;
        try {
            weight = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new InputException("--class-weights: '%s' is no number".formatted(text), e);
        }
        if (!(weight > 0 && Float.isFinite((float) weight) && (float) weight > 0)) {
            throw new InputException(
                    "--class-weights: a weight must be above 0, got '%s'".formatted(part));
        }
        return weight;
    }

    private static InputException forClasses(String option, String target) {
        return new InputException(
                "%s is for classes, and '%s' is not learnt as classes".formatted(option, target));
    }

    /**
     * The loss that a network is trained by. Its weights belong to the innermost open scope.
     *
     * @param target what is learnt, for messages
     * @throws InputException where there are no classes, or the network gives their probabilities
     */
    Objective objective(Architecture architecture, Task task, String target, Device device) {
        Objective usual = architecture.objective(task);
        if (equals(PLAIN)) {
            return usual;
        }
        if (task != Task.CLASSES) {
            throw forClasses("--label-smoothing", target);
        }
        if (!usual.label().equals(Objective.crossEntropy().label())) {
            throw new InputException(
                    "--label-smoothing and --class-weights need the loss cross_entropy, and %s takes %s: choose another model, such as simplenet"
                            .formatted(architecture.text(), usual.label()));
        }
        CrossEntropyOptions options = CrossEntropyOptions.NONE.labelSmoothing(smoothing);
        if (!weights.isEmpty()) {
            float[] numbers = new float[weights.size()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = weights.get(i).floatValue();
            }
            options = options.classWeights(device.tensor(numbers).named("weights of classes"));
        }
        return Objective.crossEntropy(options);
    }

    /** For a model's metadata. */
    Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        if (smoothing > 0) {
            metadata.put(SMOOTHING, Double.toString(smoothing));
        }
        if (!weights.isEmpty()) {
            metadata.put(
                    WEIGHTS,
                    weights.stream().map(String::valueOf).collect(Collectors.joining(",")));
        }
        return metadata;
    }

    /**
     * What a model was trained by.
     *
     * @param outputs how many classes it has
     * @throws FormatException where its metadata makes no sense
     */
    static ClassLoss of(Checkpoint checkpoint, int outputs) throws FormatException {
        Map<String, String> metadata = checkpoint.metadata();
        double smoothing =
                metadata.containsKey(SMOOTHING) ? checkpoint.requiredNumber(SMOOTHING) : 0;
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw checkpoint.wrong(SMOOTHING, "must be in [0, 1)");
        }
        return new ClassLoss(
                smoothing,
                metadata.containsKey(WEIGHTS) ? numbers(checkpoint, WEIGHTS, outputs) : List.of());
    }

    /** Numbers with commas between them, one for each output. */
    static List<Double> numbers(Checkpoint checkpoint, String key, int outputs)
            throws FormatException {
        List<Double> numbers;
        try {
            numbers =
                    Arrays.stream(checkpoint.required(key).split(",", -1))
                            .map(Double::valueOf)
                            .toList();
        } catch (NumberFormatException e) {
            throw checkpoint.wrong(key, "are no numbers");
        }
        if (numbers.size() != outputs || numbers.stream().anyMatch(n -> Double.isNaN(n) || n < 0)) {
            throw checkpoint.wrong(key, "must be %d numbers of at least 0".formatted(outputs));
        }
        return numbers;
    }
}
