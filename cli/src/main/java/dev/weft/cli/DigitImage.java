package dev.weft.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A digit as MNIST's were made, and as networks that learnt from them expect it: light on black,
 * its longer side scaled to 20 pixels, its centre of mass in the middle of 28×28.
 *
 * @param pixels 0 to 255, row by row
 * @param treatment what was done to the picture, empty where it was such a digit already
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record DigitImage(byte[] pixels, String treatment) {
    static final int SIDE = 28;
    private static final int BOX = 20;
    private static final int WHITE = 255;

    /** Pictures are looked at with no more pixels on a side: a digit of a twentieth is then 25. */
    private static final int WORKING_SIDE = 512;

    /** A border up to this grey is black. */
    private static final float BLACK = 24;

    /** Ink that differs less from the paper, in levels of grey, is not seen. */
    private static final double FAINTEST = 14;

    /**
     * Ink differs from the paper by so many deviations of the paper's noise at least. Noise alone,
     * cut in two, differs by 1.6.
     */
    private static final double ABOVE_NOISE = 4;

    /** What is smaller than this part of the picture is dust. */
    private static final int DUST = 45;

    /** A stroke is at least this part of a digit's longer side wide in MNIST. */
    private static final double THINNEST = 0.09;

    /** Shading below so many levels is not worth a word. */
    private static final double MENTIONED = 12;

    /** The digit in a picture, or nothing where there is no ink. */
    static Optional<DigitImage> of(GreyImage picture) {
        if (picture.width() == SIDE && picture.height() == SIDE && hasBlackBorder(picture)) {
            return unchanged(picture);
        }
        return new Normalising(picture.within(WORKING_SIDE)).digit(picture);
    }

    /** As MNIST's own: nearly everything on the border is black. */
    private static boolean hasBlackBorder(GreyImage picture) {
        int black = 0;
        int border = 4 * (SIDE - 1);
        for (int i = 0; i < SIDE - 1; i++) {
            black += picture.at(i, 0) <= BLACK ? 1 : 0;
            black += picture.at(SIDE - 1, i) <= BLACK ? 1 : 0;
            black += picture.at(SIDE - 1 - i, SIDE - 1) <= BLACK ? 1 : 0;
            black += picture.at(0, SIDE - 1 - i) <= BLACK ? 1 : 0;
        }
        return black > border * 2 / 3;
    }

    private static Optional<DigitImage> unchanged(GreyImage picture) {
        byte[] pixels = new byte[SIDE * SIDE];
        float lightest = 0;
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) Math.round(picture.grey()[i]);
            lightest = Math.max(lightest, picture.grey()[i]);
        }
        return lightest > BLACK + FAINTEST
                ? Optional.of(new DigitImage(pixels, ""))
                : Optional.empty();
    }

    /** The steps, over a picture that is small enough. */
    private static final class Normalising {
        private final GreyImage image;
        private final Background background;
        private final float[] ink;
        private final boolean inverted;
        private final List<String> done = new ArrayList<>();

        Normalising(GreyImage image) {
            this.image = image;
            this.background = Background.of(image);
            this.ink = background.without();
            // Ink is what few pixels are, far from the paper.
            double skew = 0;
            for (float value : ink) {
                skew += (double) value * value * value;
            }
            this.inverted = skew < 0;
            for (int i = 0; i < ink.length; i++) {
                ink[i] = Math.max(0, inverted ? -ink[i] : ink[i]);
            }
        }

        Optional<DigitImage> digit(GreyImage original) {
            Threshold threshold = Threshold.of(ink);
            double faintest = Math.max(FAINTEST, ABOVE_NOISE * background.noise());
            if (threshold.contrast() < faintest) {
                return Optional.empty();
            }
            List<Mark> marks = Mark.all(ink, image.width(), threshold.level());
            Optional<Mark> found = mark(marks);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            Mark mark = found.get();
            if (inverted) {
                done.add("dark on light: inverted");
            }
            if (background.shading() >= MENTIONED) {
                done.add("shading of %.0f levels evened out".formatted(background.shading()));
            }
            GreyImage strokes = strokes(mark, threshold);
            double scale = (double) original.width() / image.width();
            done.add(
                    "cropped to %.0fx%.0f of %dx%d"
                            .formatted(
                                    mark.width() * scale,
                                    mark.height() * scale,
                                    original.width(),
                                    original.height()));
            return Optional.of(new DigitImage(centred(strokes), String.join("; ", done)));
        }

        /** The largest piece, with those that belong to it. */
        private Optional<Mark> mark(List<Mark> marks) {
            int longest = Math.max(image.width(), image.height());
            List<Mark> sized =
                    marks.stream()
                            .filter(mark -> mark.longerSide() >= Math.max(5, longest / DUST))
                            .sorted(Comparator.comparingInt(Mark::area).reversed())
                            .toList();
            if (sized.isEmpty()) {
                return Optional.empty();
            }
            Mark largest =
                    sized.stream()
                            .filter(mark -> !mark.touchesBorder(image.width(), image.height()))
                            .filter(mark -> 10 * mark.area() >= sized.getFirst().area())
                            .findFirst()
                            .orElse(sized.getFirst());
            Mark whole = largest;
            boolean others = false;
            for (Mark mark : marks) {
                boolean part =
                        largest.isNear(mark, 0.12 * largest.longerSide())
                                && 50 * mark.area() >= largest.area();
                if (part && !mark.equals(largest)) {
                    whole = whole.with(mark);
                } else if (!mark.equals(largest)) {
                    others |= 4 * mark.area() >= largest.area();
                }
            }
            if (others) {
                done.add("took the largest of several marks");
            }
            return Optional.of(whole);
        }

        /** The ink of a mark, 0 to 1, with its soft edge. */
        private GreyImage strokes(Mark mark, Threshold threshold) {
            int edge = 1 + mark.longerSide() / BOX;
            int left = Math.max(0, mark.left() - edge);
            int top = Math.max(0, mark.top() - edge);
            int width = Math.min(image.width() - 1, mark.right() + edge) - left + 1;
            int height = Math.min(image.height() - 1, mark.bottom() + edge) - top + 1;
            float[] near = new float[width * height];
            for (int pixel : mark.pixels()) {
                int x = pixel % image.width() - left;
                int y = pixel / image.width() - top;
                near[y * width + x] = 1;
            }
            GreyImage mask = Dilation.of(new GreyImage(width, height, near), 1);
            float low = (float) Math.max(threshold.level() / 4, 2 * background.noise());
            float high = (float) Math.max(threshold.ink(), low + 1);
            GreyImage part = new GreyImage(image.width(), image.height(), ink);
            float[] strokes = part.part(left, top, width, height).grey();
            for (int i = 0; i < strokes.length; i++) {
                float share = (strokes[i] - low) / (high - low);
                strokes[i] = mask.grey()[i] * Math.clamp(share, 0, 1);
            }
            return thickened(new GreyImage(width, height, strokes), mark);
        }

        /** With strokes as wide as a pen's that MNIST's writers had. */
        private GreyImage thickened(GreyImage strokes, Mark mark) {
            double missing = THINNEST * mark.longerSide() - Dilation.strokeWidth(strokes);
            int reach = (int) Math.round(missing / 2);
            if (reach < 1) {
                return strokes;
            }
            done.add("thin strokes thickened");
            return Dilation.of(strokes.framed(reach), reach);
        }
    }

    /** Scaled into the box, as light as it goes, its centre of mass in the middle. */
    private static byte[] centred(GreyImage strokes) {
        GreyImage tight = strokes.trimmed(0.2f);
        double scale = (double) BOX / Math.max(tight.width(), tight.height());
        GreyImage digit =
                tight.scaled(
                        Math.max(1, (int) Math.round(tight.width() * scale)),
                        Math.max(1, (int) Math.round(tight.height() * scale)));
        double sum = 0;
        double sumX = 0;
        double sumY = 0;
        float lightest = 0;
        for (int y = 0; y < digit.height(); y++) {
            for (int x = 0; x < digit.width(); x++) {
                float value = digit.at(x, y);
                sum += value;
                sumX += value * (x + 0.5);
                sumY += value * (y + 0.5);
                lightest = Math.max(lightest, value);
            }
        }
        int left = Math.clamp(Math.round(SIDE / 2.0 - sumX / sum), 0, SIDE - digit.width());
        int top = Math.clamp(Math.round(SIDE / 2.0 - sumY / sum), 0, SIDE - digit.height());
        byte[] pixels = new byte[SIDE * SIDE];
        for (int y = 0; y < digit.height(); y++) {
            for (int x = 0; x < digit.width(); x++) {
                int value = Math.round(WHITE * digit.at(x, y) / lightest);
                pixels[(top + y) * SIDE + left + x] = (byte) Math.clamp(value, 0, WHITE);
            }
        }
        return pixels;
    }
}
