package dev.weft.benchmarks.library;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weft.DType;
import dev.weft.backend.DeviceInfo;
import dev.weft.benchmarks.task.Gemm;
import dev.weft.benchmarks.task.Singles;
import dev.weft.benchmarks.task.Task;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * CLBlast's {@code CLBlastSgemm} (Nugteren 2018), in the library that the system has installed. On
 * a CPU it runs on as many threads as the OpenCL driver takes: PoCL's {@code
 * POCL_MAX_PTHREAD_COUNT}.
 */
public final class ClBlast implements Library {
    private static final int ROW_MAJOR = 101;
    private static final int NO_TRANSPOSE = 111;
    private static final int TRANSPOSE = 112;
    private static final long DEVICE_TYPE_ALL = 0xFFFFFFFFL;
    private static final int DEVICE_NAME = 0x102B;
    private static final long READ_WRITE = 1;
    private static final int LONGEST_NAME = 1024;

    private final Arena arena = Arena.ofShared();
    private final SymbolLookup openCl;
    private final MethodHandle sgemm;
    private final MethodHandle finish;
    private final String deviceName;
    private final MemorySegment context;
    private final MemorySegment queue;
    private final MemorySegment queueAddress;

    /**
     * Opens the device of the same name as the first OpenCL device of those measured, or else the
     * first that there is.
     *
     * @throws IllegalArgumentException saying what is missing, and how to get it
     */
    @SuppressWarnings("restricted") // calls the library that is measured
    public ClBlast(List<DeviceInfo> measured) {
        openCl = library("libOpenCL.so.1", "ocl-icd-libopencl1");
        sgemm =
                handle(
                        library("libclblast.so.1", "libclblast1"),
                        "CLBlastSgemm",
                        descriptor(
                                JAVA_INT,
                                JAVA_INT,
                                JAVA_INT, // layout and transpositions
                                JAVA_LONG,
                                JAVA_LONG,
                                JAVA_LONG, // m, n, k
                                JAVA_FLOAT, // alpha
                                ADDRESS,
                                JAVA_LONG,
                                JAVA_LONG, // a, its offset, lda
                                ADDRESS,
                                JAVA_LONG,
                                JAVA_LONG,
                                JAVA_FLOAT, // beta
                                ADDRESS,
                                JAVA_LONG,
                                JAVA_LONG,
                                ADDRESS,
                                ADDRESS)); // queue, event
        finish = handle(openCl, "clFinish", descriptor(ADDRESS));
        String wanted =
                measured.stream()
                        .filter(info -> info.selector().startsWith("opencl"))
                        .map(DeviceInfo::description)
                        .findFirst()
                        .orElse("");
        MemorySegment device = device(wanted);
        deviceName = deviceName(device);
        MemorySegment code = arena.allocate(JAVA_INT);
        MemorySegment list = arena.allocateFrom(ADDRESS, device);
        context =
                created(
                        "clCreateContext",
                        FunctionDescriptor.of(
                                ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS),
                        code,
                        MemorySegment.NULL,
                        1,
                        list,
                        MemorySegment.NULL,
                        MemorySegment.NULL,
                        code);
        queue =
                created(
                        "clCreateCommandQueue",
                        FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS),
                        code,
                        context,
                        device,
                        0L,
                        code);
        queueAddress = arena.allocateFrom(ADDRESS, queue);
    }

    @Override
    public String name() {
        return "clblast";
    }

    @Override
    public String describe() {
        return "CLBlast of the system on " + deviceName;
    }

    /** The OpenCL driver's, for a whole process. */
    @Override
    public void setThreads(int threads) {}

    @Override
    public Optional<Work> prepare(Task task) {
        return task instanceof Gemm gemm && gemm.dtype() == DType.F32
                ? Optional.of(new Product(gemm))
                : Optional.empty();
    }

    @Override
    public void close() {
        call("clReleaseCommandQueue", descriptor(ADDRESS), queue);
        call("clReleaseContext", descriptor(ADDRESS), context);
        arena.close();
    }

    private final class Product implements Work {
        private final Gemm gemm;
        private final MemorySegment a;
        private final MemorySegment b;
        private final MemorySegment c;

        Product(Gemm gemm) {
            this.gemm = gemm;
            a = buffer(Singles.of(gemm.a()));
            b = buffer(Singles.of(gemm.b()));
            c = buffer(new float[gemm.m() * gemm.n()]);
        }

        @Override
        public void run() {
            try {
                check(
                        "CLBlastSgemm",
                        (int)
                                sgemm.invokeExact(
                                        ROW_MAJOR,
                                        gemm.transA() ? TRANSPOSE : NO_TRANSPOSE,
                                        gemm.transB() ? TRANSPOSE : NO_TRANSPOSE,
                                        (long) gemm.m(),
                                        (long) gemm.n(),
                                        (long) gemm.k(),
                                        1f,
                                        a,
                                        0L,
                                        (long) gemm.lda(),
                                        b,
                                        0L,
                                        (long) gemm.ldb(),
                                        0f,
                                        c,
                                        0L,
                                        (long) gemm.n(),
                                        queueAddress,
                                        MemorySegment.NULL));
                check("clFinish", (int) finish.invokeExact(queue));
            } catch (Throwable e) {
                throw new IllegalStateException("CLBlastSgemm failed", e);
            }
        }

        @Override
        public double[] result() {
            try (Arena local = Arena.ofConfined()) {
                MemorySegment values = local.allocate(JAVA_FLOAT, (long) gemm.m() * gemm.n());
                transfer("clEnqueueReadBuffer", c, values);
                return Singles.widened(values.toArray(JAVA_FLOAT));
            }
        }

        @Override
        public void close() {
            for (MemorySegment buffer : List.of(a, b, c)) {
                call("clReleaseMemObject", descriptor(ADDRESS), buffer);
            }
        }
    }

    private MemorySegment buffer(float[] values) {
        try (Arena local = Arena.ofConfined()) {
            MemorySegment host = local.allocateFrom(JAVA_FLOAT, values);
            MemorySegment code = local.allocate(JAVA_INT);
            MemorySegment buffer =
                    created(
                            "clCreateBuffer",
                            FunctionDescriptor.of(
                                    ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS),
                            code,
                            context,
                            READ_WRITE,
                            host.byteSize(),
                            MemorySegment.NULL,
                            code);
            transfer("clEnqueueWriteBuffer", buffer, host);
            return buffer;
        }
    }

    private void transfer(String function, MemorySegment buffer, MemorySegment host) {
        call(
                function,
                descriptor(
                        ADDRESS, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT,
                        ADDRESS, ADDRESS),
                queue,
                buffer,
                1, // blocking
                0L,
                host.byteSize(),
                host,
                0,
                MemorySegment.NULL,
                MemorySegment.NULL);
    }

    /** The first device of this name, or the first of all. */
    private MemorySegment device(String wanted) {
        List<MemorySegment> devices = new ArrayList<>();
        FunctionDescriptor ids = descriptor(JAVA_INT, ADDRESS, ADDRESS);
        for (MemorySegment platform : listed("clGetPlatformIDs", ids)) {
            devices.addAll(
                    listed(
                            "clGetDeviceIDs",
                            descriptor(ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS),
                            platform,
                            DEVICE_TYPE_ALL));
        }
        if (devices.isEmpty()) {
            throw new IllegalArgumentException(
                    "CLBlast needs an OpenCL device, and there is none (on Debian, for the CPU:"
                            + " pocl-opencl-icd)");
        }
        return devices.stream()
                .filter(device -> deviceName(device).equals(wanted))
                .findFirst()
                .orElse(devices.getFirst());
    }

    /** What a function that fills (count, ids, how many) after its other arguments finds. */
    private List<MemorySegment> listed(
            String function, FunctionDescriptor signature, Object... before) {
        MemorySegment count = arena.allocate(JAVA_INT);
        MethodHandle handle = handle(openCl, function, signature);
        try {
            // Its code is not 0 where it finds none: the count then stays 0.
            Object _ = handle.invokeWithArguments(with(before, 0, MemorySegment.NULL, count));
            int found = count.get(JAVA_INT, 0);
            if (found == 0) {
                return List.of();
            }
            MemorySegment ids = arena.allocate(ADDRESS, found);
            check(
                    function,
                    (int) handle.invokeWithArguments(with(before, found, ids, MemorySegment.NULL)));
            return ids.elements(ADDRESS).map(id -> id.get(ADDRESS, 0)).toList();
        } catch (Throwable e) {
            throw new IllegalStateException(function + " failed", e);
        }
    }

    private static Object[] with(Object[] before, Object... after) {
        List<Object> all = new ArrayList<>(List.of(before));
        all.addAll(List.of(after));
        return all.toArray();
    }

    private String deviceName(MemorySegment device) {
        MemorySegment text = arena.allocate(LONGEST_NAME);
        call(
                "clGetDeviceInfo",
                descriptor(ADDRESS, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS),
                device,
                DEVICE_NAME,
                text.byteSize(),
                text,
                MemorySegment.NULL);
        return text.getString(0, StandardCharsets.UTF_8).strip();
    }

    private static FunctionDescriptor descriptor(MemoryLayout... arguments) {
        return FunctionDescriptor.of(JAVA_INT, arguments);
    }

    @SuppressWarnings("restricted")
    private SymbolLookup library(String file, String debianPackage) {
        try {
            return SymbolLookup.libraryLookup(file, arena);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the peer clblast needs " + file + " (on Debian: " + debianPackage + ")", e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(
            SymbolLookup library, String function, FunctionDescriptor signature) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(function), signature);
    }

    private void call(String function, FunctionDescriptor signature, Object... arguments) {
        int code;
        try {
            code = (int) handle(openCl, function, signature).invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException(function + " failed", e);
        }
        check(function, code);
    }

    private MemorySegment created(
            String function,
            FunctionDescriptor signature,
            MemorySegment code,
            Object... arguments) {
        MemorySegment made;
        try {
            made =
                    (MemorySegment)
                            handle(openCl, function, signature).invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException(function + " failed", e);
        }
        check(function, code.get(JAVA_INT, 0));
        return made;
    }

    private static void check(String function, int code) {
        if (code != 0) {
            throw new IllegalStateException(function + " gave the error " + code);
        }
    }
}
