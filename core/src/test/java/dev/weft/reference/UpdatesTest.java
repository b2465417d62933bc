package dev.weft.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;

import org.junit.jupiter.api.Test;

/** One step of each rule, with numbers that doubles hold exactly or nearly. */
class UpdatesTest {
    private static final double LR = 0.25;

    /** On a parameter with a gradient and states: {parameter, first state, second state}. */
    private static double[] step(UpdateRule rule, long t, double p, double g, double... states) {
        Updates updates = new Updates(rule, LR, t);
        updates.apply(p, g, states.length > 0 ? states[0] : p, states.length > 1 ? states[1] : p);
        return new double[] {updates.parameter(), updates.first(), updates.second()};
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
}
