package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.Capture;
import dev.weft.DType;
import dev.weft.Device;
import dev.weft.DropoutState;
import dev.weft.Losses;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.autograd.Gradients;
import dev.weft.autograd.Tape;
import dev.weft.backend.Activation;
import dev.weft.backend.Backend;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;
import dev.weft.random.Philox;

import org.junit.jupiter.api.DynamicTest;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What a backend's memory and core's pool do together. */
final class MemoryCases {
    private MemoryCases() {}

    static Stream<DynamicTest> all(String selector) {
        return Stream.of(
                dynamicTest("a steady step allocates nothing", () -> steady(selector)),
                dynamicTest("every allocation of a step may fail", () -> outOfMemory(selector)),
                dynamicTest("more than there is", () -> tooMuch(selector)),
                dynamicTest("empty tensors", () -> empty(selector)),
                dynamicTest("a device that was dropped is freed", () -> dropped(selector)),
                dynamicTest("a capture that was dropped is freed", () -> droppedCapture(selector)),
                dynamicTest("large and small", () -> sizes(selector)),
                dynamicTest("more doubles than one block", () -> doubles(selector)),
                dynamicTest("the same step twice gives the same bits", () -> repeat(selector)));
    }

    /** Doubles are converted in blocks, which must meet. */
    private static void doubles(String selector) {
        try (Device device = TestDevices.open(selector);
                Scope _ = device.scope()) {
            double[] values = new double[Backend.BLOCK + 3];
            Arrays.setAll(values, i -> i);
            assertArrayEquals(values, device.tensor(values).toDoubleArray());
            Tensor integers = device.tensor(values).to(DType.I32);
            assertArrayEquals(values, integers.toDoubleArray());
        }
    }

    /** A device whose allocations are counted. */
    private static Device open(String selector, FailingBackend[] counting) {
        counting[0] = new FailingBackend(TestDevices.open(selector));
        return new Device(counting[0]);
    }

    /**
     * A network of two layers with dropout, one step of Adam on it, and what lives between steps.
     */
    private static final class SmallTraining {
        private final Device device;
        private final Tensor x;
        private final Tensor labels;
        private final Tensor w1;
        private final Tensor b1;
        private final Tensor w2;
        private final Tensor control;
        private final Tensor steps;
        private final List<Tensor> states;
        private final Tensor gradient;
        private final DropoutState dropout;
        private final Tensor go;

        SmallTraining(Device device) {
            this.device = device;
            Philox random = new Philox(7);
            x = Draws.normal(random, device, 1, 6, 5);
            labels = device.tensor(new int[] {0, 1, 2, 2, 1, 0});
            w1 = Draws.normal(random, device, 0.5, 9, 5);
            b1 = device.zeros(9);
            w2 = Draws.normal(random, device, 0.5, 3, 9);
            control = device.tensor(new float[] {0.01f, 1});
            steps = device.tensor(new int[2]);
            states = List.of(device.zeros(9, 5), device.zeros(9, 5));
            gradient = device.zeros(9, 5);
            dropout = new DropoutState(device, 3);
            go = device.tensor(new int[1]);
        }

        void step() {
            try (Scope _ = device.scope();
                    Tape tape = new Tape(device)) {
                tape.watch(w1, gradient);
                tape.watch(b1);
                tape.watch(w2);
                Tensor hidden = dropout.apply(x.linear(w1, b1, Activation.RELU), 0.25);
                Tensor logits = hidden.matmul(w2.transpose());
                Tensor loss = Losses.crossEntropy(logits, labels).add(w2.square().mean());
                Gradients gradients = tape.gradients(loss);
                assertTrue(gradients.of(b1).toFloatArray().length == 9);
                UpdateRule adam = new UpdateRule.Adam(0.9, 0.999, 1e-8, Penalty.NONE);
                device.backend()
                        .run(
                                new KernelCall.Update(
                                        adam,
                                        control.view(),
                                        steps.view(),
                                        go.view(),
                                        w1.view(),
                                        gradient.view(),
                                        states.stream().map(Tensor::view).toList()));
            }
        }
    }

    private static void steady(String selector) {
        FailingBackend[] counting = new FailingBackend[1];
        try (Device device = open(selector, counting)) {
            try (Scope _ = device.scope()) {
                SmallTraining training = new SmallTraining(device);
                training.step();
                long allocations = counting[0].allocations();
                assertEquals(allocations, device.memory().allocations());
                long live = device.memory().liveBytes();
                for (int i = 0; i < 5; i++) {
                    training.step();
                }
                assertEquals(
                        allocations, counting[0].allocations(), "allocations of a second step");
                assertEquals(live, device.memory().liveBytes(), "bytes live between steps");
            }
            assertEquals(0, device.memory().liveBytes());
            assertTrue(device.memory().pooledBytes() > 0);
            device.trim();
            assertEquals(0, device.memory().pooledBytes());
            assertEquals(0, counting[0].outstanding(), "buffers after trim");
        }
    }

