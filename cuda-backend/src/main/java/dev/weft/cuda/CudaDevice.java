package dev.weft.cuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuDeviceGetAttribute;
import static jcuda.driver.JCudaDriver.cuDeviceGetName;
import static jcuda.driver.JCudaDriver.cuDeviceTotalMem;

import dev.weft.backend.DeviceInfo;
import dev.weft.gpu.DeviceClass;
import dev.weft.gpu.GpuTraits;

import jcuda.driver.CUdevice;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A GPU that the driver has found.
 *
 * @param index its number
 * @param handle the driver's name for it
 * @param major of its compute capability
 * @param minor of its compute capability
 * @param pools whether it has memory pools, from which memory is had in the stream's order
 */
record CudaDevice(
        int index,
        CUdevice handle,
        String name,
        int major,
        int minor,
        int multiprocessors,
        int maxGroup,
        long sharedBytes,
        long memoryBytes,
        boolean pools) {
    /** The oldest that PTX for compute_75 serves. */
    static final int OLDEST = 75;

    private static final int LONGEST_NAME = 256;

    static CudaDevice of(int index) {
        CUdevice handle = new CUdevice();
        Status.check(cuDeviceGet(handle, index), "cuDeviceGet of " + index);
        byte[] name = new byte[LONGEST_NAME];
        Status.check(cuDeviceGetName(name, name.length, handle), "cuDeviceGetName");
        long[] bytes = new long[1];
        Status.check(cuDeviceTotalMem(bytes, handle), "cuDeviceTotalMem");
        return new CudaDevice(
                index,
                handle,
                new String(name, StandardCharsets.UTF_8).replace("\0", "").strip(),
                attribute(handle, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                attribute(handle, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                attribute(handle, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
                attribute(handle, CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
                attribute(handle, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK),
                bytes[0],
                attribute(handle, CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED) != 0);
    }

    private static int attribute(CUdevice device, int attribute) {
        int[] value = new int[1];
        Status.check(
                cuDeviceGetAttribute(value, attribute, device),
                "cuDeviceGetAttribute of " + attribute);
        return value[0];
    }

    String capability() {
        return major + "." + minor;
    }

    /** Whether its compute capability is one that the PTX is for. */
    boolean isServed() {
        return 10 * major + minor >= OLDEST;
    }

    DeviceInfo info(int driver, CublasSearch.Result cublas) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("type", "GPU");
        facts.put(
                "compute capability",
                isServed() ? capability() : capability() + ", too old: Weft needs 7.5");
        facts.put("driver", "CUDA " + CudaLibrary.version(driver));
        facts.put("multiprocessors", String.valueOf(multiprocessors));
        facts.put("shared memory", sharedBytes / 1024 + " KiB");
        facts.put("memory pools", pools ? "yes" : "no");
        CublasLibrary library = cublas.library();
        facts.put(
                "cuBLAS",
                library == null
                        ? "none, so Weft's own kernels multiply: " + cublas.reasons()
                        : library.description()
                                + (cublas.reasons().isEmpty()
                                        ? ""
                                        : " (passed over: " + cublas.reasons() + ")"));
        return new DeviceInfo("cuda:" + index, name, memoryBytes, facts);
    }

    GpuTraits traits(String driverVersion, @Nullable CublasLibrary cublas) {
        String gemm = cublas == null ? "" : "cuBLAS " + cublas.version();
        return new GpuTraits(
                DeviceClass.GPU,
                multiprocessors,
                maxGroup,
                sharedBytes,
                1,
                true,
                "NVIDIA",
                gemm,
                String.join(" ", "cuda", name, driverVersion, gemm));
    }
}
