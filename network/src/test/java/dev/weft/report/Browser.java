package dev.weft.report;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Chromium without a window. Where it is not installed tests that need it are skipped, unless
 * {@code -Drequire.chromium=true} is set.
 */
final class Browser {
    private static final int SECONDS = 90;

    private final Path program;
    private final Path folder;

    private Browser(Path program, Path folder) {
        this.program = program;
        this.folder = folder;
    }

    /**
     * Finds it, or skips the test.
     *
     * @param folder for its profile
     */
    static Browser find(Path folder) {
        Optional<Path> found =
                Stream.of("chromium", "chromium-browser", "google-chrome")
                        .flatMap(
                                name ->
                                        Arrays.stream(
                                                        System.getenv()
                                                                .getOrDefault("PATH", "")
                                                                .split(File.pathSeparator))
                                                .map(path -> Path.of(path, name)))
                        .filter(Files::isExecutable)
                        .findFirst();
        if (found.isEmpty() && Boolean.getBoolean("require.chromium")) {
            throw new AssertionError(
                    "chromium is required by -Drequire.chromium=true, and is not on the PATH:"
                            + " install Debian's package chromium");
        }
        assumeTrue(
                found.isPresent(),
                "skipped: chromium is not on the PATH (Debian's package chromium);"
                        + " -Drequire.chromium=true fails then");
        return new Browser(found.orElseThrow(), folder);
    }

    /** Opens a page and gives its elements as they are after its scripts ran for a while. */
    String dump(URI page) throws IOException, InterruptedException {
        return run("--virtual-time-budget=4000", "--dump-dom", page.toString());
    }

    /** Opens a page and draws it as a PNG. */
    Path picture(URI page, int width, int height) throws IOException, InterruptedException {
        Path png = folder.resolve("picture.png");
        run("--screenshot=" + png, "--window-size=%d,%d".formatted(width, height), page.toString());
        return png;
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        List<String> command =
                Stream.concat(
                                Stream.of(
                                        program.toString(),
                                        "--headless",
                                        "--no-sandbox",
                                        "--disable-gpu",
                                        "--disable-dev-shm-usage",
                                        "--hide-scrollbars",
                                        "--no-first-run",
                                        "--user-data-dir=" + folder.resolve("profile")),
                                Arrays.stream(arguments))
                        .toList();
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(folder.resolve("errors").toFile())
                        .start();
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("chromium does not end: " + command);
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return Files.readString(out);
    }
}
