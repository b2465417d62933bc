package dev.weft.data.augment;

/**
 * Augmentations of images [C, H, W], which keep the shape. What comes in from outside of the image
 * is 0, the mean where images are normalised. Amounts of light are in the images' own unit: a
 * deviation where they are normalised.
 *
 * <pre>{@code
 * Augmentation digits = ImageAugmentations.shift(0.1).then(ImageAugmentations.rotate(15));
 * Augmentation photos =
 *         ImageAugmentations.crop(0.6)
 *                 .then(ImageAugmentations.flip())
 *                 .then(ImageAugmentations.contrast(0.3).sometimes(0.5));
 * }</pre>
 */
public final class ImageAugmentations {
    private ImageAugmentations() {}

    /** By whole pixels, at most this share of the height and of the width, 0 to 1. */
    public static Augmentation shift(double most) {
        Draws.checkRange("shift", most, 0, 1);
        return (x, shape, random) -> {
            Image image = Image.of("shift", shape);
            double down = Math.rint(Draws.around(random, most) * image.height());
            double across = Math.rint(Draws.around(random, most) * image.width());
            image.warp(x, new Image.Map(1, 0, -down, 0, 1, -across));
        };
    }

    /** About the centre, at most so many degrees either way, 0 to 180. */
    public static Augmentation rotate(double most) {
        Draws.checkRange("rotate", most, 0, 180);
        return (x, shape, random) -> {
            Image image = Image.of("rotate", shape);
            double angle = Math.toRadians(Draws.around(random, most));
            around(image, x, Math.cos(angle), Math.sin(angle));
        };
    }

    /** About the centre, by a factor between two, such as 0.9 and 1.1; both above 0. */
    public static Augmentation scale(double from, double to) {
        Draws.checkRange("scale", to, Float.MIN_NORMAL, Float.MAX_VALUE);
        Draws.checkRange("scale", from, Float.MIN_NORMAL, to);
        return (x, shape, random) ->
                around(Image.of("scale", shape), x, 1 / Draws.between(random, from, to), 0);
    }

    /** A rotation and a scale: pixels are taken from (cos, sin; -sin, cos) about the centre. */
    private static void around(Image image, float[] x, double cos, double sin) {
        double y = image.height() / 2.0;
        double z = image.width() / 2.0;
        image.warp(
                x,
                new Image.Map(cos, -sin, y - cos * y + sin * z, sin, cos, z - sin * y - cos * z));
    }

    /** Left and right exchanged in half of the examples. */
    public static Augmentation flip() {
        return (x, shape, random) -> {
            Image image = Image.of("flip", shape);
            if (random.nextInt(2) == 1) {
                image.warp(x, new Image.Map(1, 0, 0, 0, -1, image.width()));
            }
        };
    }

    /** Top and bottom exchanged in half of the examples. */
    public static Augmentation flipUpsideDown() {
        return (x, shape, random) -> {
            Image image = Image.of("flipUpsideDown", shape);
            if (random.nextInt(2) == 1) {
                image.warp(x, new Image.Map(-1, 0, image.height(), 0, 1, 0));
            }
        };
    }

    /**
     * A part of the same proportions, enlarged to the whole: this share of the area at least, above
     * 0 and at most 1.
     */
    public static Augmentation crop(double least) {
        Draws.checkRange("crop", least, Float.MIN_NORMAL, 1);
        return (x, shape, random) -> {
            Image image = Image.of("crop", shape);
            double side = Math.sqrt(Draws.between(random, least, 1));
            double top = random.nextDouble() * (1 - side) * image.height();
            double left = random.nextDouble() * (1 - side) * image.width();
            image.warp(x, new Image.Map(side, 0, top, 0, side, left));
        };
    }

    /** x + deviation · normal, each pixel by itself. */
    public static Augmentation noise(double deviation) {
        Draws.checkRange("noise", deviation, 0, Float.MAX_VALUE);
        return (x, shape, random) -> {
            Image.of("noise", shape);
            for (int i = 0; i < x.length; i++) {
                x[i] += (float) (deviation * random.nextGaussian());
            }
        };
    }

    /** x + b with one b for the image, at most so much either way. */
    public static Augmentation brightness(double most) {
        Draws.checkRange("brightness", most, 0, Float.MAX_VALUE);
        return (x, shape, random) -> {
            Image.of("brightness", shape);
            float more = (float) Draws.around(random, most);
            for (int i = 0; i < x.length; i++) {
                x[i] += more;
            }
        };
    }

    /** m + c(x - m) with the image's mean m and one c from 1 - most to 1 + most; most is 0 to 1. */
    public static Augmentation contrast(double most) {
        Draws.checkRange("contrast", most, 0, 1);
        return (x, shape, random) -> {
            Image.of("contrast", shape);
            double sum = 0;
            for (float value : x) {
                sum += value;
            }
            float mean = (float) (sum / x.length);
            float factor = (float) (1 + Draws.around(random, most));
            for (int i = 0; i < x.length; i++) {
                x[i] = mean + factor * (x[i] - mean);
            }
        };
    }

    /**
     * A square of 0 around a pixel at random, its side this share of the shorter one of the image,
     * 0 to 1; what is outside of the image is cut off. DeVries and Taylor, "Cutout", 2017.
     */
    public static Augmentation cutout(double share) {
        Draws.checkRange("cutout", share, 0, 1);
        return (x, shape, random) -> {
            Image image = Image.of("cutout", shape);
            double side = share * Math.min(image.height(), image.width());
            image.part(random, side, side).each(image, i -> x[i] = 0);
        };
    }
}
