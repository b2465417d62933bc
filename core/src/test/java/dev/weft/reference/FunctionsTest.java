package dev.weft.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.backend.BinaryOp;
import dev.weft.backend.LossOp;
import dev.weft.backend.UnaryOp;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The specification's functions and derivatives at some points, by values that were computed from
 * the formulas with 50 digits (and derivatives by differences there), not by this code.
 */
class FunctionsTest {
    private static void near(double expected, double actual) {
        if (Double.isNaN(expected) || Double.isInfinite(expected)) {
            assertEquals(expected, actual);
        } else {
            assertEquals(expected, actual, 1e-12 * Math.abs(expected) + 1e-16);
        }
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    # op, p, q, x, f(x), f'(x)
                    AFFINE, -2.5, 0.75, -2, 5.75, -2.5
                    AFFINE, -2.5, 0.75, 0, 0.75, -2.5
                    AFFINE, -2.5, 0.75, 1.5, -3, -2.5
                    NEG, 0, 0, -3.5, 3.5, -1
                    NEG, 0, 0, 0.25, -0.25, -1
                    NEG, 0, 0, 1.5, -1.5, -1
                    ABS, 0, 0, -3.5, 3.5, -1
                    ABS, 0, 0, 0.25, 0.25, 1
                    ABS, 0, 0, 1.5, 1.5, 1
                    EXP, 0, 0, -2, 0.1353352832366127, 0.1353352832366127
                    EXP, 0, 0, 0, 1, 1
                    EXP, 0, 0, 1.5, 4.4816890703380645, 4.4816890703380645
                    EXP, 0, 0, -700, 9.85967654375977e-305, 9.85967654375977e-305
                    LOG, 0, 0, 0.1, -2.3025850929940455, 10
                    LOG, 0, 0, 1, 0, 1
                    LOG, 0, 0, 2.5, 0.9162907318741551, 0.4
                    LOG, 0, 0, 1e300, 690.7755278982137, 1e-300
                    SQRT, 0, 0, 0.25, 0.5, 1
                    SQRT, 0, 0, 2, 1.4142135623730951, 0.3535533905932738
                    SQRT, 0, 0, 1e-300, 1e-150, 5e+149
                    SQUARE, 0, 0, -3.5, 12.25, -7
                    SQUARE, 0, 0, 0.25, 0.0625, 0.5
                    SQUARE, 0, 0, 1.5, 2.25, 3
                    RELU, 0, 0, -3.5, 0, 0
                    RELU, 0, 0, 0.25, 0.25, 1
                    RELU, 0, 0, 1.5, 1.5, 1
                    LEAKY_RELU, 0.125, 0, -3.5, -0.4375, 0.125
                    LEAKY_RELU, 0.125, 0, 0.25, 0.25, 1
                    LEAKY_RELU, 0.125, 0, 1.5, 1.5, 1
                    ELU, 1.5, 0, -30, -1.4999999999998597, 1.4036434453260263e-13
                    ELU, 1.5, 0, -3.5, -1.4547039248665223, 0.04529607513347775
                    ELU, 1.5, 0, -0.75, -0.7914501708884779, 0.7085498291115221
                    ELU, 1.5, 0, 0.25, 0.25, 1
                    ELU, 1.5, 0, 1.5, 1.5, 1
                    ELU, 1.5, 0, 4.5, 4.5, 1
                    SIGMOID, 0, 0, -30, 9.357622968839299e-14, 9.357622968838423e-14
                    SIGMOID, 0, 0, -3.5, 0.02931223075135632, 0.02845302387973556
                    SIGMOID, 0, 0, -0.75, 0.320821300824607, 0.21789499376181404
                    SIGMOID, 0, 0, 0.25, 0.5621765008857981, 0.24613408273759835
                    SIGMOID, 0, 0, 1.5, 0.8175744761936437, 0.14914645207033286
                    SIGMOID, 0, 0, 4.5, 0.9890130573694068, 0.010866229722225234
                    TANH, 0, 0, -30, -1, 3.502604305078608e-26
                    TANH, 0, 0, -3.5, -0.9981778976111987, 0.003640884720487306
                    TANH, 0, 0, -0.75, -0.6351489523872873, 0.5965858082813315
                    TANH, 0, 0, 0.25, 0.24491866240370913, 0.940014848806378
                    TANH, 0, 0, 1.5, 0.9051482536448664, 0.18070663892364852
                    TANH, 0, 0, 4.5, 0.9997532108480275, 0.0004935173990593956
                    GELU_ERF, 0, 0, -30, 0, 0
                    GELU_ERF, 0, 0, -3.5, -0.0008142017766243376, -0.002821760353624635
                    GELU_ERF, 0, 0, -0.75, -0.16997051428265114, 0.0007742782607648957
                    GELU_ERF, 0, 0, 0.25, 0.14967658142073093, 0.695373354883636
                    GELU_ERF, 0, 0, 1.5, 1.399789198096713, 1.1274691922299795
                    GELU_ERF, 0, 0, 4.5, 4.4999847104709385, 1.0000685291618563
                    GELU_TANH, 0, 0, -30, 0, 0
                    GELU_TANH, 0, 0, -3.5, -0.0006161976553736633, -0.002422643760116431
                    GELU_TANH, 0, 0, -0.75, -0.1700394448343797, 0.0010617438625857023
                    GELU_TANH, 0, 0, 0.25, 0.149675350701685, 0.6953540951510604
                    GELU_TANH, 0, 0, 1.5, 1.3995715769802328, 1.1277107931514332
                    GELU_TANH, 0, 0, 4.5, 4.499994863262588, 1.0000293222704428
                    SILU, 0, 0, -30, -2.8072868906517896e-12, -2.713710660963134e-12
                    SILU, 0, 0, -3.5, -0.10259280762974711, -0.07027335282771814
                    SILU, 0, 0, -0.75, -0.24061597561845527, 0.1574000555032465
                    SILU, 0, 0, 0.25, 0.14054412522144952, 0.6237100215701977
                    SILU, 0, 0, 1.5, 1.2263617142904655, 1.041294154299143
                    SILU, 0, 0, 4.5, 4.45055875816233, 1.0379110911194205
                    SOFTPLUS, 0, 0, -30, 9.357622968839737e-14, 9.357622968839299e-14
                    SOFTPLUS, 0, 0, -3.5, 0.029750418272620566, 0.02931223075135632
                    SOFTPLUS, 0, 0, -0.75, 0.38687100611489994, 0.320821300824607
                    SOFTPLUS, 0, 0, 0.25, 0.8259394198788436, 0.5621765008857981
                    SOFTPLUS, 0, 0, 1.5, 1.7014132779827524, 0.8175744761936437
                    SOFTPLUS, 0, 0, 4.5, 4.511047744848594, 0.9890130573694068
                    CLAMP, -0.5, 1.25, -30, -0.5, 0
                    CLAMP, -0.5, 1.25, -3.5, -0.5, 0
                    CLAMP, -0.5, 1.25, -0.75, -0.5, 0
                    CLAMP, -0.5, 1.25, 0.25, 0.25, 1
                    CLAMP, -0.5, 1.25, 1.5, 1.25, 0
                    CLAMP, -0.5, 1.25, 4.5, 1.25, 0
                    """)
    void unary(UnaryOp op, double p, double q, double x, double y, double slope) {
        near(y, Functions.unary(op, p, q, x));
        near(slope, Functions.unaryDerivative(op, p, q, x, Functions.unary(op, p, q, x)));
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    # op, a, b, f(a, b), df/da, df/db
                    ADD, 1.5, -4, -2.5, 1, 1
                    SUB, 1.5, -4, 5.5, 1, -1
                    MUL, 1.5, -4, -6, -4, 1.5
                    DIV, 1.5, -4, -0.375, -0.25, -0.09375
                    DIV, -7, 0.3, -23.333333333333336, 3.3333333333333335, 77.77777777777779
                    POW, 1.5, -4, 0.19753086419753085, -0.5267489711934157, 0.08009187320655099
                    POW, 2.5, 0.5, 1.5811388300841898, 0.31622776601683794, 1.4487828558124876
                    POW, 7, 3, 343, 147, 667.4471811259725
                    MIN, 1, 2, 1, 1, 0
                    MIN, 2, 1, 1, 0, 1
                    MAX, 1, 2, 2, 0, 1
                    MAX, 2, 1, 2, 1, 0
                    MIN, 3, 3, 3, 0.5, 0.5
                    MAX, 3, 3, 3, 0.5, 0.5
                    POW, 0, 0, 1, 0, 0
                    POW, 0, 2, 0, 0, 0
                    POW, 0, 1, 0, 1, 0
                    POW, 2, 0, 1, 0, 0.6931471805599453
                    POW, 1, NaN, 1, NaN, 0
                    POW, -1, Infinity, 1, Infinity, NaN
                    POW, NaN, 0, 1, 0, NaN
                    """)
    void binary(BinaryOp op, double a, double b, double y, double byA, double byB) {
        near(y, Functions.binary(op, a, b));
        near(byA, Functions.binaryDerivative(op, false, a, b));
        near(byB, Functions.binaryDerivative(op, true, a, b));
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    # op, x, t, f(x, t; 0.75), df/dx
                    SQUARED_ERROR, 1.5, -4, 30.25, 11
                    SQUARED_ERROR, -2, 3, 25, -10
                    ABSOLUTE_ERROR, 1.5, -4, 5.5, 1
                    ABSOLUTE_ERROR, -2, 3, 5, -1
                    HUBER, 1.5, 1.25, 0.03125, 0.25
                    HUBER, 1.5, 3.5, 1.21875, -0.75
                    HUBER, 4, -1, 3.46875, 0.75
                    BINARY_CROSS_ENTROPY, 0.25, 1, 1.3862943611198906, -4
                    BINARY_CROSS_ENTROPY, 0.25, 0, 0.2876820724517809, 1.3333333333333333
                    BINARY_CROSS_ENTROPY, 0.9, 0.6, 0.9842503465923141, 3.3333333333333344
                    BINARY_CROSS_ENTROPY_LOGITS, -3, 1, 3.048587351573742, -0.9525741268224333
                    BINARY_CROSS_ENTROPY_LOGITS, 2.5, 0, 2.5788897342925496, 0.9241418199787564
                    BINARY_CROSS_ENTROPY_LOGITS, 0.5, 0.75, 0.5990769841801067, -0.12754066879814543
                    CATEGORICAL_CROSS_ENTROPY, 0.25, 1, 1.3862943611198906, -4
                    CATEGORICAL_CROSS_ENTROPY, 0.7, 0.5, 0.17833747196936622, -0.7142857142857143
                    HUBER, 2, 1.25, 0.28125, 0.75
                    BINARY_CROSS_ENTROPY, 0, 1, 100, -1e12
                    BINARY_CROSS_ENTROPY, 1, 0, 100, 1e12
                    CATEGORICAL_CROSS_ENTROPY, 0, 1, 16.11809565095832, 0
                    CATEGORICAL_CROSS_ENTROPY, NaN, 1, NaN, NaN
                    """)
    void loss(LossOp op, double x, double t, double y, double slope) {
        near(y, Functions.loss(op, 0.75, x, t));
        near(slope, Functions.lossDerivative(op, 0.75, x, t));
    }

    @ParameterizedTest
    @CsvSource({
        "-6, 2",
        "-1.5, 1.9661051464753108",
        "0, 1",
        "0.5, 0.4795001221869535",
        "1.99, 0.004888586800383003",
        "2.01, 0.004475150644751763",
        "5, 1.537459794428035e-12",
        "26, 5.663192408856143e-296",
        "NaN, NaN"
    })
    void erfc(double x, double y) {
        near(y, SpecialFunctions.erfc(x));
    }

    @Test
    void integersWrapAndTruncate() {
        assertEquals(1, (int) Functions.binary(BinaryOp.MUL, 0x7fffffff, 0x7fffffff));
        assertEquals(-3, Functions.binary(BinaryOp.DIV, 7, -2));
    }
}
