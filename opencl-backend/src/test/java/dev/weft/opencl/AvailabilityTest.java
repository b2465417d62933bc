package dev.weft.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.backend.Availability;
import dev.weft.backend.BackendUnavailableException;
import dev.weft.conformance.JavaProcess;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What the user is told where OpenCL is missing, or a device does not exist. */
class AvailabilityTest {
    @TempDir private Path empty = Path.of("");

    /** A program that looks for devices and opens the best, in a JVM of its own. */
    static final class Look {
        private Look() {}

        /** Prints what is found. */
        public static void main(String[] arguments) {
            for (Devices.Listing listing : Devices.list()) {
                if (listing.availability()
                        instanceof Availability.Unavailable(String reason, String remedy)) {
                    System.out.println(listing.backend() + " missing: " + reason + "; " + remedy);
                }
            }
            try {
                Devices.open("opencl").close();
            } catch (BackendUnavailableException e) {
                System.out.println("open: " + e.getMessage());
            }
            try (Device device = Devices.best()) {
                System.out.println("best: " + device);
            }
        }
    }

    private static String look(List<String> options, String... environment)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules",
                        "jdk.incubator.vector"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Look.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        for (int i = 0; i < environment.length; i += 2) {
            builder.environment().put(environment[i], environment[i + 1]);
        }
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            fail("did not end");
        }
        assertEquals(0, process.exitValue(), output);
        assertFalse(output.contains("UnsatisfiedLinkError"), output);
        assertTrue(output.contains("opencl missing"), output);
        assertTrue(output.contains("open: opencl: "), output);
        // Another backend, and why.
        assertTrue(output.contains("best: device reference"), output);
        assertTrue(output.matches("(?s).*device reference was chosen: .*opencl: .*"), output);
        return output;
    }

    @Test
    void withoutALoader() throws IOException, InterruptedException {
        String output = look(List.of("-Dorg.lwjgl.opencl.libname=/nonexistent/libOpenCL.so"));
        assertTrue(output.contains("ocl-icd-libopencl1"), output);
        assertTrue(output.contains("pocl-opencl-icd"), output);
    }

    @Test
    void withoutNativeAccess() throws IOException, InterruptedException {
        String output = JavaProcess.look(empty, null, "--illegal-native-access=deny");
        assertTrue(output.contains("opencl missing: Java was started so that it refuses"), output);
        assertTrue(output.contains("--enable-native-access=ALL-UNNAMED"), output);
        assertTrue(output.contains("best: device reference 1000.0"), output);
        output =
                JavaProcess.look(
                        empty,
                        "dev.weft.opencl,org.lwjgl.natives",
                        "--illegal-native-access=deny",
                        "--enable-native-access=dev.weft.opencl");
        assertTrue(
                output.contains(
                        "--enable-native-access=dev.weft.opencl,org.lwjgl,org.lwjgl.opencl"),
                output);
    }

    /** LWJGL's own libraries are a module that nothing requires. */
    @Test
    void withoutLwjglsNatives() throws IOException, InterruptedException {
        String output =
                JavaProcess.look(
                        empty,
                        "dev.weft.opencl",
                        "--enable-native-access=dev.weft.opencl,org.lwjgl,org.lwjgl.opencl");
        assertTrue(output.contains("opencl missing: LWJGL's own library"), output);
        assertTrue(output.contains("--add-modules org.lwjgl.natives"), output);
    }

    @Test
    void withALoaderThatFindsNothing() throws IOException, InterruptedException {
        TestDriver.require();
        String output = look(List.of(), "OCL_ICD_VENDORS", empty.toString());
        assertTrue(output.contains("found no device"), output);
        assertTrue(output.contains("pocl-opencl-icd"), output);
    }

    /** Below a device node nobody can make a folder, not even root. */
    @ParameterizedTest
    @ValueSource(strings = {"/dev/null/pocl", "/dev/null"})
    void withPoclThatCannotWriteItsCache(String cache) throws IOException, InterruptedException {
        TestDriver.require();
        assumeTrue(OpenClLibrary.devices().getFirst().platformName().startsWith("Portable"));
        String output = look(List.of(), "POCL_CACHE_DIR", cache);
        assertTrue(output.contains("PoCL is there"), output);
        assertTrue(output.contains(": " + cache + "; set POCL_CACHE_DIR"), output);
        assertFalse(output.contains("pocl-opencl-icd"), output);
    }

    @Test
    void poclsCacheIsWherePoclPutsIt() {
        assertEquals(
                Path.of("/a"),
                PoclCache.folder(
                        Map.of("POCL_CACHE_DIR", "/a", "XDG_CACHE_HOME", "/b", "HOME", "/c")));
        assertEquals(
                Path.of("/b/pocl"), PoclCache.folder(Map.of("XDG_CACHE_HOME", "/b", "HOME", "/c")));
        assertEquals(
                Path.of("/c/.cache/pocl"),
                PoclCache.folder(Map.of("XDG_CACHE_HOME", "", "HOME", "/c")));
        assertEquals(Path.of("/tmp/pocl"), PoclCache.folder(Map.of()));
    }

    @Test
    void devicesAreOpenedByNumberAndByName() {
        TestDriver.require();
        String name = OpenClLibrary.devices().getFirst().name();
        try (Device device = Devices.open("opencl:" + name.substring(name.length() / 2))) {
            assertEquals("opencl:0", device.info().selector());
        }
        var error = assertThrows(BackendUnavailableException.class, () -> Devices.open("opencl:7"));
        String message = String.valueOf(error.getMessage());
        assertTrue(message.contains("there is no device 'opencl:7'"), message);
        assertTrue(message.contains(name), message);
    }
}
