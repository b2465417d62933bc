package dev.weft.data.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.data.Examples;
import dev.weft.data.IndexedSource;
import dev.weft.data.Source;
import dev.weft.io.FormatException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Folders of pictures, sound and not. */
class ImageFolderTest {
    private static final ImageOptions DEFAULTS = ImageOptions.defaults();

    @TempDir Path folder;

    private Path grey(String name, int level) throws IOException {
        BufferedImage picture = new BufferedImage(4, 2, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 8; i++) {
            picture.getRaster().setSample(i % 4, i / 4, 0, level + i);
        }
        return Pictures.write(folder.resolve(name), picture);
    }

    /** Two classes; what is hidden and what lies deeper is among them. */
    private ImageFolder pets() throws IOException {
        grey("dog/b.png", 30);
        grey("dog/a.png", 20);
        grey("dog/a/z.png", 40);
        grey("cat/1.png", 10);
        grey("cat/10.png", 100);
        grey("cat/.hidden.png", 0);
        grey("cat/.cache/2.png", 0);
        Files.writeString(folder.resolve(".DS_Store"), "");
        Files.createDirectory(folder.resolve(".git"));
        Files.writeString(folder.resolve("README.txt"), "Pets.");
        return ImageFolder.open(folder, DEFAULTS);
    }

