package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.data.Dataset;
import dev.weft.data.GeneratedDigits;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of pictures before a network sees them. */
class DigitImageTest {
    private static DigitImage digit(Photo photo) {
        return DigitImage.of(photo.image()).orElseThrow();
    }

    /** The mean difference of two digits' pixels, over the mean of the first: 2 where disjoint. */
    private static double difference(DigitImage a, DigitImage b) {
        double difference = 0;
        double sum = 0;
        for (int i = 0; i < a.pixels().length; i++) {
            difference += Math.abs((a.pixels()[i] & 0xFF) - (b.pixels()[i] & 0xFF));
            sum += a.pixels()[i] & 0xFF;
        }
        return difference / sum;
    }

    private static final DigitImage PLAIN =
            digit(Photo.paper(200, 200, 0).ink(Photo.three(100, 14), 50, 50, -255));

    @Test
    void aDigitIsTwentyPixelsHighWithItsCentreOfMassInTheMiddle() {
        double sum = 0;
        double sumX = 0;
        double sumY = 0;
        int top = 28;
        int bottom = 0;
        for (int i = 0; i < 784; i++) {
            int value = PLAIN.pixels()[i] & 0xFF;
            sum += value;
            sumX += value * (i % 28 + 0.5);
            int row = i / 28;
            sumY += value * (row + 0.5);
            top = value > 0 ? Math.min(top, i / 28) : top;
            bottom = value > 0 ? i / 28 : bottom;
        }
        assertEquals(20, bottom - top + 1);
        assertEquals(14, sumX / sum, 0.51);
        assertEquals(14, sumY / sum, 0.51);
    }

    @Test
    void whatWasDoneIsSaid() {
        Photo photo = Photo.paper(300, 400, 220).ink(Photo.three(100, 14), 150, 60, 150);
        String done = digit(photo.shaded(0.4, 60).noise(1, 3)).treatment();
        assertTrue(done.startsWith("dark on light: inverted; shading of "), done);
        assertTrue(done.matches(".*; cropped to \\d\\dx(9\\d|10\\d) of 300x400"), done);
        assertEquals(
                "cropped to", PLAIN.treatment().substring(0, 10), "light on black, not shaded");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, 2, 3, 4, 5, 6})
    void lightFromAnySideChangesLittle(double angle) {
        Photo photo = Photo.paper(300, 300, 250).ink(Photo.three(100, 14), 40, 150, 90);
        DigitImage digit = digit(photo.shaded(angle, 130).noise((long) angle, 3));
        assertEquals(0, difference(PLAIN, digit), 0.15, digit::treatment);
    }

    @ParameterizedTest
    @CsvSource({"60, 28", "100, 200", "300, 320", "900, 1000", "40, 600"})
    void sizeAndPlaceChangeLittle(int side, int page) {
        int from = page > side ? (page - side) / 3 : 0;
        GreyImage three = Photo.three(Math.min(side, page), Math.min(side, page) * 0.14);
        Photo photo = Photo.paper(page, page, 230).ink(three, from, 2 * from, 170);
        DigitImage digit = digit(photo);
        assertEquals(0, difference(PLAIN, digit), 0.4, digit::treatment);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 6, 14, 18, 24})
    void thinAndThickPensAreRead(int pen) {
        Photo photo = Photo.paper(400, 300, 240).ink(Photo.three(120, pen), 100, 100, 200);
        DigitImage digit = digit(photo.noise(7, 2));
        assertEquals(pen < 7, digit.treatment().contains("thickened"), digit::treatment);
        assertEquals(0, difference(PLAIN, digit), 0.8, digit::treatment);
    }

    @ParameterizedTest
    @CsvSource({"255, 0", "0, 0", "128, 0", "200, 4", "240, 12", "128, 60", "20, 8"})
    void aPageWithoutInkHasNoDigit(float level, double noise) {
        for (double shading : new double[] {0, 40, 100}) {
            for (int seed = 0; seed < 10; seed++) {
                Photo photo = Photo.paper(160, 120, level).shaded(seed, shading);
                GreyImage image = photo.noise(seed, noise).image();
                assertTrue(DigitImage.of(image).isEmpty(), "seed " + seed + ", shading " + shading);
            }
        }
        assertTrue(DigitImage.of(Photo.paper(28, 28, level).image()).isEmpty());
        assertTrue(DigitImage.of(Photo.paper(1, 1, level).image()).isEmpty());
        assertTrue(DigitImage.of(Photo.paper(1, 500, level).noise(1, noise).image()).isEmpty());
    }

    @Test
    void dustAndAnEdgeOfTheTableAreLeftOut() {
        Photo photo = Photo.paper(300, 300, 220).ink(Photo.three(100, 14), 100, 100, 150);
        GreyImage dust = Photo.paper(3, 3, 255).image();
        for (int i = 0; i < 20; i++) {
            photo.ink(dust, 10 + 14 * i, 20 + (i * 37) % 60, 150);
        }
        photo.ink(Photo.paper(12, 300, 255).image(), 288, 0, 160);
        assertEquals(0, difference(PLAIN, digit(photo)), 0.15);
    }

    @Test
    void digitsAsMnistHasThemPassUnchanged() {
        Dataset digits = GeneratedDigits.generate(200, 5);
        for (int i = 0; i < digits.size(); i++) {
            byte[] pixels = digits.pixels(i);
            DigitImage digit = DigitImage.of(GreyImage.of(pixels, 28, 28)).orElseThrow();
            assertArrayEquals(pixels, digit.pixels());
            assertEquals("", digit.treatment());
        }
    }
}
