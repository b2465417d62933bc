package dev.weft.reference;

import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;

/** One step of an update rule, word for word as {@link UpdateRule} gives it. */
final class Updates {
    private final UpdateRule rule;
    private final double lr;
    private final double t;

    Updates(UpdateRule rule, double lr, long t) {
        this.rule = rule;
        this.lr = lr;
        this.t = (double) t;
    }

    /**
     * A parameter after the step.
     *
     * @param s its states, which become those after the step
     */
    double apply(double parameter, double gradient, double[] s) {
        Penalty penalty = rule.penalty();
        double g =
                (rule.maximize() ? -gradient : gradient)
                        + penalty.l2() * parameter
                        + penalty.l1() * Math.signum(parameter);
        double p = parameter - lr * penalty.weightDecay() * parameter;
        return p - change(g, s);
    }

    /** What is taken from the parameter: lr times the step. */
    private double change(double g, double[] s) {
        return switch (rule) {
            case UpdateRule.Sgd sgd -> lr * sgd(sgd, g, s);
            case UpdateRule.Adam adam -> {
                average(s, adam.beta1(), adam.beta2(), g);
                double v = s[1];
                if (adam.amsgrad()) {
                    s[2] = Math.max(s[2], v);
                    v = s[2];
                }
                yield lr
                        * unbiased(s[0], adam.beta1())
                        / (Math.sqrt(unbiased(v, adam.beta2())) + adam.eps());
            }
            case UpdateRule.RmsProp rms -> rmsProp(rms, g, s);
            case UpdateRule.Adagrad adagrad -> {
                s[0] += g * g;
                double decayed = lr / (1 + (t - 1) * adagrad.lrDecay());
                yield decayed * g / (Math.sqrt(s[0]) + adagrad.eps());
            }
            case UpdateRule.Adadelta(var rho, var eps, var _, var _) -> {
                s[0] = rho * s[0] + (1 - rho) * g * g;
                double d = Math.sqrt(s[1] + eps) / Math.sqrt(s[0] + eps) * g;
                s[1] = rho * s[1] + (1 - rho) * d * d;
                yield lr * d;
            }
            case UpdateRule.Adamax(var beta1, var beta2, var eps, var _, var _) -> {
                s[0] = beta1 * s[0] + (1 - beta1) * g;
                s[1] = Math.max(beta2 * s[1], Math.abs(g) + eps);
                yield lr * unbiased(s[0], beta1) / s[1];
            }
            case UpdateRule.NAdam nadam -> {
                average(s, nadam.beta1(), nadam.beta2(), g);
                double nesterov = g * nadam.factorOfGradient(t) + s[0] * nadam.factorOfAverage(t);
                yield lr * nesterov / (Math.sqrt(unbiased(s[1], nadam.beta2())) + nadam.eps());
            }
            case UpdateRule.RAdam radam -> {
                average(s, radam.beta1(), radam.beta2(), g);
                double m = lr * unbiased(s[0], radam.beta1());
                double r = radam.rectification(t);
                double unbias = Math.sqrt(1 - Math.pow(radam.beta2(), t));
                yield r == 0 ? m : m * r * unbias / (Math.sqrt(s[1]) + radam.eps());
            }
            case UpdateRule.Lion(var beta1, var beta2, var _, var _) -> {
                double direction = Math.signum(beta1 * s[0] + (1 - beta1) * g);
                s[0] = beta2 * s[0] + (1 - beta2) * g;
                yield lr * direction;
            }
        };
    }

    private double sgd(UpdateRule.Sgd sgd, double g, double[] s) {
        double momentum = sgd.momentum();
        if (momentum == 0) {
            return g;
        }
        s[0] = momentum * s[0] + (t == 1 ? g : (1 - sgd.dampening()) * g);
        return sgd.nesterov() ? g + momentum * s[0] : s[0];
    }

    /** v is state 0; where there is a velocity, it is state 1; the mean comes last. */
    private double rmsProp(UpdateRule.RmsProp rms, double g, double[] s) {
        double alpha = rms.alpha();
        s[0] = alpha * s[0] + (1 - alpha) * g * g;
        double v = s[0];
        if (rms.centered()) {
            int last = s.length - 1;
            s[last] = alpha * s[last] + (1 - alpha) * g;
            // No variance is below 0, but what is rounded may be.
            v = Math.max(0, v - s[last] * s[last]);
        }
        double deviation = Math.sqrt(v) + rms.eps();
        if (rms.momentum() == 0) {
            return lr * g / deviation;
        }
        s[1] = rms.momentum() * s[1] + g / deviation;
        return lr * s[1];
    }

    /** The averages of g and of g². */
    private static void average(double[] s, double beta1, double beta2, double g) {
        s[0] = beta1 * s[0] + (1 - beta1) * g;
        s[1] = beta2 * s[1] + (1 - beta2) * g * g;
    }

    /** An average that began at 0. */
    private double unbiased(double average, double beta) {
        return average / (1 - Math.pow(beta, t));
    }
}
