package dev.weft.cli;

import java.util.Random;

/**
 * Pictures as people take them: ink on paper, more light on one side than on the other, noise. A
 * function of the seed alone.
 */
final class Photo {
    private final int width;
    private final int height;
    private final float[] grey;

    private Photo(int width, int height) {
        this.width = width;
        this.height = height;
        this.grey = new float[width * height];
    }

    /** Paper of one grey. */
    static Photo paper(int width, int height, float level) {
        Photo photo = new Photo(width, height);
        java.util.Arrays.fill(photo.grey, level);
        return photo;
    }

    /**
     * Ink where the digit is, its first pixel at (x, y): contrast times the digit's grey (0 to 255)
     * darker, or lighter where the contrast is below 0.
     */
    Photo ink(GreyImage digit, int x, int y, float contrast) {
        for (int row = 0; row < digit.height(); row++) {
            for (int column = 0; column < digit.width(); column++) {
                int at = (y + row) * width + x + column;
                grey[at] -= contrast * digit.at(column, row) / 255;
            }
        }
        return this;
    }

    /** Light that falls off along a direction by so many levels, and towards the corners. */
    Photo shaded(double angle, double levels) {
        for (int i = 0; i < grey.length; i++) {
            double x = (i % width + 0.5) / width - 0.5;
            int row = i / width;
            double y = (row + 0.5) / height - 0.5;
            double along = x * Math.cos(angle) + y * Math.sin(angle);
            grey[i] -= (float) (levels * (along + 0.5 + (x * x + y * y) / 2));
        }
        return this;
    }

    Photo noise(long seed, double deviation) {
        Random random = new Random(seed);
        for (int i = 0; i < grey.length; i++) {
            grey[i] += (float) (deviation * random.nextGaussian());
        }
        return this;
    }

    GreyImage image() {
        float[] clamped = new float[grey.length];
        for (int i = 0; i < grey.length; i++) {
            clamped[i] = Math.clamp(grey[i], 0, 255);
        }
        return new GreyImage(width, height, clamped);
    }

    /** A 3 of a pen, its longer side so many pixels, its strokes so wide. */
    static GreyImage three(int side, double pen) {
        float[] grey = new float[side * side];
        double radius = (side - pen) / 4;
        for (int i = 0; i < grey.length; i++) {
            double x = i % side + 0.5 - side * 0.45;
            int row = i / side;
            double y = row + 0.5;
            double nearest = Double.MAX_VALUE;
            for (int half = 0; half < 2; half++) {
                double centre = pen / 2 + radius + half * 2 * radius;
                double angle = Math.atan2(y - centre, x);
                double distance = Math.abs(Math.hypot(x, y - centre) - radius);
                // The open side of each half is on the left.
                boolean open =
                        half == 0
                                ? Math.abs(angle) > 2.6 || (angle > 1.6)
                                : Math.abs(angle) > 2.6 || (angle < -1.6);
                nearest = open ? nearest : Math.min(nearest, distance);
            }
            grey[i] = 255 * (float) Math.clamp(pen / 2 - nearest + 0.5, 0, 1);
        }
        return new GreyImage(side, side, grey);
    }
}
