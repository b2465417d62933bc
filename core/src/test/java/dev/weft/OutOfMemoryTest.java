package dev.weft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.reference.ReferenceBackend;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** What a device does, and says, when its memory is full. */
class OutOfMemoryTest {
    /** Elements that fit at once. */
    private long room;

    private long out;

    /** The reference backend, with little memory. */
    private Device open(long elements) {
        room = elements;
        Backend reference = new ReferenceBackend();
        Backend small =
                (Backend)
                        Proxy.newProxyInstance(
                                OutOfMemoryTest.class.getClassLoader(),
                                new Class<?>[] {Backend.class},
                                (_, method, arguments) -> {
                                    if (method.getName().equals("allocate")) {
                                        long more = (Long) arguments[1];
                                        if (out + more > room) {
                                            throw new DeviceOutOfMemoryException(
                                                    "full at %d".formatted(out));
                                        }
                                        out += more;
                                    } else if (method.getName().equals("release")) {
                                        out -= ((DeviceBuffer) arguments[0]).size();
                                    }
                                    try {
                                        return method.invoke(reference, arguments);
                                    } catch (InvocationTargetException e) {
                                        throw e.getCause();
                                    }
                                });
        return new Device(small);
    }

    private static void refuses(String message, Executable operation) {
        var error = assertThrows(DeviceOutOfMemoryException.class, operation);
        assertEquals(message, error.getMessage());
    }

    /** The tensor's own bytes, not those of the size class in which the pool looks for it. */
    @Test
    void theMessageIsAboutTheTensorThatWasAskedFor() {
        try (Device device = open(100)) {
            refuses(
                    "empty: device reference has no memory for a tensor of 3x41 I32, which takes"
                            + " 492 bytes: close tensors that are no longer used, or work on fewer"
                            + " elements at once (full at 0; 0 bytes are in use by 0 tensors)",
                    () -> device.empty(DType.I32, Shape.of(3, 41)));
            try (Tensor x = device.ones(10, 1);
                    Tensor y = device.ones(1, 10)) {
                refuses(
                        "matmul: device reference has no memory for a tensor of 10x10 F32, which"
                            + " takes 400 bytes: close tensors that are no longer used, or work on"
                            + " fewer elements at once (full at 32; 128 bytes are in use by 2"
                            + " tensors)",
                        () -> x.matmul(y));
                refuses(
                        "add: device reference has no memory for a tensor of 10x10 F32, which takes"
                            + " 400 bytes: close tensors that are no longer used, or work on fewer"
                            + " elements at once (full at 32; 128 bytes are in use by 2 tensors)",
                        () -> x.add(y));
            }
            long most = Long.MAX_VALUE;
            var error =
                    assertThrows(
                            DeviceOutOfMemoryException.class,
                            () -> device.empty(DType.F32, Shape.of(most)));
            assertEquals(
                    0,
                    String.valueOf(error.getMessage())
                            .indexOf(
                                    "empty: device reference has no memory for a tensor of"
                                            + " [9223372036854775807] F32, which takes"
                                            + " 36893488147419103228 bytes"));
        }
        assertEquals(0, out);
    }

    @Test
    void whatIsPooledIsGivenBackFirst() {
        try (Device device = open(100)) {
            device.ones(60).close();
            assertEquals(64 * 4, device.memory().pooledBytes());
            // 64 elements of F32 are pooled, and 80 more of I32 fit only without them.
            device.tensor(new int[70]).close();
            assertEquals(80 * 4, device.memory().pooledBytes());
            assertEquals(80, out);
        }
    }

    /** A capture's own memory is what its calls work on; the device's is given back for it. */
    @Test
    void capturesAreGivenWhatIsPooled() {
        try (Device device = open(200)) {
            Tensor x = device.ones(60);
            device.tensor(new int[100]).close();
            assertEquals(64 + 112, out);
            Tensor[] y = new Tensor[1];
            try (Capture twice = device.capture(() -> y[0] = x.add(1))) {
                assertEquals(64 + 64, out);
                refuses(
                        "full: device reference has no memory for a tensor of [100] F32, which"
                            + " takes 400 bytes: close tensors that are no longer used, or work on"
                            + " fewer elements at once (full at 128; 512 bytes are in use by 2"
                            + " tensors)",
                        () -> device.capture(() -> device.ones(100)));
                twice.replay();
                assertEquals(120, y[0].sum().item());
            }
            y[0].close();
            x.close();
        }
        assertEquals(0, out);
    }
}
