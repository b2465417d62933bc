package dev.weft.nn;

import dev.weft.EmbeddingLosses;
import dev.weft.Tensor;

import java.util.List;

/**
 * Contrastive learning without labels: an encoder, and a head of two products whose rows {@link
 * EmbeddingLosses#ntXent} compares. Two augmented views of each example stand next to each other in
 * a batch. Afterwards the encoder's result is what is used: {@code network.part(model.encoder())}.
 * Chen et al. 2020.
 */
public final class SimClr implements Layer {
    private final Layer encoder;
    private final Sequential head;

    /**
     * Such a network.
     *
     * @param encoder batch×… to batch×features
     * @param features that it gives
     * @param projected numbers that are compared: 128 in the paper
     */
    public SimClr(Layer encoder, int features, int projected) {
        this.encoder = encoder;
        this.head =
                new Sequential(
                        new Linear(features, features),
                        ActivationLayer.relu(),
                        new Linear(features, projected));
    }

    /** What is kept. */
    public Layer encoder() {
        return encoder;
    }

    /** {@link EmbeddingLosses#ntXent} of the rows; targets are not looked at. */
    public static Objective objective(double temperature) {
        return Objective.regression(
                "nt_xent", (rows, targets, reduction) -> EmbeddingLosses.ntXent(rows, temperature));
    }

    @Override
    public List<Child> children() {
        return List.of(new Child("encoder", encoder), new Child("head", head));
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        return pass.apply(head, pass.apply(encoder, x));
    }
}
