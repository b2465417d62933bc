package dev.weft.opencl;

import static org.lwjgl.opencl.CL10.CL_PROGRAM_BINARIES;
import static org.lwjgl.opencl.CL10.CL_PROGRAM_BINARY_SIZES;
import static org.lwjgl.opencl.CL10.CL_PROGRAM_BUILD_LOG;
import static org.lwjgl.opencl.CL10.clBuildProgram;
import static org.lwjgl.opencl.CL10.clCreateProgramWithSource;
import static org.lwjgl.opencl.CL10.clReleaseProgram;
import static org.lwjgl.opencl.CL10.nclCreateProgramWithBinary;
import static org.lwjgl.opencl.CL10.nclGetProgramBuildInfo;
import static org.lwjgl.opencl.CL10.nclGetProgramInfo;
import static org.lwjgl.opencl.CL12.CL_PROGRAM_KERNEL_NAMES;
import static org.lwjgl.system.MemoryUtil.NULL;
import static org.lwjgl.system.MemoryUtil.memAddress;

import dev.weft.gpu.KernelBuildException;
import dev.weft.gpu.KernelSource;

import org.jspecify.annotations.Nullable;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Compiled programs of one context: each source once, from the cache where there is one that has
 * it.
 */
final class Programs {
    /**
     * No warnings: a driver prints them to the user's terminal, and LLVM warns of each loop that it
     * was asked to vectorise and did not. nvcc's warnings are errors in CI.
     */
    private static final String OPTIONS = "-cl-std=CL1.2 -w";

    /**
     * Without it OpenCL allows a quotient to be 2.5 ulp off, and NVIDIA's compiler makes use of it.
     */
    private static final String EXACT_DIVISION = " -cl-fp32-correctly-rounded-divide-sqrt";

    private final long context;
    private final OpenClDevice device;
    private final @Nullable ProgramCache cache;
    private final Map<KernelSource, Long> built = new HashMap<>();
    private int compiled;

    Programs(long context, OpenClDevice device, @Nullable ProgramCache cache) {
        this.context = context;
        this.device = device;
        this.cache = cache;
    }

    /** The program of a source. */
    long build(KernelSource source) {
        Long known = built.get(source);
        if (known == null) {
            known = SignalHandlers.keep(() -> loadOrCompile(source));
            built.put(source, known);
        }
        return known;
    }

    private long loadOrCompile(KernelSource source) {
        if (cache == null) {
            compiled++;
            return compile(source);
        }
        Optional<byte[]> binary = cache.load(device, source);
        if (binary.isPresent()) {
            OptionalLong loaded = load(source, binary.get());
            if (loaded.isPresent()) {
                return loaded.getAsLong();
            }
            cache.drop(device, source);
        }
        long program = compile(source);
        compiled++;
        cache.store(device, source, binary(program));
        return program;
    }

    /** The compiler's options, which a cached program depends on too. */
    static String options(OpenClDevice device, KernelSource source) {
        return OPTIONS
                + (device.exactDivision() ? EXACT_DIVISION : "")
                + " "
                + String.join(" ", source.options());
    }

    /** A binary that the driver refuses, such as one of an earlier version, counts as missing. */
    private OptionalLong load(KernelSource source, byte[] binary) {
        ByteBuffer bytes = MemoryUtil.memAlloc(binary.length);
        try (MemoryStack stack = MemoryStack.stackPush()) {
            bytes.put(binary).flip();
            IntBuffer codes = stack.callocInt(2);
            long program =
                    nclCreateProgramWithBinary(
                            context,
                            1,
                            memAddress(stack.pointers(device.id())),
                            memAddress(stack.pointers(binary.length)),
                            memAddress(stack.pointers(memAddress(bytes))),
                            memAddress(codes),
                            memAddress(codes, 1));
            if (codes.get(0) != 0 || codes.get(1) != 0) {
                return OptionalLong.empty();
            }
            if (clBuildProgram(program, device.id(), options(device, source), null, NULL) != 0) {
                clReleaseProgram(program);
                return OptionalLong.empty();
            }
            return OptionalLong.of(program);
        } finally {
            MemoryUtil.memFree(bytes);
        }
    }

    private long compile(KernelSource source) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer code = stack.callocInt(1);
            long program = clCreateProgramWithSource(context, source.text(), code);
            Status.check(code.get(0), "clCreateProgramWithSource of " + source.file());
            int status = clBuildProgram(program, device.id(), options(device, source), null, NULL);
            if (status == 0) {
                return program;
            }
            String log = log(program);
            clReleaseProgram(program);
            if (status == Status.BUILD_PROGRAM_FAILURE) {
                throw new KernelBuildException(source, device.name(), log);
            }
            Status.check(status, "clBuildProgram of " + source.file() + " (" + log + ")");
            throw new IllegalStateException("clBuildProgram failed with no code");
        }
    }

    private String log(long program) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer size = stack.callocPointer(1);
            nclGetProgramBuildInfo(
                    program, device.id(), CL_PROGRAM_BUILD_LOG, 0, NULL, memAddress(size));
            ByteBuffer text = MemoryUtil.memCalloc((int) size.get(0) + 1);
            try {
                nclGetProgramBuildInfo(
                        program,
                        device.id(),
                        CL_PROGRAM_BUILD_LOG,
                        size.get(0),
                        memAddress(text),
                        NULL);
                return MemoryUtil.memUTF8(memAddress(text));
            } finally {
                MemoryUtil.memFree(text);
            }
        }
    }

    private static byte[] binary(long program) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer size = stack.callocPointer(1);
            Status.check(
                    nclGetProgramInfo(
                            program,
                            CL_PROGRAM_BINARY_SIZES,
                            PointerBuffer.POINTER_SIZE,
                            memAddress(size),
                            NULL),
                    "clGetProgramInfo of the binary's size");
            ByteBuffer bytes = MemoryUtil.memAlloc(Math.max(1, (int) size.get(0)));
            try {
                Status.check(
                        nclGetProgramInfo(
                                program,
                                CL_PROGRAM_BINARIES,
                                PointerBuffer.POINTER_SIZE,
                                memAddress(stack.pointers(memAddress(bytes))),
                                NULL),
                        "clGetProgramInfo of the binary");
                byte[] binary = new byte[(int) size.get(0)];
                bytes.get(binary);
                return binary;
            } finally {
                MemoryUtil.memFree(bytes);
            }
        }
    }

    /** How many sources the cache did not have. */
    int compiled() {
        return compiled;
    }

    /** The kernels of a source, as the compiler found them. */
    List<String> kernelNames(KernelSource source) {
        long program = build(source);
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer size = stack.callocPointer(1);
            Status.check(
                    nclGetProgramInfo(program, CL_PROGRAM_KERNEL_NAMES, 0, NULL, memAddress(size)),
                    "clGetProgramInfo of the kernels' names");
            ByteBuffer text = MemoryUtil.memCalloc((int) size.get(0) + 1);
            try {
                Status.check(
                        nclGetProgramInfo(
                                program,
                                CL_PROGRAM_KERNEL_NAMES,
                                size.get(0),
                                memAddress(text),
                                NULL),
                        "clGetProgramInfo of the kernels' names");
                return List.of(MemoryUtil.memUTF8(memAddress(text)).split(";"));
            } finally {
                MemoryUtil.memFree(text);
            }
        }
    }

    void close() {
        built.values().forEach(org.lwjgl.opencl.CL10::clReleaseProgram);
        built.clear();
    }
}