    /** Fails at the nth allocation for every n, then goes on with what was left. */
    private static void outOfMemory(String selector) {
        for (int n = 0; ; n++) {
            FailingBackend[] counting = new FailingBackend[1];
            boolean failed = false;
            try (Device device = open(selector, counting)) {
                counting[0].failFrom(n);
                try (Scope _ = device.scope()) {
                    new SmallTraining(device).step();
                } catch (DeviceOutOfMemoryException e) {
                    failed = true;
                    String message = String.valueOf(e.getMessage());
                    assertTrue(message.contains("(injected"), message);
                    assertTrue(message.contains("bytes are in use"), message);
                }
                assertEquals(0, device.memory().liveBytes(), "live bytes after failure " + n);
                assertEquals(null, device.recording(), "the tape after failure " + n);
                counting[0].recover();
                try (Scope _ = device.scope()) {
                    SmallTraining training = new SmallTraining(device);
                    training.step();
                    counting[0].failFrom(0);
                    device.trim();
                    try {
                        training.step();
                    } catch (DeviceOutOfMemoryException e) {
                        counting[0].recover();
                        training.step();
                    }
                    counting[0].recover();
                }
                assertEquals(0, device.memory().liveBytes());
            }
            assertEquals(0, counting[0].outstanding(), "buffers that were never released");
            if (!failed) {
                assertTrue(n > 10, "a step allocates more than " + n + " buffers");
                return;
            }
        }
    }

    /** Without a reference to the device, which closes it on a thread of its own. */
    private static void dropped(String selector) throws InterruptedException {
        FailingBackend[] counting = new FailingBackend[1];
        useAndDrop(selector, counting);
        for (int i = 0; !counting[0].isClosed(); i++) {
            assertTrue(i < 300, "the device was not closed");
            System.gc();
            Thread.sleep(20);
        }
        assertEquals(0, counting[0].outstanding(), "buffers that were never released");
    }

    private static void useAndDrop(String selector, FailingBackend[] counting) {
        Device device = open(selector, counting);
        Tensor x = device.ones(100, 100);
        // It lives as long as one of its tensors, or a capture, is referred to.
        Capture step = device.capture(() -> x.assign(x.add(1)));
        System.gc();
        step.replay();
        assertEquals(30000, x.sum().item());
    }

    private static void droppedCapture(String selector) throws InterruptedException {
        FailingBackend[] counting = new FailingBackend[1];
        try (Device device = open(selector, counting)) {
            Tensor x = device.ones(1000);
            long before = counting[0].outstanding();
            captureAndDrop(device, x);
            long with = counting[0].outstanding();
            assertTrue(with > before, "a capture has memory of its own");
            for (int i = 0; counting[0].outstanding() >= with; i++) {
                assertTrue(i < 300, "the capture was not closed");
                System.gc();
                Thread.sleep(20);
                device.scope().close();
            }
            x.close();
        }
    }

    private static void captureAndDrop(Device device, Tensor x) {
        device.capture(
                () -> {
                    try (Scope _ = device.scope()) {
                        x.assign(x.add(1).mul(2));
                    }
                });
    }

    private static void tooMuch(String selector) {
        try (Device device = TestDevices.open(selector)) {
            for (long elements : new long[] {1L << 48, 1L << 60, Long.MAX_VALUE}) {
                DeviceOutOfMemoryException error =
                        assertThrows(
                                DeviceOutOfMemoryException.class,
                                () -> device.empty(DType.F32, Shape.of(elements)));
                String message = String.valueOf(error.getMessage());
                assertTrue(message.contains("0 bytes are in use"), message);
                assertEquals(0, device.memory().liveBytes());
            }
            try (Tensor one = device.ones(1)) {
                assertEquals(1, one.item());
            }
        }
    }

    private static void empty(String selector) {
        try (Device device = TestDevices.open(selector);
                Scope _ = device.scope()) {
            Tensor none = device.zeros(0, 3);
            assertEquals(0, none.add(1).toFloatArray().length);
            assertArrayEquals(new float[] {0, 0, 0}, none.sum(0).toFloatArray());
            Tensor product = device.zeros(2, 0).matmul(device.zeros(0, 2));
            assertArrayEquals(new float[4], product.toFloatArray());
        }
    }

    private static void sizes(String selector) {
        try (Device device = TestDevices.open(selector)) {
            for (int round = 0; round < 2; round++) {
                for (int size = 1; size < 70_000; size = size * 3 / 2 + 1) {
                    try (Tensor x = device.full(size, Shape.of(size));
                            Tensor y = device.ones(size)) {
                        float[] values = x.toFloatArray();
                        assertEquals(size, values[0]);
                        assertEquals(size, values[size - 1]);
                        assertEquals(1, y.toFloatArray()[size - 1]);
                    }
                }
            }
            assertEquals(0, device.memory().liveBytes());
        }
    }

    private static void repeat(String selector) {
        float[][] results = new float[2][];
        for (int run = 0; run < 2; run++) {
            try (Device device = TestDevices.open(selector);
                    Scope _ = device.scope()) {
                SmallTraining training = new SmallTraining(device);
                for (int i = 0; i < 20; i++) {
                    training.step();
                }
                results[run] = training.w1.toFloatArray();
            }
        }
        assertArrayEquals(results[0], results[1]);
    }
}
