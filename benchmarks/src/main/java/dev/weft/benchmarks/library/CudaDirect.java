package dev.weft.benchmarks.library;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weft.backend.DeviceInfo;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * CUDA's driver API called as a C program calls it, by way of {@code java.lang.foreign} alone: what
 * the CUDA backend is compared with. Device addresses are the 64-bit numbers that they are.
 */
public final class CudaDirect implements AutoCloseable {
    private static final int NON_BLOCKING = 1;

    /** As cuda.h has them, for parameters that are passed as one block. */
    private static final long BUFFER_POINTER = 1;

    private static final long BUFFER_SIZE = 2;

    private final Arena arena = Arena.ofShared();
    private final SymbolLookup symbols;
    private final MethodHandle setCurrent;
    private final MethodHandle synchronize;
    private final MethodHandle launch;
    private final MethodHandle copy;
    private final int device;
    private final long context;
    private final long stream;

    /** On the GPU that a device of Weft's is on. */
    public CudaDirect(DeviceInfo info) {
        symbols = library(System.getProperty("weft.cuda.library", "libcuda.so.1"), arena);
        setCurrent = function("cuCtxSetCurrent", JAVA_LONG);
        synchronize = function("cuStreamSynchronize", JAVA_LONG);
        // f, the grid, the block, shared bytes, stream, parameters, extra
        launch =
                function(
                        "cuLaunchKernel",
                        JAVA_LONG,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_LONG,
                        ADDRESS,
                        ADDRESS);
        copy = function("cuMemcpyDtoDAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        call("cuInit", function("cuInit", JAVA_INT), 0);
        MemorySegment number = arena.allocate(JAVA_INT);
        int index = Integer.parseInt(info.selector().substring(info.selector().indexOf(':') + 1));
        call("cuDeviceGet", function("cuDeviceGet", ADDRESS, JAVA_INT), number, index);
        device = number.get(JAVA_INT, 0);
        context =
                made(
                        "cuDevicePrimaryCtxRetain",
                        function("cuDevicePrimaryCtxRetain", ADDRESS, JAVA_INT),
                        device);
        makeCurrent();
        stream =
                made("cuStreamCreate", function("cuStreamCreate", ADDRESS, JAVA_INT), NON_BLOCKING);
    }

    /** Whether a device of Weft's is one of CUDA's. */
    public static boolean isCuda(DeviceInfo info) {
        return info.selector().startsWith("cuda:");
    }

    /** A library by its name or path. */
    @SuppressWarnings("restricted") // calls what is measured
    static SymbolLookup library(String name, Arena arena) {
        return name.contains("/")
                ? SymbolLookup.libraryLookup(Path.of(name), arena)
                : SymbolLookup.libraryLookup(name, arena);
    }

    /** A function that returns a status. */
    @SuppressWarnings("restricted")
    static MethodHandle function(SymbolLookup symbols, String name, MemoryLayout... parameters) {
        return Linker.nativeLinker()
                .downcallHandle(
                        symbols.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, parameters));
    }

    private MethodHandle function(String name, MemoryLayout... parameters) {
        return function(symbols, name, parameters);
    }

    /** Calls it, where time does not matter. */
    static void call(String name, MethodHandle function, Object... arguments) {
        try {
            check(name, (int) function.invokeWithArguments(arguments));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(name, e);
        }
    }

    /** Calls a function that writes a handle to where its first parameter points. */
    private long made(String name, MethodHandle function, Object argument) {
        try (Arena local = Arena.ofConfined()) {
            MemorySegment handle = local.allocate(JAVA_LONG);
            call(name, function, handle, argument);
            return handle.get(JAVA_LONG, 0);
        }
    }

    static void check(String name, int status) {
        if (status != 0) {
            throw new IllegalStateException(name + " gave " + status);
        }
    }

    void makeCurrent() {
        call("cuCtxSetCurrent", setCurrent, context);
    }

    long stream() {
        return stream;
    }

    /** Memory with any content. */
    public long allocate(long bytes) {
        makeCurrent();
        return made("cuMemAlloc", function("cuMemAlloc_v2", ADDRESS, JAVA_LONG), bytes);
    }

    public void free(long memory) {
        makeCurrent();
        call("cuMemFree", function("cuMemFree_v2", JAVA_LONG), memory);
    }

    public void write(float[] values, long memory) {
        makeCurrent();
        try (Arena local = Arena.ofConfined()) {
            MemorySegment host = local.allocateFrom(JAVA_FLOAT, values);
            call(
                    "cuMemcpyHtoDAsync",
                    function("cuMemcpyHtoDAsync_v2", JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG),
                    memory,
                    host,
                    host.byteSize(),
                    stream);
            synchronize();
        }
    }

    public float[] read(long memory, int length) {
        makeCurrent();
        try (Arena local = Arena.ofConfined()) {
            MemorySegment host = local.allocate(JAVA_FLOAT, length);
            call(
                    "cuMemcpyDtoHAsync",
                    function("cuMemcpyDtoHAsync_v2", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                    host,
                    memory,
                    host.byteSize(),
                    stream);
            synchronize();
            return host.toArray(JAVA_FLOAT);
        }
    }

    /** Enqueues a copy within the device. */
    void copy(long from, long to, long bytes) {
        try {
            check("cuMemcpyDtoDAsync", (int) copy.invokeExact(to, from, bytes, stream));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for all that was enqueued. */
    public void synchronize() {
        try {
            check("cuStreamSynchronize", (int) synchronize.invokeExact(stream));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** A kernel of some PTX. */
    public long kernel(byte[] ptx, String name) {
        makeCurrent();
        MemorySegment text = arena.allocate(ptx.length + 1L);
        MemorySegment.copy(ptx, 0, text, JAVA_BYTE, 0, ptx.length);
        MemorySegment handle = arena.allocate(JAVA_LONG);
        call(
                "cuModuleLoadDataEx",
                function("cuModuleLoadDataEx", ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS),
                handle,
                text,
                0,
                MemorySegment.NULL,
                MemorySegment.NULL);
        MemorySegment found = arena.allocate(JAVA_LONG);
        call(
                "cuModuleGetFunction",
                function("cuModuleGetFunction", ADDRESS, JAVA_LONG, ADDRESS),
                found,
                handle.get(JAVA_LONG, 0),
                arena.allocateFrom(name));
        return found.get(JAVA_LONG, 0);
    }

    /** A kernel's parameters, all of them 64 bits wide, as {@link #launch} takes them. */
    public MemorySegment parameters(long... values) {
        MemorySegment block = arena.allocateFrom(JAVA_LONG, values);
        MemorySegment size = arena.allocateFrom(JAVA_LONG, block.byteSize());
        return arena.allocateFrom(
                JAVA_LONG, BUFFER_POINTER, block.address(), BUFFER_SIZE, size.address(), 0);
    }

    /** Enqueues a kernel of one dimension. */
    public void launch(long kernel, MemorySegment parameters, int groups, int items) {
        try {
            check(
                    "cuLaunchKernel",
                    (int)
                            launch.invokeExact(
                                    kernel,
                                    groups,
                                    1,
                                    1,
                                    items,
                                    1,
                                    1,
                                    0,
                                    stream,
                                    MemorySegment.NULL,
                                    parameters));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        makeCurrent();
        synchronize();
        call("cuStreamDestroy", function("cuStreamDestroy_v2", JAVA_LONG), stream);
        call(
                "cuDevicePrimaryCtxRelease",
                function("cuDevicePrimaryCtxRelease_v2", JAVA_INT),
                device);
        arena.close();
    }
}
