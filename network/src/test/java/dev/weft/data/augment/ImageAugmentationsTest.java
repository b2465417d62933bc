package dev.weft.data.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Shape;
import dev.weft.random.Philox;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleFunction;

/** What augmentations do to images whose pixels tell where they come from. */
class ImageAugmentationsTest {
    private static final Shape SHAPE = Shape.of(2, 3, 4);

    /** 1, 2, 3, … and, in the second channel, minus that. */
    private static float[] image() {
        float[] x = new float[24];
        for (int i = 0; i < 12; i++) {
            x[i] = i + 1;
            x[12 + i] = -(i + 1);
        }
        return x;
    }

    /** The first channel of what an augmentation gives for a seed, as "1 2 3 4 / 5 …". */
    private static String of(Augmentation augmentation, long seed) {
        float[] x = image();
        augmentation.apply(x, SHAPE, new Philox(seed));
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            assertEquals(x[i], -x[12 + i], 1e-5, "channels move together");
            text.append(i == 0 ? "" : i % 4 == 0 ? " / " : " ");
            text.append(Math.round(x[i]));
        }
        return text.toString();
    }

    private static Set<String> all(Augmentation augmentation) {
        Set<String> seen = new HashSet<>();
        for (int seed = 0; seed < 300; seed++) {
            seen.add(of(augmentation, seed));
        }
        return seen;
    }

    @Test
    void shiftsAreOfWholePixels() {
        Set<String> expected = new HashSet<>();
        for (int down = -1; down <= 1; down++) {
            for (int across = -2; across <= 2; across++) {
                StringBuilder text = new StringBuilder();
                for (int i = 0; i < 12; i++) {
                    int row = i / 4 - down;
                    int column = i % 4 - across;
                    boolean inside = row >= 0 && row < 3 && column >= 0 && column < 4;
                    text.append(i == 0 ? "" : i % 4 == 0 ? " / " : " ");
                    text.append(inside ? 4 * row + column + 1 : 0);
                }
                expected.add(text.toString());
            }
        }
        assertEquals(expected, all(ImageAugmentations.shift(0.4)));
        assertEquals(Set.of(of(ImageAugmentations.shift(0), 0)), all(ImageAugmentations.shift(0)));
    }

    @Test
    void flipsExchangeSides() {
        assertEquals(
                Set.of("1 2 3 4 / 5 6 7 8 / 9 10 11 12", "4 3 2 1 / 8 7 6 5 / 12 11 10 9"),
                all(ImageAugmentations.flip()));
        assertEquals(
                Set.of("1 2 3 4 / 5 6 7 8 / 9 10 11 12", "9 10 11 12 / 5 6 7 8 / 1 2 3 4"),
                all(ImageAugmentations.flipUpsideDown()));
    }

    /** A bright pixel off the centre goes along a circle. */
    @Test
    void rotationsAreAboutTheCentreWithinTheirBounds() {
        Shape square = Shape.of(1, 41, 41);
        double least = 0;
        double most = 0;
        for (int seed = 0; seed < 200; seed++) {
            float[] x = new float[41 * 41];
            for (int i = -1; i <= 1; i++) {
                for (int j = -1; j <= 1; j++) {
                    x[(20 + i) * 41 + 35 + j] = 1;
                }
            }
            ImageAugmentations.rotate(30).apply(x, square, new Philox(seed));
            double sum = 0;
            double down = 0;
            double across = 0;
            for (int i = 0; i < x.length; i++) {
                sum += x[i];
                down += x[i] * (i / 41 - 20);
                across += x[i] * (i % 41 - 20);
            }
            assertEquals(9, sum, 0.3);
            assertEquals(15, Math.hypot(down / sum, across / sum), 0.1);
            double angle = Math.toDegrees(Math.atan2(down, across));
            least = Math.min(least, angle);
            most = Math.max(most, angle);
        }
        assertTrue(least < -28 && least > -30.3, "" + least);
        assertTrue(most > 28 && most < 30.3, "" + most);
    }

    @Test
    void scalesAreAboutTheCentre() {
        Shape square = Shape.of(1, 8, 8);
        float[] half = new float[64];
        Arrays.fill(half, 1);
        ImageAugmentations.scale(0.5, 0.5).apply(half, square, new Philox(1));
        for (int i = 0; i < 64; i++) {
            boolean inside = i / 8 >= 2 && i / 8 < 6 && i % 8 >= 2 && i % 8 < 6;
            assertEquals(inside ? 1 : 0, half[i]);
        }
        float[] twice = new float[64];
        twice[3 * 8 + 3] = 1;
        ImageAugmentations.scale(2, 2).apply(twice, square, new Philox(1));
        // The pixel whose edge is the centre becomes four before it.
        assertEquals(0.5625f, twice[2 * 8 + 2], 1e-6);
        assertEquals(0.5625f, twice[3 * 8 + 3], 1e-6);
        assertEquals(0.0625f, twice[4 * 8 + 4], 1e-6);
        assertEquals(0, twice[5 * 8 + 5]);
    }

    @Test
    void aCropIsAPartEnlarged() {
        Shape ramp = Shape.of(1, 32, 32);
        double narrowest = 32;
        for (int seed = 0; seed < 200; seed++) {
            float[] x = new float[1024];
            for (int i = 0; i < 1024; i++) {
                x[i] = i % 32 + 100;
            }
            ImageAugmentations.crop(0.25).apply(x, ramp, new Philox(seed));
            for (int i = 0; i < 1024; i++) {
                assertTrue(x[i] >= 100 && x[i] <= 131, "no edge is darkened");
                assertEquals(x[i % 32], x[i], 1e-3);
            }
            narrowest = Math.min(narrowest, (x[24] - x[8]) * 2);
        }
        assertTrue(narrowest > 15.9 && narrowest < 17.5, "half of the width: " + narrowest);
        float[] whole = image();
        ImageAugmentations.crop(1).apply(whole, SHAPE, new Philox(3));
        assertArrayEquals(image(), whole);
    }

    @Test
    void lightIsAddedAndSpread() {
        Set<Long> levels = new HashSet<>();
        for (int seed = 0; seed < 100; seed++) {
            float[] x = image();
            ImageAugmentations.brightness(0.5).apply(x, SHAPE, new Philox(seed));
            float more = x[0] - 1;
            assertTrue(Math.abs(more) <= 0.5);
            levels.add(Math.round(more * 10.0));
            for (int i = 0; i < 24; i++) {
                assertEquals(image()[i] + more, x[i], 1e-5);
            }
            float[] y = image();
            for (int i = 0; i < 24; i++) {
                y[i] += 7;
            }
            ImageAugmentations.contrast(0.3).apply(y, SHAPE, new Philox(seed));
            float factor = y[0] - 7;
            assertTrue(factor >= 0.7 && factor <= 1.3, "" + factor);
            for (int i = 0; i < 24; i++) {
                assertEquals(7 + factor * image()[i], y[i], 1e-4, "the mean stays");
            }
        }
        assertTrue(levels.size() >= 9, "from -0.5 to 0.5: " + levels);
    }

    @Test
    void noiseIsNormal() {
        float[] x = new float[20_000];
        ImageAugmentations.noise(0.3).apply(x, Shape.of(1, 100, 200), new Philox(1));
        double sum = 0;
        double squares = 0;
        for (float value : x) {
            sum += value;
            squares += value * value;
        }
        assertEquals(0, sum / x.length, 0.01);
        assertEquals(0.3, Math.sqrt(squares / x.length), 0.01);
    }

    @Test
    void aSquareIsCutOutAnywhere() {
        Shape shape = Shape.of(2, 10, 12);
        boolean[] hit = new boolean[120];
        for (int seed = 0; seed < 1000; seed++) {
            float[] x = new float[240];
            Arrays.fill(x, 1);
            ImageAugmentations.cutout(0.4).apply(x, shape, new Philox(seed));
            int top = 10;
            int bottom = -1;
            int left = 12;
            int right = -1;
            int count = 0;
            for (int i = 0; i < 120; i++) {
                assertEquals(x[i], x[120 + i]);
                if (x[i] == 0) {
                    hit[i] = true;
                    count++;
                    top = Math.min(top, i / 12);
                    bottom = Math.max(bottom, i / 12);
                    left = Math.min(left, i % 12);
                    right = Math.max(right, i % 12);
                }
            }
            int height = bottom - top + 1;
            int width = right - left + 1;
            assertEquals(height * width, count, "a rectangle");
            assertTrue(height == 4 || (height >= 2 && (top == 0 || bottom == 9)));
            assertTrue(width == 4 || (width >= 2 && (left == 0 || right == 11)));
        }
        for (boolean each : hit) {
            assertTrue(each);
        }
    }

    @Test
    void oneAfterTheOtherAndSometimes() {
        Augmentation both = ImageAugmentations.flip().then(ImageAugmentations.flipUpsideDown());
        assertEquals(4, all(both).size());
        int changed = 0;
        Augmentation some = ImageAugmentations.scale(2, 2).sometimes(0.25);
        for (int seed = 0; seed < 1000; seed++) {
            float[] x = image();
            some.apply(x, SHAPE, new Philox(seed));
            changed += x[0] == 1 ? 0 : 1;
        }
        assertEquals(250, changed, 50);
    }

    @Test
    void whatIsNoImageIsRefused() {
        String message =
                assertThrows(
                                        IllegalArgumentException.class,
                                        () ->
                                                ImageAugmentations.flip()
                                                        .apply(
                                                                new float[6],
                                                                Shape.of(6),
                                                                new Philox(1)))
                                .getMessage()
                        + "";
        assertTrue(message.startsWith("flip: an example is [6]"), message);
        DoubleFunction<Augmentation> crop = ImageAugmentations::crop;
        for (DoubleFunction<Augmentation> each :
                List.of(
                        crop,
                        (DoubleFunction<Augmentation>) ImageAugmentations::shift,
                        (DoubleFunction<Augmentation>) ImageAugmentations::rotate,
                        (DoubleFunction<Augmentation>) ImageAugmentations::noise,
                        (DoubleFunction<Augmentation>) ImageAugmentations::brightness,
                        (DoubleFunction<Augmentation>) ImageAugmentations::contrast,
                        (DoubleFunction<Augmentation>) ImageAugmentations::cutout,
                        (DoubleFunction<Augmentation>) to -> ImageAugmentations.scale(1, to))) {
            assertThrows(IllegalArgumentException.class, () -> each.apply(-0.1));
            assertThrows(IllegalArgumentException.class, () -> each.apply(Double.NaN));
        }
    }
}
