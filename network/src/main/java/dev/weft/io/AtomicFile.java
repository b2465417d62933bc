package dev.weft.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file beside its target and moves it into place when it is whole, so that a crash or a
 * full disk leaves what was there before.
 */
public final class AtomicFile {
    private static final int BUFFER_BYTES = 1 << 16;

    private AtomicFile() {}

    /** What writes the content. */
    @FunctionalInterface
    public interface Writer {
        /** Writes everything; does not close the stream. */
        void write(OutputStream out) throws IOException;
    }

    /**
     * Replaces {@code target} by what {@code writer} writes.
     *
     * @throws IOException where that fails; the target is as it was, and nothing is left beside it
     */
    public static void write(Path target, Writer writer) throws IOException {
        Path absolute = target.toAbsolutePath();
        Path folder = absolute.getParent();
        Path name = absolute.getFileName();
        if (folder == null || name == null) {
            throw new IOException(target + " is not a file's name");
        }
        // Not createTempFile, whose files only their owner may read.
        Path part = folder.resolve("." + name + "." + ProcessHandle.current().pid() + ".part");
        // Where the program is interrupted, nothing is left beside the target either.
        part.toFile().deleteOnExit();
        try {
            try (OutputStream out =
                    new BufferedOutputStream(Files.newOutputStream(part), BUFFER_BYTES)) {
                writer.write(out);
            }
            // Without this the move may reach the disk before the content does.
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            move(part, absolute);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void move(Path part, Path target) throws IOException {
        try {
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
