package dev.weft.cli;

import dev.weft.Shape;
import dev.weft.data.Transform;
import dev.weft.data.augment.Augmentation;
import dev.weft.data.augment.Augmenter;
import dev.weft.data.augment.ImageAugmentations;
import dev.weft.data.augment.Mixture;
import dev.weft.data.augment.TableAugmentations;
import dev.weft.random.Philox;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * What {@code --augment} asks for: changes of each example, in the order of the text, and one way
 * to mix it with another.
 */
final class Augmentations {
    private static final String PICTURES =
            "shift=SHARE, rotate=DEGREES, scale=FROM:TO, flip, flip_upside_down, crop=SHARE,"
                    + " noise=DEVIATION, brightness=MOST, contrast=MOST, cutout=SHARE, mixup=ALPHA"
                    + " and cutmix=ALPHA";
    private static final String ROWS = "noise=DEVIATION, mixup=ALPHA and swap=PROBABILITY";

    private final String text;
    private final boolean pictures;
    private Augmentation each = (x, shape, random) -> {};
    private @Nullable Mixture mixture;

    private Augmentations(String text, boolean pictures) {
        this.text = text;
        this.pictures = pictures;
    }

    /**
     * Of pictures.
     *
     * @param shape [C, H, W], which the network may take as a row
     * @param classes how many there are
     * @throws InputException where the text is not of its form
     */
    static Transform ofPictures(String text, Shape shape, int classes) {
        Augmentations asked = new Augmentations(text, true);
        asked.read();
        Augmentation change = asked.each;
        return new Augmenter(
                (x, row, random) -> change.apply(x, shape, random),
                asked.mixture == null ? null : new OfShape(asked.mixture, shape),
                classes);
    }

    /**
     * Of a table's rows.
     *
     * @param classes how many there are, 0 where none are learnt
     */
    static Transform ofRows(String text, int classes) {
        Augmentations asked = new Augmentations(text, false);
        asked.read();
        return new Augmenter(asked.each, asked.mixture, classes);
    }

    /** A mixture of examples that have a shape of their own. */
    private record OfShape(Mixture mixture, Shape shape) implements Mixture {
        @Override
        public double mix(float[] x, float[] other, Shape row, Philox random) {
            return mixture.mix(x, other, shape, random);
        }

        @Override
        public boolean mixesTargets() {
            return mixture.mixesTargets();
        }
    }

    private void read() {
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            String name = (equals < 0 ? part : part.substring(0, equals)).strip();
            double[] numbers = equals < 0 ? new double[0] : numbers(part.substring(equals + 1));
            try {
                add(name + "/" + numbers.length, numbers);
            } catch (IllegalArgumentException e) {
                throw new InputException("--augment: " + e.getMessage(), e);
            }
        }
    }

    private double[] numbers(String values) {
        try {
            return Arrays.stream(values.split(":", -1)).mapToDouble(Double::parseDouble).toArray();
        } catch (NumberFormatException e) {
            throw wrong(e);
        }
    }

    private InputException wrong(@Nullable Throwable cause) {
        return new InputException(
                "--augment of %s, with commas between them, got '%s'"
                        .formatted(
                                pictures ? "pictures takes " + PICTURES : "a table takes " + ROWS,
                                text),
                cause);
    }

    /** One by its name and how many numbers it is given. */
    private void add(String form, double... numbers) {
        if (form.equals("mixup/1")) {
            mix(Mixture.mixup(numbers[0]));
        } else if (pictures) {
            addOfPictures(form, numbers);
        } else if (form.equals("noise/1")) {
            each = each.then(TableAugmentations.noise(numbers[0]));
        } else if (form.equals("swap/1")) {
            mix(Mixture.swap(numbers[0]));
        } else {
            throw wrong(null);
        }
    }

    private void addOfPictures(String form, double... numbers) {
        if (form.equals("cutmix/1")) {
            mix(Mixture.cutmix(numbers[0]));
            return;
        }
        each =
                each.then(
                        switch (form) {
                            case "shift/1" -> ImageAugmentations.shift(numbers[0]);
                            case "rotate/1" -> ImageAugmentations.rotate(numbers[0]);
                            case "scale/2" -> ImageAugmentations.scale(numbers[0], numbers[1]);
                            case "flip/0" -> ImageAugmentations.flip();
                            case "flip_upside_down/0" -> ImageAugmentations.flipUpsideDown();
                            case "crop/1" -> ImageAugmentations.crop(numbers[0]);
                            case "noise/1" -> ImageAugmentations.noise(numbers[0]);
                            case "brightness/1" -> ImageAugmentations.brightness(numbers[0]);
                            case "contrast/1" -> ImageAugmentations.contrast(numbers[0]);
                            case "cutout/1" -> ImageAugmentations.cutout(numbers[0]);
                            default -> throw wrong(null);
                        });
    }

    private void mix(Mixture asked) {
        if (mixture != null) {
            throw new InputException(
                    "--augment: examples are mixed in one way only, got '%s'".formatted(text));
        }
        mixture = asked;
    }
}
