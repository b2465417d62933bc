package dev.weft.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.backend.BinaryOp;
import dev.weft.backend.UnaryOp;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The specification where its own arithmetic could go wrong: tails, zeros, infinities. */
class FunctionsAtExtremesTest {
    private static double f(UnaryOp op, double x) {
        return Functions.unary(op, 0, 0, x);
    }

    private static double slope(UnaryOp op, double x) {
        return Functions.unaryDerivative(op, 0, 0, x, f(op, x));
    }

    /** Values and slopes to 50 digits, rounded: relative errors count in the left tail, too. */
    @ParameterizedTest
    @CsvSource({
        "GELU_ERF, -5.31, -2.9105499882387864e-7, -1.54216660693075675e-6",
        "GELU_ERF, -8, -4.9767684594174273e-15, -3.97960726108679599e-14",
        "GELU_ERF, -12.5, -4.66570537359714172e-35, -5.83166855448015537e-34",
        "GELU_ERF, 3.86, 3.85978116304161777, 1.00083885752054154",
        "GELU_TANH, -5.31, -2.54314963668114542e-8, -1.89292420072238806e-7",
        "GELU_TANH, -8, -3.10778293750111122e-21, -4.71478450410684158e-20",
        "GELU_TANH, -0.75, -0.170039444834379696, 0.00106174386258570234",
        "GELU_TANH, 3.86, 3.85986534939443258, 1.00060942991988202",
        "SILU, -12.5, -4.65829910523320173e-5, -4.28561781701410254e-5",
        "SILU, 3.86, 3.78035547270414207, 1.05736790086475985",
    })
    void gatesDoNotCancel(UnaryOp op, double x, double y, double dy) {
        assertEquals(y, f(op, x), 1e-13 * Math.abs(y));
        assertEquals(dy, slope(op, x), 1e-12 * Math.abs(dy));
    }

    @ParameterizedTest
    @EnumSource(names = {"GELU_ERF", "GELU_TANH", "SILU"})
    void gatesHaveTheirLimits(UnaryOp op) {
        for (double large : new double[] {1e20, 3e38, Double.POSITIVE_INFINITY}) {
            assertEquals(large, f(op, large));
            assertEquals(1, slope(op, large));
            assertEquals(-0.0, f(op, -large));
            assertEquals(-0.0, slope(op, -large));
        }
        assertEquals(-0.0, f(op, -0.0));
        assertEquals(0.5, slope(op, -0.0));
        assertTrue(Double.isNaN(f(op, Double.NaN)));
        assertTrue(Double.isNaN(slope(op, Double.NaN)));
    }

    @Test
    void zerosKeepTheirSigns() {
        assertEquals(-0.0, Functions.unary(UnaryOp.ELU, 1.5, 0, -0.0));
        assertEquals(-0.0, Functions.unary(UnaryOp.AFFINE, 3, -0.0, -0.0));
        assertEquals(0.0, Functions.unary(UnaryOp.AFFINE, 3, -0.0, 0));
        assertEquals(-0.0, f(UnaryOp.TANH, -0.0));
        assertEquals(-0.0, f(UnaryOp.SQRT, -0.0));
        assertEquals(0.0, f(UnaryOp.RELU, -0.0));
        assertEquals(0.0, f(UnaryOp.ABS, -0.0));
        assertEquals(0.0, f(UnaryOp.NEG, -0.0));
    }

    @Test
    void affineOfIntegersWraps() {
        int most = Integer.MAX_VALUE;
        assertEquals(1, (int) Functions.unary(UnaryOp.AFFINE, most, 0, most));
        assertEquals(-2, (int) Functions.unary(UnaryOp.AFFINE, 1, most, most));
    }

    @Test
    void powersHaveSlopesAtZero() {
        for (double zero : new double[] {0, -0.0}) {
            assertEquals(0, pow(false, zero, 0));
            assertEquals(0, pow(false, zero, -0.0));
            assertEquals(1, pow(false, zero, 1));
            assertEquals(2 * zero, pow(false, zero, 2));
            assertEquals(0, pow(true, zero, 0));
            assertEquals(0, pow(true, zero, 2));
            assertEquals(Double.NEGATIVE_INFINITY, pow(true, zero, -1));
        }
        assertEquals(0, pow(false, -3, 0));
        assertEquals(0, pow(false, Double.POSITIVE_INFINITY, 0));
    }

    /** (-1)^(b - 1) is -1 for an even b, and every float from 2²⁴ on is even. */
    @Test
    void powersOfNegativeNumbersAlternate() {
        assertTrue(Double.isNaN(pow(false, -2, 1e-40)));
        assertEquals(Double.POSITIVE_INFINITY, pow(false, -0.0, 1e-40));
        assertEquals(-4, pow(false, -1, 4));
        assertEquals(5, pow(false, -1, 5));
        assertEquals(-0x1p24, pow(false, -1, 0x1p24));
        assertEquals(-0x1p60, pow(false, -1, 0x1p60));
        assertEquals(0x1p60, pow(false, -1, -0x1p60));
    }

    private static double pow(boolean byB, double a, double b) {
        return Functions.binaryDerivative(BinaryOp.POW, byB, a, b);
    }

    @Test
    void quotientsHaveSlopesWhereTheDivisorsSquareHasNone() {
        double small = 1e-200;
        assertEquals(-1e100, Functions.binaryDerivative(BinaryOp.DIV, true, 1e-300, small), 1e87);
        double large = 1e200;
        assertEquals(-1e-100, Functions.binaryDerivative(BinaryOp.DIV, true, 1e300, large), 1e-113);
    }

    /** Both operands, where neither is known to be the other's better. */
    @ParameterizedTest
    @EnumSource(names = {"MIN", "MAX"})
    void extremesPassGradientsPastNaN(BinaryOp op) {
        for (boolean byB : new boolean[] {false, true}) {
            assertEquals(1, Functions.binaryDerivative(op, byB, Double.NaN, 2));
            assertEquals(1, Functions.binaryDerivative(op, byB, 2, Double.NaN));
            assertEquals(0.5, Functions.binaryDerivative(op, byB, 0, -0.0));
        }
    }
}
