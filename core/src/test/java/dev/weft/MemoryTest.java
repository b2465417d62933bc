package dev.weft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.autograd.Tape;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.reference.ReferenceBackend;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Scopes, the pool, the ledger and the thread that a device belongs to. */
class MemoryTest {
    @Test
    void scopesCloseWhatWasMadeInThem() {
        try (Device device = Devices.open("reference")) {
            Tensor outer;
            Tensor kept;
            try (Scope first = device.scope()) {
                outer = device.zeros(3);
                try (Scope second = device.scope()) {
                    Tensor inner = outer.add(1);
                    kept = second.keep(inner.reshape(1, 3));
                    assertSame(outer, second.keep(outer));
                    assertEquals(2, device.memory().liveTensors());
                    outer.mul(2);
                }
                assertEquals(2, device.memory().liveTensors());
                assertEquals(1, kept.toFloatArray()[0]);
                first.close();
                first.close();
            }
            assertTrue(kept.isClosed());
            assertTrue(outer.isClosed());
            assertEquals(0, device.memory().liveBytes());
        }
    }

    @Test
    void whatIsMadeOutsideOfScopesOutlivesThem() {
        try (Device device = Devices.open("reference")) {
            Tensor kept;
            Tensor inner;
            try (Scope _ = device.scope()) {
                kept = device.outsideScopes(() -> device.zeros(2));
                inner = device.zeros(2);
            }
            assertTrue(inner.isClosed());
            assertEquals(1, device.memory().liveTensors());
            kept.close();
        }
    }

    @Test
    void scopesCloseInOrder() {
        try (Device device = Devices.open("reference")) {
            Scope outer = device.scope();
            Scope inner = device.scope();
            assertThrows(IllegalStateException.class, outer::close);
            inner.close();
            outer.close();
        }
    }

