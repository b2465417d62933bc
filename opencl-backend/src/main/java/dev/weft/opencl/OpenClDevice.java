package dev.weft.opencl;

import static org.lwjgl.opencl.CL10.CL_DEVICE_EXTENSIONS;
import static org.lwjgl.opencl.CL10.CL_DEVICE_GLOBAL_MEM_SIZE;
import static org.lwjgl.opencl.CL10.CL_DEVICE_LOCAL_MEM_SIZE;
import static org.lwjgl.opencl.CL10.CL_DEVICE_MAX_COMPUTE_UNITS;
import static org.lwjgl.opencl.CL10.CL_DEVICE_MAX_MEM_ALLOC_SIZE;
import static org.lwjgl.opencl.CL10.CL_DEVICE_MAX_WORK_GROUP_SIZE;
import static org.lwjgl.opencl.CL10.CL_DEVICE_NAME;
import static org.lwjgl.opencl.CL10.CL_DEVICE_SINGLE_FP_CONFIG;
import static org.lwjgl.opencl.CL10.CL_DEVICE_TYPE;
import static org.lwjgl.opencl.CL10.CL_DEVICE_TYPE_CPU;
import static org.lwjgl.opencl.CL10.CL_DEVICE_TYPE_GPU;
import static org.lwjgl.opencl.CL10.CL_DEVICE_VENDOR;
import static org.lwjgl.opencl.CL10.CL_DEVICE_VERSION;
import static org.lwjgl.opencl.CL10.CL_DRIVER_VERSION;
import static org.lwjgl.opencl.CL10.CL_PLATFORM_NAME;
import static org.lwjgl.opencl.CL10.nclGetDeviceInfo;
import static org.lwjgl.opencl.CL10.nclGetPlatformInfo;
import static org.lwjgl.opencl.CL11.CL_DEVICE_HOST_UNIFIED_MEMORY;
import static org.lwjgl.opencl.CL11.CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT;
import static org.lwjgl.opencl.CL12.CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT;
import static org.lwjgl.system.MemoryUtil.NULL;
import static org.lwjgl.system.MemoryUtil.memAddress;
import static org.lwjgl.system.MemoryUtil.memUTF8;

import dev.weft.backend.DeviceInfo;
import dev.weft.gpu.DeviceClass;
import dev.weft.gpu.GpuTraits;

import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A device that OpenCL has found, and what it says of itself.
 *
 * @param platform its platform's handle
 * @param id its own handle
 * @param exactDivision whether its division and square root can be correctly rounded
 */
