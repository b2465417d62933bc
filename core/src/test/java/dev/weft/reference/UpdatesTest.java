package dev.weft.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;

import org.junit.jupiter.api.Test;

/** One step of each rule, with numbers that doubles hold exactly or nearly. */
class UpdatesTest {
    private static final double LR = 0.25;

    /** On a parameter with a gradient and states: the parameter and the states after the step. */
    private static double[] step(UpdateRule rule, long t, double p, double g, double... states) {
        double[] after = new double[1 + states.length];
        double[] kept = states.clone();
        after[0] = new Updates(rule, LR, t).apply(p, g, kept);
        System.arraycopy(kept, 0, after, 1, kept.length);
        return after;
    }

    @Test
    void plain() {
        UpdateRule sgd = new UpdateRule.Sgd(0, false, Penalty.NONE);
        assertEquals(2 - 0.25 * 0.5, step(sgd, 1, 2, 0.5)[0]);
        assertEquals(2 - 0.25 * 0.5, step(sgd, 7, 2, 0.5)[0], "whatever t is");
    }

    @Test
    void penalties() {
        UpdateRule l1 = new UpdateRule.Sgd(0, false, new Penalty(0.5, 0, 0));
        assertEquals(2 - 0.25 * (0.5 + 0.5), step(l1, 1, 2, 0.5)[0]);
        assertEquals(-2 - 0.25 * (0.5 - 0.5), step(l1, 1, -2, 0.5)[0]);
        assertEquals(-0.25 * 0.5, step(l1, 1, 0, 0.5)[0], "the sign of 0 is 0");
        UpdateRule l2 = new UpdateRule.Sgd(0, false, new Penalty(0, 0.125, 0));
        assertEquals(-2 - 0.25 * (0.5 - 0.25), step(l2, 1, -2, 0.5)[0]);
        UpdateRule decay = new UpdateRule.Sgd(0, false, new Penalty(0, 0, 0.5));
        assertEquals(-2 + 0.25 - 0.25 * 0.5, step(decay, 1, -2, 0.5)[0]);
        UpdateRule all = new UpdateRule.Sgd(0.5, false, new Penalty(0.5, 0.125, 0.5));
        // g' = 0.5 + 0.25 + 0.5, u = 0.5 · 2 + g': the decay is apart from the momentum.
        double[] after = step(all, 1, 2, 0.5, 2);
        assertEquals(2.25, after[1]);
        assertEquals(1.75 - 0.25 * 2.25, after[0]);
    }

    @Test
    void momentum() {
        UpdateRule heavy = new UpdateRule.Sgd(0.5, false, Penalty.NONE);
        double[] after = step(heavy, 3, 2, 0.5, 2);
        assertEquals(1.5, after[1]);
        assertEquals(2 - 0.25 * 1.5, after[0]);
        UpdateRule nesterov = new UpdateRule.Sgd(0.5, true, Penalty.NONE);
        after = step(nesterov, 3, 2, 0.5, 2);
        assertEquals(1.5, after[1]);
        assertEquals(2 - 0.25 * (0.5 + 0.5 * 1.5), after[0]);
    }

    @Test
    void adam() {
        UpdateRule adam = new UpdateRule.Adam(0.5, 0.5, 0.5, Penalty.NONE);
        // The second step divides by 1 - 0.5²: m = 1.5, 1.5 / 0.75 = 2; v = 3, √(3 / 0.75) = 2.
        double[] after = step(adam, 2, 1, 2, 1, 2);
        assertEquals(1.5, after[1]);
        assertEquals(3, after[2]);
        assertEquals(1 - 0.25 * 2 / 2.5, after[0], 1e-15);
        // Another beta for v; the first step: m = 0.75, 1.5; v = 1, 4.
        UpdateRule slower = new UpdateRule.Adam(0.5, 0.75, 1, new Penalty(0, 0, 2));
        after = step(slower, 1, 1, 1.5, 0, 0.583_333_333_333_333_3);
        assertEquals(0.75, after[1]);
        assertEquals(1, after[2], 1e-15);
        assertEquals(0.5 - 0.25 * 1.5 / 3, after[0], 1e-15);
    }

