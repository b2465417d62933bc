package dev.weft.io;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of files that are being written, {@code .NAME.PROCESS.RANDOM.part} beside their target:
 * no two writes share one, and those of processes that were killed can be told.
 */
final class PartFile {
    private static final String ENDING = ".part";

    /** How much of the target's name is kept: names may have 255 bytes, and a letter takes 4. */
    private static final int LONGEST = 40;

    /** Processes of other machines cannot be seen; so a part must be older than a moment. */
    private static final Duration STALE = Duration.ofMinutes(1);

    private PartFile() {}

    /** A name that no other write has. */
    static Path beside(Path target) {
        return target.resolveSibling(
                "%s%d.%016x%s"
                        .formatted(
                                beginning(target),
                                ProcessHandle.current().pid(),
                                ThreadLocalRandom.current().nextLong(),
                                ENDING));
    }

    private static String beginning(Path target) {
        StringBuilder beginning = new StringBuilder(".");
        String.valueOf(target.getFileName())
                .codePoints()
                .limit(LONGEST)
                .forEach(beginning::appendCodePoint);
        return beginning.append('.').toString();
    }

    /** Removes what killed processes have left beside a target; what cannot be removed stays. */
    static void sweep(Path target) {
        Path folder = target.getParent();
        if (folder == null) {
            return;
        }
        Pattern name =
                Pattern.compile(
                        Pattern.quote(beginning(target))
                                + "(\\d{1,18})\\.[0-9a-f]{16}"
                                + Pattern.quote(ENDING));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Matcher matcher = name.matcher(String.valueOf(file.getFileName()));
                if (matcher.matches() && isStale(file, Long.parseLong(matcher.group(1)))) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            // It is a courtesy: the write itself says what is wrong with the folder.
            return;
        }
    }

    /** Whether nobody writes it any more: its process is gone, or began after it was written. */
    private static boolean isStale(Path part, long process) throws IOException {
        FileTime modified = Files.getLastModifiedTime(part);
        Instant written = modified.toInstant();
        @Nullable ProcessHandle writer = ProcessHandle.of(process).orElse(null);
        boolean gone =
                writer == null || writer.info().startInstant().map(written::isBefore).orElse(false);
        return gone && written.isBefore(Instant.now().minus(STALE));
    }
}
