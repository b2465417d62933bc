package dev.weft.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.DeviceLostException;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.conformance.Sample;
import dev.weft.data.Batches;
import dev.weft.data.GeneratedDigits;
import dev.weft.data.InMemoryBatches;
import dev.weft.data.Normalization;
import dev.weft.data.Split;
import dev.weft.nn.Models;
import dev.weft.nn.Network;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.train.Trainer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What the driver answers where memory ends or a kernel goes wrong, in the real driver's code. */
class CudaFaultsTest {
    private static final Duration AT_ONCE = Duration.ofSeconds(20);

    @BeforeEach
    void standIn() {
        StandIn.require();
    }

    @AfterEach
    void nothingIsLeft() {
        StandIn.failAllocation(0);
        StandIn.failLaunch(0);
        assertEquals(0, StandIn.liveBytes(), "bytes that are still allocated");
        assertEquals(0, StandIn.contexts(), "contexts that are still held");
        assertEquals(0, StandIn.graphs(), "graphs that nobody has destroyed");
        assertEquals(0, StandIn.cublasHandles(12) + StandIn.cublasHandles(13), "handles");
        StandIn.install();
    }

    /** Three batches of training, from opening the device to closing it. */
    private static void train(String selector, boolean captures) {
        Split digits = Split.last(GeneratedDigits.generate(28, 1), 4);
        Normalization scale = Normalization.of(digits.train());
        try (Device device = Devices.open(selector);
                Scope _ = device.scope()) {
            Network network = Network.create(device, Models.SIMPLENET.layers(0.1), 1);
            Optimizer adam = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.001);
            Batches train = new InMemoryBatches(device, digits.train().examples(scale), 8);
            Trainer trainer = new Trainer(network, Models.SIMPLENET.loss(), adam);
            trainer.captureSteps(captures);
            trainer.train(train, 1, 1, 1);
        }
    }

    /** With Weft's own products, and with those of cuBLAS. */
    private static void install(int cublas) {
        if (cublas == 0) {
            StandIn.install();
        } else {
            StandIn.installCublas(cublas);
        }
    }

    /** Each failure takes a training of its own; the first and the last are tried always. */
    private static List<Long> some(long calls) {
        List<Long> between = LongStream.range(2, calls).boxed().toList();
        return Stream.of(List.of(1L), Sample.of(between, 2), List.of(calls))
                .flatMap(List::stream)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"0, false", "12, false", "13, false", "0, true", "12, true", "13, true"})
    void outOfMemoryAtEveryAllocation(int cublas, boolean captures) {
        install(cublas);
        // With memory pools, and without.
        for (String selector : new String[] {"cuda:0", "cuda:1"}) {
            long before = StandIn.allocations();
            train(selector, captures);
            long allocations = StandIn.allocations() - before;
            assertTrue(allocations > 5, allocations + " allocations");
            for (long n : some(allocations)) {
                StandIn.failAllocation(n);
                var error =
                        assertThrows(
                                DeviceOutOfMemoryException.class, () -> train(selector, captures));
                String message = String.valueOf(error.getMessage());
                boolean ofGraph = message.startsWith("cuGraphInstantiate gave");
                if (!(captures && ofGraph)) {
                    assertTrue(message.contains(selector + " (Stand-in GPU"), message);
                    assertTrue(message.contains("bytes were asked for"), message);
                }
                StandIn.failAllocation(0);
                assertEquals(0, StandIn.liveBytes(), "after the failure of allocation " + n);
                assertEquals(0, StandIn.contexts(), "after the failure of allocation " + n);
            }
            train(selector, captures);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, false", "12, false", "13, false", "0, true", "12, true", "13, true"})
    void lostAtEveryLaunch(int cublas, boolean captures) {
        install(cublas);
        long before = StandIn.launches();
        train("cuda:0", captures);
        long launches = StandIn.launches() - before;
        assertTrue(launches > 20, launches + " launches");
        for (long n : some(launches)) {
            StandIn.failLaunch(n);
            assertTimeoutPreemptively(
                    AT_ONCE,
                    () -> assertThrows(DeviceLostException.class, () -> train("cuda:0", captures)),
                    "launch " + n);
            StandIn.failLaunch(0);
        }
        train("cuda:0", captures);
    }

    @Test
    void aLostDeviceAnswersNoMore() {
        Device device = Devices.open("cuda");
        try (Scope _ = device.scope()) {
            Tensor x = device.ones(4);
            StandIn.failLaunch(1);
            var first = assertThrows(DeviceLostException.class, x::exp);
            assertTrue(String.valueOf(first.getMessage()).contains("CUDA_ERROR_ILLEGAL_ADDRESS"));
            assertThrows(DeviceLostException.class, x::exp);
            assertThrows(DeviceLostException.class, x::toFloatArray);
        }
        assertThrows(DeviceLostException.class, device::close);
    }

    @Test
    void oneThreadMayUseTwoDevices() {
        try (Device first = Devices.open("cuda:0");
                Device second = Devices.open("cuda:1");
                Scope _ = first.scope();
                Scope _ = second.scope()) {
            Tensor x = first.ones(3);
            Tensor y = second.ones(4);
            assertEquals(3, x.sum().item());
            assertEquals(4, y.sum().item());
            assertEquals(6, x.add(x).sum().item());
        }
    }

    @Test
    void anotherThreadMayGoOn() throws InterruptedException {
        try (Device device = Devices.open("cuda");
                Scope _ = device.scope()) {
            Tensor x = device.ones(3);
            double[] sum = new double[1];
            Thread thread =
                    new Thread(
                            () -> {
                                device.adopt();
                                sum[0] = x.sum().item();
                            });
            thread.start();
            thread.join();
            assertEquals(3, sum[0]);
            device.adopt();
            assertEquals(3, x.sum().item());
        }
    }

    @Test
    void moreThanThereIsNamesItsNumbers() {
        try (Device device = Devices.open("cuda");
                Scope _ = device.scope()) {
            var error = assertThrows(DeviceOutOfMemoryException.class, () -> device.zeros(1 << 29));
            String message = String.valueOf(error.getMessage());
            assertTrue(message.contains((1L << 31) + " bytes were asked for"), message);
            assertTrue(message.contains("are free"), message);
            assertEquals(5, device.ones(5).sum().item());
        }
    }

    /** What is kept for reuse is no reason to have no memory: cuBLAS works in 32 MiB. */
    @Test
    void givesUpWhatIsKeptForACublasProduct() {
        StandIn.installCublas(12);
        long mebi = 1 << 18;
        try (Device device = Devices.open("cuda");
                Scope _ = device.scope()) {
            Tensor one = device.ones(512, 512);
            for (int mebibytes : new int[] {896, 96}) {
                device.empty(DType.F32, Shape.of(mebibytes * mebi)).close();
            }
            long products = StandIn.cublasProducts(12);
            assertEquals(512, one.matmul(one).max().item());
            assertEquals(products + 1, StandIn.cublasProducts(12));
        }
    }

    @Test
    void noScratchMemoryNamesTheOperation() {
        try (Device device = Devices.open("cuda");
                Scope _ = device.scope()) {
            Tensor x = device.ones(1 << 20);
            device.ones(1).close();
            StandIn.failAllocation(1);
            var error = assertThrows(DeviceOutOfMemoryException.class, x::sum);
            String message = String.valueOf(error.getMessage());
            assertTrue(message.startsWith("reduction: cuda:0 (Stand-in GPU"), message);
            assertTrue(message.contains("no memory for its scratch memory"), message);
            StandIn.failAllocation(0);
            assertEquals(1 << 20, x.sum().item());
        }
    }
}
