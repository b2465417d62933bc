package dev.weft.data.image;

import com.fasterxml.jackson.jr.ob.JSON;

import dev.weft.HostArray;
import dev.weft.io.FormatException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What makes a picture what a network takes: x = (pixel / 255 - mean) / deviation, each channel
 * with its own mean and deviation, which {@link ImageFolder#fit} takes from the pictures to learn
 * from. Kept with the model as JSON, it reads single pictures for it later.
 */
public final class ImagePreprocessing {
    private static final int LEVELS = 256;
    private static final float WHITE = LEVELS - 1;
    private static final String KIND = "weft-image-preprocessing";

    private final ImageShape shape;
    private final double[] mean;
    private final double[] deviation;
    private final List<String> classes;

    /** What each channel's bytes become. */
    private final float[][] values;

    /**
     * A preprocessing.
     *
     * @param mean of each channel, of pixels / 255
     * @param deviation likewise, above 0
     * @param classes the names, in the order of a network's outputs
     * @throws IllegalArgumentException where there is not one number for each channel, or one is
     *     not finite, or a deviation not above 0
     */
    public ImagePreprocessing(
            ImageShape shape, double[] mean, double[] deviation, List<String> classes) {
        if (mean.length != shape.channels() || deviation.length != shape.channels()) {
            throw new IllegalArgumentException(
                    "images: %d means and %d deviations: there must be %d of each, one for a channel"
                            .formatted(mean.length, deviation.length, shape.channels()));
        }
        this.shape = shape;
        this.mean = mean.clone();
        this.deviation = deviation.clone();
        this.classes = List.copyOf(classes);
        values = new float[mean.length][LEVELS];
        for (int c = 0; c < mean.length; c++) {
            for (int level = 0; level < LEVELS; level++) {
                values[c][level] = (float) ((level / WHITE - mean[c]) / deviation[c]);
            }
            if (!(deviation[c] > 0)
                    || !Float.isFinite(values[c][0])
                    || !Float.isFinite(values[c][LEVELS - 1])) {
                throw new IllegalArgumentException(
                        "images: a mean of %s and a deviation of %s: they must be finite, the deviation above 0"
                                .formatted(mean[c], deviation[c]));
            }
        }
    }

    /** What images have in common. */
    public ImageShape shape() {
        return shape;
    }

    /** The classes' names, in the order of a network's outputs. */
    public List<String> classes() {
        return classes;
    }

    /** The mean of each channel, of pixels / 255; a copy. */
    public double[] mean() {
        return mean.clone();
    }

    /** The deviation of each channel, of pixels / 255; a copy. */
    public double[] deviation() {
        return deviation.clone();
    }

    /**
     * Reads pictures as what the network takes, F32 [N, C, H, W]. One of another size is stretched
     * or shrunk; one in colours becomes grey where the network takes that, and the other way round.
     *
     * @throws FormatException where one is no picture, or damaged, or has more than 10,000 pixels
     *     on a side
     * @throws IOException where one cannot be read
     */
    public HostArray read(List<Path> pictures) throws IOException {
        byte[] pixels = new byte[Math.multiplyExact(pictures.size(), shape.size())];
        for (int i = 0; i < pictures.size(); i++) {
            PictureReader.read(pictures.get(i), shape, pixels, i * shape.size());
        }
        return normalised(pixels, pictures.size());
    }

    /** So many images of bytes as what the network takes. */
    HostArray normalised(byte[] pixels, int count) {
        float[] x = new float[pixels.length];
        int plane = shape.height() * shape.width();
        for (int from = 0; from < pixels.length; from += plane) {
            float[] ofLevel = values[from / plane % values.length];
            for (int i = from; i < from + plane; i++) {
                x[i] = ofLevel[pixels[i] & 0xFF];
            }
        }
        return HostArray.of(x, shape.of(count).toArray());
    }

    /** As {@link #fromJson} reads it. */
    public String toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", KIND);
        json.put("channels", shape.channels());
        json.put("height", shape.height());
        json.put("width", shape.width());
        json.put("mean", mean);
        json.put("deviation", deviation);
        json.put("classes", classes);
        try {
            return JSON.std.asString(json);
        } catch (IOException e) {
            throw new IllegalStateException("a string takes everything", e);
        }
    }

    /**
     * What {@link #toJson} wrote.
     *
     * @throws FormatException where it is something else
     */
    public static ImagePreprocessing fromJson(String json) throws FormatException {
        try {
            Map<String, Object> map = JSON.std.mapFrom(json);
            if (!KIND.equals(map.get("kind"))) {
                throw new FormatException(
                        "preprocessing of images: its kind is %s, expected %s"
                                .formatted(map.get("kind"), KIND));
            }
            return new ImagePreprocessing(
                    new ImageShape(
                            integer(map, "channels"),
                            integer(map, "height"),
                            integer(map, "width")),
                    numbers(map, "mean"),
                    numbers(map, "deviation"),
                    names(map));
        } catch (FormatException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw new FormatException(
                    "preprocessing of images: is not as Weft writes it: " + e.getMessage(), e);
        }
    }

    private static int integer(Map<String, Object> map, String name) throws FormatException {
        if (map.get(name) instanceof Integer number) {
            return number;
        }
        throw wrong(map, name, "a whole number");
    }

    private static double[] numbers(Map<String, Object> map, String name) throws FormatException {
        if (map.get(name) instanceof List<?> list
                && list.stream().allMatch(Number.class::isInstance)) {
            return list.stream().mapToDouble(number -> ((Number) number).doubleValue()).toArray();
        }
        throw wrong(map, name, "numbers");
    }

    private static List<String> names(Map<String, Object> map) throws FormatException {
        if (map.get("classes") instanceof List<?> list
                && list.stream().allMatch(String.class::isInstance)) {
            return list.stream().map(String.class::cast).toList();
        }
        throw wrong(map, "classes", "names");
    }

    private static FormatException wrong(Map<String, Object> map, String name, String expected) {
        return new FormatException(
                "preprocessing of images: %s is %s, expected %s"
                        .formatted(name, map.get(name), expected));
    }
}
