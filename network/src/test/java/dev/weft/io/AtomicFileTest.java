package dev.weft.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A write replaces a file as a whole, and nothing but a file. */
class AtomicFileTest {
    @TempDir Path folder;

    private static void write(Path target, String text) throws IOException {
        AtomicFile.write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String refusal(Path target) {
        String message =
                assertThrows(IOException.class, () -> write(target, "new")).getMessage() + "";
        assertTrue(message.startsWith(target + ": "), message);
        return message.substring(target.toString().length() + 2);
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).start().waitFor() == 0;
    }

    @Test
    void aWriteThatFailsLeavesWhatWasThere() throws IOException {
        Path file = folder.resolve("file");
        write(file, "old");
        IOException e =
                assertThrows(
                        IOException.class,
                        () ->
                                AtomicFile.write(
                                        file,
                                        out -> {
                                            out.write(new byte[1 << 20]);
                                            throw new IOException("No space left on device");
                                        }));
        assertEquals(file + ": cannot be written: No space left on device", e.getMessage());
        assertEquals("old", Files.readString(file));
        assertThrows(
                IllegalStateException.class,
                () ->
                        AtomicFile.write(
                                file,
                                _ -> {
                                    throw new IllegalStateException();
                                }));
        assertEquals(Set.of("file"), names());
    }

    @Test
    void theTargetIsNamedAndNotItsPart() {
        assertEquals(
                "cannot be written: there is no such folder",
                refusal(folder.resolve("none/such/file")));
        assertEquals("is a folder: choose a file's name", refusal(folder));
        assertEquals("is a folder: choose a file's name", refusal(Path.of("/")));
    }

    @Test
    void aNameMayBeAsLongAsTheSystemAllows() throws IOException {
        Path file = folder.resolve("é".repeat(127));
        write(file, "new");
        assertEquals("new", Files.readString(file));
    }

