package dev.weft.data.image;

import dev.weft.HostArray;
import dev.weft.data.Examples;
import dev.weft.data.IndexedSource;
import dev.weft.io.FormatException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Pictures in folders that are named as their classes: {@code FOLDER/cat/7.png} is a cat. The
 * inputs are images, U8 [N, C, H, W], the targets classes, I32 [N]. PNG, JPEG, BMP, GIF (of which
 * the first picture) and TIFF are read; EXIF says how they are turned; what is transparent lies on
 * white.
 *
 * <p>Classes are in the order of their names, and pictures in that of their classes and names (by
 * UTF-16 units), so that a number means the same picture everywhere. Folders within a class's
 * folder belong to the class. What is hidden, or whose name begins with a dot, is left out.
 *
 * <pre>{@code
 * ImageFolder all = ImageFolder.open(folder, ImageOptions.defaults().resize(64, 64));
 * ImageFolder train = all.select(trainNumbers);
 * ImagePreprocessing preprocessing = train.fit();
 * IndexedSource source = train.normalised(preprocessing);
 * }</pre>
 */
public final class ImageFolder implements IndexedSource {
    private static final Set<String> PARTS =
            Set.of("train", "training", "val", "valid", "validation", "test", "testing");

    private final List<String> classes;
    private final List<Path> paths;
    private final int[] labels;
    private final ImageShape shape;

    private ImageFolder(List<String> classes, List<Path> paths, int[] labels, ImageShape shape) {
        this.classes = classes;
        this.paths = paths;
        this.labels = labels;
        this.shape = shape;
    }

    /**
     * Finds the pictures, and looks at the size of each; none is decoded yet.
     *
     * @throws FormatException where there are not two classes of pictures at least, a file is no
     *     picture or says that it has more than 10,000 pixels on a side, or two have different
     *     sizes and the options do not say to resize: the message names the first such file
     * @throws IOException where something cannot be read
     */
    public static ImageFolder open(Path folder, ImageOptions options) throws IOException {
        TreeMap<String, List<Path>> found = new TreeMap<>();
        for (Path entry : entries(folder)) {
            if (Files.isDirectory(entry)) {
                found.put(entry.getFileName().toString(), pictures(entry));
            } else if (PictureReader.isNamedSo(entry)) {
                throw new FormatException(
                        "%s: lies beside the folders of classes: put it into the folder of its class"
                                .formatted(entry));
            }
        }
        checkClasses(folder, found);
        List<Path> paths = found.values().stream().flatMap(List::stream).toList();
        int[] labels = new int[paths.size()];
        int at = 0;
        int label = 0;
        for (List<Path> ofClass : found.values()) {
            Arrays.fill(labels, at, at += ofClass.size(), label++);
        }
        return new ImageFolder(List.copyOf(found.keySet()), paths, labels, shape(paths, options));
    }

    private static void checkClasses(Path folder, SortedMap<String, List<Path>> found)
            throws FormatException {
        if (!found.isEmpty() && PARTS.containsAll(found.keySet())) {
            throw new FormatException(
                    "%s: holds the parts %s, not folders of classes: give one of these folders"
                            .formatted(folder, String.join(", ", found.keySet())));
        }
        if (found.size() < 2) {
            throw new FormatException(
                    "%s: holds %s; expected a folder of pictures for each class, and two at least"
                            .formatted(
                                    folder,
                                    found.isEmpty()
                                            ? "no folders"
                                            : "one folder only, " + found.firstKey()));
        }
        for (var each : found.entrySet()) {
            if (each.getValue().isEmpty()) {
                throw new FormatException(
                        "%s: holds no pictures: put some there, or take the folder away"
                                .formatted(folder.resolve(each.getKey())));
            }
        }
    }

