package dev.weft.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.backend.Availability;
import dev.weft.backend.BackendUnavailableException;
import dev.weft.conformance.JavaProcess;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
                try (Device device = Devices.open("cuda");
                        Scope _ = device.scope()) {
                    Tensor ones = device.ones(5, 5);
                    System.out.println("open: ready, " + ones.matmul(ones).sum().item());
                }
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
        return look(library, Map.of(), pretended);
    }

    private static String look(String library, Map<String, String> environment, String... pretended)
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
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
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
        assertTrue(output.contains("best: device reference"), output);
        assertTrue(output.contains("device reference was chosen: cuda: "), output);
    }

    @Test
    void withoutADriver() throws IOException, InterruptedException {
        String output = look(NOTHING);
        assertGoesOn(output);
        assertTrue(output.contains("there is no " + NOTHING), output);
        assertTrue(output.contains("install NVIDIA's driver"), output);
    }

    @Test
    void withoutNativeAccess() throws IOException, InterruptedException {
        String output = JavaProcess.look(folder, null, "--illegal-native-access=deny");
        assertTrue(output.contains("cuda missing: Java was started so that it refuses"), output);
        assertTrue(output.contains("--enable-native-access=ALL-UNNAMED"), output);
        assertTrue(output.contains("best: device reference 1000.0"), output);
        output = JavaProcess.look(folder, "dev.weft.cuda", "--illegal-native-access=deny");
        assertTrue(output.contains("--enable-native-access=dev.weft.cuda,jcuda,jcublas"), output);
    }

    @Test
    void withALibraryThatIsNoDriver() throws IOException, InterruptedException {
        String output = look("libc.so.6");
        assertGoesOn(output);
        assertTrue(output.contains("libc.so.6 has no cuInit"), output);
    }

    /** To load it would end the process. */
    @Test
    void withALibraryThatIsCutOff() throws IOException, InterruptedException {
        for (double part : new double[] {0.01, 0.3, 0.5}) {
            Path half = cutOff(StandIn.require(), part);
            String output = look(half.toString());
            assertGoesOn(output);
            assertTrue(output.contains(half + " is cut off"), output);
        }
    }

    /** As a process leaves it that is stopped, or has just begun, while JCuda copies it. */
    @Test
    void withHalfOfJcudasOwnLibrary() throws IOException, InterruptedException {
        Path driver = folder.resolve(JcudaNatives.file("JCudaDriver"));
        Files.write(driver, new byte[0]);
        Map<String, String> there = Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + folder);
        String output = look(StandIn.require().toString(), there);
        assertTrue(output.contains("open: ready, 125.0"), output);
        byte[] whole = Files.readAllBytes(driver);
        Files.write(driver, Arrays.copyOf(whole, whole.length / 2));
        output = look(StandIn.require().toString(), there);
        assertTrue(output.contains("open: ready, 125.0"), output);
        assertEquals(whole.length, Files.size(driver));
    }

    @Test
    void withSomethingElseThereThatStays() throws IOException, InterruptedException {
        Path driver = folder.resolve(JcudaNatives.file("JCudaDriver"));
        Files.createDirectories(driver.resolve("full"));
        String output =
                look(
                        StandIn.require().toString(),
                        Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + folder));
        assertGoesOn(output);
        assertTrue(output.contains(driver + " is not JCuda's"), output);
    }

    private Path cutOff(Path library, double part) throws IOException {
        byte[] whole = Files.readAllBytes(library);
        byte[] beginning = Arrays.copyOf(whole, (int) (whole.length * part));
        return Files.write(folder.resolve("cut-off-" + part + ".so"), beginning);
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
        assertTrue(output.contains("best: device reference"), output);
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

    // ---- cuBLAS

    @TempDir private Path folder;

    /** The line about cuBLAS, on a machine whose driver is of this version. */
    private static String cublas(Map<String, String> environment, String driver)
            throws IOException, InterruptedException {
        String output = look(StandIn.require().toString(), environment, driver, "1", "90");
        // 25 sums of five ones, whoever multiplies.
        assertTrue(output.contains("open: ready, 125.0"), output);
        return output.lines().filter(line -> line.contains("cuBLAS=")).findFirst().orElseThrow();
    }

    /** The stand-in's cuBLAS of this version, copied to a place below the test's folder. */
    private Path place(String where, int major) throws IOException {
        Path file = folder.resolve(where).resolve("libcublas.so." + major);
        Files.createDirectories(file.resolveSibling(""));
        return Files.copy(StandIn.cublas("libcublas.so." + major), file);
    }

    @Test
    void withoutCublas() throws IOException, InterruptedException {
        String line = cublas(Map.of(), "13000");
        assertTrue(line.contains("none, so Weft's own kernels multiply"), line);
        assertTrue(line.contains("there is no libcublas.so.12 or libcublas.so.13"), line);
        assertTrue(cublas(Map.of("WEFT_CUBLAS", "none"), "13000").contains("WEFT_CUBLAS is none"));
    }

    @Test
    void cublas12IsCalledByJCublas() throws IOException, InterruptedException {
        StandIn.require();
        Path toolkit = place("toolkit/lib64", 12);
        String line = cublas(Map.of("CUDA_HOME", folder.resolve("toolkit").toString()), "12080");
        assertTrue(line.contains("cuBLAS=12.6.4, " + toolkit + ", by JCublas2"), line);
        // The loader's own path comes first.
        String loader = toolkit.resolveSibling("").toString();
        line = cublas(Map.of("LD_LIBRARY_PATH", loader), "13000");
        assertTrue(line.contains("cuBLAS=12.6.4, libcublas.so.12, by JCublas2"), line);
    }

    @Test
    void cublas13IsCalledDirectly() throws IOException, InterruptedException {
        StandIn.require();
        Path wheel = place("venv/lib/python3.12/site-packages/nvidia/cu13/lib", 13);
        Map<String, String> environment = Map.of("VIRTUAL_ENV", folder.resolve("venv").toString());
        String line = cublas(environment, "13000");
        assertTrue(line.contains("cuBLAS=13.6.4, " + wheel + ", by its C interface"), line);
        line = cublas(Map.of("WEFT_CUBLAS", wheel.toString()), "12080");
        assertTrue(line.contains("is of CUDA 13; the driver takes 12 to 12"), line);
    }

    @Test
    void aCublasThatIsOfNoUse() throws IOException, InterruptedException {
        StandIn.require();
        String missing = folder.resolve("libcublas.so.12").toString();
        String line = cublas(Map.of("WEFT_CUBLAS", missing), "12080");
        assertTrue(line.contains("WEFT_CUBLAS: " + missing + " does not exist"), line);
        Path text = Files.writeString(folder.resolve("text.so"), "not a library");
        line = cublas(Map.of("WEFT_CUBLAS", text.toString()), "12080");
        assertTrue(line.contains("text.so cannot be loaded"), line);
        Path half = cutOff(StandIn.cublas("libcublas.so.12"), 0.4);
        line = cublas(Map.of("WEFT_CUBLAS", half.toString()), "12080");
        assertTrue(line.contains(half + " is cut off: install it again"), line);
        Path lacking = StandIn.cublas("libcublas.without.batches");
        line = cublas(Map.of("WEFT_CUBLAS", lacking.toString()), "12080");
        assertTrue(line.contains("has no cublasGemmStridedBatchedEx"), line);
        // One of no use does not hide another.
        Path bin = Files.createDirectories(folder.resolve("toolkit/lib64"));
        Files.copy(lacking, bin.resolve("libcublas.so.12"));
        place("toolkit/lib64", 13);
        line = cublas(Map.of("CUDA_PATH", folder.resolve("toolkit").toString()), "13000");
        assertTrue(line.contains("cuBLAS=13.6.4"), line);
        assertTrue(line.contains("passed over: " + bin), line);
    }
}
