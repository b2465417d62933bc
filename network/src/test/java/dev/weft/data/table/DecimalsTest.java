package dev.weft.data.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.random.Philox;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

class DecimalsTest {
    @Test
    void roundsAsTheJdkDoes() {
        Philox random = new Philox(5);
        for (int i = 0; i < 200_000; i++) {
            String text =
                    switch (i % 6) {
                        case 0 -> Long.toString(((long) random.nextInt() << 32) | random.nextInt());
                        case 1 -> Double.toString(random.nextDouble());
                        case 2 -> Double.toString(Double.longBitsToDouble(bits(random)));
                        case 3 -> "%d.%d".formatted(random.nextInt(1000), random.nextInt() >>> 1);
                        case 4 ->
                                "-%de%d"
                                        .formatted(
                                                random.nextInt() >>> 1, random.nextInt(700) - 350);
                        default ->
                                "0.000%s%d"
                                        .formatted(
                                                "0".repeat(random.nextInt(30)),
                                                random.nextInt() >>> 1);
                    };
            if (!text.contains("N") && !text.contains("I")) {
                check(text);
            }
        }
    }

    private static long bits(Philox random) {
        return ((long) random.nextInt() << 32) | (random.nextInt() & 0xFFFFFFFFL);
    }

    private static void check(String text) {
        assertEquals(Double.parseDouble(text), Decimals.parse(text, '.'), text);
    }

    @Test
    void roundsRightNearTheMiddleOfTwoDoubles() {
        Philox random = new Philox(6);
        for (int i = 0; i < 50_000; i++) {
            double low = Math.scalb(1 + random.nextDouble(), random.nextInt(140) - 70);
            BigDecimal middle =
                    new BigDecimal(low)
                            .add(new BigDecimal(Math.nextUp(low)))
                            .divide(BigDecimal.TWO);
            check(middle.toString());
            BigDecimal cut = middle.round(new MathContext(15 + i % 4, RoundingMode.HALF_EVEN));
            check(cut.toString());
            check(cut.unscaledValue() + "e" + -cut.scale());
        }
    }

    @Test
    void leavesToTheJdkOnlyWhatIsNotNormal() {
        Philox random = new Philox(7);
        for (int n = -290; n < 290; n++) {
            long digits = 1 + (bits(random) >>> 5);
            assertEquals(Double.parseDouble(digits + "e" + n), PowersOfFive.scale(digits, n));
        }
        assertTrue(Double.isNaN(PowersOfFive.scale(1, -320)));
        assertTrue(Double.isNaN(PowersOfFive.scale(2, 308)));
        assertTrue(Double.isNaN(PowersOfFive.scale(1, -343)));
        assertTrue(Double.isNaN(PowersOfFive.scale(1, 309)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "+1",
                ".5",
                "5.",
                "-.5e-3",
                "1E5",
                "1e+5",
                "9007199254740993",
                "9007199254740992",
                "999999999999999999",
                "1000000000000000000",
                "0.1e23",
                "1e22",
                "1e23",
                "4.9e-324",
                "2.4e-324",
                "1.7976931348623157e308",
                "1.7976931348623159e308",
                "123456789012345678901234567890",
                "0.00000000000000000000000000000123",
                "00000000000000000000000000001",
                "1e-400",
                "1e400",
                "-1e99999999999",
                "0e99999999999",
                "2.2250738585072011e-308"
            })
    void roundsRightAtTheEdges(String text) {
        check(text);
        assertEquals(Double.parseDouble(text), Decimals.parse(text.replace('.', ','), ','));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "+",
                ".",
                "e5",
                "1e",
                "1e+",
                "1.2.3",
                "1,5",
                "0x10",
                "1d",
                "1f",
                "NaN",
                "Infinity",
                "inf",
                " 1",
                "1 ",
                "1_000",
                "--1",
                "1e5.5",
                "٣"
            })
    void takesNothingElse(String text) {
        assertTrue(Double.isNaN(Decimals.parse(text, '.')), text);
    }
}