    private static boolean isShown(Path path) {
        try {
            return !path.getFileName().toString().startsWith(".") && !Files.isHidden(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> entries(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new FormatException(
                    folder
                            + (Files.exists(folder)
                                    ? ": is not a folder"
                                    : ": there is no such folder"));
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(ImageFolder::isShown)
                    .sorted(Comparator.comparing(path -> path.getFileName().toString()))
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** The files of a class, by their names from its folder on, with / on every system. */
    private static List<Path> pictures(Path folder) throws IOException {
        TreeMap<String, Path> named = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                List<String> names = new ArrayList<>();
                boolean shown = true;
                Path at = folder;
                for (Path name : folder.relativize(file)) {
                    at = at.resolve(name);
                    shown &= isShown(at);
                    names.add(name.toString());
                }
                if (shown) {
                    named.put(String.join("/", names), file);
                }
            }
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof FileSystemLoopException loop) {
                throw new FormatException(
                        "%s: is a link to a folder that it lies in: take it away"
                                .formatted(loop.getFile()),
                        e);
            }
            throw e.getCause();
        }
        return List.copyOf(named.values());
    }

    /** That of all, or what the options make of them. */
    private static ImageShape shape(List<Path> paths, ImageOptions options) throws IOException {
        ImageShape[] shapes = new ImageShape[paths.size()];
        inParallel(shapes.length, i -> shapes[i] = PictureReader.shape(paths.get(i)));
        ImageShape first = shapes[0];
        int channels = options.channels();
        for (int i = 0; i < shapes.length; i++) {
            ImageShape other = shapes[i];
            boolean same = other.height() == first.height() && other.width() == first.width();
            if (!same && !options.resizes()) {
                throw new FormatException(
                        "%s: has %dx%d pixels, and %s %dx%d: they must have one size; resize them all to one"
                                .formatted(
                                        paths.getFirst(),
                                        first.width(),
                                        first.height(),
                                        paths.get(i),
                                        other.width(),
                                        other.height()));
            }
            if (options.channels() == 0) {
                channels = Math.max(channels, other.channels());
            }
        }
        return options.resizes()
                ? new ImageShape(channels, options.height(), options.width())
                : new ImageShape(channels, first.height(), first.width());
    }

    @FunctionalInterface
    private interface Look {
        void at(int i) throws IOException;
    }

    /** On as many threads as there are processors; of several errors, that of the first number. */
    private static void inParallel(int count, Look look) throws IOException {
        AtomicReferenceArray<IOException> errors = new AtomicReferenceArray<>(count);
        IntStream.range(0, count)
                .parallel()
                .forEach(
                        i -> {
                            try {
                                look.at(i);
                            } catch (IOException e) {
                                errors.set(i, e);
                            }
                        });
        for (int i = 0; i < count; i++) {
            IOException error = errors.get(i);
            if (error != null) {
                throw error;
            }
        }
    }

    /** What images have in common. */
    public ImageShape shape() {
        return shape;
    }

    /** The classes' names, in order: the label i is of the i-th. */
    public List<String> classes() {
        return classes;
    }

    /** The class of each picture, a copy. */
    public int[] labels() {
        return labels.clone();
    }

    /** The file of each picture. */
    public List<Path> paths() {
        return paths;
    }

    @Override
    public int count() {
        return labels.length;
    }

    /** Those of these numbers, in this order; the classes stay as they are. */
    @Override
    public ImageFolder select(int[] which) {
        return new ImageFolder(
                classes,
                Arrays.stream(which).mapToObj(paths::get).toList(),
                Arrays.stream(which).map(number -> labels[number]).toArray(),
                shape);
    }

    /**
     * The same pictures with the labels that other names give them, such as those of the pictures
     * that were learnt from; there may be classes without a picture.
     *
     * @throws FormatException where a class is not among them
     */
    public ImageFolder withClasses(List<String> names) throws FormatException {
        int[] places = new int[classes.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = names.indexOf(classes.get(i));
            if (places[i] < 0) {
                throw new FormatException(
                        "%s: is of the class %s, which is none of %s"
                                .formatted(
                                        paths.get(
                                                Arrays.stream(labels).boxed().toList().indexOf(i)),
                                        classes.get(i),
                                        String.join(", ", names)));
            }
        }
        return new ImageFolder(
                List.copyOf(names),
                paths,
                Arrays.stream(labels).map(label -> places[label]).toArray(),
                shape);
    }

    /**
     * Reads pictures: U8 [N, C, H, W], and their classes, I32 [N].
     *
     * @throws FormatException where one is damaged, naming it
     */
    @Override
    public Examples read(int[] which) throws IOException {
        return Examples.of(
                HostArray.of(pixels(which), shape.of(which.length).toArray()), labels(which));
    }

    private byte[] pixels(int[] which) throws IOException {
        byte[] pixels = new byte[Math.multiplyExact(which.length, shape.size())];
        for (int i = 0; i < which.length; i++) {
            PictureReader.read(paths.get(which[i]), shape, pixels, i * shape.size());
        }
        return pixels;
    }

    private HostArray labels(int[] which) {
        return HostArray.of(
                Arrays.stream(which).map(number -> labels[number]).toArray(), which.length);
    }

    /**
     * The preprocessing for these pictures, which should be those to learn from alone: it reads
     * them all.
     *
     * @throws IOException where one cannot be read
     */
    public ImagePreprocessing fit() throws IOException {
        // In integers, so that it does not depend on the order of summing.
        LongAdder[] sums = Stream.generate(LongAdder::new).limit(3).toArray(LongAdder[]::new);
        LongAdder[] squares = Stream.generate(LongAdder::new).limit(3).toArray(LongAdder[]::new);
        int pixels = shape.height() * shape.width();
        inParallel(
                count(),
                number -> {
                    byte[] image = pixels(new int[] {number});
                    for (int c = 0; c < shape.channels(); c++) {
                        long sum = 0;
                        long square = 0;
                        for (int i = c * pixels; i < (c + 1) * pixels; i++) {
                            int value = image[i] & 0xFF;
                            sum += value;
                            square += (long) value * value;
                        }
                        sums[c].add(sum);
                        squares[c].add(square);
                    }
                });
        double total = (double) count() * pixels;
        double[] mean = new double[shape.channels()];
        double[] deviation = new double[shape.channels()];
        for (int c = 0; c < mean.length; c++) {
            double m = sums[c].sum() / total;
            double variance = squares[c].sum() / total - m * m;
            mean[c] = m / 255;
            deviation[c] = variance > 0 ? Math.sqrt(variance) / 255 : 1;
        }
        return new ImagePreprocessing(shape, mean, deviation, classes);
    }

    /**
     * The same pictures as what a network takes: F32 [N, C, H, W], and their classes, I32 [N].
     *
     * @param preprocessing of the pictures to learn from, also where these are others
     * @throws IllegalArgumentException where it is for images of another shape, or other classes
     */
    public IndexedSource normalised(ImagePreprocessing preprocessing) {
        if (!preprocessing.shape().equals(shape) || !preprocessing.classes().equals(classes)) {
            throw new IllegalArgumentException(
                    "images: the preprocessing is for %s of the classes %s, and these are %s of %s"
                            .formatted(
                                    preprocessing.shape(),
                                    preprocessing.classes(),
                                    shape,
                                    classes));
        }
        return new IndexedSource() {
            @Override
            public int count() {
                return ImageFolder.this.count();
            }

            @Override
            public Examples read(int[] which) throws IOException {
                return Examples.of(
                        preprocessing.normalised(pixels(which), which.length), labels(which));
            }
        };
    }
}
