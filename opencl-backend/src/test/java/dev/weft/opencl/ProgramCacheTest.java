package dev.weft.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Device;
import dev.weft.DeviceOptions;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.backend.DeviceOptionException;
import dev.weft.gpu.CacheFolder;
import dev.weft.gpu.KernelFile;
import dev.weft.gpu.KernelSource;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Programs are compiled once for all runs, and nothing that is in the cache's folder can do harm.
 */
class ProgramCacheTest {
    private static final KernelSource SOURCE = KernelFile.DROPOUT.source(Map.of());

    @TempDir private Path folder = Path.of("");

    @BeforeEach
    void requireOpenCl() {
        TestDriver.require();
    }

    /** Opens a device with this cache, uses a kernel, and says how many programs were compiled. */
    private static int compiled(CacheFolder cache) {
        try (OpenClDriver driver = TestDriver.caching(cache)) {
            assertTrue(driver.kernel(SOURCE, "dropout_mask") != 0);
            assertTrue(driver.kernel(SOURCE, "dropout_mask") != 0);
            return driver.compiledPrograms();
        }
    }

    private Path entry() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("opencl"))) {
            List<Path> all = files.toList();
            assertEquals(1, all.size(), all.toString());
            return all.getFirst();
        }
    }

    @Test
    void aSecondRunCompilesNothing() {
        assertEquals(1, compiled(new CacheFolder(folder)));
        assertEquals(0, compiled(new CacheFolder(folder)));
    }

    private static void compute(Device device) {
        try (Scope _ = device.scope()) {
            assertEquals(3, device.ones(3).add(2).max().item());
        }
    }

    private static Set<Path> entries(Path cache) throws IOException {
        try (Stream<Path> files = Files.list(cache.resolve("opencl"))) {
            return files.map(Path::getFileName).collect(Collectors.toSet());
        }
    }

    /** PoCL compiles all kernels of a program to tell its binary, and keeps what it compiled. */
    @Test
    void whatPoclKeepsIsNotKeptAgain() {
        OpenClDevice device = OpenClLibrary.devices().getFirst();
        CacheFolder cache = new CacheFolder(folder);
        boolean pocl = device.platformName().equals("Portable Computing Language");
        assertEquals(pocl, ProgramCache.of(device, cache) == null);
    }

    @Test
    void twoDevicesKeepTheirsInFoldersOfTheirOwn() throws IOException {
        OpenClDevice device = OpenClLibrary.devices().getFirst();
        assumeTrue(
                ProgramCache.of(device, new CacheFolder(folder)) != null,
                device.platformName() + " keeps programs itself");
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        DeviceOptions options = DeviceOptions.defaults();
        try (Device first = Devices.open("opencl", options.cacheFolder(one));
                Device second = Devices.open("opencl", options.cacheFolder(two))) {
            compute(first);
            Set<Path> compiled = entries(one);
            assertTrue(Files.notExists(two), "what the first has compiled is its own");
            compute(second);
            assertEquals(compiled, entries(two));
            assertEquals(compiled, entries(one));
        }
    }

    @Test
    void aDeviceHasNoThreadsToSet() {
        DeviceOptions options = DeviceOptions.defaults().cacheFolder(folder).threads(2);
        var error =
                assertThrows(DeviceOptionException.class, () -> Devices.open("opencl", options));
        assertEquals(
                "open: the option threads of opencl is 2, but this device has no such option:"
                        + " leave it out (those it has: cacheFolder)",
                error.getMessage());
    }

    @Test
    void otherSourcesAndOptionsAreOtherEntries() {
        try (OpenClDriver driver = TestDriver.caching(new CacheFolder(folder))) {
            assertTrue(driver.kernel(SOURCE, "dropout_mask") != 0);
            KernelSource options = KernelFile.DROPOUT.source(Map.of("SPAN", "2"));
            assertTrue(driver.kernel(options, "dropout_mask") != 0);
            KernelSource text = new KernelSource(SOURCE.file(), SOURCE.text() + "\n", Map.of());
            assertTrue(driver.kernel(text, "dropout_mask") != 0);
            assertEquals(3, driver.compiledPrograms());
        }
    }

    @Test
    void damagedEntriesAreMadeAnew() throws IOException {
        CacheFolder cache = new CacheFolder(folder);
        assertEquals(1, compiled(cache));
        byte[] whole = Files.readAllBytes(entry());
        List<byte[]> damaged = new ArrayList<>();
        for (int length : new int[] {0, 1, 7, 8, 39, 40, 41, whole.length / 2, whole.length - 1}) {
            damaged.add(java.util.Arrays.copyOf(whole, length));
        }
        for (int at : new int[] {0, 9, 50, whole.length / 2, whole.length - 1}) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 4;
            damaged.add(flipped);
        }
        damaged.add("not a program".repeat(1000).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        for (byte[] content : damaged) {
            Files.write(entry(), content);
            assertEquals(1, compiled(cache), content.length + " bytes");
            assertTrue(Files.size(entry()) > whole.length / 2);
            assertEquals(0, compiled(cache));
        }
    }

    @Test
    void anEntryThatTheDriverRefusesIsMadeAnew() throws IOException {
        CacheFolder cache = new CacheFolder(folder);
        assertEquals(1, compiled(cache));
        // Whole by its checksum, and no program.
        OpenClDevice device = OpenClLibrary.devices().getFirst();
        new ProgramCache(cache).store(device, SOURCE, new byte[1000]);
        assertEquals(1, compiled(cache));
        assertEquals(0, compiled(cache));
    }

    @Test
    void aFolderThatCannotBeWrittenIsReportedOnce() throws IOException {
        // Below a file, where not even root can make a folder.
        Path file = Files.createFile(folder.resolve("file"));
        CacheFolder cache = new CacheFolder(file.resolve("cache"));
        List<String> warnings = new ArrayList<>();
        Handler handler = collect(warnings);
        Logger logger = Logger.getLogger(CacheFolder.class.getName());
        logger.addHandler(handler);
        try {
            assertEquals(1, compiled(cache));
            assertEquals(1, compiled(cache));
        } finally {
            logger.removeHandler(handler);
        }
        assertEquals(1, warnings.size(), warnings.toString());
        assertTrue(warnings.getFirst().contains("WEFT_CACHE"), warnings.toString());
    }

    private static Handler collect(List<String> messages) {
        return new Handler() {
            @Override
            public void publish(LogRecord record) {
                messages.add(new java.util.logging.SimpleFormatter().formatMessage(record));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }

    @Test
    void writersAtOnceLeaveAWholeEntry() throws InterruptedException, IOException {
        byte[] content = new byte[1 << 20];
        new java.util.Random(1).nextBytes(content);
        CacheFolder cache = new CacheFolder(folder);
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            writers.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (int round = 0; round < 20; round++) {
                                            cache.write("opencl/entry", content);
                                            byte[] read = cache.read("opencl/entry").orElseThrow();
                                            if (!java.util.Arrays.equals(content, read)) {
                                                throw new AssertionError("half an entry");
                                            }
                                        }
                                    }));
        }
        for (Thread writer : writers) {
            writer.join();
        }
        assertArrayEquals(content, Files.readAllBytes(entry()));
    }
}
