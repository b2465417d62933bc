package dev.weft.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A folder to write to, which is made only when there is something to write.
 *
 * @param path where it is, or will be
 */
record OutputFolder(Path path) {
    /**
     * Makes sure that the folder is there or can be made, without making it.
     *
     * @throws InputException where nothing could be written there
     */
    static OutputFolder at(Path path) {
        Path there = path.toAbsolutePath().normalize();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there == null || !Files.isDirectory(there)) {
            throw new InputException(
                    "--out " + path + ": " + there + " is not a folder: choose another name");
        }
        probe(there);
        return new OutputFolder(path);
    }

    /**
     * Makes sure that {@code file} can be written.
     *
     * @throws InputException where it cannot
     */
    static void checkWritable(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw new InputException(file + ": is a folder: choose a file's name");
        }
        probe(folder);
    }

    /** Writes a file, for permissions do not tell on every file system. */
    private static void probe(Path folder) {
        try {
            Files.delete(Files.createTempFile(folder, ".weft", ".probe"));
        } catch (IOException e) {
            throw new InputException(
                    folder + ": cannot be written to (" + reason(e) + "): choose another folder",
                    e);
        }
    }

    /** The path of a file in the folder, which is made where it is not there yet. */
    Path file(String name) throws IOException {
        Files.createDirectories(path);
        return path.resolve(name);
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case NoSuchFileException _ -> "there is no such folder";
            case FileSystemException f when f.getReason() != null -> String.valueOf(f.getReason());
            default -> String.valueOf(e.getMessage());
        };
    }
}
