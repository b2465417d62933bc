package dev.weft.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.backend.Availability;
import dev.weft.backend.BackendUnavailableException;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the user is told where there is no driver, no GPU, or one that is too old. */
class CudaAvailabilityTest {
    private static final String NOTHING = "/nonexistent/libcuda.so.1";

    /** A program that looks for devices and opens the best, in a JVM of its own. */
    static final class Look {
        private Look() {}

        /**
         * Prints what is found.
         *
         * @param pretended what the stand-in says it is: the driver's version, how many GPUs, their
         *     compute capability
         */
        public static void main(String[] pretended) {
            if (pretended.length > 0) {
                StandIn.pretend(
                        Integer.parseInt(pretended[0]),
                        Integer.parseInt(pretended[1]),
                        Integer.parseInt(pretended[2]));
            }
            for (Devices.Listing listing : Devices.list()) {
                switch (listing.availability()) {
                    case Availability.Unavailable(String reason, String remedy) ->
                            System.out.println(
                                    listing.backend() + " missing: " + reason + "; " + remedy);
                    case Availability.Ready(var devices) -> System.out.println(devices);
                }
            }
            try {
                Devices.open("cuda").close();
                System.out.println("open: ready");
            } catch (BackendUnavailableException e) {
                System.out.println("open: " + e.getMessage());
            }
            try (Device device = Devices.best()) {
                System.out.println("best: " + device);
            }
        }
    }

    private static String look(String library, String... pretended)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-Dweft.cuda.library=" + library,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Look.class.getName()));
        command.addAll(List.of(pretended));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            fail("did not end");
        }
        assertEquals(0, process.exitValue(), output);
        assertFalse(output.contains("UnsatisfiedLinkError"), output);
        return output;
    }

    private static void assertGoesOn(String output) {
        assertTrue(output.contains("cuda missing"), output);
        assertTrue(output.contains("open: cuda: "), output);
        assertTrue(output.contains("best: device cpu"), output);
        assertTrue(output.contains("device cpu was chosen: cuda: "), output);
    }

    @Test
    void withoutADriver() throws IOException, InterruptedException {
        String output = look(NOTHING);
        assertGoesOn(output);
        assertTrue(output.contains("there is no " + NOTHING), output);
        assertTrue(output.contains("install NVIDIA's driver"), output);
    }

    @Test
    void withALibraryThatIsNoDriver() throws IOException, InterruptedException {
        String output = look("libc.so.6");
        assertGoesOn(output);
        assertTrue(output.contains("libc.so.6 has no cuInit"), output);
    }

    @Test
    void withAnOldDriver() throws IOException, InterruptedException {
        String output = look(StandIn.require().toString(), "11080", "1", "80");
        assertGoesOn(output);
        assertTrue(output.contains("one of CUDA 11.8, before 12.0"), output);
    }

    @Test
    void withoutAGpu() throws IOException, InterruptedException {
        String output = look(StandIn.require().toString(), "12080", "0", "80");
        assertGoesOn(output);
        assertTrue(output.contains("CUDA_ERROR_NO_DEVICE"), output);
        assertTrue(output.contains("nvidia-smi"), output);
    }

    @Test
    void withAGpuThatNoKernelIsFor() throws IOException, InterruptedException {
        String output = look(StandIn.require().toString(), "12080", "1", "61");
        assertTrue(output.contains("6.1, too old: Weft needs 7.5"), output);
        assertTrue(
                output.contains("open: cuda: Stand-in GPU 0 has compute capability 6.1"), output);
        assertTrue(output.contains("best: device cpu"), output);
    }

    @Test
    void devicesAreOpenedByNumberAndByName() {
        StandIn.require();
        try (Device device = Devices.open("cuda:GPU 1")) {
            assertEquals("cuda:1", device.info().selector());
        }
        var error = assertThrows(BackendUnavailableException.class, () -> Devices.open("cuda:7"));
        String message = String.valueOf(error.getMessage());
        assertTrue(message.contains("there is no device 'cuda:7'"), message);
        assertTrue(message.contains("Stand-in GPU 0"), message);
    }
}
