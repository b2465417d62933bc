package dev.weft.gpu;

import dev.weft.DeviceOptions;
import dev.weft.DeviceOptions.Option;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where compiled programs and tuning results are kept from run to run. All of it can be made again:
 * a folder that cannot be read or written costs time, is reported once, and stops nothing.
 */
public final class CacheFolder {
    private static final String PART = ".part";
    private static final System.Logger LOG = System.getLogger(CacheFolder.class.getName());
    private static final Set<Path> REPORTED = ConcurrentHashMap.newKeySet();

    private final Path folder;

    /** A cache in {@code folder}, which is made when something is written. */
    public CacheFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * That of a device's options, or the user's.
     *
     * @param device for messages, such as {@code cuda:0}
     * @throws dev.weft.backend.DeviceOptionException where the option names a file
     */
    public static CacheFolder of(DeviceOptions options, String device) {
        if (options.cacheFolder().isEmpty()) {
            return ofUser();
        }
        Path named = options.cacheFolder().get();
        if (Files.exists(named) && !Files.isDirectory(named)) {
            throw options.refused(Option.CACHE_FOLDER, device, "that is a file, not a folder");
        }
        return new CacheFolder(named);
    }

    /**
     * The user's: the system property {@code weft.cache}, the environment's {@code WEFT_CACHE},
     * {@code XDG_CACHE_HOME/weft}, or {@code ~/.cache/weft}.
     */
    public static CacheFolder ofUser() {
        String named = System.getProperty("weft.cache", System.getenv("WEFT_CACHE"));
        if (named != null && !named.isEmpty()) {
            return new CacheFolder(Path.of(named));
        }
        String caches = System.getenv("XDG_CACHE_HOME");
        Path base =
                caches != null && !caches.isEmpty()
                        ? Path.of(caches)
                        : Path.of(System.getProperty("user.home", "."), ".cache");
        return new CacheFolder(base.resolve("weft"));
    }

    /** Where a file of this name lies, or would. */
    public Path path(String name) {
        return folder.resolve(name);
    }

    /** A file's content, or nothing where it cannot be read. */
    public Optional<byte[]> read(String name) {
        try {
            return Optional.of(Files.readAllBytes(path(name)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            report("read", e);
            return Optional.empty();
        }
    }

    /**
     * Writes a file under a name of its own and then renames it, so that a reader, or another
     * writer, never sees half of it. What writers that were killed have left is removed.
     *
     * @return whether it was written
     */
    public boolean write(String name, byte[] content) {
        try {
            Path target = path(name);
            Path parent = Objects.requireNonNull(target.toAbsolutePath().getParent());
            Files.createDirectories(parent);
            sweep(parent);
            Path part = Files.createTempFile(parent, target.getFileName().toString(), PART);
            try {
                Files.write(part, content);
                Files.move(
                        part,
                        target,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
            return true;
        } catch (IOException e) {
            report("written", e);
            return false;
        }
    }

    /** Removes the parts that nobody has written to for an hour: a write takes no second. */
    private static void sweep(Path parent) throws IOException {
        Instant stale = Instant.now().minus(Duration.ofHours(1));
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(parent, "*" + PART)) {
            for (Path part : parts) {
                if (Files.getLastModifiedTime(part).toInstant().isBefore(stale)) {
                    Files.deleteIfExists(part);
                }
            }
        } catch (NoSuchFileException | DirectoryIteratorException e) {
            // Another process has just removed it, or the folder.
            return;
        }
    }

    /** Removes a file if it is there. */
    public void delete(String name) {
        try {
            Files.deleteIfExists(path(name));
        } catch (IOException e) {
            report("changed", e);
        }
    }

    private void report(String what, IOException e) {
        if (REPORTED.add(folder)) {
            LOG.log(
                    Level.WARNING,
                    "the cache folder {0} cannot be {1} ({2}): kernels are compiled anew in every"
                            + " run; WEFT_CACHE, or a device's option cacheFolder, names another"
                            + " folder",
                    folder,
                    what,
                    e.toString());
        }
    }
}
