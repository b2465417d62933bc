package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Assumptions;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder of vectors that others made: {@code vectors} in the folder that the system property
 * {@code weft.shared} names, by default {@code ../shared}.
 */
final class SharedVectors {
    private SharedVectors() {}

    /**
     * A file or folder below it. Where that is absent the test is skipped, and prints so; it fails
     * where the system property {@code require.vectors} is true.
     */
    static Path require(String name) {
        Path path = Path.of(System.getProperty("weft.shared", "../shared"), "vectors", name);
        if (!Files.exists(path)) {
            String message = "there are no vectors " + name + " (looked for " + path + ")";
            if (Boolean.getBoolean("require.vectors")) {
                return fail(message + ", and they were required");
            }
            System.out.println("SKIPPED: " + message);
            return Assumptions.abort(message);
        }
        return path;
    }
}
