package dev.weft.backend;

/**
 * An optimizer's update of parameters p by a gradient g, with the constants that do not change from
 * step to step. The learning rate lr and the step number t (1 for the first) are read from device
 * memory: see {@link KernelCall.Update}. The penalty is applied first: g and p below are what
 * {@link Penalty} calls g' and p'. All state starts at zero.
 *
 * <p>Backends compute in F32, so every constant must be a number in F32 too: a momentum that rounds
 * to 1 is refused, and so is an eps below 2⁻⁶⁰ (8.7e-19): the root of a v that F32 cannot hold,
 * below 2⁻¹²⁶, is an eighth of that at most. With a smaller one such gradients would be divided by
 * eps instead of by their own size, and become large steps.
 */
public sealed interface UpdateRule {
    /** L1, L2 and decoupled decay. */
    Penalty penalty();

    /** How many buffers of the parameters' size the rule keeps from step to step. */
    int states();

    /**
     * The largest |g'| for which every step, whatever came before, leaves parameters and states
     * finite in F32: below what overflows when it is squared or added up in a state, or when lr
     * times the step is taken from a parameter. 2⁶³ or 9.2e18 for the rules that square gradients,
     * where lr ≤ 5.5e11 eps.
     */
    double largestStep(double lr);

    /** {@link #largestStep} less what l1 adds to the gradient: for |g| + l2 |p|. */
    default double largestGradient(double lr) {
        return largestStep(lr) - penalty().l1();
    }

    /**
     * u = momentum u + g; p = p - lr u, or with Nesterov p = p - lr (g + momentum u). Without
     * momentum p = p - lr g, and no state. As PyTorch's SGD (Sutskever et al. 2013, with lr outside
     * the velocity).
     */
    record Sgd(double momentum, boolean nesterov, Penalty penalty) implements UpdateRule {
        /** Checks {@code 0 ≤ momentum < 1}. */
        public Sgd {
            Range.requireFactor("momentum", momentum);
            if (nesterov && momentum == 0) {
                throw new IllegalArgumentException("nesterov needs a momentum above 0");
            }
        }

        @Override
        public int states() {
            return momentum == 0 ? 0 : 1;
        }

        /**
         * A sum of gradients, each momentum times the one before, is at most 1 / (1 - momentum).
         */
        @Override
        public double largestStep(double lr) {
            return (1 - momentum) * Range.largestSum(lr);
        }
    }

    /**
     * m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g²; p = p - lr (m / (1 - beta1^t)) /
     * (√(v / (1 - beta2^t)) + eps). Kingma and Ba 2015, algorithm 1; with {@link
     * Penalty#weightDecay} it is AdamW.
     */
    record Adam(double beta1, double beta2, double eps, Penalty penalty) implements UpdateRule {
        /** Checks {@code 0 ≤ beta < 1} and {@code eps ≥ 2⁻⁶⁰} (8.7e-19). */
        public Adam {
            Range.requireFactor("beta1", beta1);
            Range.requireFactor("beta2", beta2);
            Range.requireEps(eps);
        }

        @Override
        public int states() {
            return 2;
        }

        @Override
        public double largestStep(double lr) {
            return Range.largestToSquare(lr, eps);
        }
    }

    /**
     * v = alpha v + (1 - alpha) g²; p = p - lr g / (√v + eps). Tieleman and Hinton 2012, eps as in
     * PyTorch.
     */
    record RmsProp(double alpha, double eps, Penalty penalty) implements UpdateRule {
        /** Checks {@code 0 ≤ alpha < 1} and {@code eps ≥ 2⁻⁶⁰} (8.7e-19). */
        public RmsProp {
            Range.requireFactor("alpha", alpha);
            Range.requireEps(eps);
        }

        @Override
        public int states() {
            return 1;
        }

        @Override
        public double largestStep(double lr) {
            return Range.largestToSquare(lr, eps);
        }
    }
}
