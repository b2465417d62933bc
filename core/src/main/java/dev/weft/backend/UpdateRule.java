package dev.weft.backend;

import java.util.ArrayList;
import java.util.List;

/**
 * An optimizer's update of parameters p by a gradient g, with the constants that do not change from
 * step to step. The learning rate lr and the step number t (1 for the first) are read from device
 * memory: see {@link KernelCall.Update}. Where a rule {@link #maximize}s, -g stands for g. The
 * penalty is applied next: g and p below are what {@link Penalty} calls g' and p'. All state starts
 * at {@link #initialState}, which is zero for most.
 *
 * <p>Backends compute in F32, so every constant must be a number in F32 too: a momentum that rounds
 * to 1 is refused, and so is an eps below 2⁻⁶⁰ (8.7e-19): the root of a v that F32 cannot hold,
 * below 2⁻¹²⁶, is an eighth of that at most. With a smaller one such gradients would be divided by
 * eps instead of by their own size, and become large steps.
 */
public sealed interface UpdateRule {
    /** L1, L2 and decoupled decay. */
    Penalty penalty();

    /** Whether steps go up the gradient, as for a reward: g is negated before anything else. */
    boolean maximize();

    /** What files call the buffers of the parameters' size that the rule keeps, in its order. */
    List<String> stateNames();

    /** How many buffers of the parameters' size the rule keeps from step to step. */
    default int states() {
        return stateNames().size();
    }

    /** What every element of every state is before the first step. */
    default double initialState() {
        return 0;
    }

    /**
     * The largest |g'| for which every step, whatever came before, leaves parameters and states
     * finite in F32: below what overflows when it is squared or added up in a state, or when lr
     * times the step is taken from a parameter. 2⁶³ or 9.2e18 for the rules that average squares,
     * where lr ≤ 5.5e11 eps.
     */
    double largestStep(double lr);

    /** {@link #largestStep} less what l1 adds to the gradient: for |g| + l2 |p|. */
    default double largestGradient(double lr) {
        return largestStep(lr) - penalty().l1();
    }

