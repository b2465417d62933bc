package dev.weft.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.weft.conformance.Tool;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Every kernel under Oclgrind, an OpenCL device that checks each access: PoCL, which runs the items
 * of a group one after the other, hides races. A kernel with a planted race shows that the check
 * can fail.
 */
class OclgrindTest {
    private static final long MINUTES = 5;

    @TempDir private Path cache = Path.of("");

    @Test
    void noKernelHasARace() throws IOException, InterruptedException {
        String output = run(RaceCheck.class);
        assertTrue(output.contains(RaceCheck.DONE), output);
        assertTrue(output.contains("Oclgrind"), output);
        for (String complaint : List.of("race", "Invalid", "Uninitialized", "divergence")) {
            assertFalse(output.contains(complaint), output);
        }
    }

    @Test
    void aPlantedRaceIsFound() throws IOException, InterruptedException {
        String output = run(PlantedRace.class);
        assertTrue(output.contains(RaceCheck.DONE), output);
        assertTrue(output.contains("data race"), output);
        assertTrue(output.contains("sum_without_barrier"), output);
    }

    private String run(Class<?> program) throws IOException, InterruptedException {
        List<String> command =
                List.of(
                        Tool.require("oclgrind"),
                        "--data-races",
                        "--max-errors",
                        "20",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dweft.opencl.class=gpu",
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("WEFT_CACHE", cache.toString());
        File log = cache.resolve("log").toFile();
        Process process = builder.redirectOutput(log).start();
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            fail(program + " did not end within " + MINUTES + " minutes");
        }
        String output = java.nio.file.Files.readString(log.toPath(), StandardCharsets.UTF_8);
        assertEquals(0, process.exitValue(), output);
        return output;
    }
}
