package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceOutOfMemoryException;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;

/** Wraps a backend so that some of its calls fail, and counts what is out. */
final class FailingBackend {
    /** Calls that nobody expects to fail. */
    private static final Set<String> SAFE =
            Set.of("info", "release", "synchronize", "close", "toString", "hashCode", "equals");

    private final Backend wrapped;
    private final Backend proxy;
    private long allocations;
    private long outstanding;
    private long calls;
    private long failingAllocation = -1;
    private long failingCall = -1;
    private boolean failed;
    private volatile boolean closed;

    /** Wraps a device's backend; closing it closes the device. */
    FailingBackend(Device device) {
        this.wrapped = device.backend();
        this.proxy =
                (Backend)
                        Proxy.newProxyInstance(
                                FailingBackend.class.getClassLoader(),
                                new Class<?>[] {Backend.class},
                                (_, method, arguments) -> {
                                    Object[] given = arguments == null ? new Object[0] : arguments;
                                    String name = method.getName();
                                    if (!SAFE.contains(name)) {
                                        call(name);
                                    }
                                    if (name.equals("allocate")) {
                                        return allocate((DType) given[0], (Long) given[1]);
                                    }
                                    if (name.equals("release")) {
                                        outstanding--;
                                    }
                                    if (name.equals("close")) {
                                        // On the cleaner's thread, where it was dropped.
                                        device.adopt();
                                        device.close();
                                        closed = true;
                                        return null;
                                    }
                                    try {
                                        return method.invoke(this.wrapped, given);
                                    } catch (InvocationTargetException e) {
                                        throw e.getCause();
                                    }
                                });
    }

    Backend backend() {
        return proxy;
    }

    /** Whether the backend was closed. */
    boolean isClosed() {
        return closed;
    }

    /** How often memory was asked for. */
    long allocations() {
        return allocations;
    }

    /** How many buffers were allocated and not released. */
    long outstanding() {
        return outstanding;
    }

    /** Lets the nth allocation from now on fail, the first being 0, and all after it. */
    void failFrom(long n) {
        failingAllocation = allocations + n;
    }

    /** Lets the nth allocation, transfer or kernel from now on fail, and all after it. */
    void failCallsFrom(long n) {
        failingCall = calls + n;
    }

    /** Whether a call has failed since the last {@link #recover}. */
    boolean hasFailed() {
        return failed;
    }

    /** Lets everything succeed again. */
    void recover() {
        failingAllocation = -1;
        failingCall = -1;
        failed = false;
    }

    private void call(String name) {
        if (failingCall >= 0 && calls >= failingCall) {
            failed = true;
            throw name.equals("allocate")
                    ? new DeviceOutOfMemoryException("injected: no memory")
                    : new IllegalStateException("injected: " + name + " fails");
        }
        calls++;
    }

    private DeviceBuffer allocate(DType dtype, long elements) {
        if (failingAllocation >= 0 && allocations >= failingAllocation) {
            failed = true;
            throw new DeviceOutOfMemoryException("injected: %d elements".formatted(elements));
        }
        allocations++;
        DeviceBuffer buffer = wrapped.allocate(dtype, elements);
        outstanding++;
        return buffer;
    }
}
