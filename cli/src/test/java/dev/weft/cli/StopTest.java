package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Ctrl-C, and what is left of a run after it. */
@EnabledOnOs(OS.LINUX)
class StopTest {
    private static final Pattern STOPPED =
            Pattern.compile("stopped after (\\d+) of 100000 epochs and (\\d+) of 94 steps");

    @TempDir Path folder;

    /** A JVM that stops where a signal tells it to: the shell that runs the tests may ignore it. */
    private static Process start(Class<?> main, String... args) throws IOException {
        String path =
                Stream.of("java.class.path", "jdk.module.path")
                        .map(name -> System.getProperty(name, ""))
                        .collect(Collectors.joining(File.pathSeparator));
        String tests = StopTest.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "env",
                                "--default-signal=INT,TERM",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-modules",
                                "jdk.incubator.vector",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                tests + File.pathSeparator + path,
                                main.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String waitFor(Process process, String part) throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        StringBuilder before = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            before.append(line).append('\n');
            if (line.contains(part)) {
                return line;
            }
        }
        throw new AssertionError("ended before it said '" + part + "':\n" + before);
    }

    private static void signal(Process process, String name) throws Exception {
        String pid = Long.toString(process.pid());
        assertEquals(0, new ProcessBuilder("kill", "-" + name, pid).start().waitFor());
    }

    private static int exitCode(Process process) throws InterruptedException {
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still runs");
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    private Ran train(String out, String... more) {
        return Ran.program(
                Stream.concat(Stream.of(arguments(out)), Arrays.stream(more))
                        .toArray(String[]::new));
    }

    private String[] arguments(String out) {
        return new String[] {
            "train",
            "--backend",
            "cpu",
            "--dropout",
            "0.3",
            "--optimizer",
            "adam",
            "--test-count",
            "50",
            "--out",
            folder.resolve(out).toString()
        };
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void aSignalSavesARunThatGoesOnExactly(String name, int code) throws Exception {
        String[] endless =
                Stream.concat(Stream.of(arguments("half")), Stream.of("--epochs", "100000"))
                        .toArray(String[]::new);
        Process process = start(Main.class, endless);
        waitFor(process, "epoch 1/");
        signal(process, name);
        String said = waitFor(process, "stopped after");
        assertEquals(code, exitCode(process));
        Path model = folder.resolve("half/model.safetensors");
        assertTrue(said.endsWith("go on with the same command and --resume " + model), said);
        Matcher numbers = STOPPED.matcher(said);
        assertTrue(numbers.find(), said);
        String epochs = Integer.toString(Integer.parseInt(numbers.group(1)) + 1);

        train("half", "--epochs", epochs, "--resume", model.toString()).assertDone();
        train("whole", "--epochs", epochs).assertDone();
        assertEquals(
                -1,
                Files.mismatch(model, folder.resolve("whole/model.safetensors")),
                () -> "differs from an uninterrupted run: " + said);
    }

    @Test
    void aSecondSignalEndsAtOnce() throws Exception {
        Process process = start(Hanging.class);
        waitFor(process, "ready");
        signal(process, "INT");
        waitFor(process, "asked");
        signal(process, "INT");
        assertEquals(130, exitCode(process));
    }

    /** A run that does not heed what it is asked. */
    static final class Hanging {
        public static void main(String[] args) throws InterruptedException {
            try (StopSignals signals = StopSignals.asking(() -> System.out.println("asked"))) {
                System.out.println("ready");
                Thread.sleep(TimeUnit.MINUTES.toMillis(2));
                assertFalse(signals.exitCode() == 0);
            }
        }
    }
}
