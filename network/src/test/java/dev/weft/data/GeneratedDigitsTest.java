package dev.weft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

/** Drawn digits: the same for the same seed, all different, and like digits. */
class GeneratedDigitsTest {
    @Test
    void aDigitIsAFunctionOfSeedAndNumber() {
        Dataset few = GeneratedDigits.generate(20, 9);
        Dataset many = GeneratedDigits.generate(300, 9);
        for (int i = 0; i < few.size(); i++) {
            assertEquals(few.label(i), many.label(i));
            assertArrayEquals(few.pixels(i), many.pixels(i));
        }
        assertFalse(Arrays.equals(few.pixels(0), GeneratedDigits.generate(1, 10).pixels(0)));
    }

    @Test
    void everyClassIsThereAboutEquallyOften() {
        int[] counts = new int[10];
        for (int label : GeneratedDigits.generate(5000, 1).labels()) {
            counts[label]++;
        }
        for (int count : counts) {
            // Five standard deviations of a binomial with 5000 draws at 1/10.
            assertEquals(500, count, 106, Arrays.toString(counts));
        }
    }

    @Test
    void moreThanOneArrayHoldsAreRefused() {
        for (int count : new int[] {0, -1, GeneratedDigits.MOST + 1, Integer.MAX_VALUE}) {
            var error =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> GeneratedDigits.generate(count, 1));
            assertEquals(
                    "generated digits: count must be from 1 to 2739137, got " + count,
                    error.getMessage());
        }
    }

    @Test
    void inkIsLightInTheMiddleAndTheBorderIsDark() {
        Dataset digits = GeneratedDigits.generate(500, 2);
        for (int i = 0; i < digits.size(); i++) {
            byte[] pixels = digits.pixels(i);
            int brightest = 0;
            long ink = 0;
            long border = 0;
            for (int p = 0; p < pixels.length; p++) {
                int grey = pixels[p] & 0xFF;
                int x = p % GeneratedDigits.SIDE;
                int y = p / GeneratedDigits.SIDE;
                brightest = Math.max(brightest, grey);
                ink += grey;
                border += x == 0 || y == 0 || x == 27 || y == 27 ? grey : 0;
            }
            assertTrue(brightest > 150, "example " + i + " is too faint");
            assertTrue(ink > 255 * 15 && ink < 255 * 300, "example " + i + ": ink " + ink);
            assertTrue(border < ink / 5, "example " + i + " runs over the border");
        }
    }
}
