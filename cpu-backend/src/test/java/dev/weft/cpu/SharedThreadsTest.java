package dev.weft.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The threads that all CPU devices of a JVM have in common. */
@Timeout(120)
class SharedThreadsTest {
    private static final int CALLS = 10_000;

    private static long alive() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("weft-cpu-"))
                .count();
    }

    /** Threads end soon after they were told to, but not at once. */
    private static void awaitNone() throws InterruptedException {
        for (int i = 0; alive() > 0; i++) {
            assertTrue(i < 1000, alive() + " threads are left");
            Thread.sleep(10);
        }
    }

    /** A step whose products, sums and elementwise operations are long enough to be shared. */
    private static float[] compute(Device device) {
        float[] values = new float[300 * 300];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        try (Scope _ = device.scope()) {
            Tensor x = device.tensor(values, 300, 300);
            Tensor y = x;
            for (int i = 0; i < 20; i++) {
                y = y.matmul(x).tanh().sub(y.mean(0));
            }
            return y.toFloatArray();
        }
    }

    @Test
    void sixteenDevicesShareThem() throws InterruptedException, ExecutionException {
        float[] expected;
        try (Device device = new Device(new CpuBackend(1))) {
            expected = compute(device);
        }
        Callable<Long> one =
                () -> {
                    long most = 0;
                    try (Device device = new Device(new CpuBackend(4))) {
                        for (int i = 0; i < 5; i++) {
                            assertArrayEquals(expected, compute(device));
                            most = Math.max(most, alive());
                        }
                    }
                    return most;
                };
        List<Future<Long>> running = new ArrayList<>();
        long most = 0;
        try (ExecutorService callers = Executors.newFixedThreadPool(16)) {
            for (int i = 0; i < 16; i++) {
                running.add(callers.submit(one));
            }
            for (Future<Long> each : running) {
                most = Math.max(most, each.get());
            }
        }
        assertTrue(most > 0 && most <= 3, most + " threads beside the callers");
        awaitNone();
    }

    @Test
    void eachDeviceKeepsToItsOwnNumber() throws InterruptedException {
        try (WorkerPool five = new WorkerPool(5);
                WorkerPool two = new WorkerPool(2)) {
            Set<Integer> inFive = ConcurrentHashMap.newKeySet();
            Set<Integer> inTwo = ConcurrentHashMap.newKeySet();
            for (int call = 0; call < 5000; call++) {
                two.parallelFor(7, (index, worker) -> inTwo.add(worker));
                five.parallelFor(7, (index, worker) -> inFive.add(worker));
            }
            assertTrue(Set.of(0, 1).containsAll(inTwo), inTwo.toString());
            assertTrue(Set.of(0, 1, 2, 3, 4).containsAll(inFive), inFive.toString());
            assertEquals(4, alive());
            five.close();
            two.parallelFor(7, (index, worker) -> inTwo.add(worker));
            assertTrue(Set.of(0, 1).containsAll(inTwo), inTwo.toString());
        }
        awaitNone();
    }

    /** Another device's call, and its fault, stay its own. */
    @Test
    void aFaultReachesItsOwnCaller() throws InterruptedException {
        try (WorkerPool faulty = new WorkerPool(3);
                WorkerPool sound = new WorkerPool(3)) {
            AtomicLong caught = new AtomicLong();
            Thread other =
                    new Thread(
                            () -> {
                                for (int i = 0; i < CALLS; i++) {
                                    try {
                                        faulty.parallelFor(
                                                4,
                                                (index, worker) -> {
                                                    throw new IllegalStateException();
                                                });
                                    } catch (IllegalStateException e) {
                                        caught.incrementAndGet();
                                    }
                                }
                            });
            other.start();
            while (other.isAlive()) {
                sound.parallelFor(4, (index, worker) -> {});
            }
            other.join();
            assertEquals(CALLS, caught.get());
        }
    }

    @Test
    void aDroppedDeviceLeavesNone() throws InterruptedException {
        assertTrue(useAndDrop() > 0);
        for (int i = 0; alive() > 0; i++) {
            assertTrue(i < 300, alive() + " threads are left");
            System.gc();
            Thread.sleep(20);
        }
    }

    private static long useAndDrop() {
        compute(new Device(new CpuBackend(3)));
        return alive();
    }

    /** A product on more threads than the system gives, in a JVM of its own. */
    static final class ManyThreads {
        private ManyThreads() {}

        /** Prints the result, and how many threads there are before and after closing, twice. */
        public static void main(String[] args) throws InterruptedException {
            for (int i = 0; i < 2; i++) {
                try (Device device = Devices.open("cpu");
                        Scope _ = device.scope()) {
                    Tensor ones = device.ones(1000, 1000);
                    System.out.println("sum " + ones.matmul(ones).sum().item());
                    System.out.println("helpers " + alive());
                }
                awaitNone();
            }
            System.out.println("none left");
        }
    }

    @Test
    void worksWithTheThreadsThatTheSystemGives() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no /bin/sh to set a limit by");
        assumeTrue(Files.isReadable(Path.of("/proc/self/limits")), "not on Linux");
        // Each thread's stack takes a share of the address space, of which there is no more.
        String limits =
                "ulimit -v 8000000; exec \"$0\" -Xss256m -Xmx128m -XX:+UseSerialGC"
                        + " -XX:ReservedCodeCacheSize=64m -XX:CompressedClassSpaceSize=64m"
                        + " --add-modules jdk.incubator.vector"
                        + " --enable-native-access=ALL-UNNAMED -Dweft.cpu.threads=64 \"$@\"";
        Process process =
                new ProcessBuilder(
                                "/bin/sh",
                                "-c",
                                limits,
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                ManyThreads.class.getName())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            fail("did not end");
        }
        assertEquals(0, process.exitValue(), output);
        List<String> lines = output.lines().toList();
        assertEquals(2, lines.stream().filter("sum 1.0E9"::equals).count(), output);
        assertTrue(lines.contains("none left"), output);
        long said =
                lines.stream().filter(line -> line.contains("gives this process no more")).count();
        assertEquals(1, said, output);
        assertTrue(lines.stream().noneMatch("helpers 63"::equals), output);
    }
}
