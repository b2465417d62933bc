package dev.weft.io;

import org.jspecify.annotations.Nullable;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Writes a file beside its target and moves it into place when it is whole and on the disk, so that
 * a crash or a full disk leaves what was there before, and readers see one or the other. Any number
 * of writers may write one file at once: the last move wins.
 *
 * <p>A symbolic link stays, and its target is replaced. A file that was there keeps its
 * permissions, not its hard links, and is not replaced where nobody may write it. Into a character
 * device, and into the process's open files such as {@code /dev/stdout}, it writes directly.
 */
public final class AtomicFile {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final Set<PosixFilePermission> WRITE =
            EnumSet.of(
                    PosixFilePermission.OWNER_WRITE,
                    PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.OTHERS_WRITE);

    /** Where stat's mode has the kind of a file, and the kind of a character device. */
    private static final int KIND = 0xF000;

    private static final int CHARACTER_DEVICE = 0x2000;

    private AtomicFile() {}

    /** What writes the content. */
    @FunctionalInterface
    public interface Writer {
        /** Writes everything; does not close the stream. */
        void write(OutputStream out) throws IOException;
    }

    /**
     * Replaces {@code target} by what {@code writer} writes. An interrupt does not stop it.
     *
     * @throws IOException naming the target, where it is a folder, a named pipe, a socket or
     *     read-only, or cannot be written; it is as it was, and nothing is left beside it
     */
    public static void write(Path target, Writer writer) throws IOException {
        try {
            Path absolute = target.toAbsolutePath();
            BasicFileAttributes there = attributes(absolute);
            if (absolute.getFileName() == null || (there != null && there.isDirectory())) {
                throw refused(target, "is a folder: choose a file's name");
            }
            if (there != null && isOpenFile(absolute)) {
                writeTo(absolute, writer, StandardOpenOption.APPEND);
            } else if (there != null && there.isOther()) {
                if (!isCharacterDevice(absolute)) {
                    throw refused(
                            target,
                            "is a pipe, a socket or a disk, and no file: choose another name, or"
                                    + " write to /dev/stdout");
                }
                writeTo(absolute, writer, StandardOpenOption.APPEND);
            } else {
                replace(followed(absolute), there != null, writer);
            }
        } catch (Refused e) {
            throw e;
        } catch (IOException e) {
            throw refused(target, "cannot be written: " + reason(e), e);
        }
    }

    /** What stands there, through links; null where nothing does. */
    private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Whether it is a process's open file, such as /dev/stdout: nothing can be put beside it. */
    private static boolean isOpenFile(Path absolute) throws IOException {
        Path parent = absolute.getParent();
        if (parent == null || !isDefault(absolute)) {
            return false;
        }
        Path folder = parent.toRealPath();
        return folder.startsWith("/proc")
                || folder.startsWith("/dev/fd")
                || folder.equals(Path.of("/dev"));
    }

    private static boolean isCharacterDevice(Path path) throws IOException {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix")
                && Files.getAttribute(path, "unix:mode") instanceof Integer mode
                && (mode & KIND) == CHARACTER_DEVICE;
    }

    /** The file that a symbolic link leads to, there or not. */
    private static Path followed(Path path) throws IOException {
        Path place = path;
        while (Files.isSymbolicLink(place)) {
            place = place.resolveSibling(Files.readSymbolicLink(place));
        }
        return place;
    }

    private static void replace(Path place, boolean exists, Writer writer) throws IOException {
        if (place.getFileSystem().isReadOnly() || (exists && isReadOnly(place))) {
            throw refused(place, "is read-only: make it writable, or choose another name");
        }
        PartFile.sweep(place);
        Path part = PartFile.beside(place);
        try {
            writeTo(
                    part,
                    out -> {
                        if (exists) {
                            copyPermissions(place, part);
                        }
                        writer.write(out);
                    },
                    StandardOpenOption.CREATE_NEW);
            // Without this the move may reach the disk before the content does.
            force(part, StandardOpenOption.WRITE);
            move(part, place);
            forceFolder(place);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Whether nobody may write it. The superuser may write everything, but should not here. */
    private static boolean isReadOnly(Path file) throws IOException {
        PosixFileAttributeView posix =
                Files.getFileAttributeView(file, PosixFileAttributeView.class);
        return !Files.isWritable(file)
                || (posix != null
                        && Collections.disjoint(posix.readAttributes().permissions(), WRITE));
    }

    private static void copyPermissions(Path from, Path to) throws IOException {
        PosixFileAttributeView posix =
                Files.getFileAttributeView(from, PosixFileAttributeView.class);
        if (posix != null) {
            Files.setPosixFilePermissions(to, posix.readAttributes().permissions());
        }
    }

    private static void writeTo(Path path, Writer writer, OpenOption how) throws IOException {
        try (OutputStream out =
                new BufferedOutputStream(
                        Files.newOutputStream(path, StandardOpenOption.WRITE, how), BUFFER_BYTES)) {
            writer.write(out);
        }
    }

    private static void move(Path part, Path target) throws IOException {
        try {
            // Where moves are atomic the second is ignored; a jar's file system wants it.
            Files.move(
                    part,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void force(Path path, OpenOption how) throws IOException {
        if (isDefault(path)) {
            Uninterrupted.run(
                    () -> {
                        try (FileChannel channel = FileChannel.open(path, how)) {
                            channel.force(true);
                            return channel;
                        }
                    });
        }
    }

    /** So that the move is on the disk too, where the system can do that. */
    private static void forceFolder(Path file) {
        Path folder = file.getParent();
        if (folder != null) {
            try {
                force(folder, StandardOpenOption.READ);
            } catch (IOException e) {
                // Windows opens no folders. The file is whole either way.
                return;
            }
        }
    }

    private static boolean isDefault(Path path) {
        return path.getFileSystem().equals(FileSystems.getDefault());
    }

    /** An error that names the file already. */
    private static final class Refused extends FileSystemException {
        private static final long serialVersionUID = 1L;

        Refused(Path file, String reason) {
            super(file.toString(), null, reason);
        }
    }

    private static Refused refused(Path file, String reason) {
        return new Refused(file, reason);
    }

    private static Refused refused(Path file, String reason, IOException cause) {
        Refused refused = new Refused(file, reason);
        refused.initCause(cause);
        return refused;
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such folder";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }
}
