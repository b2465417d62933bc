package dev.weft.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A network that a short text describes, as command lines and model files have it:
 *
 * <ul>
 *   <li>{@code simplenet}, {@code simplenet-softmax}: {@link Models}, of 784 inputs and 10 outputs
 *   <li>{@code cnn}, {@code resnet}, {@code vit}: {@link Cnn#small}, {@link ResNet#small}, {@link
 *       VisionTransformer}, of square grey images
 *   <li>{@code gpt}, or {@code gpt:4,4,128} with the numbers of layers and heads and the width:
 *       {@link Gpt#gpt2}, whose inputs are the context, and whose outputs are as many as there are
 *       tokens
 *   <li>{@code linear}: one linear layer
 *   <li>{@code mlp:64} or {@code mlp:128,64}: linear layers of so many units with ReLU, and a
 *       linear layer behind them
 * </ul>
 *
 * @param text the description
 * @param inputs how many numbers an example has
 * @param outputs how many numbers the network gives for it
 * @param dropout the rate at which hidden units are dropped in training
 */
public record Architecture(String text, int inputs, int outputs, double dropout) {
    private static final String MLP = "mlp:";
    private static final String LINEAR = "linear";
    private static final int MOST_UNITS = 1 << 20;

    /**
     * Checks that the network can be made.
     *
     * @throws IllegalArgumentException where the text describes none, or one for other numbers of
     *     inputs and outputs
     */
    public Architecture {
        for (Models model : Models.values()) {
            if (model.label().equals(text)
                    && (inputs != Models.INPUTS || outputs != Models.CLASSES)) {
                throw new IllegalArgumentException(
                        "%s takes %d numbers and gives %d, and the data has %d and %d: choose another model, such as mlp:64"
                                .formatted(text, Models.INPUTS, Models.CLASSES, inputs, outputs));
            }
        }
        check(text);
        ImageModel.named(text).ifPresent(model -> model.blocks(inputs, outputs, dropout));
        TextModel.named(text).ifPresent(model -> model.blocks(inputs, outputs, dropout));
    }

    /**
     * Checks that a text describes a network.
     *
     * @throws IllegalArgumentException naming the forms that there are
     */
    public static void check(String text) {
        boolean named = Arrays.stream(Models.values()).anyMatch(m -> m.label().equals(text));
        if (!named
                && !text.equals(LINEAR)
                && ImageModel.named(text).isEmpty()
                && !takesText(text)) {
            units(text);
        }
    }

    /** Whether a text describes a network that goes on with texts. */
    public static boolean takesText(String text) {
        return TextModel.named(text).isPresent();
    }

    private static List<Integer> units(String text) {
        List<Integer> units = new ArrayList<>();
        if (text.startsWith(MLP)) {
            for (String part : text.substring(MLP.length()).split(",", -1)) {
                units.add(part.matches("[1-9]\\d{0,6}") ? Integer.parseInt(part) : 0);
            }
        }
        if (units.isEmpty() || units.stream().anyMatch(n -> n < 1 || n > MOST_UNITS)) {
            throw new IllegalArgumentException(
                    "there is no model '%s'; choose one of simplenet, simplenet-softmax, cnn, resnet, vit, gpt, gpt: with the numbers of layers and heads and the width, such as gpt:4,4,128, linear, or mlp: with the numbers of hidden units, such as mlp:128,64"
                            .formatted(text));
        }
        return units;
    }

    /** The blocks. */
    public Block blocks() {
        for (Models model : Models.values()) {
            if (model.label().equals(text)) {
                return model.layers(dropout);
            }
        }
        Optional<ImageModel> image = ImageModel.named(text);
        if (image.isPresent()) {
            return image.get().blocks(inputs, outputs, dropout);
        }
        Optional<TextModel> ofText = TextModel.named(text);
        if (ofText.isPresent()) {
            return ofText.get().blocks(inputs, outputs, dropout);
        }
        List<Block> layers = new ArrayList<>();
        layers.add(new Flatten());
        int before = inputs;
        for (int width : text.equals(LINEAR) ? List.<Integer>of() : units(text)) {
            layers.add(new Linear(before, width));
            layers.add(ActivationLayer.relu());
            if (dropout > 0) {
                layers.add(new Dropout(dropout));
            }
            before = width;
        }
        layers.add(new Linear(before, outputs));
        return new Sequential(layers.toArray(Block[]::new));
    }

    /** What such a network is trained for, where its task is this. */
    public Objective objective(Task task) {
        return switch (task) {
            case CLASSES ->
                    text.equals(Models.SIMPLENET_SOFTMAX.label())
                            ? Objective.categoricalCrossEntropy()
                            : Objective.crossEntropy();
            case BINARY, LABELS -> Objective.binaryCrossEntropy(task);
            case REGRESSION -> Objective.mse();
            case TOKENS -> Objective.tokenCrossEntropy();
        };
    }
}