    private String refused(ImageOptions options) {
        FormatException error =
                assertThrows(FormatException.class, () -> ImageFolder.open(folder, options));
        String message = String.valueOf(error.getMessage());
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    private void assertRefused(String... parts) {
        String message = refused(DEFAULTS);
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void classesAndPicturesAreInTheOrderOfTheirNames() throws IOException {
        ImageFolder pets = pets();
        assertEquals(List.of("cat", "dog"), pets.classes());
        assertEquals(
                List.of("cat/1.png", "cat/10.png", "dog/a.png", "dog/a/z.png", "dog/b.png"),
                pets.paths().stream()
                        .map(path -> folder.relativize(path).toString().replace('\\', '/'))
                        .toList());
        assertArrayEquals(new int[] {0, 0, 1, 1, 1}, pets.labels());
        assertEquals(new ImageShape(1, 2, 4), pets.shape());
        assertEquals(OptionalLong.of(5), pets.size());
    }

    @Test
    void picturesAreBytesInChannelsRowsAndColumns() throws IOException {
        Examples read = pets().read(new int[] {4, 1});
        HostArray images = read.inputs().getFirst();
        assertEquals(DType.U8, images.dtype());
        assertEquals(Shape.of(2, 1, 2, 4), images.shape());
        for (int i = 0; i < 8; i++) {
            assertEquals(30 + i, images.get(i));
            assertEquals(100 + i, images.get(8 + i));
        }
        HostArray labels = read.targets().getFirst();
        assertEquals(DType.I32, labels.dtype());
        assertEquals(1, labels.get(0));
        assertEquals(0, labels.get(1));
    }

    @Test
    void aPassAndAPartAreInOrder() throws IOException {
        IndexedSource part = pets().select(new int[] {3, 0, 2});
        try (Source.Pass pass = part.open()) {
            Examples first = pass.next(2);
            Examples second = pass.next(2);
            assertEquals(40, first == null ? -1 : first.inputs().getFirst().get(0));
            assertEquals(2, first == null ? -1 : first.size());
            assertEquals(1, second == null ? -1 : second.size());
            assertEquals(20, second == null ? -1 : second.inputs().getFirst().get(0));
            assertEquals(null, pass.next(2));
        }
    }

    @Test
    void thePreprocessingIsOfThePartToLearnFrom() throws IOException {
        ImageFolder pets = pets();
        ImageFolder train = pets.select(new int[] {0, 2});
        ImagePreprocessing fitted = train.fit();
        double mean = 0;
        double squares = 0;
        for (int i = 0; i < 8; i++) {
            mean += (10 + i + 20 + i) / 16.0;
            squares += ((10 + i) * (10 + i) + (20 + i) * (20 + i)) / 16.0;
        }
        double deviation = Math.sqrt(squares - mean * mean);
        assertArrayEquals(new double[] {mean / 255}, fitted.mean(), 1e-12);
        assertArrayEquals(new double[] {deviation / 255}, fitted.deviation(), 1e-12);
        HostArray x = pets.normalised(fitted).read(new int[] {1, 2}).inputs().getFirst();
        assertEquals(Shape.of(2, 1, 2, 4), x.shape());
        assertEquals((103 - mean) / deviation, x.get(3), 1e-4);
        assertEquals((20 - mean) / deviation, x.get(8), 1e-5);
    }

    @Test
    void eachChannelHasItsOwnMean() throws IOException {
        for (String name : new String[] {"a", "b"}) {
            BufferedImage picture = new BufferedImage(2, 2, BufferedImage.TYPE_3BYTE_BGR);
            for (int i = 0; i < 4; i++) {
                picture.setRGB(i % 2, i / 2, new Color(255, i < 2 ? 0 : 255, 51).getRGB());
            }
            Pictures.write(folder.resolve(name + "/1.png"), picture);
        }
        ImageFolder both = ImageFolder.open(folder, DEFAULTS);
        ImagePreprocessing fitted = both.fit();
        assertArrayEquals(new double[] {1, 0.5, 0.2}, fitted.mean(), 1e-12);
        assertArrayEquals(new double[] {1, 0.5, 1}, fitted.deviation(), 1e-9);
        float[] x = both.normalised(fitted).read(new int[] {0}).inputs().getFirst().floats();
        assertArrayEquals(new float[] {0, 0, 0, 0, -1, -1, 1, 1, 0, 0, 0, 0}, x, 1e-6f);
    }

    @Test
    void aPictureIsPredictedAsItWasLearnt() throws IOException {
        ImageFolder pets = pets();
        ImagePreprocessing fitted = pets.fit();
        ImagePreprocessing kept = ImagePreprocessing.fromJson(fitted.toJson());
        assertEquals(fitted.toJson(), kept.toJson());
        assertEquals(pets.classes(), kept.classes());
        HostArray learnt = pets.normalised(fitted).read(new int[] {4, 1}).inputs().getFirst();
        HostArray read = kept.read(List.of(pets.paths().get(4), pets.paths().get(1)));
        assertEquals(learnt.shape(), read.shape());
        assertArrayEquals(learnt.floats(), read.floats());
        Path large = Pictures.write(folder.resolve("large.png"), Pictures.colour(40, 30));
        assertEquals(Shape.of(1, 1, 2, 4), kept.read(List.of(large)).shape());
    }

    @Test
    void jsonThatIsSomethingElse() throws IOException {
        String json = pets().fit().toJson();
        for (String wrong :
                List.of(
                        "",
                        "{",
                        "[]",
                        "{}",
                        json.replace("weft-", "other-"),
                        json.replace("\"channels\":1", "\"channels\":2"),
                        json.replace("\"channels\":1", "\"channels\":\"1\""),
                        json.replace("\"height\":2", "\"height\":0"),
                        json.replace("\"mean\":[", "\"mean\":[1,"),
                        json.replace("\"mean\":[", "\"mean\":[null,"),
                        json.replace("\"deviation\":[", "\"deviation\":[-"),
                        json.replace("\"cat\"", "7"))) {
            FormatException error =
                    assertThrows(
                            FormatException.class, () -> ImagePreprocessing.fromJson(wrong), wrong);
            assertTrue(String.valueOf(error.getMessage()).startsWith("preprocessing of images: "));
        }
    }

    @Test
    void sizesThatDifferAreOneError() throws IOException {
        grey("a/1.png", 1);
        grey("b/1.png", 1);
        Path odd = Pictures.write(folder.resolve("b/2.png"), Pictures.grey(5, 2));
        Pictures.write(folder.resolve("b/3.png"), Pictures.grey(7, 2));
        assertRefused(
                folder.resolve("a/1.png") + ": has 4x2 pixels, and " + odd + " 5x2", "resize");
        ImageFolder resized = ImageFolder.open(folder, DEFAULTS.resize(3, 6));
        assertEquals(new ImageShape(1, 3, 6), resized.shape());
        assertEquals(
                4 * 18,
                resized.read(new int[] {0, 1, 2, 3}).inputs().getFirst().content().byteSize());
    }

    @Test
    void oneColouredPictureMakesAllColoured() throws IOException {
        grey("a/1.png", 7);
        Pictures.write(folder.resolve("b/1.png"), Pictures.colour(4, 2));
        ImageFolder mixed = ImageFolder.open(folder, DEFAULTS);
        assertEquals(new ImageShape(3, 2, 4), mixed.shape());
        assertEquals(7, mixed.read(new int[] {0}).inputs().getFirst().get(16));
        assertEquals(1, ImageFolder.open(folder, DEFAULTS.grey()).shape().channels());
        assertEquals(3, ImageFolder.open(folder, DEFAULTS.colour()).shape().channels());
    }

    @Test
    void filesThatAreNoPictures() throws IOException {
        pets();
        Path text = Files.writeString(folder.resolve("cat/2.png"), "no picture");
        Files.writeString(folder.resolve("dog/0.txt"), "nor this");
        assertRefused(text + ": is no picture");
        Files.delete(text);
        assertRefused(folder.resolve("dog/0.txt") + ": is no picture");
    }

    @Test
    void aSizeThatNoCameraHas() throws IOException {
        pets();
        Path huge =
                Files.write(folder.resolve("cat/0.png"), Pictures.headerOfPng(100_000, 100_000));
        assertRefused(huge + ": has more than 10000 pixels on a side (100000x100000)");
        assertTrue(refused(DEFAULTS.resize(8, 8)).startsWith(huge + ": has more"));
    }

    @Test
    void foldersThatAreNotOfClasses() throws IOException {
        assertRefused(folder + ": holds no folders");
        grey("train/cat/1.png", 1);
        assertRefused(folder + ": holds the parts train, not folders of classes");
        grey("test/cat/1.png", 1);
        assertRefused("holds the parts test, train");
        grey("cat/1.png", 1);
        grey("1.png", 1);
        assertRefused(folder.resolve("1.png") + ": lies beside the folders of classes");
        Files.delete(folder.resolve("1.png"));
        Files.createDirectory(folder.resolve("zebra"));
        assertRefused(folder.resolve("zebra") + ": holds no pictures");
    }

    @Test
    void oneClassAndNoFolder() throws IOException {
        Path file = grey("cat/1.png", 1);
        assertRefused("holds one folder only, cat", "two at least");
        assertThrows(FormatException.class, () -> ImageFolder.open(file, DEFAULTS));
        assertThrows(FormatException.class, () -> ImageFolder.open(folder.resolve("no"), DEFAULTS));
    }

    @Test
    void aLinkInACircleIsSaid() throws IOException {
        pets();
        Path link = Files.createSymbolicLink(folder.resolve("cat/link"), folder.resolve("cat"));
        assertRefused(link + ": is a link to a folder that it lies in");
    }

    @Test
    void aPictureThatIsDamagedIsNamed() throws IOException {
        ImageFolder pets = pets();
        Path bad = pets.paths().get(3);
        byte[] bytes = Files.readAllBytes(bad);
        for (int i = 45; i < 50; i++) {
            bytes[i] ^= 0x55;
        }
        Files.write(bad, bytes);
        for (FormatException error :
                List.of(
                        assertThrows(FormatException.class, pets::fit),
                        assertThrows(FormatException.class, () -> pets.read(new int[] {1, 3})))) {
            assertTrue(
                    String.valueOf(error.getMessage()).startsWith(bad + ": is damaged"),
                    error::getMessage);
        }
    }

    @Test
    void aPreprocessingForOtherPictures() throws IOException {
        ImageFolder pets = pets();
        ImagePreprocessing other =
                new ImagePreprocessing(
                        new ImageShape(1, 2, 5), new double[1], new double[] {1}, pets.classes());
        String message =
                assertThrows(IllegalArgumentException.class, () -> pets.normalised(other))
                                .getMessage()
                        + "";
        assertTrue(message.contains("5x2 pixels in grey"), message);
        assertTrue(message.contains("4x2 pixels in grey"), message);
    }

    @Test
    void optionsThatMakeNoSense() {
        assertThrows(IllegalArgumentException.class, () -> DEFAULTS.resize(0, 3));
        assertThrows(IllegalArgumentException.class, () -> DEFAULTS.resize(3, 10_001));
        assertThrows(IllegalArgumentException.class, () -> new ImageOptions(2, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new ImageShape(4, 1, 1));
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        new ImagePreprocessing(
                                new ImageShape(1, 1, 1), new double[1], new double[1], List.of()));
    }
}
