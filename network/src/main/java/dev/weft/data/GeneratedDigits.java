package dev.weft.data;

import dev.weft.random.Philox;

import java.util.stream.IntStream;

/**
 * Handwritten-looking digits, 28×28, drawn by the program: the strokes of one of several ways to
 * write the digit, with points moved about, sheared, turned, scaled, shifted and bent, drawn with a
 * pen of random width on a slightly noisy ground. So there is something to learn where no data set
 * is at hand. Image number i is a function of the seed and i alone.
 */
public final class GeneratedDigits {
    /** The rows and columns of an image. */
    public static final int SIDE = 28;

    /** The most that one data set holds: its pixels are one array. */
    public static final int MOST = (Integer.MAX_VALUE - 8) / (SIDE * SIDE);

    private static final int CLASSES = 10;

    /** The purpose under which the seed's stream of digits is drawn. */
    private static final int DIGITS_STREAM = 0x0D161;

    /** The height of a digit in pixels before scaling, as in MNIST. */
    private static final float HEIGHT = 19.5f;

    /** Straight pieces for each span of a curve: a span is about 5 pixels long. */
    private static final int PIECES = 5;

    private static final float CENTRE = (SIDE - 1) / 2f;

    private final Philox random;
    private final Ink ink;
    private final byte[] pixels;

    private GeneratedDigits(Philox random, Ink ink, byte[] pixels) {
        this.random = random;
        this.ink = ink;
        this.pixels = pixels;
    }

    /**
     * Draws {@code count} digits, as a function of the seed alone.
     *
     * @throws IllegalArgumentException where count is not from 1 to {@link #MOST}
     */
    public static Dataset generate(int count, long seed) {
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException(
                    "generated digits: count must be from 1 to %d, got %d".formatted(MOST, count));
        }
        byte[] pixels = new byte[count * SIDE * SIDE];
        int[] labels = new int[count];
        long key = Philox.stream(seed, DIGITS_STREAM).key();
        IntStream.range(0, count)
                .parallel()
                .forEach(
                        i -> {
                            Philox random = Philox.stream(key, i);
                            labels[i] = random.nextInt(CLASSES);
                            new GeneratedDigits(random, new Ink(SIDE), pixels)
                                    .draw(labels[i], i * SIDE * SIDE);
                        });
        return new Dataset(
                pixels, SIDE, SIDE, labels, CLASSES, count + " generated digits, seed " + seed);
    }

    private void draw(int digit, int offset) {
        var ways = DigitShape.of(digit);
        DigitShape way = ways.get(random.nextInt(ways.size()));
        Placement placement = new Placement();
        float radius = uniform(0.75f, 1.9f);
        float soft = uniform(1.1f, 2.2f);
        ink.clear();
        for (float[] stroke : way.strokes()) {
            curve(placement.place(stroke), radius + soft);
        }
        float black = uniform(0.8f, 1);
        float noise = uniform(0, 0.05f);
        for (int i = 0; i < SIDE * SIDE; i++) {
            float grey = black * ink.grey(i, radius, soft) + noise * (random.nextFloat() - 0.5f);
            pixels[offset + i] = (byte) Math.clamp(Math.round(255 * grey), 0, 255);
        }
    }

    /** A random affine map from the shapes' units to pixels, with a bend and shaking points. */
    private final class Placement {
        private final float xx;
        private final float xy;
        private final float yx;
        private final float yy;
        private final float shiftX = uniform(-2, 2);
        private final float shiftY = uniform(-2, 2);
        private final float bend = normal(1.1f);
        private final float bendPhase = uniform(0, 6.28f);
        private final float shake = uniform(0.2f, 0.8f);

        Placement() {
            float angle = normal(0.13f);
            float shear = 0.12f + normal(0.2f);
            float width = uniform(0.75f, 1.2f) * HEIGHT / 100;
            float height = uniform(0.8f, 1.08f) * HEIGHT / 100;
            float cos = (float) StrictMath.cos(angle);
            float sin = (float) StrictMath.sin(angle);
            // Scale, then shear x by y (letters lean to the right), then turn.
            xx = cos * width;
            xy = -(cos * shear + sin) * height;
            yx = sin * width;
            yy = (cos - sin * shear) * height;
        }

        float[] place(float[] stroke) {
            float[] placed = new float[stroke.length];
            for (int i = 0; i < stroke.length; i += 2) {
                boolean corner =
                        i > 0 && stroke[i] == stroke[i - 2] && stroke[i + 1] == stroke[i - 1];
                if (corner) {
                    placed[i] = placed[i - 2];
                    placed[i + 1] = placed[i - 1];
                    continue;
                }
                float x = stroke[i] - 35;
                float y = stroke[i + 1] - 50;
                float bent = bend * (float) StrictMath.sin(0.05f * y + bendPhase);
                placed[i] = CENTRE + shiftX + xx * x + xy * y + bent + normal(shake);
                placed[i + 1] = CENTRE + shiftY + yx * x + yy * y + normal(shake);
            }
            return placed;
        }
    }

    /** A Catmull-Rom spline through the points, drawn in straight pieces. */
    private void curve(float[] p, float reach) {
        int last = p.length - 2;
        float fromX = p[0];
        float fromY = p[1];
        for (int i = 0; i < last; i += 2) {
            int before = Math.max(0, i - 2);
            int after = Math.min(last, i + 4);
            for (int piece = 1; piece <= PIECES; piece++) {
                float t = (float) piece / PIECES;
                float x = spline(p[before], p[i], p[i + 2], p[after], t);
                float y = spline(p[before + 1], p[i + 1], p[i + 3], p[after + 1], t);
                ink.segment(fromX, fromY, x, y, reach);
                fromX = x;
                fromY = y;
            }
        }
    }

    private static float spline(float p0, float p1, float p2, float p3, float t) {
        float a = 3 * (p1 - p2) + p3 - p0;
        float b = 2 * p0 - 5 * p1 + 4 * p2 - p3;
        return p1 + 0.5f * t * (p2 - p0 + t * (b + t * a));
    }

    private float uniform(float low, float high) {
        return low + (high - low) * random.nextFloat();
    }

    /** Normal, cut off at 2.5 deviations: nobody writes a 1 lying down. */
    private float normal(float deviation) {
        return deviation * (float) Math.clamp(random.nextGaussian(), -2.5, 2.5);
    }
}