    @Test
    void rmsProp() {
        UpdateRule rms = new UpdateRule.RmsProp(0.75, 0.5, Penalty.NONE);
        // v = 0.75 · 4 + 0.25 · 4 = 4, without a correction.
        double[] after = step(rms, 1, 1, 2, 4);
        assertEquals(4, after[1]);
        assertEquals(1 - 0.25 * 2 / 2.5, after[0], 1e-15);
    }

    @Test
    void dampeningLeavesTheFirstStepAlone() {
        UpdateRule damped = new UpdateRule.Sgd(0.5, 0.25, false, false, Penalty.NONE);
        assertEquals(2, step(damped, 1, 2, 2, 0)[1]);
        double[] after = step(damped, 2, 2, 2, 2);
        assertEquals(0.5 * 2 + 0.75 * 2, after[1]);
        assertEquals(2 - 0.25 * 2.5, after[0]);
    }

    @Test
    void maximizingNegatesTheGradientAndNotThePenalty() {
        UpdateRule up = new UpdateRule.Sgd(0, 0, false, true, new Penalty(0, 0.5, 0));
        assertEquals(2 - 0.25 * (-0.5 + 1), step(up, 1, 2, 0.5)[0]);
    }

    @Test
    void amsgradKeepsTheLargest() {
        UpdateRule rule = new UpdateRule.Adam(0, 0.5, 0.5, true, false, Penalty.NONE);
        // v = 0.5 · 2 + 0.5 · 4 = 3; the largest was 12, and 12 / 0.75 = 16.
        double[] after = step(rule, 2, 1, 2, 0, 2, 12);
        assertEquals(12, after[3]);
        assertEquals(1 - 0.25 * 2 / 4.5, after[0], 1e-15);
        assertEquals(3, step(rule, 2, 1, 2, 0, 2, 1)[3]);
    }

    @Test
    void rmsPropCenteredWithMomentum() {
        UpdateRule rms = new UpdateRule.RmsProp(0.75, 0.5, 0.5, true, false, Penalty.NONE);
        // v = 0.75 · 6 + 0.25 · 4 = 5.5, a = 0.75 · 0.5 + 0.25 · 2 = 0.875; d = 2 / (√… + 0.5).
        double[] after = step(rms, 1, 1, 2, 6, 3, 0.5);
        double velocity = 0.5 * 3 + 2 / (Math.sqrt(5.5 - 0.875 * 0.875) + 0.5);
        assertEquals(velocity, after[2], 1e-15);
        assertEquals(0.875, after[3]);
        assertEquals(1 - 0.25 * velocity, after[0], 1e-15);
        UpdateRule centered = new UpdateRule.RmsProp(0, 0.5, 0, true, false, Penalty.NONE);
        assertEquals(1 - 0.25 * 2 / 0.5, step(centered, 1, 1, 2, 0, 0)[0], "no variance");
    }

    @Test
    void adagrad() {
        UpdateRule rule = new UpdateRule.Adagrad(0.5, 1, 0.5, false, Penalty.NONE);
        assertEquals(1, rule.initialState());
        // s = 5 + 4 = 9; lr / (1 + 2 · 0.5).
        double[] after = step(rule, 3, 1, 2, 5);
        assertEquals(9, after[1]);
        assertEquals(1 - 0.125 * 2 / 3.5, after[0], 1e-15);
    }

    @Test
    void adadelta() {
        UpdateRule rule = new UpdateRule.Adadelta(0.75, 0.5, false, Penalty.NONE);
        // v = 0.75 · 2 + 0.25 · 4 = 2.5; d = √(1.5 + 0.5) / √3 · 2; a = 0.75 · 1.5 + 0.25 · 8 / 3.
        double[] after = step(rule, 9, 1, 2, 2, 1.5);
        double d = Math.sqrt(8.0 / 3);
        assertEquals(2.5, after[1]);
        assertEquals(1.125 + 2.0 / 3, after[2], 1e-15);
        assertEquals(1 - 0.25 * d, after[0], 1e-15);
    }

