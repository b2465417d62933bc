package dev.weft.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.benchmarks.machine.Machine;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class RunFileTest {
    @TempDir Path folder;

    private Path file() {
        return folder.resolve("results.json");
    }

    private String written(Run run) throws IOException {
        RunFile.write(run, file());
        return Files.readString(file());
    }

    /** Reading has to end in one line that names the file and has that in it. */
    private void assertRefused(String content, String because) throws IOException {
        Files.writeString(file(), content);
        IOException e = assertThrows(IOException.class, () -> RunFile.read(file()), because);
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith(file() + ": "), message);
        assertTrue(message.contains(because), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        Run run = MadeUp.everything();
        written(run);
        assertEquals(run, RunFile.read(file()));
    }

    @Test
    void thisMachineIsReadAgain() throws IOException {
        Run run = MadeUp.on(Machine.here(), MadeUp.everything());
        written(run);
        assertEquals(run, RunFile.read(file()));
    }

    @Test
    void whatIsNoNumberIsLeftOut() throws IOException {
        Figure figure = MadeUp.gemm(64, "weft cpu", 5, Double.POSITIVE_INFINITY);
        String json = written(MadeUp.run(List.of(figure, MadeUp.start("weft cpu"))));
        assertFalse(json.contains("NaN") || json.contains("Infinity"), json);
        List<Figure> read = RunFile.read(file()).figures();
        assertTrue(Double.isNaN(read.getFirst().ratio()));
        assertEquals(MadeUp.start("weft cpu"), read.getLast());
    }

    @Test
    void aFigureOfWeftsStandsBesideTheBestPeer() throws IOException {
        String json = written(MadeUp.everything());
        assertTrue(json.contains("\"best_peer\" : \"pytorch\""), json);
        assertTrue(json.contains("\"ratio_to_best_peer\" : 0.8"), json);
        // 8 MB in a millisecond, of 10 GB/s.
        assertTrue(json.contains("\"rate\" : 8.0"), json);
        assertTrue(json.contains("\"of_limit\" : 0.8"), json);
    }

    @Test
    void whatMemoryAllowedInTheSameRoundsIsTheLimit() throws IOException {
        Figure figure =
                new Figure(
                        "kernels",
                        "updates",
                        "SGD",
                        DType.F32,
                        1,
                        "weft cpu",
                        1,
                        1000,
                        0.01,
                        0,
                        8e6,
                        1,
                        16,
                        Double.NaN);
        Run run = MadeUp.run(List.of(figure));
        String json = written(run);
        assertTrue(json.contains("\"memory_gbs\" : 16.0"), json);
        assertTrue(json.contains("\"of_limit\" : 0.5"), json);
        assertEquals(run, RunFile.read(file()));
    }

    @Test
    void aTypeAndAnErrorAreReadAgain() throws IOException {
        Run run = MadeUp.run(List.of(MadeUp.sum(DType.F64, "weft cpu", 0.25)));
        String json = written(run);
        assertTrue(json.contains("\"dtype\" : \"F64\""), json);
        assertTrue(json.contains("\"error\" : 0.25"), json);
        assertEquals(run, RunFile.read(file()));
        assertRefused(json.replace("\"F64\"", "\"F65\""), "dtype is no type: F65");
    }

    @Test
    void aFileWithoutTypesIsOfF32() throws IOException {
        Run run = MadeUp.everything();
        String json = written(run);
        String old = json.replaceAll("\\s*\"dtype\" : \"F32\",", "");
        assertFalse(old.contains("dtype"), old);
        Files.writeString(file(), old);
        assertEquals(run, RunFile.read(file()));
    }

    /** 2 * 100³ operations in 100 µs are 20 GFLOP/s, of 80 in F32. */
    @Test
    void halfAsManyOperationsAreTheLimitInF64() {
        for (DType dtype : new DType[] {DType.F64, DType.F32, DType.BF16}) {
            Run run = MadeUp.run(List.of(MadeUp.gemm(100, dtype, "weft cpu", 100, 1)));
            double limit = dtype == DType.F64 ? 40 : 80;
            assertEquals(20 / limit, run.ofLimit(run.figures().getFirst()), 1e-12);
        }
    }

    @Test
    void aFileThatIsCutOffIsRefused() throws IOException {
        String whole = written(MadeUp.everything()).strip();
        for (int part = 0; part < 40; part++) {
            assertRefused(whole.substring(0, whole.length() * part / 40), "");
        }
        assertRefused(whole.substring(0, whole.length() - 1), "cut off");
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        String whole = written(MadeUp.everything());
        assertRefused("", "not one JSON object");
        assertRefused("[1, 2]", "not one JSON object");
        assertRefused("hello", "not JSON");
        assertRefused(whole + "{}", "not one JSON object");
        assertRefused("{\"figures\": []}", "no results file of format 2");
        assertRefused(whole.replace("\"format\" : 2", "\"format\" : 3"), "is of format 3");
        assertRefused(whole.replace("\"jdk\"", "\"jkd\""), "jdk is missing");
        assertRefused(whole.replace("\"processors\" : 2", "\"processors\" : 0"), "processors");
        assertRefused(whole.replace("2026-01-02T", "yesterday"), "date");
        assertRefused(
                whole.replace("\"library\" : \"weft cpu\"", "\"library\" : 7"), "is not text");
        assertRefused(whole.replace("\"micros\" : 100.0", "\"micros\" : -1"), "not above 0");
        assertRefused(whole.replace("\"micros\" : 100.0", "\"micros\" : 1e999"), "out of range");
        assertRefused(whole.replace("\"micros\" : 100.0", "\"micros\" : null"), "not a number");
        assertRefused(whole.replace("\"micros\" : 100.0,", ""), "figures[0]: micros is missing");
    }

    @Test
    void aMissingFileIsNamed() {
        IOException e = assertThrows(IOException.class, () -> RunFile.read(file()));
        assertEquals(file() + ": there is no such file", e.getMessage());
    }
}
