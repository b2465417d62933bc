package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;

import dev.weft.data.image.ImageFolder;
import dev.weft.data.image.ImageOptions;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import javax.imageio.ImageIO;

/** How digits and pictures are divided into parts. */
class DivisionTest {
    private static final int SIDE = 28;
    private static final int PIXELS = SIDE * SIDE;

    @TempDir Path folder;

    private Ran train(Path data, String... more) {
        String[] fixed = {
            "train",
            "--backend",
            "cpu",
            "--force",
            "--data",
            data.toString(),
            "--out",
            folder.resolve("out").toString(),
            "--json",
            folder.resolve("r.json").toString()
        };
        return Ran.program(Stream.of(fixed, more).flatMap(Arrays::stream).toArray(String[]::new));
    }

    private Map<String, Object> results() throws IOException {
        return JSON.std.mapFrom(Files.readString(folder.resolve("r.json")));
    }

    private @Nullable Object ofTest(String name) throws IOException {
        return ((Map<?, ?>) Objects.requireNonNull(results().get("test"))).get(name);
    }

    /** A bright band tells the class, and files have so many digits to train and to test. */
    private Path digits(int train, int test) throws IOException {
        Path data = Files.createDirectory(folder.resolve("digits"));
        for (String part : List.of("train", "t10k")) {
            int count = part.equals("train") ? train : test;
            ByteBuffer images = ByteBuffer.allocate(16 + count * PIXELS);
            images.putInt(2051).putInt(count).putInt(SIDE).putInt(SIDE);
            ByteBuffer labels = ByteBuffer.allocate(8 + count).putInt(2049).putInt(count);
            for (int i = 0; i < count; i++) {
                int from = images.position() + i % 10 * 78;
                Arrays.fill(images.array(), from, from + 60, (byte) (200 + i % 50));
                images.position(images.position() + PIXELS);
                labels.put((byte) (i % 10));
            }
            Files.write(data.resolve(part + "-images-idx3-ubyte"), images.array());
            Files.write(data.resolve(part + "-labels-idx1-ubyte"), labels.array());
        }
        return data;
    }

    @Test
    void digitsAreDividedAsTheirFilesAreOrAsIsSaid() throws IOException {
        Path data = digits(80, 40);
        String one = "1";
        assertTrue(train(data, "--epochs", one).out().contains("80 examples to train, 40 to test"));
        Ran folds = train(data, "--epochs", "20", "--lr", "0.1", "--folds", "3").assertDone();
        assertTrue(folds.out().contains("fold 3/3: 80 examples to train, 40 to test"), folds::out);
        assertTrue(folds.out().contains("120 examples to train, 0 to test"), folds::out);
        assertEquals(1.0, ofTest("accuracy"), folds::out);
        Ran three = train(data, "--epochs", one, "--split", "0.5/0.25/0.25", "--split-by", "order");
        assertTrue(three.out().contains("60 examples to train, 30 to test"), three::out);
        assertTrue(results().containsKey("validation_loss"));
        Object tested = results().get("test");
        assertTrue(evaluated(data).contains("30 examples (" + data + ", what was kept of it"));
        assertEquals(tested, results().get("test"));
        assertTrue(evaluated(data, "--test-count", "8").contains("trained on some of these"));
        assertTrue(results().containsKey("note"));
        train(data, "--epochs", one).assertDone();
        assertTrue(evaluated(data).contains("40 examples"));
        assertFalse(evaluated(data, "--test-count", "8").contains("note:"));
        train(data, "--split-by", "time:x").assertRefused("neither times nor groups");
        train(data, "--split-by", "group:x", "--folds", "2").assertRefused("neither times nor");
        train(data, "--folds", "2", "--test-count", "5").assertRefused("exclude each other");
        train(data, "--folds", "2", "--split", "0.5/0.5").assertRefused("exclude each other");
        train(data, "--folds", "121").assertRefused("--folds");
        train(data, "--split-by", "place").assertRefused("--split-by must be random");
        train(data, "--duplicates", "drop").assertRefused("is for tables");
    }

    private String evaluated(Path data, String... more) {
        String[] fixed = {
            "evaluate",
            "--backend",
            "cpu",
            "--model",
            folder.resolve("out/model.safetensors").toString(),
            "--data",
            data.toString(),
            "--json",
            folder.resolve("r.json").toString()
        };
        return Ran.program(Stream.of(fixed, more).flatMap(Arrays::stream).toArray(String[]::new))
                .assertDone()
                .out();
    }

    @Test
    void digitsAreAugmented() throws IOException {
        Path data = digits(80, 40);
        train(data, "--epochs", "2").assertDone();
        Object plain = results().get("parameters_sha256");
        String[] options = {"--epochs", "2", "--augment", "shift=0.1,rotate=10,mixup=0.2"};
        train(data, options).assertDone();
        Object augmented = results().get("parameters_sha256");
        assertNotEquals(plain, augmented);
        train(data, options).assertDone();
        assertEquals(augmented, results().get("parameters_sha256"));
        train(data, "--model", "simplenet-softmax", "--epochs", "1", "--augment", "cutmix=1")
                .assertDone();
    }

