package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceOutOfMemoryException;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** Wraps a backend so that one allocation fails, and counts what is out. */
final class FailingBackend {
    private final Backend wrapped;
    private final Backend proxy;
    private long allocations;
    private long outstanding;
    private long failing = -1;

    FailingBackend(Backend wrapped) {
        this.wrapped = wrapped;
        this.proxy =
                (Backend)
                        Proxy.newProxyInstance(
                                FailingBackend.class.getClassLoader(),
                                new Class<?>[] {Backend.class},
                                (_, method, arguments) -> {
                                    Object[] given = arguments == null ? new Object[0] : arguments;
                                    switch (method.getName()) {
                                        case "allocate" -> {
                                            return allocate((DType) given[0], (Long) given[1]);
                                        }
                                        case "release" -> outstanding--;
                                        default -> {}
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
        failing = allocations + n;
    }

    /** Lets allocations succeed again. */
    void recover() {
        failing = -1;
    }

    private DeviceBuffer allocate(DType dtype, long elements) {
        if (failing >= 0 && allocations >= failing) {
            throw new DeviceOutOfMemoryException("injected: %d elements".formatted(elements));
        }
        allocations++;
        DeviceBuffer buffer = wrapped.allocate(dtype, elements);
        outstanding++;
        return buffer;
    }
}
