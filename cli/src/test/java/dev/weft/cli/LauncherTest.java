package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code ./weft} itself, beside a java that only tells how it was called, so that nothing is built
 * or computed: called from anywhere, by anyone, whatever the folders are named.
 */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    /** Tells each argument and what the environment holds, and ends with 7 where it is told to. */
    private static final String JAVA =
            """
            #!/bin/sh
            for argument in "$@"; do printf '<%s>\\n' "$argument"; done
            printf 'ran %s\\n' "$0"
            printf 'LD_PRELOAD=%s\\n' "${LD_PRELOAD:-}"
            printf 'POCL_CACHE_DIR=%s\\n' "${POCL_CACHE_DIR:-}"
            exit ${JAVA_ENDS_WITH:-0}
            """;

    private static final String MVNW =
            """
            #!/bin/sh
            echo "mvnw, home $HOME, JDK $JAVA_HOME"
            [ -z "${MVNW_FAILS:-}" ] || exit 1
            echo "$*" >>built-with
            """;

    @TempDir private Path folder = Path.of("");

    private Path weft = Path.of("");
    private Path jdk = Path.of("");

    /** What a call printed, and its exit status. */
    private record Outcome(int status, String out, String err) {
        /** What java was given. */
        String arguments() {
            assertEquals(0, status, out + err);
            return out.substring(0, out.lastIndexOf(">\nran ") + 2);
        }
    }

    @BeforeEach
    void checkout() throws IOException {
        // So that another user may look.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        weft = checkout(folder.resolve("checkout"));
        jdk = jdk(folder.resolve("jdk"), 25);
    }

    private static Path checkout(Path root) throws IOException {
        Files.createDirectories(root.resolve("cli/target/app"));
        Files.createDirectories(root.resolve("cli/src/main/java"));
        Path weft = root.resolve("weft");
        Files.copy(Path.of(System.getProperty("weft.root"), "weft"), weft);
        Files.createFile(root.resolve("pom.xml"));
        script(root.resolve("mvnw"), MVNW);
        for (String jar : List.of("jcuda-natives-1-x.jar", "jcublas-natives-1-x.jar", ".built")) {
            Files.createFile(root.resolve("cli/target/app").resolve(jar));
        }
        return weft;
    }

    private static Path jdk(Path home, int version) throws IOException {
        Files.createDirectories(home.resolve("bin"));
        Files.createDirectories(home.resolve("lib"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"%d.0.1\"%n".formatted(version));
        script(home.resolve("bin/java"), JAVA);
        script(home.resolve("bin/javac"), "#!/bin/sh\n");
        return home;
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A source that is newer than what was built. */
    private static void change(Path weft) throws IOException {
        Path source = weft.resolveSibling("cli/src/main/java/Main.java");
        Files.createFile(source);
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>();
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("HOME", folder.toString());
        environment.put("JAVA_HOME", jdk.toString());
        return environment;
    }

    private Process start(Path directory, Map<String, String> environment, String... command)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectOutput(folder.resolve("out").toFile())
                        .redirectError(folder.resolve("err").toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private Outcome end(Process process) throws IOException, InterruptedException {
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), "the launcher does not end");
        return new Outcome(
                process.exitValue(),
                Files.readString(folder.resolve("out")),
                Files.readString(folder.resolve("err")));
    }

    private Outcome run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        return end(start(folder, environment, command));
    }

    private Outcome run(Map<String, String> environment) throws IOException, InterruptedException {
        return run(environment, weft.toString(), "devices");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b",
                "it's \"quoted\"",
                "-dash",
                "line\nbreak",
                "line end\n",
                "$HOME `id` $(id) \\t \\",
                "* ?[a-z] %s %n"
            })
    void anyFolderWillDo(String name) throws IOException, InterruptedException {
        Path strange = Files.createDirectories(folder.resolve(name));
        Path there = checkout(strange.resolve(name));
        Map<String, String> environment = environment();
        environment.put("JAVA_HOME", jdk(strange.resolve("jdk"), 25).toString());
        environment.put("CDPATH", folder + ":" + strange);
        Path links = Files.createDirectories(strange.resolve("links"));
        Files.createSymbolicLink(links.resolve("absolute"), there);
        Files.createSymbolicLink(links.resolve("relative"), Path.of("..", name, "weft"));
        Files.createSymbolicLink(links.resolve("linked"), Path.of("relative"));
        List<String> ways =
                List.of(
                        there.toString(),
                        "./" + name + "/weft",
                        name + "/weft",
                        links.resolve("absolute").toString(),
                        links.resolve("linked").toString());
        for (String way : ways) {
            String[] command =
                    way.equals(name + "/weft")
                            ? new String[] {"sh", "--", way, "predict", name, "", "-x"}
                            : new String[] {way, "predict", name, "", "-x"};
            Outcome outcome = end(start(strange, environment, command));
            String app = there.resolveSibling("cli/target/app").toRealPath().toString();
            String arguments = outcome.arguments();
            assertTrue(
                    arguments.endsWith(
                            "<-cp>\n<"
                                    + app
                                    + "/*>\n<dev.weft.cli.Main>\n<predict>\n<"
                                    + name
                                    + ">\n<>\n<-x>\n"),
                    arguments);
            assertEquals("", outcome.err());
        }
    }

    @Test
    void aFolderWithAColonIsRefused() throws IOException, InterruptedException {
        Path there = checkout(folder.resolve("a:b"));
        Outcome outcome = run(environment(), there.toString(), "devices");
        assertEquals(2, outcome.status());
        assertTrue(outcome.err().contains("colon"), outcome.err());
    }

    @Test
    void javasExitStatusIsWefts() throws IOException, InterruptedException {
        Map<String, String> environment = environment();
        environment.put("JAVA_ENDS_WITH", "7");
        assertEquals(7, run(environment).status());
    }

    /** The newest JDK may be anywhere; one that is too old is passed over, unless it was named. */
    @Test
    void anOldJdkIsPassedOver() throws IOException, InterruptedException {
        Path old = jdk(folder.resolve("old"), 17);
        Map<String, String> environment = environment();
        environment.put("JAVA_HOME", old.toString());
        environment.put("PATH", jdk.resolve("bin") + ":/usr/bin:/bin");
        String out = run(environment).out();
        assertTrue(out.contains("ran " + jdk.toRealPath().resolve("bin/java")), out);

        environment.put("WEFT_JAVA_HOME", old.toString());
        Outcome outcome = run(environment);
        assertEquals(2, outcome.status());
        assertTrue(outcome.err().contains("WEFT_JAVA_HOME is '" + old), outcome.err());
    }

    @Test
    void aRelativeJdkServesTheBuildToo() throws IOException, InterruptedException {
        change(weft);
        Map<String, String> environment = environment();
        environment.put("JAVA_HOME", "jdk");
        environment.put("MVNW_FAILS", "yes");
        String err = run(environment).err();
        assertTrue(err.contains("JDK " + jdk.toRealPath()), err);
    }

    /** As in a service of systemd's. Which JDK it finds, if any, depends on the machine. */
    @Test
    void withoutHomeTheUsualFoldersAreSearched() throws IOException, InterruptedException {
        Outcome outcome = run(Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", "/nonexistent"));
        assertFalse(outcome.err().contains("not set"), outcome.err());
    }

    @Test
    void thePathMayLackEverything() throws IOException, InterruptedException {
        Map<String, String> environment = environment();
        environment.put("PATH", "/nonexistent");
        assertTrue(run(environment).arguments().endsWith("<devices>\n"));
        environment.put("PATH", "");
        assertTrue(run(environment).arguments().endsWith("<devices>\n"));
    }

    @Test
    void optionsOfJavaKeepWhatIsQuoted() throws IOException, InterruptedException {
        Map<String, String> environment = environment();
        environment.put("WEFT_JAVA_OPTS", " -Da='x  y'\n\"-Db=it's $HOME\"\t-Dc=* -Xmx1g ");
        String arguments = run(environment).arguments();
        assertTrue(
                arguments.contains("<-Da=x  y>\n<-Db=it's $HOME>\n<-Dc=*>\n<-Xmx1g>\n<-cp>\n"),
                arguments);
        environment.put("WEFT_JAVA_OPTS", " ");
        assertFalse(run(environment).arguments().contains("<>"));
        environment.put("WEFT_JAVA_OPTS", "-Da='x");
        Outcome outcome = run(environment);
        assertEquals(2, outcome.status());
        assertTrue(outcome.err().startsWith("weft: WEFT_JAVA_OPTS"), outcome.err());
    }

    /** Java refuses two. */
    @Test
    void theCollectorIsTheUsersChoice() throws IOException, InterruptedException {
        Map<String, String> environment = environment();
        assertTrue(run(environment).arguments().contains("<-XX:+UseSerialGC>\n"));
        environment.put("WEFT_JAVA_OPTS", "-Xmx1g -XX:+UseZGC");
        String arguments = run(environment).arguments();
        assertTrue(arguments.contains("<-XX:+UseZGC>\n"), arguments);
        assertFalse(arguments.contains("UseSerialGC"), arguments);
    }

    /** Spaces and colons separate what LD_PRELOAD names; java finds its own library without. */
    @ParameterizedTest
    @ValueSource(strings = {"jdk 25", "jdk:25"})
    void aJdkWithASpaceIsNoListOfLibraries(String name) throws IOException, InterruptedException {
        Path library = Path.of(System.getProperty("java.home"), "lib", "libjsig.so");
        assumeTrue(Files.exists(library), "this JDK has no libjsig.so");
        for (Path home : List.of(jdk, jdk(folder.resolve(name), 25))) {
            Path copy = Files.copy(library, home.resolve("lib/libjsig.so"));
            Map<String, String> environment = environment();
            environment.put("JAVA_HOME", home.toString());
            Path preloaded = home.equals(jdk) ? copy.toRealPath() : copy.getFileName();
            String out = run(environment).out();
            assertTrue(out.contains("\nLD_PRELOAD=" + preloaded + "\n"), out);
        }
    }

    /** A folder below a device node is one that nobody can make, not even root. */
    @Test
    void poclGetsACacheThatItCanWrite() throws IOException, InterruptedException {
        Map<String, String> environment = environment();
        environment.put("TMPDIR", folder.toString());
        assertTrue(run(environment).out().contains("\nPOCL_CACHE_DIR=\n"));

        environment.put("HOME", "/dev/null/home");
        Path own;
        try (Stream<Path> before = Files.list(folder)) {
            List<Path> known = before.toList();
            String out = run(environment).out();
            try (Stream<Path> after = Files.list(folder)) {
                own =
                        after.filter(path -> !known.contains(path) && Files.isDirectory(path))
                                .findFirst()
                                .orElseThrow();
            }
            assertTrue(out.contains("\nPOCL_CACHE_DIR=" + own + "/pocl\n"), out);
        }
        assertEquals(
                "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(own)));
        assertTrue(run(environment).out().contains("\nPOCL_CACHE_DIR=" + own + "/pocl\n"));

        // What lies in it is executed: never one that somebody else could have put there.
        Files.delete(own);
        Files.createSymbolicLink(own, jdk);
        assertTrue(run(environment).out().contains("\nPOCL_CACHE_DIR=\n"));

        environment.put("WEFT_CACHE", folder.resolve("a cache").toString());
        String out = run(environment).out();
        assertTrue(out.contains("\nPOCL_CACHE_DIR=" + folder + "/a cache/pocl\n"), out);
        environment.put("POCL_CACHE_DIR", "/given");
        assertTrue(run(environment).out().contains("\nPOCL_CACHE_DIR=/given\n"));
        environment.remove("POCL_CACHE_DIR");
        environment.put("XDG_CACHE_HOME", folder.toString());
        assertTrue(run(environment).out().contains("\nPOCL_CACHE_DIR=\n"));
    }

    @Test
    void whatIsStaleIsBuiltOnce() throws IOException, InterruptedException {
        change(weft);
        Outcome outcome = run(environment());
        assertTrue(outcome.arguments().endsWith("<devices>\n"));
        assertTrue(outcome.err().contains("weft: building"), outcome.err());
        String built = Files.readString(weft.resolveSibling("built-with"));
        assertTrue(built.endsWith("-Dwarnings.fail=false -pl cli -am package\n"), built);
        assertNoLock();
    }

    @Test
    void aBuildThatFailsShowsItsEnd() throws IOException, InterruptedException {
        change(weft);
        Map<String, String> environment = environment();
        environment.put("MVNW_FAILS", "yes");
        Outcome outcome = run(environment);
        assertEquals(2, outcome.status());
        assertTrue(outcome.err().contains("mvnw, home " + folder), outcome.err());
        assertTrue(outcome.err().contains("the build failed"), outcome.err());
        assertNoLock();
    }

    @Test
    void theLockOfABuilderThatWasKilledIsTaken() throws IOException, InterruptedException {
        change(weft);
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        lock(gone.pid());
        Outcome outcome = run(environment());
        assertTrue(outcome.arguments().endsWith("<devices>\n"));
        assertFalse(outcome.err().contains("waiting"), outcome.err());
        assertNoLock();
    }

    @Test
    void theLockOfABuilderThatRunsIsWaitedFor() throws IOException, InterruptedException {
        change(weft);
        lock(ProcessHandle.current().pid());
        Process process = start(folder, environment(), weft.toString(), "devices");
        while (!Files.readString(folder.resolve("err")).contains("another build is running")) {
            assertTrue(process.isAlive(), "did not wait");
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertFalse(Files.exists(weft.resolveSibling("built-with")));
        Files.delete(weft.resolveSibling(".weft-building"));
        Outcome outcome = end(process);
        assertTrue(outcome.arguments().endsWith("<devices>\n"));
        assertTrue(Files.exists(weft.resolveSibling("built-with")));
        assertNoLock();
    }

    /** Another user's checkout: at once an error, or no word where nothing is to be built. */
    @Test
    void aFolderThatCannotBeWrittenToIsNamed() throws IOException, InterruptedException {
        Path root = Objects.requireNonNull(weft.getParent());
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("r-xr-xr-x"));
        List<String> command = new ArrayList<>();
        if (Files.isWritable(root)) {
            // Root may write anywhere: as somebody else, then.
            Path setpriv = Path.of("/usr/bin/setpriv");
            assumeTrue(Files.isExecutable(setpriv), "root without setpriv");
            command.addAll(List.of(setpriv.toString(), "--reuid=12345", "--regid=12345"));
            command.add("--clear-groups");
        }
        command.addAll(List.of(weft.toString(), "devices"));
        String[] asAnother = command.toArray(String[]::new);
        assertTrue(run(environment(), asAnother).arguments().endsWith("<devices>\n"));
        Files.setLastModifiedTime(
                root.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(60)));
        Outcome outcome = run(environment(), asAnother);
        assertEquals(2, outcome.status());
        assertTrue(outcome.err().contains(root + " has sources"), outcome.err());
        assertTrue(outcome.err().contains("cannot be written to"), outcome.err());
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** The bundle's runtime runs; no JDK is looked for, and nothing is built. */
    @ParameterizedTest
    @ValueSource(strings = {"devices", "bench"})
    void aBundleBringsItsJava(String command) throws IOException, InterruptedException {
        Path bundle = Files.createDirectories(folder.resolve("a bundle"));
        Files.copy(weft, bundle.resolve("weft"));
        Files.writeString(bundle.resolve("revision"), "v1-2\n");
        jdk(bundle.resolve("runtime"), 25);
        Files.delete(bundle.resolve("runtime/bin/javac"));
        Outcome outcome =
                run(Map.of("PATH", "/usr/bin:/bin"), bundle.resolve("weft").toString(), command);
        String where = bundle.toRealPath().toString();
        String arguments = outcome.arguments();
        if (command.equals("bench")) {
            assertTrue(arguments.contains("<-Dweft.revision=v1-2>\n"), arguments);
            assertTrue(
                    arguments.endsWith(
                            "<-cp>\n<" + where + "/bench/*>\n<dev.weft.benchmarks.Bench>\n"),
                    arguments);
        } else {
            assertTrue(arguments.contains("<-cp>\n<" + where + "/app/*>\n"), arguments);
        }
    }

    /** Its steps need a GPU: here it asks for the devices and reports, and the rest is left out. */
    @Test
    void theCheckOfAGpuRunsFromAnywhere() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no bash");
        Path bundle = Files.createDirectories(folder.resolve("a bundle"));
        Path root = Path.of(System.getProperty("weft.root"));
        Files.copy(weft, bundle.resolve("weft"));
        Files.copy(root.resolve("scripts/portable/gpu-check.sh"), bundle.resolve("gpu-check.sh"));
        Files.writeString(bundle.resolve("revision"), "v1-2\n");
        jdk(bundle.resolve("runtime"), 25);
        Path link = folder.resolve("check");
        Files.createSymbolicLink(link, Path.of("a bundle/gpu-check.sh"));
        Map<String, String> environment = environment();
        environment.put("CDPATH", bundle.toString());
        environment.put("WEFT_JAVA_OPTS", "'-Da=x  y' -Db=*");
        Outcome outcome = run(environment, link.toString(), "-an out", "nothing");
        String arguments = outcome.arguments();
        String out = folder.toRealPath().resolve("-an out").toString();
        assertTrue(arguments.contains("<-Da=x  y>\n<-Db=*>\n<-cp>\n"), arguments);
        assertTrue(arguments.endsWith("GpuReport>\n<" + out + ">\n"), arguments);
        String devices = Files.readString(Path.of(out, "devices.log"));
        assertTrue(devices.contains("<-Da=x  y>\n<-Db=*>\n"), devices);
    }

    private void lock(long pid) throws IOException, InterruptedException {
        Process uname = new ProcessBuilder("uname", "-n").start();
        String machine =
                new String(uname.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        uname.waitFor();
        Files.createSymbolicLink(
                weft.resolveSibling(".weft-building"), Path.of(pid + "@" + machine));
    }

    private void assertNoLock() throws IOException {
        try (Stream<Path> files = Files.list(weft.getParent())) {
            assertFalse(files.anyMatch(file -> file.getFileName().toString().startsWith(".weft-")));
        }
    }
}
