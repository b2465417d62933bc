package dev.weft.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder to write a run to, which is made only when there is something to write.
 *
 * @param path where it is, or will be
 */
record OutputFolder(Path path) {
    static final String MODEL = "model.safetensors";
    static final String METRICS = "metrics.json";
    static final String PLOT = "training.png";

    /** The run as a page. */
    static final String PAGE = "report.html";

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
     * Makes sure that no run is there which would be lost.
     *
     * @param model what is gone on with, which may be written anew; none where it is empty
     * @throws InputException where there is another run
     */
    void checkIsFree(List<Path> model) {
        boolean same = model.stream().anyMatch(file -> isSame(file, path.resolve(MODEL)));
        for (String name : List.of(MODEL, METRICS, PLOT, PAGE)) {
            if (!same && Files.exists(path.resolve(name))) {
                throw new InputException(
                        "--out %s: holds a run already (%s): choose another folder, or pass --force to replace it"
                                .formatted(path, name));
            }
        }
    }

    /**
     * Makes sure that a file beside the run's own is none of them.
     *
     * @param option that names the file
     * @throws InputException where it would replace one
     */
    void checkIsNone(String option, Path file) {
        for (String name : List.of(MODEL, METRICS, PLOT, PAGE)) {
            checkDiffer(option, file, path.resolve(name), "the run's own " + name);
        }
    }

    /**
     * Makes sure that two names are not of one file, through links or not.
     *
     * @param what the other is
     * @throws InputException where they are
     */
    static void checkDiffer(String option, Path file, Path other, String what) {
        if (isSame(file, other)) {
            throw new InputException(
                    "%s %s: is %s: choose another name".formatted(option, file, what));
        }
    }

    private static boolean isSame(Path one, Path other) {
        return real(one).equals(real(other));
    }

    /** Through links, also where the last parts are not there yet. */
    private static Path real(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        Path there = absolute;
        while (there != null) {
            try {
                return there.toRealPath().resolve(there.relativize(absolute)).normalize();
            } catch (IOException e) {
                there = there.getParent();
            }
        }
        return absolute;
    }

    /**
     * Makes sure that {@code file} can be written.
     *
     * @throws InputException where it cannot
     */
    static void checkWritable(Path file) {
        if (Files.isDirectory(file)) {
            throw new InputException(file + ": is a folder: choose a file's name");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            // A device or an open file such as /dev/stdout: nothing is put beside it.
            return;
        }
        Path folder = real(file).getParent();
        if (folder != null) {
            probe(folder);
        }
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
