package dev.weft.cuda;

import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRelease;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRetain;
import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventElapsedTime;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemAllocAsync;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemFreeAsync;
import static jcuda.driver.JCudaDriver.cuMemGetInfo;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;

import dev.weft.backend.DeviceInfo;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.GemmPrecision;
import dev.weft.gpu.Arguments;
import dev.weft.gpu.GpuDriver;
import dev.weft.gpu.GpuTraits;
import dev.weft.gpu.KernelSource;
import dev.weft.gpu.LaunchGraph;
import dev.weft.gpu.MatrixProduct;

import jcuda.driver.CUevent;
import jcuda.driver.CUresult;
import jcuda.jcublas.cublasStatus;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * One GPU: its primary context, which other CUDA code in the process shares, with a stream of its
 * own. Memory's handles are device addresses.
 */
final class CudaDriver implements GpuDriver {
    /** Does not wait for what others do on the default stream. */
    private static final int CU_STREAM_NON_BLOCKING = 1;

    /** The most groups along a grid's second and third axis. */
    private static final int MOST_GROUPS = 65535;

    /** The least that is asked for: no memory has no address. */
    private static final long SMALLEST = 64;

    /** What cuBLAS's documentation recommends as its workspace, by compute capability. */
    private static final int HOPPER = 9;

    private static final long CUBLAS_WORKSPACE_HOPPER = 32 << 20;
    private static final long CUBLAS_WORKSPACE = 4 << 20;

    private static final double NANOS_OF_MILLI = 1e6;

    private final CudaDevice device;
    private final DeviceInfo info;
    private final GpuTraits traits;
    private final Context context;
    private final DirectCalls calls;
    private final Stream stream = new Stream();
    private final Modules modules;
    private final LaunchParameters parameters = new LaunchParameters();
    private final Map<Long, Long> sizes = new HashMap<>();
    private final Transfers transfers;
    private final @Nullable CublasLibrary cublasLibrary;
    private @Nullable Cublas cublas;
    private long liveBytes;
    private boolean closed;

    private CudaDriver(
            CudaDevice device,
            DeviceInfo info,
            Context context,
            @Nullable CublasLibrary cublasLibrary) {
        this.device = device;
        this.info = info;
        this.context = context;
        calls = new DirectCalls(CudaLibrary.symbols());
        this.cublasLibrary = cublasLibrary;
        traits = device.traits(info.properties().getOrDefault("driver", ""), cublasLibrary);
        modules = new Modules(device.name());
        makeCurrent();
        Status.check(cuStreamCreate(stream, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
        try {
            transfers = new Transfers(stream);
        } catch (RuntimeException e) {
            cuStreamDestroy(stream);
            throw e;
        }
    }

    /** Opens a GPU, with cuBLAS or without. */
    static CudaDriver open(
            CudaDevice device, DeviceInfo info, @Nullable CublasLibrary cublasLibrary) {
        Context context = new Context();
        Status.check(
                cuDevicePrimaryCtxRetain(context, device.handle()),
                "cuDevicePrimaryCtxRetain on " + device.name());
        try {
            return new CudaDriver(device, info, context, cublasLibrary);
        } catch (RuntimeException e) {
            cuDevicePrimaryCtxRelease(device.handle());
            throw e;
        }
    }

    /**
     * Before every call: a thread has one current context, and another device that it uses, or
     * other CUDA code in the process, may have changed it.
     */
    private void makeCurrent() {
        int code = calls.setCurrent(context.value());
        if (code != CUresult.CUDA_SUCCESS) {
            Status.check(code, "cuCtxSetCurrent");
        }
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public GpuTraits traits() {
        return traits;
    }

    // ---- memory

    @Override
    public long allocate(long bytes) {
        makeCurrent();
        long size = Math.max(bytes, SMALLEST);
        Address address = new Address();
        int code = allocate(address, size);
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            // What was released may still be waiting for the stream.
            synchronize();
            code = allocate(address, size);
        }
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw outOfMemory(size);
        }
        Status.check(code, "allocation of " + size + " bytes");
        sizes.put(address.value(), size);
        liveBytes += size;
        return address.value();
    }

    private int allocate(Address address, long size) {
        return device.pools() ? cuMemAllocAsync(address, size, stream) : cuMemAlloc(address, size);
    }

    private DeviceOutOfMemoryException outOfMemory(long size) {
        long[] free = new long[1];
        long[] total = new long[1];
        Status.check(cuMemGetInfo(free, total), "cuMemGetInfo");
        return new DeviceOutOfMemoryException(
                "%s (%s): %d bytes were asked for; %d bytes of %d are free, %d live"
                        .formatted(
                                info.selector(),
                                device.name(),
                                size,
                                free[0],
                                total[0],
                                liveBytes));
    }

    @Override
    public void release(long memory) {
        makeCurrent();
        Long size = sizes.remove(memory);
        if (size == null) {
            throw new IllegalStateException("memory is released twice, or is not this device's");
        }
        liveBytes -= size;
        Status.check(free(memory), "release of " + size + " bytes");
    }

    private int free(long memory) {
        // The second waits until nothing uses the memory.
        return device.pools()
                ? cuMemFreeAsync(Address.of(memory), stream)
                : cuMemFree(Address.of(memory));
    }

    @Override
    public void write(MemorySegment source, long memory, long offset) {
        makeCurrent();
        transfers.write(source, memory + offset);
    }

    @Override
    public void read(long memory, long offset, MemorySegment target) {
        makeCurrent();
        transfers.read(memory + offset, target);
    }

    @Override
    public void enqueueRead(long memory, long offset, MemorySegment target) {
        makeCurrent();
        transfers.enqueueRead(memory + offset, target);
    }

    // ---- kernels

    @Override
    public long kernel(KernelSource source, String name) {
        makeCurrent();
        return modules.kernel(source, name);
    }

    @Override
    public void launch(long kernel, Arguments arguments, int group, long x, long y, long z) {
        makeCurrent();
        if (x > Integer.MAX_VALUE || y > MOST_GROUPS || z > MOST_GROUPS) {
            throw new IllegalArgumentException(
                    "%d x %d x %d work-groups are more than a GPU's grid has (2147483647 x 65535 x 65535): slice the operands"
                            .formatted(x, y, z));
        }
        int code =
                calls.launch(
                        modules.function(kernel),
                        (int) x,
                        (int) y,
                        (int) z,
                        group,
                        stream.value(),
                        parameters.fill(arguments));
        if (code != CUresult.CUDA_SUCCESS) {
            Status.check(code, "cuLaunchKernel");
        }
    }

    @Override
    public boolean multiply(MatrixProduct product, GemmPrecision precision) {
        ColumnMajor columnMajor = cublasLibrary == null ? null : ColumnMajor.of(product);
        if (columnMajor == null) {
            return false;
        }
        makeCurrent();
        int status = cublas().gemm(columnMajor, Cublas.computeType(columnMajor.dtype(), precision));
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            // Where the context is lost cuBLAS only says that it failed; the driver says why.
            synchronize();
            Cublas.check(status, "cublasGemmEx of " + columnMajor);
        }
        return true;
    }

