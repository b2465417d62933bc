package dev.weft.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Networks that have a name. */
public enum Models {
    /** 784-128-10 with ReLU, ending in logits: for the cross-entropy with class indices. */
    SIMPLENET("simplenet"),
    /** The same ending in a softmax: for the categorical cross-entropy with one-hot rows. */
    SIMPLENET_SOFTMAX("simplenet-softmax");

    /** The number of inputs of SimpleNet: 28×28 pixels. */
    public static final int INPUTS = 784;

    private static final int HIDDEN = 128;

    /** The number of its outputs: ten digits. */
    public static final int CLASSES = 10;

    private final String label;

    Models(String label) {
        this.label = label;
    }

    /** Its name on the command line and in files. */
    public String label() {
        return label;
    }

    /** Whether its targets are one-hot rows rather than classes. */
    public boolean takesOneHot() {
        return this == SIMPLENET_SOFTMAX;
    }

    /** The loss that it is trained with. */
    public Objective loss() {
        return switch (this) {
            case SIMPLENET -> Objective.crossEntropy();
            case SIMPLENET_SOFTMAX -> Objective.categoricalCrossEntropy();
        };
    }

    /**
     * The layers.
     *
     * @param dropout the rate at which hidden units are dropped in training; no layer at 0
     */
    public Sequential layers(double dropout) {
        Layer hidden = new Linear(INPUTS, HIDDEN);
        Layer relu = ActivationLayer.relu();
        Layer output = new Linear(HIDDEN, CLASSES);
        ArrayList<Layer> layers = new ArrayList<>(Arrays.asList(new Flatten(), hidden, relu));
        if (dropout != 0) {
            layers.add(new Dropout(dropout));
        }
        layers.add(output);
        if (this == SIMPLENET_SOFTMAX) {
            layers.add(new Softmax());
        }
        return new Sequential(layers.toArray(Layer[]::new));
    }

    /**
     * The model of this name.
     *
     * @throws IllegalArgumentException naming those that there are
     */
    public static Models named(String name) {
        for (Models model : values()) {
            if (model.label.equals(name.toLowerCase(Locale.ROOT))) {
                return model;
            }
        }
        throw new IllegalArgumentException(
                "there is no model '"
                        + name
                        + "'; choose one of "
                        + Arrays.stream(values())
                                .map(Models::label)
                                .collect(Collectors.joining(", ")));
    }
}
