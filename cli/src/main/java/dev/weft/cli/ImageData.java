package dev.weft.cli;

import dev.weft.data.image.ImageFolder;
import dev.weft.data.image.ImageOptions;
import dev.weft.data.image.ImageShape;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A folder of pictures to learn from.
 *
 * @param path the folder
 * @param pictures all that are in it
 */
record ImageData(Path path, ImageFolder pictures) implements Learnable {
    private static final List<String> TRAIN = List.of("train", "training");
    private static final List<String> VALIDATION = List.of("val", "valid", "validation");
    private static final List<String> TEST = List.of("test", "testing");

    /** Ranks within classes of different sizes are compared by this many places. */
    private static final long PLACES = 1L << 30;

    /**
     * What is learnt of a folder that is divided already, into a folder to train and one to test,
     * and perhaps one to look at after each epoch, each with a folder for each class.
     *
     * @throws InputException where the options say how to divide it, or the parts do not fit
     */
    static Optional<ImageProblem> divided(Path path, ImageOptions options, SplitOptions how)
            throws IOException {
        Path train = part(path, TRAIN);
        Path test = part(path, TEST);
        if (train == null || test == null) {
            return Optional.empty();
        }
        if (how.isAsked()) {
            throw new InputException(
                    "%s: its folders %s and %s divide it already: leave --split, --split-by and --folds out, or give the folder to divide"
                            .formatted(path, train.getFileName(), test.getFileName()));
        }
        Path validation = part(path, VALIDATION);
        ImageFolder training = ImageFolder.open(train, options);
        return Optional.of(
                new ImageProblem(
                        "%s, which is divided by its folders %s%s and %s"
                                .formatted(
                                        path,
                                        train.getFileName(),
                                        validation == null ? "" : ", " + validation.getFileName(),
                                        test.getFileName()),
                        training,
                        validation == null ? null : like(training, validation, options),
                        like(training, test, options)));
    }

    /** The folder to test on of a folder that is divided already; null for others. */
    static @Nullable Path test(Path path) {
        return part(path, TRAIN) == null ? null : part(path, TEST);
    }

    private static @Nullable Path part(Path path, List<String> names) {
        return names.stream()
                .map(path::resolve)
                .filter(Files::isDirectory)
                .findFirst()
                .orElse(null);
    }

    /** Pictures of the same classes and the same shape. */
    private static ImageFolder like(ImageFolder training, Path folder, ImageOptions options)
            throws IOException {
        ImageShape shape = training.shape();
        ImageFolder others =
                ImageFolder.open(folder, shape.channels() == 1 ? options.grey() : options.colour())
                        .withClasses(training.classes());
        if (!others.shape().equals(shape)) {
            throw new InputException(
                    "%s: its pictures are %dx%d, and those to train %dx%d: make them alike, such as by --size %dx%d"
                            .formatted(
                                    folder,
                                    others.shape().width(),
                                    others.shape().height(),
                                    shape.width(),
                                    shape.height(),
                                    shape.width(),
                                    shape.height()));
        }
        return others;
    }

    @Override
    public int size() {
        return pictures.count();
    }

    @Override
    public List<String> labels() {
        return Arrays.stream(pictures.labels()).mapToObj(pictures.classes()::get).toList();
    }

    /** By names within each class, so that each part has all of them. */
    @Override
    public long[] order() {
        int[] labels = pictures.labels();
        long[] sizes = new long[pictures.classes().size()];
        for (int label : labels) {
            sizes[label]++;
        }
        long[] ranks = new long[sizes.length];
        return Arrays.stream(labels)
                .mapToLong(label -> PLACES * ranks[label]++ / sizes[label])
                .toArray();
    }

    @Override
    public long[] times(String by) throws IOException {
        if (!by.equals("modified")) {
            throw new InputException(
                    "--split-by: pictures have no time '%s': give time:modified, when their files were written"
                            .formatted(by));
        }
        long[] times = new long[size()];
        for (int i = 0; i < times.length; i++) {
            times[i] = Files.getLastModifiedTime(pictures.paths().get(i)).toMillis();
        }
        return times;
    }

    /** By the folders within those of the classes: one of a name is one group in all classes. */
    @Override
    public List<String> groups(String by) {
        if (!by.equals("folder")) {
            throw new InputException(
                    "--split-by: pictures have no group '%s': give group:folder, the folders within those of the classes"
                            .formatted(by));
        }
        List<String> groups = new ArrayList<>();
        for (Path picture : pictures.paths()) {
            Path inClass = path.relativize(picture);
            if (inClass.getNameCount() < 3) {
                throw new InputException(
                        "--split-by group:folder: %s lies in its class's folder itself, not in one of a group"
                                .formatted(picture));
            }
            groups.add(inClass.subpath(1, inClass.getNameCount() - 1).toString());
        }
        return groups;
    }

    @Override
    public ImageProblem problem(int[] train, int @Nullable [] validation, int @Nullable [] test)
            throws IOException {
        return new ImageProblem(
                path.toString(),
                pictures.select(train),
                validation == null ? null : pictures.select(validation),
                test == null ? null : pictures.select(test));
    }
}
