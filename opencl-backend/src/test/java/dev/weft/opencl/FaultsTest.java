package dev.weft.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Losses;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.autograd.Gradients;
import dev.weft.autograd.Tape;
import dev.weft.backend.Backend;
import dev.weft.backend.DeviceLostException;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Penalty;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;
import dev.weft.gpu.CacheFolder;
import dev.weft.gpu.GpuBackend;
import dev.weft.gpu.GpuDriver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;

/** A device that is lost, and one that has no memory left. */
class FaultsTest {
    private static final Duration AT_ONCE = Duration.ofSeconds(10);

    /** A driver that fails for good at one of its calls, and counts what reaches it afterwards. */
    private static final class Failing {
        private final GpuDriver driver = TestDriver.open();
        private final String method;
        private final int at;
        private int calls;
        private boolean lost;
        private int callsAfterLoss;
        private boolean closed;

        Failing(String method, int at) {
            this.method = method;
            this.at = at;
        }

        Backend backend() {
            GpuDriver proxy =
                    (GpuDriver)
                            Proxy.newProxyInstance(
                                    FaultsTest.class.getClassLoader(),
                                    new Class<?>[] {GpuDriver.class},
                                    (_, called, given) -> call(called, given));
            return new GpuBackend(proxy, CacheFolder.ofUser());
        }

        private Object call(java.lang.reflect.Method called, Object[] given) throws Throwable {
            String name = called.getName();
            if (lost && !List.of("close", "info", "traits").contains(name)) {
                callsAfterLoss++;
            }
            closed |= name.equals("close");
            if (name.equals(method) && calls++ == at) {
                lost = true;
                throw new DeviceLostException("injected at " + name + " " + at);
            }
            try {
                return called.invoke(driver, given);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }

    /** One step of training: a product, an activation, a loss, gradients, an update. */
    private static double step(Device device) {
        try (Scope _ = device.scope();
                Tape tape = new Tape(device)) {
            Tensor x = device.ones(6, 5);
            Tensor w = device.full(0.5, Shape.of(5, 3));
            Tensor labels = device.tensor(new int[] {0, 1, 2, 2, 1, 0});
            tape.watch(w);
            Tensor loss = Losses.crossEntropy(x.matmul(w).relu(), labels);
            Gradients gradients = tape.gradients(loss);
            device.backend()
                    .run(
                            new KernelCall.Update(
                                    new UpdateRule.Sgd(0, false, Penalty.NONE),
                                    device.tensor(new float[] {0.1f, 1}).view(),
                                    device.tensor(new int[2]).view(),
                                    device.tensor(new int[] {0}).view(),
                                    w.view(),
                                    gradients.of(w).view(),
                                    List.of()));
            return w.toFloatArray()[0] + loss.item();
        }
    }

    @Test
    void lostAtAnyLaunchOrReadOrWrite() {
        for (String method : List.of("launch", "read", "write", "synchronize")) {
            boolean happened = true;
            for (int n = 0; happened; n++) {
                Failing failing = new Failing(method, n);
                assertTimeoutPreemptively(AT_ONCE, () -> loseAndGoOn(failing));
                happened = failing.lost;
                assertTrue(happened || n > 0, method + " is never called");
            }
        }
    }

    private static void loseAndGoOn(Failing failing) {
        try {
            Device device = new Device(failing.backend());
            try {
                step(device);
                device.synchronize();
            } catch (DeviceLostException e) {
                assertTrue(String.valueOf(e.getMessage()).contains("injected"));
                everyCallFailsAtOnce(device);
            }
            close(failing, device);
        } catch (DeviceLostException e) {
            // Lost while it was opened: there is no device to close.
            failing.driver.close();
        }
        assertEquals(0, failing.callsAfterLoss, "calls that reached a lost device");
        try (Device other = new Device(new GpuBackend(TestDriver.open(), CacheFolder.ofUser()))) {
            assertTrue(Double.isFinite(step(other)));
        }
    }

    /** Closing waits for the queue, which a lost device cannot: it says so, and frees all. */
    private static void close(Failing failing, Device device) {
        if (failing.lost) {
            assertThrows(DeviceLostException.class, device::close);
        } else {
            device.close();
        }
        assertTrue(failing.closed);
    }

    private static void everyCallFailsAtOnce(Device device) {
        Backend backend = device.backend();
        View view = View.contiguous(fake(), Shape.of(1), 0);
        List<Executable> calls =
                List.of(
                        () -> backend.allocate(DType.F32, 16),
                        () -> backend.upload(MemorySegment.ofArray(new float[1]), view),
                        () -> backend.download(view, MemorySegment.ofArray(new float[1])),
                        () -> backend.run(new KernelCall.Fill(0, view)),
                        () -> backend.run(new KernelCall.Unary(UnaryOp.RELU, 0, 0, view, view)),
                        backend::synchronize,
                        () -> step(device));
        for (Executable call : calls) {
            var error = assertThrows(DeviceLostException.class, call);
            assertTrue(String.valueOf(error.getMessage()).contains("was lost"));
        }
    }

    /** A buffer of this backend's class, which no call gets as far as to use. */
    private static dev.weft.backend.DeviceBuffer fake() {
        return dev.weft.gpu.TestArguments.buffer();
    }

    @Test
    void outOfMemoryNamesItsNumbersAndIsNotTheEnd() {
        try (OpenClDriver driver = TestDriver.openCl()) {
            long live = 1L << 20;
            long memory = driver.allocate(live);
            long tooMuch = driver.info().memoryBytes();
            var error =
                    assertThrows(DeviceOutOfMemoryException.class, () -> driver.allocate(tooMuch));
            String message = String.valueOf(error.getMessage());
            assertTrue(message.contains(tooMuch + " bytes were asked for"), message);
            assertTrue(message.contains((tooMuch - live) + " bytes are free"), message);
            assertTrue(message.contains(live + " live"), message);
            long smaller = driver.allocate(live);
            driver.write(MemorySegment.ofArray(new float[] {7}), smaller, 0);
            float[] read = new float[1];
            driver.read(smaller, 0, MemorySegment.ofArray(read));
            assertEquals(7, read[0]);
            driver.release(memory);
            driver.release(smaller);
            assertThrows(IllegalStateException.class, () -> driver.release(smaller));
        }
    }

    @Test
    void tensorsBeyondTheLimitFailClearly() {
        try (Device device = new Device(new GpuBackend(TestDriver.open(), CacheFolder.ofUser()))) {
            for (long elements : new long[] {1L << 40, Long.MAX_VALUE / 2}) {
                assertThrows(
                        DeviceOutOfMemoryException.class,
                        () -> device.empty(DType.F32, Shape.of(elements)));
            }
            assertTrue(Double.isFinite(step(device)));
        }
    }
}
