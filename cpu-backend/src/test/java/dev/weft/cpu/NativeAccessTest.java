package dev.weft.cpu;

import static dev.weft.conformance.JavaProcess.look;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

/** What Java's permission to read memory by address is to the CPU backend. */
class NativeAccessTest {
    private static final String VECTORS = "jdk.incubator.vector";

    @TempDir private Path folder;

    @Test
    void refusedOnTheClassPath() throws IOException, InterruptedException {
        String output =
                look(folder, null, "--illegal-native-access=deny", "--add-modules", VECTORS);
        assertTrue(output.contains("cpu missing: "), output);
        assertTrue(output.contains("--enable-native-access=ALL-UNNAMED"), output);
        assertTrue(output.contains("best: device reference 1000.0"), output);
    }

    @Test
    void refusedOnTheModulePath() throws IOException, InterruptedException {
        String output = look(folder, "dev.weft.cpu", "--illegal-native-access=deny");
        assertTrue(output.contains("cpu missing: "), output);
        assertTrue(output.contains("--enable-native-access=dev.weft.cpu\n"), output);
        assertTrue(output.contains("best: device reference 1000.0"), output);
    }

    @Test
    void grantedItIsAllThatIsNeeded() throws IOException, InterruptedException {
        String output =
                look(
                        folder,
                        "dev.weft.cpu",
                        "--illegal-native-access=deny",
                        "--enable-native-access=dev.weft.cpu");
        assertTrue(output.contains("cpu ready 1"), output);
        assertTrue(output.contains("best: device cpu 1000.0"), output);
        assertFalse(output.contains("WARNING: A restricted method"), output);
    }

    /** A list is no need: a program that ends on another backend sees no warning for this one. */
    @Test
    void withoutTheVectorModule() throws IOException, InterruptedException {
        String output = look(folder, null);
        assertTrue(output.contains("pass --add-modules " + VECTORS), output);
        assertTrue(output.contains("best: device reference 1000.0"), output);
        assertFalse(output.contains("WARNING"), output);
    }
}
