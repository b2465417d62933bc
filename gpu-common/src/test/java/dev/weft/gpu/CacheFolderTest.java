package dev.weft.gpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DeviceOptions;
import dev.weft.backend.DeviceOptionException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is written is read, and what killed writers leave does not pile up. */
class CacheFolderTest {
    @TempDir Path folder;

    private void file(String name, Duration age) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "half");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }

    @Test
    void partsOfWritersThatWereKilledAreRemoved() throws IOException {
        file("entry1.part", Duration.ofMinutes(61));
        file("entry2.part", Duration.ofMinutes(59));
        file("old", Duration.ofDays(100));
        CacheFolder cache = new CacheFolder(folder);
        assertTrue(cache.write("entry", new byte[] {1, 2}));
        assertArrayEquals(new byte[] {1, 2}, cache.read("entry").orElseThrow());
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    Set.of("entry", "entry2.part", "old"),
                    files.map(file -> String.valueOf(file.getFileName()))
                            .collect(Collectors.toSet()));
        }
    }

    @Test
    void aDevicesOptionNamesIt() throws IOException {
        Path named = folder.resolve("not/there/yet");
        DeviceOptions options = DeviceOptions.defaults().cacheFolder(named);
        assertEquals(named.resolve("entry"), CacheFolder.of(options, "gpu:0").path("entry"));
        assertEquals(
                CacheFolder.ofUser().path("entry"),
                CacheFolder.of(DeviceOptions.defaults(), "gpu:0").path("entry"));
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        DeviceOptions wrong = options.cacheFolder(file);
        var error = assertThrows(DeviceOptionException.class, () -> CacheFolder.of(wrong, "gpu:0"));
        assertEquals(
                "open: the option cacheFolder of gpu:0 is %s, but that is a file, not a folder"
                        .formatted(file),
                error.getMessage());
    }

    @Test
    void anInterruptedThreadReadsAndWrites() {
        CacheFolder cache = new CacheFolder(folder);
        Thread.currentThread().interrupt();
        assertTrue(cache.write("new/entry", new byte[] {3}));
        assertArrayEquals(new byte[] {3}, cache.read("new/entry").orElseThrow());
        assertTrue(Thread.interrupted(), "the flag is kept");
    }
}
