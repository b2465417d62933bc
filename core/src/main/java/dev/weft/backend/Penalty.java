package dev.weft.backend;

/**
 * What pulls parameters towards zero, beside the loss: g' = g + l2 p + l1 sign(p) before the rule
 * sees the gradient, and p' = p - lr weightDecay p apart from it (decoupled, Loshchilov and Hutter
 * 2019).
 *
 * @param l1 weight of Σ|p| in the objective, ≥ 0
 * @param l2 weight of Σp²/2 in the objective, ≥ 0; PyTorch's {@code weight_decay} of SGD, Adam and
 *     RMSprop
 * @param weightDecay decoupled decay, ≥ 0; PyTorch's {@code weight_decay} of AdamW
 */
public record Penalty(double l1, double l2, double weightDecay) {
    /** No penalty. */
    public static final Penalty NONE = new Penalty(0, 0, 0);

    /** Checks that no weight is negative, NaN, or infinite in F32. */
    public Penalty {
        Range.requireWeight("l1", l1);
        Range.requireWeight("l2", l2);
        Range.requireWeight("weightDecay", weightDecay);
    }
}
