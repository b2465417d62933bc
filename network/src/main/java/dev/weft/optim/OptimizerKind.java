package dev.weft.optim;

import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The optimizers by the names that people choose them by, with PyTorch's defaults (and lr 0.01 for
 * the SGD family, which has none there).
 */
public enum OptimizerKind {
    /** {@link UpdateRule.Sgd} without momentum. */
    SGD(0.01),
    /** {@link UpdateRule.Sgd} with momentum 0.9. */
    MOMENTUM(0.01),
    /** {@link UpdateRule.Sgd} with Nesterov's momentum 0.9. */
    NESTEROV(0.01),
    /** {@link UpdateRule.Adam} with betas 0.9 and 0.999, eps 1e-8. */
    ADAM(0.001),
    /** The same with decoupled weight decay: 0.01, where no penalty is given. */
    ADAMW(0.001),
    /** {@link UpdateRule.RmsProp} with alpha 0.99, eps 1e-8. */
    RMSPROP(0.01),
    /** {@link UpdateRule.Adagrad} with eps 1e-10. */
    ADAGRAD(0.01),
    /** {@link UpdateRule.Adadelta} with rho 0.9, eps 1e-6. */
    ADADELTA(1),
    /** {@link UpdateRule.Adamax} with betas 0.9 and 0.999, eps 1e-8. */
    ADAMAX(0.002),
    /** {@link UpdateRule.NAdam} with betas 0.9 and 0.999, eps 1e-8, momentum decay 0.004. */
    NADAM(0.002),
    /** {@link UpdateRule.RAdam} with betas 0.9 and 0.999, eps 1e-8. */
    RADAM(0.001),
    /** {@link UpdateRule.Lion} with betas 0.9 and 0.99. */
    LION(0.0001);

    private static final double MOMENTUM_FACTOR = 0.9;
    private static final double ADAMW_DECAY = 0.01;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;

    private final double defaultLr;

    OptimizerKind(double defaultLr) {
        this.defaultLr = defaultLr;
    }

    /** The learning rate where none is given. */
    public double defaultLr() {
        return defaultLr;
    }

    /**
     * The penalty where none is given: a decoupled decay of 0.01 for AdamW, none for the others.
     */
    public Penalty defaultPenalty() {
        return this == ADAMW ? new Penalty(0, 0, ADAMW_DECAY) : Penalty.NONE;
    }

    /** Everything by default: to be changed, one setting at a time. */
    public OptimizerSettings settings() {
        return new OptimizerSettings(this, defaultLr, rule(defaultPenalty()));
    }

    /** The update rule with its defaults and this penalty, as it is given: 0 is 0. */
    public UpdateRule rule(Penalty penalty) {
        return switch (this) {
            case SGD -> new UpdateRule.Sgd(0, false, penalty);
            case MOMENTUM -> new UpdateRule.Sgd(MOMENTUM_FACTOR, false, penalty);
            case NESTEROV -> new UpdateRule.Sgd(MOMENTUM_FACTOR, true, penalty);
            case ADAM, ADAMW -> new UpdateRule.Adam(BETA1, BETA2, EPS, penalty);
            case RMSPROP -> new UpdateRule.RmsProp(0.99, EPS, penalty);
            case ADAGRAD -> new UpdateRule.Adagrad(0, 0, 1e-10, false, penalty);
            case ADADELTA -> new UpdateRule.Adadelta(0.9, 1e-6, false, penalty);
            case ADAMAX -> new UpdateRule.Adamax(BETA1, BETA2, EPS, false, penalty);
            case NADAM -> new UpdateRule.NAdam(BETA1, BETA2, EPS, 0.004, false, false, penalty);
            case RADAM -> new UpdateRule.RAdam(BETA1, BETA2, EPS, false, penalty);
            case LION -> new UpdateRule.Lion(BETA1, 0.99, false, penalty);
        };
    }

    /** Its name, in lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The optimizer of this name, in any case.
     *
     * @throws IllegalArgumentException naming those that there are
     */
    public static OptimizerKind named(String name) {
        for (OptimizerKind kind : values()) {
            if (kind.label().equals(name.toLowerCase(Locale.ROOT))) {
                return kind;
            }
        }
        throw new IllegalArgumentException(
                "there is no optimizer '"
                        + name
                        + "'; choose one of "
                        + Arrays.stream(values())
                                .map(OptimizerKind::label)
                                .collect(Collectors.joining(", ")));
    }
}
