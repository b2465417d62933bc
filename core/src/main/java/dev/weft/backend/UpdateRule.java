package dev.weft.backend;

/**
 * An optimizer's update of parameters p by a gradient g, with the constants that do not change from
 * step to step. The learning rate lr and the step number t (1 for the first) are read from device
 * memory: see {@link Kernels#update}. The penalty is applied first: g and p below are what {@link
 * Penalty} calls g' and p'. All state starts at zero.
 */
public sealed interface UpdateRule {
    /** L1, L2 and decoupled decay. */
    Penalty penalty();

    /** How many buffers of the parameters' size the rule keeps from step to step. */
    int states();

    /**
     * u = momentum u + g; p = p - lr u, or with Nesterov p = p - lr (g + momentum u). Without
     * momentum p = p - lr g, and no state. As PyTorch's SGD (Sutskever et al. 2013, with lr outside
     * the velocity).
     */
    record Sgd(double momentum, boolean nesterov, Penalty penalty) implements UpdateRule {
        /** Checks {@code 0 ≤ momentum < 1}. */
        public Sgd {
            Range.require(momentum >= 0 && momentum < 1, "momentum", momentum, "in [0, 1)");
            if (nesterov && momentum == 0) {
                throw new IllegalArgumentException("nesterov needs a momentum above 0");
            }
        }

        @Override
        public int states() {
            return momentum == 0 ? 0 : 1;
        }
    }

    /**
     * m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g²; p = p - lr (m / (1 - beta1^t)) /
     * (√(v / (1 - beta2^t)) + eps). Kingma and Ba 2015, algorithm 1; with {@link
     * Penalty#weightDecay} it is AdamW.
     */
    record Adam(double beta1, double beta2, double eps, Penalty penalty) implements UpdateRule {
        /** Checks {@code 0 ≤ beta < 1} and {@code eps > 0}. */
        public Adam {
            Range.require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "in [0, 1)");
            Range.require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "in [0, 1)");
            Range.require(eps > 0 && Double.isFinite(eps), "eps", eps, "above 0");
        }

        @Override
        public int states() {
            return 2;
        }
    }

    /**
     * v = alpha v + (1 - alpha) g²; p = p - lr g / (√v + eps). Tieleman and Hinton 2012, eps as in
     * PyTorch.
     */
    record RmsProp(double alpha, double eps, Penalty penalty) implements UpdateRule {
        /** Checks {@code 0 ≤ alpha < 1} and {@code eps > 0}. */
        public RmsProp {
            Range.require(alpha >= 0 && alpha < 1, "alpha", alpha, "in [0, 1)");
            Range.require(eps > 0 && Double.isFinite(eps), "eps", eps, "above 0");
        }

        @Override
        public int states() {
            return 1;
        }
    }
}
