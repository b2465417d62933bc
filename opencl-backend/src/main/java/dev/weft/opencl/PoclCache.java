package dev.weft.opencl;

import org.lwjgl.system.Platform;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The folder in which PoCL keeps what it compiles. Where PoCL cannot make it, it has no device;
 * where the folder is there and cannot be written to, it has one for which nothing compiles.
 */
final class PoclCache {
    private static final String POCL = "Portable Computing Language";

    private PoclCache() {}

    /** Whether {@code platform} is PoCL. */
    static boolean serves(String platform) {
        return platform.equals(POCL);
    }

    /** Whether {@code platform} is PoCL, and has no folder for what it compiles. */
    static boolean isMissingFor(String platform) {
        return serves(platform)
                && Platform.get() != Platform.WINDOWS
                && !canBeWritten(folder(System.getenv()));
    }

    /** As PoCL chooses it, by these variables of the environment. */
    static Path folder(Map<String, String> environment) {
        String named = environment.get("POCL_CACHE_DIR");
        if (named != null) {
            return Path.of(named);
        }
        String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
        String home = environment.get("HOME");
        if (!caches.isEmpty()) {
            return Path.of(caches, "pocl");
        }
        return home == null ? Path.of("/tmp", "pocl") : Path.of(home, ".cache", "pocl");
    }

    /** Whether the folder is there and can be written to, or can be made. */
    static boolean canBeWritten(Path folder) {
        Path there = folder.toAbsolutePath();
        for (Path parent = there.getParent();
                parent != null && Files.notExists(there);
                parent = there.getParent()) {
            there = parent;
        }
        return Files.isDirectory(there) && Files.isWritable(there);
    }
}