    @Test
    void aLinkStaysAndItsTargetIsReplaced() throws IOException {
        Path real = Files.writeString(folder.resolve("real"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("real"));
        Path chain = Files.createSymbolicLink(folder.resolve("chain"), link);
        write(chain, "new");
        assertTrue(Files.isSymbolicLink(chain));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(real));
        Path dangling =
                Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("later"));
        write(dangling, "made");
        assertTrue(Files.isSymbolicLink(dangling));
        assertEquals("made", Files.readString(folder.resolve("later")));
        assertEquals(Set.of("chain", "dangling", "later", "link", "real"), names());
        Path loop = Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));
        assertTrue(refusal(loop).contains("Too many levels of symbolic links"));
    }

    @Test
    void aPipeIsRefusedAndADeviceIsWrittenTo() throws Exception {
        Path pipe = folder.resolve("pipe");
        assumeTrue(run("mkfifo", pipe.toString()));
        assertTrue(refusal(pipe).startsWith("is a pipe, a socket or a disk"));
        write(Path.of("/dev/null"), "new");
        assertTrue(Files.readAttributes(Path.of("/dev/null"), "isOther").containsValue(true));
        assertEquals("cannot be written: No space left on device", refusal(Path.of("/dev/full")));
        Path node = folder.resolve("node");
        if (run("mknod", node.toString(), "c", "1", "3")) { // needs root
            write(node, "new");
            assertFalse(Files.isRegularFile(node, LinkOption.NOFOLLOW_LINKS));
        }
        Path disk = folder.resolve("disk");
        if (run("mknod", disk.toString(), "b", "7", "200")) {
            assertTrue(refusal(disk).startsWith("is a pipe, a socket or a disk"));
        }
    }

    /** Such as /dev/stdout, which may lead to a file that something else is written to as well. */
    @Test
    void anOpenFileIsWrittenOnInPlace() throws Exception {
        Path file = folder.resolve("out");
        Path self = Path.of("/proc/self/fd");
        assumeTrue(Files.isDirectory(self));
        try (var out = Files.newOutputStream(file)) {
            out.write("before ".getBytes(StandardCharsets.UTF_8));
            write(descriptor(self, file), "new");
        }
        assertEquals("before new", Files.readString(file));
        assertEquals(Set.of("out"), names());
    }

    private static Path descriptor(Path self, Path file) throws IOException {
        try (Stream<Path> all = Files.list(self)) {
            return all.filter(each -> leadsTo(each, file)).findFirst().orElseThrow();
        }
    }

    private static boolean leadsTo(Path link, Path file) {
        try {
            return Files.readSymbolicLink(link).equals(file.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void permissionsAreKeptAndRespected() throws IOException {
        Path file = folder.resolve("file");
        write(file, "old");
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        write(file, "new");
        assertEquals("new", Files.readString(file));
        assertEquals(
                "rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        assertEquals("is read-only: make it writable, or choose another name", refusal(file));
        assertEquals("new", Files.readString(file));
        assertEquals(Set.of("file"), names());
    }

    @Test
    void anInterruptDoesNotStopAWrite() throws IOException {
        Path file = folder.resolve("file");
        Thread.currentThread().interrupt();
        write(file, "new");
        assertTrue(Thread.interrupted(), "the flag is kept");
        assertEquals("new", Files.readString(file));
        AtomicFile.write(
                file,
                out -> {
                    out.write('x');
                    Thread.currentThread().interrupt();
                });
        assertTrue(Thread.interrupted(), "the flag is kept");
        assertEquals("x", Files.readString(file));
    }

    @Test
    void anInterruptInTheMidstOfWorkOnAChannelStartsItAgain() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "content");
        int[] runs = new int[1];
        long size =
                Uninterrupted.run(
                        () -> {
                            try (var channel = FileChannel.open(file)) {
                                if (runs[0]++ < 2) {
                                    Thread.currentThread().interrupt();
                                }
                                channel.force(true);
                                return channel.size();
                            }
                        });
        assertTrue(Thread.interrupted(), "the flag is kept");
        assertEquals(7, size);
        assertEquals(3, runs[0]);
        Uninterrupted.run(() -> 0);
        assertFalse(Thread.interrupted());
    }

    @Test
    void writersAtOnceLeaveOneOfTheirFiles() throws Exception {
        Path file = folder.resolve("file");
        List<FutureTask<Integer>> writers = new ArrayList<>();
        for (char letter : new char[] {'a', 'b'}) {
            String text = String.valueOf(letter).repeat(200_000 + 100_000 * (letter - 'a'));
            writers.add(
                    new FutureTask<>(
                            () -> {
                                for (int i = 0; i < 50; i++) {
                                    write(file, text);
                                }
                                return 50;
                            }));
        }
        write(file, "a");
        writers.forEach(writer -> Thread.ofPlatform().start(writer));
        while (!writers.stream().allMatch(FutureTask::isDone)) {
            String seen = Files.readString(file);
            assertEquals(1, seen.chars().distinct().count());
            assertTrue(Set.of(1, 200_000, 300_000).contains(seen.length()));
        }
        for (FutureTask<Integer> writer : writers) {
            assertEquals(50, writer.get());
        }
        assertEquals(Set.of("file"), names());
    }

    @Test
    void partsOfWritersThatWereKilledAreRemoved() throws Exception {
        Path file = folder.resolve("file");
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        long mine = ProcessHandle.current().pid();
        Instant began = ProcessHandle.current().info().startInstant().orElseThrow();
        Instant old = Instant.now().minus(Duration.ofMinutes(2));
        part("file", dead.pid(), old);
        part("file", mine, began.minus(Duration.ofMinutes(2)));
        String fresh = part("file", dead.pid(), Instant.now());
        String alive = part("file", mine, Instant.now().plusSeconds(1));
        String other = part("another", dead.pid(), old);
        String foreign = ".file.part";
        Files.setLastModifiedTime(
                Files.writeString(folder.resolve(foreign), ""), FileTime.from(old));
        write(file, "new");
        assertEquals(new TreeSet<>(Set.of(fresh, alive, other, foreign, "file")), names());
    }

    private String part(String target, long process, Instant written) throws IOException {
        String name =
                ".%s.%d.%016x.part".formatted(target, process, written.toEpochMilli() + process);
        Files.setLastModifiedTime(
                Files.writeString(folder.resolve(name), "half"), FileTime.from(written));
        return name;
    }

    @Test
    void noTwoWritesShareAName() {
        Path file = folder.resolve("file");
        assertNotEquals(PartFile.beside(file), PartFile.beside(file));
        assertEquals(folder, PartFile.beside(file).getParent());
    }
}