    /** A picture of a class, light or dark. */
    private void picture(Path file, boolean light) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 64; i++) {
            int value = (light ? 180 : 20) + i;
            image.setRGB(i % 8, i / 8, value << 16 | value << 8 | value);
        }
        ImageIO.write(image, "png", file.toFile());
    }

    private Path pictures(String name, int each) throws IOException {
        Path data = folder.resolve(name);
        for (String kind : List.of("dark", "light")) {
            for (int i = 0; i < each; i++) {
                Path file =
                        data.resolve(kind).resolve("g" + i % 4).resolve("%02d.png".formatted(i));
                picture(file, kind.equals("light"));
                Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000L * (each - i)));
            }
        }
        return data;
    }

    /** The pictures that were tested on, by those that the page of the run shows as missed. */
    private List<Path> tested(Path data, String by) throws IOException {
        SplitOptions how = new SplitOptions();
        how.shares = "0.75/0.25";
        how.by = by;
        ImageData all = new ImageData(data, ImageFolder.open(data, ImageOptions.defaults()));
        List<Path> paths = new ArrayList<>();
        for (int number : how.parts(all, 1).getLast()) {
            paths.add(data.relativize(all.pictures().paths().get(number)));
        }
        return paths;
    }

    @Test
    void picturesHaveAnOrderTimesAndGroups() throws IOException {
        Path data = pictures("all", 8);
        // In order of the folders and names within each class: 0, 4, 1, 5, 2, 6, 3, 7.
        assertEquals(
                List.of("dark/g3/03.png", "dark/g3/07.png", "light/g3/03.png", "light/g3/07.png"),
                tested(data, "order").stream().map(Path::toString).sorted().toList());
        // The first ones were written last.
        assertEquals(
                List.of("dark/g0/00.png", "dark/g1/01.png", "light/g0/00.png", "light/g1/01.png"),
                tested(data, "time:modified").stream().map(Path::toString).sorted().toList());
        List<Path> grouped = tested(data, "group:folder");
        assertEquals(4, grouped.size());
        assertEquals(1, grouped.stream().map(path -> path.getName(1)).distinct().count());
        for (String by : List.of("order", "time:modified", "group:folder", "random")) {
            Ran folds =
                    train(data, "--epochs", "1", "--batch", "4", "--folds", "2", "--split-by", by);
            assertTrue(folds.assertDone().out().contains("fold 2/2"), folds::out);
            assertTrue(folds.out().contains("16 examples to train, 0 to test"), folds::out);
            assertTrue(evaluated(data).contains("note: the model was trained on all of"));
            train(data, "--epochs", "1", "--split-by", by).assertDone();
            Object figures = results().get("test");
            assertTrue(evaluated(data).contains("what was kept of it for the test"));
            assertEquals(figures, results().get("test"));
        }
        train(data, "--split-by", "time:born").assertRefused("give time:modified");
        train(data, "--split-by", "group:born").assertRefused("give group:folder");
        picture(data.resolve("dark/00.png"), false);
        train(data, "--split-by", "group:folder")
                .assertRefused("00.png lies in its class's folder");
    }

    @Test
    void foldersOfPartsAreTaken() throws IOException {
        Path data = folder.resolve("parts");
        pictures("parts/train", 8);
        pictures("parts/val", 4);
        pictures("parts/test", 4);
        Ran trained = train(data, "--epochs", "30", "--batch", "4").assertDone();
        assertTrue(
                trained.out()
                        .contains(
                                "16 examples to train, 8 to test (%s, which is divided by its folders train, val and test,"
                                        .formatted(data)),
                trained::out);
        assertTrue(results().containsKey("validation_loss"));
        assertEquals(1.0, ofTest("accuracy"), trained::out);
        assertTrue(evaluated(data).contains("8 examples (" + data.resolve("test")));
        train(data, "--split", "0.5/0.5").assertRefused("divide it already");
        train(data, "--folds", "2").assertRefused("divide it already");
        train(data, "--split-by", "order").assertRefused("divide it already");
        // Labels are those of the classes to learn, whatever else is there.
        pictures("parts/train", 8);
        picture(data.resolve("train/amber/0.png"), true);
        train(data, "--epochs", "30", "--batch", "4").assertDone();
        assertEquals(1.0, ofTest("accuracy"));
        picture(data.resolve("test/blue/0.png"), true);
        train(data, "--epochs", "1").assertRefused("blue/0.png: is of the class blue");
    }

    @Test
    void partsMustBeAlike() throws IOException {
        Path data = folder.resolve("parts");
        pictures("parts/train", 4);
        for (String kind : List.of("dark", "light")) {
            Path file = Files.createDirectories(data.resolve("test").resolve(kind));
            ImageIO.write(
                    new BufferedImage(9, 8, BufferedImage.TYPE_INT_RGB),
                    "png",
                    file.resolve("0.png").toFile());
        }
        train(data, "--epochs", "1").assertRefused("its pictures are 9x8, and those to train 8x8");
        train(data, "--epochs", "1", "--size", "8x8").assertDone();
    }
}
