package dev.weft.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The README's ways of use, word for word: each command that it shows runs in a project of its own,
 * which one Maven has built from Weft's installed artifacts alone; each part of a file that it
 * shows is in such a project.
 */
@DisabledOnOs(OS.WINDOWS)
class EmbeddingTest {
    /**
     * A block of the README: whether it is to be run in a folder or is part of a file, and which.
     */
    private static final Pattern BLOCK =
            Pattern.compile(
                    "<!-- (in|from) projects/(\\S+) -->\\s*```\\w+\\n(.*?)```", Pattern.DOTALL);

    /** What every program prints: the sum of 64 halves. */
    private static final String RESULT = ": 32.0";

    private static final Path ROOT = Path.of(System.getProperty("weft.root"));
    private static final Path SOURCES = ROOT.resolve("integration-tests/projects");
    private static final Path WORK = Path.of(System.getProperty("work"));

    private record Block(String way, String where, String text) {}

    private static List<Block> blocks(String way) throws IOException {
        Matcher found = BLOCK.matcher(Files.readString(ROOT.resolve("README.md")));
        List<Block> blocks = new ArrayList<>();
        while (found.find()) {
            if (found.group(1).equals(way)) {
                blocks.add(new Block(found.group(1), found.group(2), found.group(3)));
            }
        }
        return blocks;
    }

    @BeforeAll
    static void build() throws IOException, InterruptedException {
        copy(SOURCES, WORK);
        // Weft's artifacts from the repository of this build, what they need from the user's.
        run(
                WORK,
                300,
                ROOT.resolve("mvnw").toString(),
                "-B",
                "-q",
                "-Dmaven.repo.local=" + System.getProperty("repository"),
                "-Dmaven.repo.local.tail=" + System.getProperty("user.repository"),
                "clean",
                "package");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file));
                Files.createDirectories(target.resolveSibling("."));
                Files.writeString(target, Files.readString(file));
            }
        }
    }

    /** A command's output and errors together; it has to end well. */
    private static String run(Path folder, int seconds, String... command)
            throws IOException, InterruptedException {
        String jdk = System.getProperty("java.home");
        Path log = Files.createTempFile(WORK, "run", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", jdk);
        builder.environment().merge("PATH", jdk + "/bin", (path, bin) -> bin + ":" + path);
        Process process = builder.start();
        boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
        process.destroy();
        String output = Files.readString(log);
        assertTrue(ended, String.join(" ", command) + " does not end:\n" + output);
        assertEquals(0, process.exitValue(), String.join(" ", command) + ":\n" + output);
        return output;
    }

    @TestFactory
    List<DynamicTest> commandsRun() throws IOException {
        List<Block> blocks = blocks("in");
        assertEquals(
                List.of(
                        "class-path",
                        "module-path",
                        "fat-jar",
                        "module-path",
                        "class-path",
                        "class-path",
                        "kotlin"),
                blocks.stream().map(Block::where).toList());
        return blocks.stream()
                .map(block -> DynamicTest.dynamicTest(block.text(), () -> commandRuns(block)))
                .toList();
    }

    private static void commandRuns(Block block) throws IOException, InterruptedException {
        String output = run(WORK.resolve(block.where()), 120, "sh", "-ec", block.text());
        assertTrue(output.contains(RESULT), output);
        // With what the README says the JVM has nothing to complain of; the first line cannot be
        // had off.
        String complaints =
                output.lines()
                        .filter(line -> line.contains("WARNING"))
                        .filter(line -> !line.contains("Using incubator modules"))
                        .collect(Collectors.joining("\n"));
        assertEquals("", complaints, output);
    }

    @TestFactory
    List<DynamicTest> excerptsAreOfProjects() throws IOException {
        List<Block> blocks = blocks("from");
        assertEquals(3, blocks.size());
        return blocks.stream()
                .map(block -> DynamicTest.dynamicTest(block.where(), () -> excerptIsOf(block)))
                .toList();
    }

    private static void excerptIsOf(Block block) throws IOException {
        String file = Files.readString(SOURCES.resolve(block.where()));
        assertTrue(
                lines(file).contains(lines(block.text())),
                () -> block.where() + " has not:\n" + block.text());
    }

    /** Without what indents them. */
    private static String lines(String text) {
        return text.lines().map(String::strip).collect(Collectors.joining("\n"));
    }

    /** With all backends on the module path, where LWJGL's natives have to be named. */
    @ParameterizedTest
    @ValueSource(strings = {"cpu", "opencl"})
    void eachBackendRunsOnTheModulePath(String backend) throws IOException, InterruptedException {
        assumeTrue(
                backend.equals("cpu")
                        || System.getProperty("require.backends", "").contains(backend),
                backend + " was not required");
        String output =
                run(
                        WORK.resolve("class-path"),
                        120,
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=org.lwjgl.natives",
                        "--enable-native-access=dev.weft.cpu,dev.weft.opencl,dev.weft.cuda,"
                                + "org.lwjgl,org.lwjgl.opencl,jcuda,jcublas",
                        "-p",
                        "target/lib:../module-path/target/classes",
                        "-m",
                        "example/example.Multiply",
                        backend);
        assertTrue(output.contains(backend) && output.contains(RESULT), output);
    }

    /** Without it the jar has the providers of one artifact only: the first one's. */
    @Test
    void theFatJarHasEveryProvider() throws IOException {
        String services = "META-INF/services/dev.weft.backend.BackendProvider";
        try (FileSystem jar =
                FileSystems.newFileSystem(WORK.resolve("fat-jar/target/fat-jar-1.jar"))) {
            assertEquals(
                    List.of(
                            "dev.weft.cpu.CpuProvider",
                            "dev.weft.opencl.OpenClProvider",
                            "dev.weft.reference.ReferenceProvider"),
                    Files.readAllLines(jar.getPath(services)).stream()
                            .filter(line -> !line.isBlank())
                            .sorted()
                            .toList());
        }
    }
}
