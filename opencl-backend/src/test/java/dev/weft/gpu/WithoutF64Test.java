package dev.weft.gpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.opencl.TestDriver;
import dev.weft.reference.ReferenceBackend;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Supplier;

/** A device that does not compute in F64: it says so, changes nothing, and does all else. */
class WithoutF64Test {
    private Device device = new Device(new ReferenceBackend());

    @BeforeEach
    void open() {
        device.close();
        device = new Device(new GpuBackend(pretending(TestDriver.open()), CacheFolder.ofUser()));
    }

    @AfterEach
    void close() {
        device.close();
    }

    /** The driver, which says that it has no F64, and is asked for no kernel of that type. */
    private static GpuDriver pretending(GpuDriver driver) {
        GpuTraits own = driver.traits();
        GpuTraits less =
                new GpuTraits(
                        own.deviceClass(),
                        own.computeUnits(),
                        own.maxGroup(),
                        own.localBytes(),
                        own.vectorFloats(),
                        false,
                        own.vendor(),
                        own.gemmLibrary(),
                        own.tuningKey());
        return (GpuDriver)
                Proxy.newProxyInstance(
                        WithoutF64Test.class.getClassLoader(),
                        new Class<?>[] {GpuDriver.class},
                        (_, method, arguments) -> {
                            if (method.getName().equals("traits")) {
                                return less;
                            }
                            if (arguments != null && arguments[0] instanceof KernelSource source) {
                                assertNotEquals(DType.F64, source.dtype());
                            }
                            try {
                                return method.invoke(driver, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    @Test
    void whatItCannotDoIsOneErrorThatChangesNothing() {
        try (Scope _ = device.scope()) {
            double[] numbers = {1, Math.PI};
            Tensor x = device.tensor(numbers);
            Tensor half = device.tensor(DType.F16, new double[] {1, 2});
            long live = device.memory().liveBytes();
            List<Supplier<Tensor>> all =
                    List.of(
                            () -> x.add(x),
                            x::exp,
                            x::sum,
                            () -> x.greater(x),
                            () -> x.reshape(1, 2).matmul(x.reshape(2, 1)),
                            () -> x.to(DType.F32),
                            () -> half.to(DType.F64));
            for (Supplier<Tensor> operation : all) {
                var error = assertThrows(UnsupportedOperationException.class, operation::get);
                String message = String.valueOf(error.getMessage());
                assertTrue(message.contains("F64"), message);
                assertTrue(message.contains("opencl:0"), message);
                assertEquals(live, device.memory().liveBytes(), message);
            }
            assertArrayEquals(numbers, x.toDoubleArray());
            assertEquals(3, half.sum().item());
        }
    }
}
