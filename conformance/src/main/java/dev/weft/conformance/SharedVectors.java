package dev.weft.conformance;

import org.junit.jupiter.api.Assumptions;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder of vectors that others made: {@code vectors} in the folder that the system property
 * {@code weft.shared} names, by default {@code ../shared}.
 */
final class SharedVectors {
    private SharedVectors() {}

    /** A file or folder below it; skips the test, and prints so, where that is absent. */
    static Path require(String name) {
        Path path = Path.of(System.getProperty("weft.shared", "../shared"), "vectors", name);
        if (!Files.exists(path)) {
            String message = "there are no vectors " + name + " (looked for " + path + ")";
            System.out.println("SKIPPED: " + message);
            return Assumptions.abort(message);
        }
        return path;
    }
}
