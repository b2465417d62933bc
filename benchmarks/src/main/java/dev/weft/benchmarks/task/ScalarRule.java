package dev.weft.benchmarks.task;

import dev.weft.backend.UpdateRule;

/** An {@link UpdateRule} for one parameter in double, with its state. */
final class ScalarRule {
    private final UpdateRule rule;
    private final double lr;
    private double first;
    private double second;
    private int steps;

    ScalarRule(UpdateRule rule, double lr) {
        this.rule = rule;
        this.lr = lr;
    }

    /** The parameter after one more step. */
    double step(double p, double g) {
        steps++;
        double decayed = p * (1 - lr * rule.penalty().weightDecay());
        return switch (rule) {
            case UpdateRule.Sgd sgd -> {
                first = sgd.momentum() * first + g;
                yield decayed - lr * (sgd.nesterov() ? g + sgd.momentum() * first : first);
            }
            case UpdateRule.Adam adam -> {
                first = adam.beta1() * first + (1 - adam.beta1()) * g;
                second = adam.beta2() * second + (1 - adam.beta2()) * g * g;
                double mean = first / (1 - Math.pow(adam.beta1(), steps));
                double deviation = Math.sqrt(second / (1 - Math.pow(adam.beta2(), steps)));
                yield decayed - lr * mean / (deviation + adam.eps());
            }
            case UpdateRule.RmsProp rms -> {
                second = rms.alpha() * second + (1 - rms.alpha()) * g * g;
                yield decayed - lr * g / (Math.sqrt(second) + rms.eps());
            }
            default -> throw new IllegalArgumentException(rule + " is not measured");
        };
    }
}
