package dev.weft.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.weft.Device;
import dev.weft.DeviceOptions;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.backend.DeviceOptionException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The options that a CPU device is opened with. */
class CpuOptionsTest {
    private static Device open(DeviceOptions options) {
        return Devices.open("cpu", options);
    }

    private static String fact(Device device, String name) {
        return device.info().properties().getOrDefault(name, "");
    }

    private static String refusal(DeviceOptions options) {
        return String.valueOf(
                assertThrows(DeviceOptionException.class, () -> open(options).close())
                        .getMessage());
    }

    private static float[] compute(Device device) {
        try (Scope _ = device.scope()) {
            float[] values = new float[200 * 200];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.sin(i);
            }
            Tensor x = device.tensor(values, 200, 200);
            return x.matmul(x).tanh().sub(x.mean(0)).toFloatArray();
        }
    }

    /** In turns, so that each would find what the other has left. */
    @Test
    void devicesOfOneAndOfTwoThreadsStayApart() throws InterruptedException {
        // Those of another test's devices end soon after these were closed.
        for (int i = 0; workers() > 0; i++) {
            assertTrue(i < 1000, workers() + " threads are left");
            Thread.sleep(10);
        }
        try (Device one = open(DeviceOptions.defaults().threads(1));
                Device two = open(DeviceOptions.defaults().threads(2))) {
            float[] expected = compute(one);
            assertEquals(0, workers());
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(expected, compute(two));
                assertArrayEquals(expected, compute(one));
            }
            assertEquals(1, workers());
            assertEquals("1", fact(one, "threads"));
            assertEquals("2", fact(two, "threads"));
        }
    }

    private static long workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("weft-cpu-"))
                .count();
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, 0, 4097})
    void threadsOutOfRangeAreRefused(int threads) {
        assertEquals(
                "open: the option threads of cpu is %d, but it must be from 1 to 4096"
                        .formatted(threads),
                refusal(DeviceOptions.defaults().threads(threads)));
    }

    @ParameterizedTest
    @ValueSource(ints = {-128, 0, 64, 192, 1024})
    void widthsThatThereAreNotAreRefused(int bits) {
        String message = refusal(DeviceOptions.defaults().vectorBits(bits));
        assertTrue(
                message.startsWith(
                        "open: the option vectorBits of cpu is %d, but here it must be one of 128"
                                .formatted(bits)),
                message);
    }

    @Test
    void aSecondWidthIsRefused() {
        try (Device first = open(DeviceOptions.defaults())) {
            int settled = Lanes.F32.vectorBitSize();
            assertEquals(String.valueOf(settled), fact(first, "vector bits"));
            String message =
                    refusal(DeviceOptions.defaults().vectorBits(settled == 128 ? 256 : 128));
            assertTrue(message.contains("vectorBits of cpu is"), message);
            assertTrue(message.contains(String.valueOf(settled)), message);
            try (Device same = open(DeviceOptions.defaults().vectorBits(settled))) {
                assertArrayEquals(compute(first), compute(same));
            }
        }
    }

    /** In a JVM of its own, in which no CPU device is open yet. */
    static final class FirstDevice {
        private FirstDevice() {}

        /** Looks for devices, which settles nothing, then opens one of 128 bits. */
        public static void main(String[] args) {
            System.out.println(Devices.list().size());
            try (Device narrow = open(DeviceOptions.defaults().vectorBits(128));
                    Device same = open(DeviceOptions.defaults())) {
                System.out.println("first " + fact(narrow, "vector bits"));
                System.out.println("second " + fact(same, "vector bits"));
                System.out.println("lanes " + Lanes.COUNT);
                compute(same);
            }
            try (Device wide = open(DeviceOptions.defaults().vectorBits(256))) {
                System.out.println("opened " + wide);
            } catch (DeviceOptionException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    /** Also against the system property, which is what holds without the option. */
    @Test
    void theFirstDeviceSettlesTheWidth() throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-modules",
                                "jdk.incubator.vector",
                                "--enable-native-access=ALL-UNNAMED",
                                "-Dweft.cpu.vector.bits=256",
                                "-cp",
                                System.getProperty("java.class.path"),
                                FirstDevice.class.getName())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            fail("did not end");
        }
        assertEquals(0, process.exitValue(), output);
        List<String> lines = output.lines().toList();
        assertTrue(lines.containsAll(List.of("first 128", "second 128", "lanes 4")), output);
        // Without vectors of 256 bits that is what the refusal says.
        assertTrue(
                lines.stream()
                        .anyMatch(
                                line ->
                                        line.startsWith("open: the option vectorBits of cpu is 256")
                                                && line.contains("128")),
                output);
    }
}
