package dev.weft.reference;

import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;

/** The update rules for one parameter, word for word as {@link UpdateRule} gives them. */
final class Updates {
    private final UpdateRule rule;
    private final double lr;
    private final long t;
    private double p;
    private double first;
    private double second;

    Updates(UpdateRule rule, double lr, long t) {
        this.rule = rule;
        this.lr = lr;
        this.t = t;
    }

    double parameter() {
        return p;
    }

    double first() {
        return first;
    }

    double second() {
        return second;
    }

    void apply(double parameter, double gradient, double state1, double state2) {
        Penalty penalty = rule.penalty();
        double g = gradient + penalty.l2() * parameter + penalty.l1() * Math.signum(parameter);
        p = parameter - lr * penalty.weightDecay() * parameter;
        switch (rule) {
            case UpdateRule.Sgd(var momentum, var nesterov, var _) -> {
                first = momentum * state1 + g;
                double step = momentum == 0 ? g : nesterov ? g + momentum * first : first;
                p -= lr * step;
            }
            case UpdateRule.Adam(var beta1, var beta2, var eps, var _) -> {
                first = beta1 * state1 + (1 - beta1) * g;
                second = beta2 * state2 + (1 - beta2) * g * g;
                double m = first / (1 - Math.pow(beta1, (double) t));
                double v = second / (1 - Math.pow(beta2, (double) t));
                p -= lr * m / (Math.sqrt(v) + eps);
            }
            case UpdateRule.RmsProp(var alpha, var eps, var _) -> {
                first = alpha * state1 + (1 - alpha) * g * g;
                p -= lr * g / (Math.sqrt(first) + eps);
            }
        }
    }
}