    /** Made for the first product: a handle takes a tenth of a second and tens of megabytes. */
    private Cublas cublas() {
        Cublas open = cublas;
        if (open == null) {
            long bytes = device.major() >= HOPPER ? CUBLAS_WORKSPACE_HOPPER : CUBLAS_WORKSPACE;
            long workspace = allocate(bytes);
            try {
                open = Objects.requireNonNull(cublasLibrary).open(stream, workspace, bytes);
            } catch (RuntimeException e) {
                release(workspace);
                throw e;
            }
            cublas = open;
        }
        return open;
    }

    @Override
    public LaunchGraph capture(Runnable launches) {
        return CudaGraph.capture(stream, launches, this::makeCurrent);
    }

    @Override
    public void synchronize() {
        makeCurrent();
        transfers.synchronize();
    }

    @Override
    public Duration timeLaunches(Runnable launches) {
        makeCurrent();
        CUevent start = new CUevent();
        CUevent end = new CUevent();
        Status.check(cuEventCreate(start, 0), "cuEventCreate");
        try {
            Status.check(cuEventCreate(end, 0), "cuEventCreate");
            Status.check(cuEventRecord(start, stream), "cuEventRecord");
            launches.run();
            Status.check(cuEventRecord(end, stream), "cuEventRecord");
            synchronize();
            float[] millis = new float[1];
            Status.check(cuEventElapsedTime(millis, start, end), "cuEventElapsedTime");
            return Duration.ofNanos((long) (millis[0] * NANOS_OF_MILLI));
        } finally {
            cuEventDestroy(start);
            cuEventDestroy(end);
        }
    }

    /** Frees everything; codes do not matter any more, since the device may be lost. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        calls.setCurrent(context.value());
        cuStreamSynchronize(stream);
        if (cublas != null) {
            cublas.destroy();
        }
        sizes.keySet().forEach(this::free);
        transfers.close();
        modules.close();
        cuStreamSynchronize(stream);
        cuStreamDestroy(stream);
        cuDevicePrimaryCtxRelease(device.handle());
    }
}
