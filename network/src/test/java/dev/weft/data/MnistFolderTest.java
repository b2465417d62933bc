package dev.weft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.io.FormatException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which files of a folder become which set. */
class MnistFolderTest {
    @TempDir Path folder;

    private String refused() {
        String message =
                assertThrows(FormatException.class, () -> MnistFolder.read(folder, null))
                                .getMessage()
                        + "";
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    @ParameterizedTest
    @CsvSource({"-, ''", "., ''", "-, .gz", "., .gz"})
    void findsEveryWayToWriteTheNames(String dash, String ending) throws IOException {
        IdxFiles.pair(folder, "train", dash, ending, 30);
        IdxFiles.pair(folder, "t10k", dash, ending, 20);
        Split split = MnistFolder.read(folder, null);
        assertEquals(30, split.train().size());
        assertEquals(20, split.test().size());
        assertEquals(7, split.train().label(17));
        assertEquals(6, split.train().pixels(1)[0], "the second image begins with byte 6");
    }

    @Test
    void aTestCountTakesTheLastOfTheTrainingSet() throws IOException {
        IdxFiles.pair(folder, "train", "-", "", 30);
        IdxFiles.pair(folder, "t10k", "-", "", 20);
        Split split = MnistFolder.read(folder, 4);
        assertEquals(26, split.train().size());
        assertEquals(4, split.test().size());
        assertEquals(6, split.test().label(0));
    }

    @Test
    void ofOnePairTheLastTenthIsTheTest() throws IOException {
        IdxFiles.pair(folder, "t10k", "-", ".gz", 40);
        Split split = MnistFolder.read(folder, null);
        assertEquals(36, split.train().size());
        assertEquals(4, split.test().size());
        assertEquals(39, MnistFolder.read(folder, 39).test().size());
        for (int bad : new int[] {0, 40, -3}) {
            String message =
                    assertThrows(
                                            IllegalArgumentException.class,
                                            () -> MnistFolder.read(folder, bad))
                                    .getMessage()
                            + "";
            assertTrue(message.contains("test count of " + bad), message);
            assertTrue(message.contains("1 to 39"), message);
        }
    }

    @Test
    void saysWhichNamesItLookedFor() {
        assertTrue(refused().contains("train-images-idx3-ubyte and t10k-images-idx3-ubyte"));
        assertTrue(refused().contains("holds no IDX files"));
    }

    @Test
    void saysThatTheFolderIsNone() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        for (Path none : new Path[] {file, folder.resolve("nowhere")}) {
            String message =
                    assertThrows(FormatException.class, () -> MnistFolder.read(none, null))
                                    .getMessage()
                            + "";
            assertTrue(message.startsWith(none + ": "), message);
        }
    }

    @Test
    void oneHalfOfAPair() throws IOException {
        IdxFiles.pair(folder, "train", "-", "", 30);
        Files.delete(folder.resolve("train-labels-idx1-ubyte"));
        assertTrue(
                refused()
                        .contains(
                                "train-images-idx3-ubyte: its other half is not there:"
                                        + " train-labels-idx1-ubyte"));
    }

    @Test
    void labelsAndImagesThatDoNotMatch() throws IOException {
        IdxFiles.pair(folder, "train", "-", "", 30);
        Files.write(
                folder.resolve("train-labels-idx1-ubyte"), IdxFiles.bytes(29, IdxFiles.LABELS, 29));
        assertTrue(refused().contains("29 labels"));
        assertTrue(refused().contains("30 images"));
    }

    @Test
    void aLabelThatIsNoClass() throws IOException {
        IdxFiles.pair(folder, "train", "-", "", 30);
        Files.write(
                folder.resolve("train-labels-idx1-ubyte"), IdxFiles.bytes(30, IdxFiles.LABELS, 30));
        assertEquals(30, MnistFolder.read(folder, null).train().classes(), "as many as needed");
        String message =
                assertThrows(
                                        FormatException.class,
                                        () ->
                                                MnistFolder.read(
                                                        folder,
                                                        null,
                                                        new MnistFolder.Options(false, 10)))
                                .getMessage()
                        + "";
        assertTrue(message.contains("label number 11 is 10, expected 0 to 9"), message);
        assertThrows(IllegalArgumentException.class, () -> new MnistFolder.Options(false, 257));
    }

    @Test
    void bothSetsHaveTheClassesOfBoth() throws IOException {
        IdxFiles.pair(folder, "train", "-", "", 30);
        IdxFiles.pair(folder, "t10k", "-", "", 20);
        assertEquals(10, MnistFolder.read(folder, null).test().classes());
        Files.write(
                folder.resolve("t10k-labels-idx1-ubyte"), IdxFiles.bytes(20, IdxFiles.LABELS, 20));
        Split split = MnistFolder.read(folder, null);
        assertEquals(20, split.train().classes());
        assertEquals(20, split.test().classes());
    }

    /** EMNIST's names, and its images, which lie on their side. */
    @Test
    void emnistIsReadAndTurned() throws IOException {
        IdxFiles.pair(folder, "emnist-letters-train", "-", ".gz", 30);
        IdxFiles.pair(folder, "emnist-letters-test", "-", ".gz", 20);
        Split plain = MnistFolder.read(folder, null);
        Split turned = MnistFolder.read(folder, null, new MnistFolder.Options(true, 26));
        assertEquals(20, turned.test().size());
        assertEquals(26, turned.test().classes());
        assertEquals(2, turned.train().rows());
        assertEquals(3, turned.train().columns());
        byte[] stored = plain.train().pixels(1);
        byte[] upright = turned.train().pixels(1);
        for (int i = 0; i < 6; i++) {
            assertEquals(stored[i % 3 * 2 + i / 3], upright[i]);
        }
    }

    @Test
    void twoDataSetsInOneFolder() throws IOException {
        IdxFiles.pair(folder, "emnist-letters-train", "-", "", 30);
        IdxFiles.pair(folder, "emnist-digits-train", "-", "", 30);
        String message = refused();
        assertTrue(message.contains("emnist-digits-train-images-idx3-ubyte"), message);
        assertTrue(message.contains("emnist-letters-train-images-idx3-ubyte"), message);
        assertTrue(message.contains("a folder of its own"), message);
    }

    @Test
    void setsOfDifferentSizes() throws IOException {
        IdxFiles.pair(folder, "train", "-", "", 30);
        IdxFiles.pair(folder, "t10k", "-", "", 20, 5, 5);
        assertTrue(refused().contains("3x2"));
        assertTrue(refused().contains("5x5"));
    }
}
