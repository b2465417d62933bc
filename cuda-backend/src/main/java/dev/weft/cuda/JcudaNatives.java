package dev.weft.cuda;

import jcuda.JCudaVersion;
import jcuda.LibUtils;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/**
 * JCuda's own native libraries, before JCuda loads them. It copies them from its jar to the folder
 * for temporary files, under names that all processes and users share, and takes a file of such a
 * name as it finds it. Half of one, by a process that is still copying or was stopped then, ends
 * the JVM with SIGBUS. So the copies are made here: whole or not at all.
 */
final class JcudaNatives {
    private JcudaNatives() {}

    /**
     * Puts a library where JCuda looks for it, unless it is there already.
     *
     * @param user the class of JCuda that loads it
     * @param name such as {@code JCudaDriver}
     * @return why that is impossible, for people
     */
    static Optional<String> bringOut(Class<?> user, String name) {
        String file = file(name);
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        try (InputStream in = user.getResourceAsStream("/lib/" + file)) {
            // Where there is none JCuda says so itself.
            return in == null ? Optional.empty() : put(in.readAllBytes(), folder, file);
        } catch (IOException e) {
            return Optional.of(file + " cannot be read from JCuda's jar: " + e);
        }
    }

    /** What JCuda calls a library of its own. */
    static String file(String name) {
        return LibUtils.createLibraryFileName(
                LibUtils.createPlatformLibraryName(name + "-" + JCudaVersion.get()));
    }

    /** Makes a file have this content, in one step for whoever looks at it. */
    private static Optional<String> put(byte[] content, Path folder, String name) {
        Path file = folder.resolve(name);
        try {
            if (holds(file, content)) {
                return Optional.empty();
            }
            Files.createDirectories(folder);
            // With the usual permissions, which a temporary file has not: other users read it too.
            Path part = folder.resolve(name + "." + UUID.randomUUID());
            try {
                Files.write(part, content, StandardOpenOption.CREATE_NEW);
                Files.move(
                        part,
                        file,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(file + " is not JCuda's, or is half of it, and stays so: " + e);
        }
    }

    /** Looked at once: another process may put it there, or clear the folder, meanwhile. */
    private static boolean holds(Path file, byte[] content) throws IOException {
        try {
            return Arrays.equals(content, Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
