package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program in a JVM of its own, as somebody starts it who has this test's jars: on the class path,
 * or on the module path.
 */
public final class JavaProcess {
    /** Lists all backends twice, opens the best, and adds up ones on it. */
    private static final String LOOK =
            """
            import dev.weft.*;
            import dev.weft.backend.*;

            void main() {
                for (int round = 0; round < 2; round++) {
                    for (Devices.Listing listing : Devices.list()) {
                        IO.println(listing.backend() + switch (listing.availability()) {
                            case Availability.Ready ready -> " ready " + ready.devices().size();
                            case Availability.Unavailable missing ->
                                    " missing: " + missing.reason() + "; " + missing.remedy();
                        });
                    }
                }
                try (Device device = Devices.best(note -> {}); Scope scope = device.scope()) {
                    IO.println("best: " + device + " " + device.ones(1000).sum().item());
                }
            }
            """;

    private JavaProcess() {}

    /**
     * What a program prints that lists all backends and opens the best.
     *
     * @param modules null for the class path; otherwise those to start with, besides core
     */
    public static String look(Path folder, @Nullable String modules, String... options)
            throws IOException, InterruptedException {
        Path program = Files.writeString(folder.resolve("Look.java"), LOOK);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        String path = System.getProperty("java.class.path");
        if (modules == null) {
            command.addAll(List.of("-cp", path));
        } else {
            command.addAll(List.of("-p", path, "--add-modules", "dev.weft.core," + modules));
        }
        command.add(program.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            fail("did not end: " + command);
        }
        assertEquals(0, process.exitValue(), output);
        return output;
    }
}