    @Test
    void useAfterCloseNamesTheTensor() {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Tensor x = device.zeros(2, 3).named("weights");
            x.close();
            x.close();
            var error = assertThrows(IllegalStateException.class, () -> x.sum());
            assertEquals(
                    "tensor 'weights' (2x3 F32 on reference) was closed: it can no longer be used",
                    error.getMessage());
            assertThrows(IllegalStateException.class, () -> x.transpose());
            assertThrows(IllegalStateException.class, x::toFloatArray);
            assertThrows(IllegalStateException.class, x::detach);
        }
    }

    @Test
    void closedDevicesRefuse() {
        Device device = Devices.open("reference");
        Tensor x = device.zeros(1);
        x.close();
        Scope scope = device.scope();
        Tensor y = device.zeros(1);
        device.close();
        device.close();
        assertTrue(y.isClosed());
        y.close();
        var error = assertThrows(IllegalStateException.class, () -> device.zeros(1));
        assertEquals("device reference was closed", error.getMessage());
        assertThrows(IllegalStateException.class, y::toFloatArray);
        scope.close();
    }

    @Test
    void thePoolGivesBuffersOut() {
        try (Device device = Devices.open("reference")) {
            for (int i = 0; i < 10; i++) {
                // 100 to 109 elements share a size class.
                try (Tensor x = device.zeros(100 + i)) {
                    assertEquals(1, device.memory().allocations());
                    assertEquals(112 * 4, device.memory().liveBytes());
                    assertFalse(x.isClosed());
                }
            }
            assertEquals(0, device.memory().liveTensors());
            assertEquals(112 * 4, device.memory().pooledBytes());
            assertEquals(112 * 4, device.memory().peakBytes());
            // Types do not share.
            device.tensor(new int[100]).close();
            assertEquals(2, device.memory().allocations());
            device.trim();
            assertEquals(0, device.memory().pooledBytes());
        }
    }

    @Test
    void sizeClassesWasteAtMostAFifth() {
        for (long elements = 16; elements < 1L << 40; elements = elements * 9 / 8 + 1) {
            int sizeClass = MemoryPool.sizeClass(elements);
            long capacity = MemoryPool.capacity(sizeClass);
            assertTrue(capacity >= elements);
            assertTrue(capacity * 0.8 <= elements, elements + " in " + capacity);
            assertEquals(sizeClass, MemoryPool.sizeClass(capacity));
        }
        assertEquals(MemoryPool.sizeClass(0), MemoryPool.sizeClass(16));
    }

    @Test
    void impossibleSizesAreOutOfMemory() {
        try (Device device = Devices.open("reference")) {
            for (long size : new long[] {1L << 45, 1L << 60, 1L << 62, Long.MAX_VALUE}) {
                var error =
                        assertThrows(
                                DeviceOutOfMemoryException.class,
                                () -> device.empty(DType.I32, Shape.of(size)));
                String message = String.valueOf(error.getMessage());
                assertTrue(message.endsWith("0 bytes are in use by 0 tensors)"), message);
            }
        }
    }

    @Test
    void leaksAreReported() {
        List<String> messages = new ArrayList<>();
        Handler handler =
                new Handler() {
                    @Override
                    public void publish(LogRecord entry) {
                        messages.add(entry.getLevel() + " " + entry.getMessage());
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        Logger logger = Logger.getLogger(Device.class.getName());
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            Device device = Devices.open("reference");
            Tensor leaked = device.zeros(10);
            try (Scope _ = device.scope()) {
                device.zeros(3);
            }
            device.close();
            assertTrue(leaked.isClosed());
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
        assertEquals(1, messages.size(), messages::toString);
        assertTrue(messages.getFirst().startsWith("WARNING"), messages::toString);
    }

    @Test
    void anotherThreadIsRefusedUntilItAdoptsOrTheFirstHasEnded() throws InterruptedException {
        CountDownLatch adopted = new CountDownLatch(1);
        CountDownLatch refusedHere = new CountDownLatch(1);
        try (Device device = new Device(new ReferenceBackend());
                Scope _ = device.scope()) {
            Tensor x = device.zeros(2);
            List<String> refused = new ArrayList<>();
            Thread other =
                    new Thread(
                            () -> {
                                List<Runnable> uses =
                                        List.of(
                                                () -> x.add(1),
                                                () -> device.zeros(1),
                                                x::toFloatArray,
                                                x::close,
                                                device::scope,
                                                () -> new Tape(device),
                                                device::close);
                                for (Runnable use : uses) {
                                    try {
                                        use.run();
                                    } catch (IllegalStateException e) {
                                        refused.add(String.valueOf(e.getMessage()));
                                    }
                                }
                                device.adopt();
                                x.add(1).close();
                                adopted.countDown();
                                awaitHere(refusedHere);
                            },
                            "other");
            other.start();
            adopted.await();
            assertEquals(7, refused.size(), refused::toString);
            assertTrue(refused.getFirst().contains("not to 'other'"), refused.getFirst());
            var error = assertThrows(IllegalStateException.class, () -> x.add(1));
            assertTrue(String.valueOf(error.getMessage()).contains("belongs to thread 'other'"));
            refusedHere.countDown();
            other.join();
            x.add(1).close();
            assertEquals(2, x.size());
        }
    }

    private static void awaitHere(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anyThreadClosesWhatAThreadThatHasEndedLeft() throws Exception {
        Device device;
        try (ExecutorService service = Executors.newSingleThreadExecutor()) {
            device = service.submit(() -> Devices.open("reference")).get();
            Device open = device;
            service.submit(() -> open.scope().keep(open.ones(3))).get();
            var error = assertThrows(IllegalStateException.class, device::close);
            String message = String.valueOf(error.getMessage());
            assertTrue(message.contains("adopt()") && message.contains("ended"), message);
        }
        device.close();
        assertEquals(0, device.memory().liveBytes());
        var error = assertThrows(IllegalStateException.class, () -> device.zeros(1));
        assertEquals("device reference was closed", error.getMessage());
    }

    @Test
    void aDeviceThatIsDroppedSaysSo() throws InterruptedException {
        List<String> messages = new CopyOnWriteArrayList<>();
        Handler handler =
                new Handler() {
                    @Override
                    public void publish(LogRecord record) {
                        messages.add(record.getLevel() + " " + record.getMessage());
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        Logger logger = Logger.getLogger(Device.class.getName());
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
        try {
            openAndDrop();
            for (int i = 0; messages.isEmpty(); i++) {
                assertTrue(i < 300, "nothing was said");
                System.gc();
                Thread.sleep(20);
            }
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
        assertTrue(messages.getFirst().startsWith("WARNING device reference was dropped"));
        assertTrue(messages.getFirst().contains("448 bytes"), messages::toString);
    }

    private static void openAndDrop() {
        Devices.open("reference").zeros(100);
    }

    /** Eight gigabytes, in a JVM that has two. */
    @Test
    void anArrayThatTheHeapHasNoRoomForIsNamed() {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Tensor x = device.ones(1).expand(Integer.MAX_VALUE - 8).named("x");
            var error = assertThrows(DeviceOutOfMemoryException.class, x::toFloatArray);
            String message = String.valueOf(error.getMessage());
            assertTrue(message.startsWith("toFloatArray: the Java heap has no room"), message);
            assertTrue(message.contains("8589934556 bytes") && message.contains("'x'"), message);
            assertThrows(DeviceOutOfMemoryException.class, x::toDoubleArray);
        }
    }

    @Test
    void aComputationLeavesItsResult() {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Tensor x = device.ones(3);
            List<Tensor> made = new ArrayList<>();
            Tensor y =
                    device.compute(
                            () -> {
                                made.add(x.add(1));
                                return made.getFirst().mul(2);
                            });
            assertTrue(made.getFirst().isClosed());
            assertEquals(12, y.sum().item());
            assertSame(x, device.compute(() -> x));
            int live = device.memory().liveTensors();
            assertThrows(
                    ArithmeticException.class,
                    () ->
                            device.compute(
                                    () -> {
                                        made.add(x.add(1));
                                        throw new ArithmeticException();
                                    }));
            assertTrue(made.getLast().isClosed());
            assertEquals(live, device.memory().liveTensors());
        }
    }

    /** All or nothing: what a constructor makes step by step. */
    @Test
    void aScopeHandsOnAllThatItOwns() {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Tensor first;
            Tensor second;
            Tensor third;
            try (Scope made = device.scope()) {
                first = device.ones(1);
                second = device.ones(2);
                made.keepAll();
                third = device.ones(3);
            }
            assertFalse(first.isClosed());
            assertFalse(second.isClosed());
            assertTrue(third.isClosed());
        }
    }

    @Test
    void longNamesAreCut() {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            String longName = "n".repeat(1_000_000);
            assertEquals(
                    "tensor '%s… (1000000 characters)' ([2] F32 on reference)"
                            .formatted("n".repeat(80)),
                    device.ones(2).named(longName).describe());
            String fits = "n".repeat(80);
            assertEquals(
                    "tensor '%s' ([2] F32 on reference)".formatted(fits),
                    device.ones(2).named(fits).describe());
            // A character of two units is not cut in the middle.
            assertEquals(
                    "%s… (161 characters)".formatted("n".repeat(79)),
                    Excerpt.of("n".repeat(79) + "\uD83E\uDDF5".repeat(41)));
        }
    }

    @Test
    void writesAreCounted() {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Tensor x = device.ones(4);
            Tensor other = device.zeros(4);
            assertEquals(0, device.writes());
            assertEquals(0, x.lastWrite());
            x.slice(0, 0, 2).assign(other.slice(0, 0, 2));
            other.viewToWrite();
            x.view();
            assertEquals(2, device.writes());
            assertEquals(1, x.lastWrite());
            assertEquals(2, other.lastWrite());
            try (Capture step = device.capture(() -> x.assign(other))) {
                step.replay();
                assertEquals(4, device.writes());
                assertEquals(4, x.lastWrite());
                assertEquals(2, other.lastWrite());
            }
        }
    }

    /** Of a smaller step nothing is new but its result, and nothing is lost where it fails. */
    @Test
    void aCaptureWorksInTheMemoryOfAnother() {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Tensor large = device.ones(1000);
            Tensor small = device.ones(500);
            Tensor[] results = new Tensor[2];
            Capture first = device.capture(() -> results[0] = chain(large));
            long before = device.memory().allocations();
            Capture second = device.capture(() -> results[1] = chain(small), first);
            assertEquals(before + 1, device.memory().allocations());
            assertThrows(
                    IllegalStateException.class,
                    () ->
                            device.capture(
                                    () -> {
                                        results[0].assign(chain(large));
                                        device.synchronize();
                                    },
                                    second));
            assertFalse(results[0].isClosed());
            first.close();
            assertThrows(IllegalArgumentException.class, () -> device.capture(() -> {}, first));
            small.assign(device.full(2, small.shape()));
            second.replay();
            assertEquals(1500, results[1].sum().item());
            second.close();
            results[0].close();
            results[1].close();
            device.trim();
            assertEquals(0, device.memory().pooledBytes());
        }
    }

    private static Tensor chain(Tensor x) {
        try (Scope scope = x.device().scope()) {
            return scope.keep(x.add(1).mul(2).sub(3));
        }
    }
}
