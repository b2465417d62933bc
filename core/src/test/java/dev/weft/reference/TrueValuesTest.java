package dev.weft.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.backend.UnaryOp;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * The functions at points where they are hard, beside their values: computed with 1,400 bits and
 * rounded to double, so that the reference may judge.
 */
class TrueValuesTest {
    @ParameterizedTest
    @CsvFileSource(resources = "true-values.csv", numLinesToSkip = 1)
    void isWithinThreeUlp(UnaryOp op, String x, String y) {
        double expected = Double.parseDouble(y);
        double actual = Functions.unary(op, 0, 0, Double.parseDouble(x));
        assertEquals(expected, actual, 3 * Math.ulp(expected));
    }
}
