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
    void aLabelAboveNine() throws IOException {
        IdxFiles.pair(folder, "train", "-", "", 30);
        Files.write(
                folder.resolve("train-labels-idx1-ubyte"), IdxFiles.bytes(30, IdxFiles.LABELS, 30));
        assertTrue(refused().contains("label number 11 is 10, expected 0 to 9"));
    }

    @Test
    void setsOfDifferentSizes() throws IOException {
        IdxFiles.pair(folder, "train", "-", "", 30);
        IdxFiles.pair(folder, "t10k", "-", "", 20, 5, 5);
        assertTrue(refused().contains("3x2"));
        assertTrue(refused().contains("5x5"));
    }
}