    @Test
    void adamax() {
        UpdateRule rule = new UpdateRule.Adamax(0.5, 0.5, 0.25, false, Penalty.NONE);
        // m = 1.5, 1.5 / 0.75 = 2; u = max(0.5 · 6, 2.25) = 3.
        double[] after = step(rule, 2, 1, 2, 1, 6);
        assertEquals(3, after[2]);
        assertEquals(1 - 0.25 * 2 / 3, after[0], 1e-15);
        assertEquals(2.25, step(rule, 2, 1, -2, 1, 1)[2]);
    }

    @Test
    void nadam() {
        double beta = 0.9;
        for (double decay : new double[] {0, 0.5}) {
            var rule = new UpdateRule.NAdam(beta, 0.5, 0.5, decay, false, false, Penalty.NONE);
            var old = new UpdateRule.NAdam(beta, 0.5, 0.5, decay, true, false, Penalty.NONE);
            double product = 1;
            for (int t = 1; t <= 40; t++) {
                double mu = beta * (1 - 0.5 * Math.pow(0.96, t * decay));
                double next = beta * (1 - 0.5 * Math.pow(0.96, (t + 1) * decay));
                product *= mu;
                assertEquals((1 - mu) / (1 - product), rule.factorOfGradient(t), 1e-14);
                assertEquals(next / (1 - product * next), rule.factorOfAverage(t), 1e-14);
                assertEquals(next / (1 - product * mu * next), old.factorOfAverage(t), 1e-14);
            }
        }
        var rule = new UpdateRule.NAdam(beta, 0.5, 0.5, 0.5, false, false, Penalty.NONE);
        // m = 0.9 + 0.2 = 1.1; v = 3, √(3 / 0.75) = 2.
        double change = 2 * rule.factorOfGradient(2) + 1.1 * rule.factorOfAverage(2);
        assertEquals(1 - 0.25 * change / 2.5, step(rule, 2, 1, 2, 1, 2)[0], 1e-15);
    }

    @Test
    void radam() {
        var rule = new UpdateRule.RAdam(0.5, 0.9, 0.5, false, Penalty.NONE);
        for (int t = 1; t <= 50; t++) {
            double power = Math.pow(0.9, t);
            double length = 19 - 2 * t * power / (1 - power);
            double square = (length - 4) * (length - 2) * 19 / (15 * 17 * length);
            double expected = length > 5 ? Math.sqrt(square) : 0;
            assertEquals(expected, rule.rectification(t), 1e-12, "step " + t);
        }
        assertEquals(0, rule.rectification(5));
        assertEquals(1, rule.rectification(1e9), 1e-12);
        // m = 1.5, 1.5 / 0.75 = 2, and no root yet.
        assertEquals(1 - 0.25 * 2, step(rule, 2, 1, 2, 1, 2)[0], 1e-15);
        // v = 0.9 · 4 + 0.1 · 4.
        double unbiased = 1.5 / (1 - Math.pow(0.5, 9));
        double root = Math.sqrt(1 - Math.pow(0.9, 9)) / 2.5;
        double change = unbiased * rule.rectification(9) * root;
        assertEquals(1 - 0.25 * change, step(rule, 9, 1, 2, 1, 4)[0], 1e-15);
        // Of two squares or fewer nothing can be said.
        assertEquals(0, new UpdateRule.RAdam(0, 0, 1, false, Penalty.NONE).rectification(1e9));
    }

    @Test
    void lion() {
        UpdateRule rule = new UpdateRule.Lion(0.5, 0.75, false, new Penalty(0, 0, 2));
        // The sign of 0.5 · 3 - 0.5 · 2, and m = 0.75 · 3 - 0.25 · 2.
        double[] after = step(rule, 1, 1, -2, 3);
        assertEquals(1.75, after[1]);
        assertEquals(0.5 - 0.25, after[0]);
        assertEquals(0.5, step(rule, 1, 1, -3, 3)[0]);
    }
}
