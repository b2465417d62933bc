package dev.weft.backend;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.util.List;

/** Which constants the rules take, and how large a gradient may be. */
class UpdateRuleTest {
    private static void refused(String message, Executable rule) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, rule).getMessage());
    }

    private static UpdateRule adam(double beta1, double beta2, double eps) {
        return new UpdateRule.Adam(beta1, beta2, eps, Penalty.NONE);
    }

    @Test
    void factorsAreBelowOneInF32() {
        refused(
                "momentum must be in [0, 1), in F32 too, got 0.99999999",
                () -> new UpdateRule.Sgd(0.999_999_99, false, Penalty.NONE));
        refused(
                "momentum must be in [0, 1), in F32 too, got -0.5",
                () -> new UpdateRule.Sgd(-0.5, false, Penalty.NONE));
        refused("beta1 must be in [0, 1), in F32 too, got NaN", () -> adam(Double.NaN, 0.9, 1));
        refused("beta2 must be in [0, 1), in F32 too, got 1.0", () -> adam(0.9, 1, 1));
        refused(
                "alpha must be in [0, 1), in F32 too, got 1.5",
                () -> new UpdateRule.RmsProp(1.5, 1, Penalty.NONE));
        assertDoesNotThrow(() -> adam(0, 0.999_999_9, 1));
        refused(
                "nesterov needs a momentum above 0 and no dampening, got momentum 0.0, dampening"
                        + " 0.0",
                () -> new UpdateRule.Sgd(0, true, Penalty.NONE));
        refused(
                "nesterov needs a momentum above 0 and no dampening, got momentum 0.5, dampening"
                        + " 0.5",
                () -> new UpdateRule.Sgd(0.5, 0.5, true, false, Penalty.NONE));
        refused(
                "dampening must be in [0, 1.0], got 1.5",
                () -> new UpdateRule.Sgd(0.5, 1.5, false, false, Penalty.NONE));
        refused(
                "momentum must be in [0, 1), in F32 too, got 1.0",
                () -> new UpdateRule.RmsProp(0.9, 1, 1, false, false, Penalty.NONE));
        refused(
                "rho must be in [0, 1), in F32 too, got 1.0",
                () -> new UpdateRule.Adadelta(1, 1, false, Penalty.NONE));
        refused(
                "beta2 must be in [0, 1), in F32 too, got 2.0",
                () -> new UpdateRule.Lion(0.5, 2, false, Penalty.NONE));
    }

    @Test
    void theOtherConstantsHaveRangesToo() {
        refused(
                "lrDecay must be at least 0 and finite in F32, got -1.0",
                () -> new UpdateRule.Adagrad(-1, 0, 1, false, Penalty.NONE));
        refused(
                "initialAccumulatorValue must be in [0, 8.507059173023462E37], got 1.0E38",
                () -> new UpdateRule.Adagrad(0, 1e38, 1, false, Penalty.NONE));
        refused(
                "eps must be in [0, 1.0], got 2.0",
                () -> new UpdateRule.Adadelta(0.5, 2, false, Penalty.NONE));
        refused(
                "momentumDecay must be at least 0 and finite in F32, got NaN",
                () -> new UpdateRule.NAdam(0.5, 0.5, 1, Double.NaN, false, false, Penalty.NONE));
    }

    @Test
    void epsIsANumberThatF32CanAddToARoot() {
        for (double eps : new double[] {0, 1e-46, 8e-19, -1, Double.NaN, 1e39}) {
            refused(
                    "eps must be at least 8.673617379884035E-19 and finite in F32, got " + eps,
                    () -> adam(0.9, 0.999, eps));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new UpdateRule.RmsProp(0.9, eps, Penalty.NONE));
        }
        assertDoesNotThrow(() -> adam(0.9, 0.999, 0x1p-60));
    }

    @Test
    void penaltiesAreFiniteInF32() {
        for (double weight : new double[] {-1, Double.NaN, 1e39, Double.POSITIVE_INFINITY}) {
            String range = " must be at least 0 and finite in F32, got " + weight;
            refused("l1" + range, () -> new Penalty(weight, 0, 0));
            refused("l2" + range, () -> new Penalty(0, weight, 0));
            refused("weightDecay" + range, () -> new Penalty(0, 0, weight));
        }
        assertDoesNotThrow(() -> new Penalty(3e38, 3e38, 3e38));
    }

    @Test
    void theLargestGradientIsBelowWhatOverflows() {
        assertEquals(0x1p63, adam(0.9, 0.999, 1e-8).largestGradient(0.001));
        assertEquals(0x1p63, new UpdateRule.RmsProp(0.9, 1e-8, Penalty.NONE).largestGradient(1));
        // Divided by eps and times lr it may be 2^102, which a parameter of 2^128 can take.
        assertEquals(0x1p102 * 1e-18 / 0.5, adam(0.9, 0.999, 1e-18).largestGradient(0.5));
        assertEquals(0x1p102 / 1e30, adam(0.9, 0.999, 4).largestGradient(1e30));
        UpdateRule sgd = new UpdateRule.Sgd(0, false, Penalty.NONE);
        assertEquals(0x1p126, sgd.largestGradient(1e-20));
        assertEquals(0x1p103, sgd.largestGradient(0.5));
        UpdateRule heavy = new UpdateRule.Sgd(0.75, true, new Penalty(0x1p100, 2, 3));
        assertEquals(0x1p101, heavy.largestStep(0.5));
        assertEquals(0x1p100, heavy.largestGradient(0.5));
    }

    @Test
    void statesAreCounted() {
        assertEquals(0, new UpdateRule.Sgd(0, false, Penalty.NONE).states());
        assertEquals(1, new UpdateRule.Sgd(0.5, false, Penalty.NONE).states());
        assertEquals(2, adam(0, 0, 1).states());
        assertEquals(1, new UpdateRule.RmsProp(0, 1, Penalty.NONE).states());
        assertEquals(
                List.of("m", "v", "largest_v"),
                new UpdateRule.Adam(0, 0, 1, true, false, Penalty.NONE).stateNames());
        assertEquals(
                List.of("v", "mean"),
                new UpdateRule.RmsProp(0, 1, 0, true, false, Penalty.NONE).stateNames());
        assertEquals(
                List.of("v", "velocity", "mean"),
                new UpdateRule.RmsProp(0, 1, 0.5, true, false, Penalty.NONE).stateNames());
    }

    @Test
    void theRulesHaveLimitsOfTheirOwn() {
        UpdateRule adagrad = new UpdateRule.Adagrad(0, 0, 1e-10, false, Penalty.NONE);
        assertEquals(0x1p31, adagrad.largestGradient(0.01), "2^63 squares are below 2^126");
        UpdateRule adadelta = new UpdateRule.Adadelta(0.9, 1, false, Penalty.NONE);
        assertEquals(0x1p30, adadelta.largestGradient(1));
        UpdateRule rms = new UpdateRule.RmsProp(0.9, 1, 0.75, false, false, Penalty.NONE);
        assertEquals(0x1p61, rms.largestGradient(1));
        UpdateRule nadam = new UpdateRule.NAdam(0.75, 0.9, 1, 0.004, false, false, Penalty.NONE);
        assertEquals(0x1p61, nadam.largestGradient(1));
        UpdateRule lion = new UpdateRule.Lion(0.9, 0.99, false, Penalty.NONE);
        assertEquals(0x1p102, lion.largestGradient(1));
    }
}