record OpenClDevice(
        long platform,
        long id,
        String platformName,
        String name,
        String vendor,
        String version,
        String driverVersion,
        long type,
        int computeUnits,
        int maxGroup,
        long memoryBytes,
        long largestBuffer,
        long localBytes,
        int vectorFloats,
        boolean sharesMemory,
        boolean fp64,
        boolean fp16,
        boolean exactDivision) {

    /** Asks a device everything. */
    static OpenClDevice of(long platform, long id) {
        List<String> extensions = List.of(text(id, CL_DEVICE_EXTENSIONS).split(" "));
        return new OpenClDevice(
                platform,
                id,
                platformName(platform),
                text(id, CL_DEVICE_NAME),
                text(id, CL_DEVICE_VENDOR),
                text(id, CL_DEVICE_VERSION),
                text(id, CL_DRIVER_VERSION),
                number(id, CL_DEVICE_TYPE),
                (int) number(id, CL_DEVICE_MAX_COMPUTE_UNITS),
                (int) number(id, CL_DEVICE_MAX_WORK_GROUP_SIZE),
                number(id, CL_DEVICE_GLOBAL_MEM_SIZE),
                number(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE),
                number(id, CL_DEVICE_LOCAL_MEM_SIZE),
                (int) number(id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT),
                number(id, CL_DEVICE_HOST_UNIFIED_MEMORY) != 0,
                extensions.contains("cl_khr_fp64"),
                extensions.contains("cl_khr_fp16"),
                (number(id, CL_DEVICE_SINGLE_FP_CONFIG) & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT)
                        != 0);
    }

    private static String text(long id, int what) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer size = stack.mallocPointer(1);
            Status.check(nclGetDeviceInfo(id, what, 0, NULL, memAddress(size)), "clGetDeviceInfo");
            return string(
                    size, to -> nclGetDeviceInfo(id, what, to.remaining(), memAddress(to), NULL));
        }
    }

    /** What a platform calls itself. */
    static String platformName(long platform) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer size = stack.mallocPointer(1);
            int what = CL_PLATFORM_NAME;
            Status.check(
                    nclGetPlatformInfo(platform, what, 0, NULL, memAddress(size)),
                    "clGetPlatformInfo");
            return string(
                    size,
                    to -> nclGetPlatformInfo(platform, what, to.remaining(), memAddress(to), NULL));
        }
    }

    private interface Query {
        int into(ByteBuffer text);
    }

    private static String string(PointerBuffer size, Query query) {
        // Extension lists are longer than the stack is meant for.
        ByteBuffer text = MemoryUtil.memAlloc(Math.max(1, (int) size.get(0)));
        try {
            Status.check(query.into(text), "clGetDeviceInfo");
            return size.get(0) == 0 ? "" : memUTF8(memAddress(text)).strip();
        } finally {
            MemoryUtil.memFree(text);
        }
    }

    /** A number of four or eight bytes; OpenCL's devices are little-endian hosts'. */
    private static long number(long id, int what) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            LongBuffer value = stack.callocLong(1);
            Status.check(
                    nclGetDeviceInfo(id, what, Long.BYTES, memAddress(value), NULL),
                    "clGetDeviceInfo");
            return value.get(0);
        }
    }

    boolean isCpu() {
        return (type & CL_DEVICE_TYPE_CPU) != 0;
    }

    /** GPUs first, then accelerators, then CPUs. */
    int rank() {
        return (type & CL_DEVICE_TYPE_GPU) != 0 ? 0 : isCpu() ? 2 : 1;
    }

    private String kind() {
        return switch (rank()) {
            case 0 -> "GPU";
            case 1 -> "accelerator";
            default -> "CPU";
        };
    }

    DeviceInfo info(int index) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("type", kind());
        facts.put("platform", platformName);
        facts.put("version", version);
        facts.put("driver", driverVersion);
        facts.put("compute units", String.valueOf(computeUnits));
        facts.put("local memory", localBytes / 1024 + " KiB");
        facts.put("largest buffer", String.format("%.1f GiB", largestBuffer / 0x1p30));
        facts.put("memory shared with the host", sharesMemory ? "yes" : "no");
        facts.put("fp64", fp64 ? "yes" : "no");
        facts.put("fp16", fp16 ? "yes" : "no");
        return new DeviceInfo("opencl:" + index, name, memoryBytes, facts);
    }

    /**
     * The system property {@code weft.opencl.class}, cpu or gpu, tries the other class's kernels.
     */
    private DeviceClass deviceClass() {
        return switch (System.getProperty("weft.opencl.class", "")) {
            case "cpu" -> DeviceClass.CPU;
            case "gpu" -> DeviceClass.GPU;
            default -> isCpu() ? DeviceClass.CPU : DeviceClass.GPU;
        };
    }

    GpuTraits traits() {
        return new GpuTraits(
                deviceClass(),
                computeUnits,
                maxGroup,
                localBytes,
                isCpu() ? vectorFloats : 1,
                fp64,
                vendor,
                "",
                String.join(" ", "opencl", name, driverVersion, deviceClass().name()));
    }

    /** What a compiled program depends on beside its source. */
    String identity() {
        return String.join("\n", platformName, vendor, name, version, driverVersion);
    }
}