    /**
     * u = momentum u + (1 - dampening) g, where the first step takes all of g; p = p - lr u, or
     * with Nesterov p = p - lr (g + momentum u). Without momentum p = p - lr g, and no state. As
     * PyTorch's SGD (Sutskever et al. 2013, with lr outside the velocity).
     */
    record Sgd(
            double momentum, double dampening, boolean nesterov, boolean maximize, Penalty penalty)
            implements UpdateRule {
        /**
         * Checks {@code 0 ≤ momentum < 1} and {@code 0 ≤ dampening ≤ 1}, and that Nesterov's has a
         * momentum and no dampening.
         */
        public Sgd {
            Range.requireFactor("momentum", momentum);
            Range.requireShare("dampening", dampening);
            if (nesterov && (momentum == 0 || dampening != 0)) {
                throw new IllegalArgumentException(
                        "nesterov needs a momentum above 0 and no dampening, got momentum %s, dampening %s"
                                .formatted(momentum, dampening));
            }
        }

        /** Without dampening, down the gradient. */
        public Sgd(double momentum, boolean nesterov, Penalty penalty) {
            this(momentum, 0, nesterov, false, penalty);
        }

        @Override
        public List<String> stateNames() {
            return momentum == 0 ? List.of() : List.of("velocity");
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
     * Penalty#weightDecay} it is AdamW. With amsgrad the largest v so far stands for v in the root
     * (Reddi et al. 2018, as in PyTorch, which corrects it for its bias too).
     */
    record Adam(
            double beta1,
            double beta2,
            double eps,
            boolean amsgrad,
            boolean maximize,
            Penalty penalty)
            implements UpdateRule {
        /** Checks {@code 0 ≤ beta < 1} and {@code eps ≥ 2⁻⁶⁰} (8.7e-19). */
        public Adam {
            Range.requireBetas(beta1, beta2);
            Range.requireEps(eps);
        }

        /** Without amsgrad, down the gradient. */
        public Adam(double beta1, double beta2, double eps, Penalty penalty) {
            this(beta1, beta2, eps, false, false, penalty);
        }

        @Override
        public List<String> stateNames() {
            return amsgrad ? List.of("m", "v", "largest_v") : List.of("m", "v");
        }

        @Override
        public double largestStep(double lr) {
            return Range.largestToSquare(lr, eps);
        }
    }

    /**
     * v = alpha v + (1 - alpha) g²; d = g / (√v + eps); p = p - lr d. Tieleman and Hinton 2012, eps
     * as in PyTorch. Centered, it keeps a = alpha a + (1 - alpha) g too, and √(v - a²) stands for
     * √v (Graves 2013). With momentum u = momentum u + d, and p = p - lr u.
     */
    record RmsProp(
            double alpha,
            double eps,
            double momentum,
            boolean centered,
            boolean maximize,
            Penalty penalty)
            implements UpdateRule {
        /** Checks {@code 0 ≤ alpha, momentum < 1} and {@code eps ≥ 2⁻⁶⁰} (8.7e-19). */
        public RmsProp {
            Range.requireFactor("alpha", alpha);
            Range.requireFactor("momentum", momentum);
            Range.requireEps(eps);
        }

        /** Neither centered nor with momentum, down the gradient. */
        public RmsProp(double alpha, double eps, Penalty penalty) {
            this(alpha, eps, 0, false, false, penalty);
        }

        @Override
        public List<String> stateNames() {
            List<String> names = new ArrayList<>(List.of("v"));
            if (momentum != 0) {
                names.add("velocity");
            }
            if (centered) {
                names.add("mean");
            }
            return names;
        }

        /** Steps of g / eps at most add up to 1 / (1 - momentum) of them. */
        @Override
        public double largestStep(double lr) {
            return (1 - momentum) * Range.largestToSquare(lr, eps);
        }
    }

    /**
     * s = s + g²; p = p - lr / (1 + (t - 1) lrDecay) g / (√s + eps), with s {@code
     * initialAccumulatorValue} at first. Duchi et al. 2011, eps as in PyTorch.
     */
    record Adagrad(
            double lrDecay,
            double initialAccumulatorValue,
            double eps,
            boolean maximize,
            Penalty penalty)
            implements UpdateRule {
        /**
         * Checks {@code lrDecay ≥ 0}, {@code 0 ≤ initialAccumulatorValue ≤ 2¹²⁶} and {@code eps ≥
         * 2⁻⁶⁰} (8.7e-19).
         */
        public Adagrad {
            Range.requireWeight("lrDecay", lrDecay);
            Range.requireAtMost("initialAccumulatorValue", initialAccumulatorValue, 0x1p126);
            Range.requireEps(eps);
        }

        @Override
        public List<String> stateNames() {
            return List.of("sum");
        }

        @Override
        public double initialState() {
            return initialAccumulatorValue;
        }

        /** 2³¹ or 2.1e9: so many squares as steps can be counted add up to less than 2¹²⁶. */
        @Override
        public double largestStep(double lr) {
            return Math.min(0x1p31, Range.largestToSquare(lr, eps));
        }
    }

    /**
     * v = rho v + (1 - rho) g²; d = √(a + eps) / √(v + eps) g; a = rho a + (1 - rho) d²; p = p - lr
     * d. Zeiler 2012, with PyTorch's lr.
     */
    record Adadelta(double rho, double eps, boolean maximize, Penalty penalty)
            implements UpdateRule {
        /** Checks {@code 0 ≤ rho < 1} and {@code 2⁻⁶⁰ ≤ eps ≤ 1}. */
        public Adadelta {
            Range.requireFactor("rho", rho);
            Range.requireEps(eps);
            Range.requireAtMost("eps", eps, 1);
        }

        @Override
        public List<String> stateNames() {
            return List.of("v", "a");
        }

        /**
         * A step multiplies a + eps by 1 + rho (1 - before / after) at most, with v + eps before
         * and after it: so, and since nothing grows beyond v + eps otherwise, it stays below 2 V (V
         * / eps)^rho ≤ 2 V² / eps, with V the largest v + eps so far. And d² is at most (a + eps) /
         * (1 - rho).
         */
        @Override
        public double largestStep(double lr) {
            double largest = Math.min(0x1p120, (1 - rho) / 8 * Math.pow(Range.largestSum(lr), 2));
            return Math.pow(largest * eps, 0.25);
        }
    }

    /**
     * m = beta1 m + (1 - beta1) g; u = max(beta2 u, |g| + eps); p = p - lr (m / (1 - beta1^t)) / u.
     * Kingma and Ba 2015, algorithm 2, eps as in PyTorch.
     */
    record Adamax(double beta1, double beta2, double eps, boolean maximize, Penalty penalty)
            implements UpdateRule {
        /** Checks {@code 0 ≤ beta < 1} and {@code eps ≥ 2⁻⁶⁰} (8.7e-19). */
        public Adamax {
            Range.requireBetas(beta1, beta2);
            Range.requireEps(eps);
        }

        @Override
        public List<String> stateNames() {
            return List.of("m", "u");
        }

        @Override
        public double largestStep(double lr) {
            return Range.largestToSquare(lr, eps);
        }
    }

    /**
     * m and v as {@link Adam}'s; p = p - lr (g (1 - μ_t) / (1 - Π_t) + m μ_(t+1) / (1 - Π_(t+1))) /
     * (√(v / (1 - beta2^t)) + eps), with μ_t = beta1 (1 - 0.96^(t momentumDecay) / 2) and Π_t = μ_1
     * … μ_t. Dozat 2016, as in PyTorch.
     *
     * @param repeated whether Π_(t+1) has μ_t twice, which is how PyTorch computed it before 2.0:
     *     the first ten steps or so differ
     */
    record NAdam(
            double beta1,
            double beta2,
            double eps,
            double momentumDecay,
            boolean repeated,
            boolean maximize,
            Penalty penalty)
            implements UpdateRule {
        private static final double BASE = 0.96;

        /**
         * Below this ln q, q^t is 1 for every t that can be counted: so a decay of 0 needs no case
         * of its own.
         */
        private static final double LEAST_DECAY = -1e-30;

        /** Checks {@code 0 ≤ beta < 1}, {@code eps ≥ 2⁻⁶⁰} and {@code momentumDecay ≥ 0}. */
        public NAdam {
            Range.requireBetas(beta1, beta2);
            Range.requireEps(eps);
            Range.requireWeight("momentumDecay", momentumDecay);
        }

        @Override
        public List<String> stateNames() {
            return List.of("m", "v");
        }

        /** The factor of g is at most 1, that of m below beta1 / (1 - beta1). */
        @Override
        public double largestStep(double lr) {
            return (1 - beta1) * Range.largestToSquare(lr, eps);
        }

        /** ln q of q = 0.96^momentumDecay, by which the momentum comes near beta1: below 0. */
        public double lnDecay() {
            return Math.min(momentumDecay * Math.log(BASE), LEAST_DECAY);
        }

        /** (1 - μ_t) / (1 - Π_t), the factor of g in step t. */
        public double factorOfGradient(double t) {
            return (1 - momentum(t)) / -Math.expm1(lnProduct(t));
        }

        /** μ_(t+1) / (1 - Π_(t+1)), the factor of m in step t. */
        public double factorOfAverage(double t) {
            double more = repeated ? Math.log(momentum(t)) : 0;
            return momentum(t + 1) / -Math.expm1(lnProduct(t + 1) + more);
        }

        /** μ_t. */
        private double momentum(double t) {
            return beta1 * (1 - 0.5 * Math.exp(t * lnDecay()));
        }

        /**
         * ln Π_t = t ln beta1 + Σ_i ln(1 - q^i / 2), i = 1 … t: the logarithm's series, summed over
         * i first, which gives -Σ_k (1/2)^k / k · q^k (1 - q^(kt)) / (1 - q^k), k = 1, 2, …
         */
        private double lnProduct(double t) {
            double one = lnDecay();
            double all = t * one;
            double sum = 0;
            for (int k = 48; k >= 1; k--) {
                double ratio = Math.expm1(k * all) / Math.expm1(k * one);
                sum += Math.scalb(1.0, -k) / k * Math.exp(k * one) * ratio;
            }
            return t * Math.log(beta1) - sum;
        }
    }

    /**
     * m and v as {@link Adam}'s; p = p - lr m / (1 - beta1^t) · r √(1 - beta2^t) / (√v + eps) where
     * ρ_t > 5, and p = p - lr m / (1 - beta1^t) before, with ρ_t = ρ - 2 t beta2^t / (1 - beta2^t),
     * ρ = 2 / (1 - beta2) - 1 and r² = (ρ_t - 4) (ρ_t - 2) ρ / ((ρ - 4) (ρ - 2) ρ_t). Liu et al.
     * 2020, as in PyTorch.
     */
    record RAdam(double beta1, double beta2, double eps, boolean maximize, Penalty penalty)
            implements UpdateRule {
        private static final double FEWEST = 5;

        /** Checks {@code 0 ≤ beta < 1} and {@code eps ≥ 2⁻⁶⁰} (8.7e-19). */
        public RAdam {
            Range.requireBetas(beta1, beta2);
            Range.requireEps(eps);
        }

        @Override
        public List<String> stateNames() {
            return List.of("m", "v");
        }

        @Override
        public double largestStep(double lr) {
            return Range.largestToSquare(lr, eps);
        }

        /** ρ: how many squares v is the mean of, after many steps. */
        public double longestLength() {
            return 2 / (1 - beta2) - 1;
        }

        /** Whether ρ_t comes to be above 5: where beta2 > 2/3. */
        public boolean everRectifies() {
            return longestLength() > FEWEST;
        }

        /**
         * r at step t, or 0 where ρ_t ≤ 5. With λ = -ln beta2 is ρ = 2 / λ · y coth y, y = λ / 2,
         * and ρ - ρ_t = 2 / λ · x / (e^x - 1), x = λ t; their difference is written so that it does
         * not cancel.
         */
        public double rectification(double t) {
            double all = longestLength();
            double rate = -Math.log(beta2);
            double now = 2 / rate * (excess(rate / 2) + rest(rate * t));
            if (!everRectifies() || now <= FEWEST) {
                return 0;
            }
            return Math.sqrt((now - 4) * (now - 2) * all / ((all - 4) * (all - 2) * now));
        }

        /** y coth y - 1 for y ≤ 1/2 (or a little more): Lambert's continued fraction. */
        private static double excess(double y) {
            double tail = 0;
            for (int odd = 17; odd >= 3; odd -= 2) {
                tail = y * y / (odd + tail);
            }
            return tail;
        }

        /** 1 - x / (e^x - 1), which is x / 2 - (x / 2 coth(x / 2) - 1). */
        private static double rest(double x) {
            return x < 1 ? x / 2 - excess(x / 2) : 1 - x / Math.expm1(x);
        }
    }

    /**
     * p = p - lr sign(beta1 m + (1 - beta1) g); then m = beta2 m + (1 - beta2) g. Chen et al. 2023,
     * algorithm 2.
     */
    record Lion(double beta1, double beta2, boolean maximize, Penalty penalty)
            implements UpdateRule {
        /** Checks {@code 0 ≤ beta < 1}. */
        public Lion {
            Range.requireBetas(beta1, beta2);
        }

        @Override
        public List<String> stateNames() {
            return List.of("m");
        }

        @Override
        public double largestStep(double lr) {
            return Range.largestSum(lr);
        }
    }
}
