package dev.weft.opencl;

import static org.lwjgl.opencl.CL10.CL_CONTEXT_PLATFORM;
import static org.lwjgl.opencl.CL10.CL_MEM_ALLOC_HOST_PTR;
import static org.lwjgl.opencl.CL10.CL_MEM_READ_WRITE;
import static org.lwjgl.opencl.CL10.CL_PROFILING_COMMAND_END;
import static org.lwjgl.opencl.CL10.CL_PROFILING_COMMAND_START;
import static org.lwjgl.opencl.CL10.CL_QUEUE_PROFILING_ENABLE;
import static org.lwjgl.opencl.CL10.clCreateBuffer;
import static org.lwjgl.opencl.CL10.clCreateCommandQueue;
import static org.lwjgl.opencl.CL10.clCreateContext;
import static org.lwjgl.opencl.CL10.clCreateKernel;
import static org.lwjgl.opencl.CL10.clEnqueueNDRangeKernel;
import static org.lwjgl.opencl.CL10.clFinish;
import static org.lwjgl.opencl.CL10.clGetEventProfilingInfo;
import static org.lwjgl.opencl.CL10.clReleaseCommandQueue;
import static org.lwjgl.opencl.CL10.clReleaseContext;
import static org.lwjgl.opencl.CL10.clReleaseMemObject;
import static org.lwjgl.opencl.CL10.clSetKernelArg1d;
import static org.lwjgl.opencl.CL10.clSetKernelArg1f;
import static org.lwjgl.opencl.CL10.clSetKernelArg1i;
import static org.lwjgl.opencl.CL10.clSetKernelArg1l;
import static org.lwjgl.opencl.CL10.clSetKernelArg1p;
import static org.lwjgl.opencl.CL12.CL_MIGRATE_MEM_OBJECT_CONTENT_UNDEFINED;
import static org.lwjgl.opencl.CL12.clEnqueueMigrateMemObjects;
import static org.lwjgl.system.MemoryUtil.NULL;

import dev.weft.backend.DeviceInfo;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.gpu.Arguments;
import dev.weft.gpu.GpuDriver;
import dev.weft.gpu.GpuTraits;
import dev.weft.gpu.KernelSource;
import dev.weft.gpu.LaunchGraph;

import org.jspecify.annotations.Nullable;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

import java.lang.foreign.MemorySegment;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** One OpenCL device: a context of its own with one in-order queue. */
final class OpenClDriver implements GpuDriver {
    /** The least that is asked for: some drivers refuse a buffer of nothing. */
    private static final long SMALLEST = 64;

    private final OpenClDevice device;
    private final DeviceInfo info;
    private final GpuTraits traits;
    private final Programs programs;
    private final Transfers transfers;
    private final long context;
    private final long queue;
    private final PointerBuffer grid = MemoryUtil.memAllocPointer(3);
    private final PointerBuffer groupSize = MemoryUtil.memAllocPointer(3);
    private final IntBuffer code = MemoryUtil.memAllocInt(1);
    private final Map<Long, Long> sizes = new HashMap<>();
    private final Map<Long, Origin> kernels = new HashMap<>();
    private final Set<Long> launched = new HashSet<>();
    private final PointerBuffer event = MemoryUtil.memAllocPointer(1);
    private @Nullable List<Long> events;
    private @Nullable LaunchList recorded;
    private long liveBytes;
    private boolean closed;

    OpenClDriver(OpenClDevice device, int index, @Nullable ProgramCache cache) {
        this.device = device;
        info = device.info(index);
        traits = device.traits();
        context = SignalHandlers.keep(() -> createContext(device, code));
        Status.check(code.get(0), "clCreateContext on " + device.name());
        queue = clCreateCommandQueue(context, device.id(), CL_QUEUE_PROFILING_ENABLE, code);
        if (code.get(0) != 0) {
            clReleaseContext(context);
        }
        Status.check(code.get(0), "clCreateCommandQueue on " + device.name());
        programs = new Programs(context, device, cache);
        transfers = new Transfers(context, queue, device.sharesMemory());
    }

    private static long createContext(OpenClDevice device, IntBuffer code) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer properties = stack.pointers(CL_CONTEXT_PLATFORM, device.platform(), 0);
            return clCreateContext(properties, device.id(), null, NULL, code);
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
        long size = Math.max(bytes, SMALLEST);
        // Drivers allocate when a buffer is first used, and some overcommit: what cannot work is
        // refused here, where it can be handled.
        if (size > device.largestBuffer() || size > device.memoryBytes() - liveBytes) {
            throw outOfMemory(size, "");
        }
        long flags = CL_MEM_READ_WRITE | (device.sharesMemory() ? CL_MEM_ALLOC_HOST_PTR : 0);
        long memory = clCreateBuffer(context, flags, size, code);
        if (code.get(0) == 0 && !device.sharesMemory()) {
            code.put(0, makeResident(memory));
            if (code.get(0) != 0) {
                clReleaseMemObject(memory);
            }
        }
        try {
            Status.check(code.get(0), "clCreateBuffer");
        } catch (DeviceOutOfMemoryException e) {
            throw outOfMemory(size, ": " + e.getMessage());
        }
        sizes.put(memory, size);
        liveBytes += size;
        return memory;
    }

    /** Lets the driver find out now whether there is memory behind a buffer. */
    private int makeResident(long memory) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            return clEnqueueMigrateMemObjects(
                    queue,
                    stack.pointers(memory),
                    CL_MIGRATE_MEM_OBJECT_CONTENT_UNDEFINED,
                    null,
                    null);
        }
    }

    private DeviceOutOfMemoryException outOfMemory(long size, String cause) {
        return new DeviceOutOfMemoryException(
                "%s (%s): %d bytes were asked for; %d bytes are free, %d live, and the largest buffer is %d bytes%s"
                        .formatted(
                                info.selector(),
                                device.name(),
                                size,
                                Math.max(0, device.memoryBytes() - liveBytes),
                                liveBytes,
                                device.largestBuffer(),
                                cause));
    }

    @Override
    public void release(long memory) {
        Long size = sizes.remove(memory);
        if (size == null) {
            throw new IllegalStateException("memory is released twice, or is not this device's");
        }
        liveBytes -= size;
        Status.check(clReleaseMemObject(memory), "clReleaseMemObject");
    }

    @Override
    public void write(MemorySegment source, long memory, long offset) {
        transfers.write(source, memory, offset);
    }

    @Override
    public void read(long memory, long offset, MemorySegment target) {
        transfers.read(memory, offset, target);
    }

    @Override
    public void enqueueRead(long memory, long offset, MemorySegment target) {
        transfers.enqueueRead(memory, offset, target, false);
    }

    // ---- kernels

    /** What a kernel can be made of again, with arguments of its own. */
    private record Origin(long program, String name) {}

    @Override
    public long kernel(KernelSource source, String name) {
        Origin origin = new Origin(programs.build(source), name);
        long kernel = create(origin);
        kernels.put(kernel, origin);
        return kernel;
    }

    private long create(Origin origin) {
        long kernel = clCreateKernel(origin.program, origin.name, code);
        Status.check(code.get(0), "clCreateKernel of " + origin.name);
        return kernel;
    }

    /** How many programs were compiled, and not found in the cache. */
    int compiledPrograms() {
        return programs.compiled();
    }

    /** The kernels of a source, as the compiler found them. */
    List<String> kernelNames(KernelSource source) {
        return programs.kernelNames(source);
    }

    /** A kernel's first launch may compile. */
    @Override
    public void launch(long kernel, Arguments arguments, int group, long x, long y, long z) {
        LaunchList list = recorded;
        if (list != null) {
            long own = create(Objects.requireNonNull(kernels.get(kernel)));
            list.add(own, group, x, y, z);
            set(own, arguments);
            return;
        }
        set(kernel, arguments);
        if (launched.add(kernel)) {
            SignalHandlers.keep(
                    () -> {
                        enqueue(kernel, group, x, y, z);
                        synchronize();
                        return true;
                    });
        } else {
            enqueue(kernel, group, x, y, z);
        }
    }

    private static void set(long kernel, Arguments arguments) {
        for (int i = 0; i < arguments.count(); i++) {
            long bits = arguments.bits(i);
            int status =
                    switch (arguments.kind(i)) {
                        case I32 -> clSetKernelArg1i(kernel, i, (int) bits);
                        case I64 -> clSetKernelArg1l(kernel, i, bits);
                        case F32 -> clSetKernelArg1f(kernel, i, Float.intBitsToFloat((int) bits));
                        case F64 -> clSetKernelArg1d(kernel, i, Double.longBitsToDouble(bits));
                        case MEMORY -> clSetKernelArg1p(kernel, i, bits);
                    };
            if (status != 0) {
                Status.check(status, "clSetKernelArg " + i);
            }
        }
    }

    private void enqueue(long kernel, int group, long x, long y, long z) {
        grid.put(0, x * group).put(1, y).put(2, z);
        groupSize.put(0, group).put(1, 1).put(2, 1);
        int axes = z > 1 ? 3 : y > 1 ? 2 : 1;
        List<Long> timed = events;
        int status =
                clEnqueueNDRangeKernel(
                        queue,
                        kernel,
                        axes,
                        null,
                        grid,
                        groupSize,
                        null,
                        timed == null ? null : event);
        if (status != 0) {
            Status.check(status, "clEnqueueNDRangeKernel");
        }
        if (timed != null) {
            timed.add(event.get(0));
        }
    }

    @Override
    public LaunchGraph capture(Runnable launches) {
        LaunchList list = new LaunchList(this::enqueue);
        recorded = list;
        try {
            launches.run();
        } catch (RuntimeException | Error e) {
            list.close();
            throw e;
        } finally {
            recorded = null;
        }
        return list;
    }

    @Override
    public void synchronize() {
        Status.check(clFinish(queue), "clFinish");
    }

    @Override
    public Duration timeLaunches(Runnable launches) {
        synchronize();
        List<Long> timed = new ArrayList<>();
        events = timed;
        try {
            launches.run();
            synchronize();
            long nanos = 0;
            for (long each : timed) {
                nanos += stamp(each, CL_PROFILING_COMMAND_END);
                nanos -= stamp(each, CL_PROFILING_COMMAND_START);
            }
            return Duration.ofNanos(nanos);
        } finally {
            events = null;
            timed.forEach(org.lwjgl.opencl.CL10::clReleaseEvent);
        }
    }

    private static long stamp(long event, int what) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            LongBuffer nanos = stack.mallocLong(1);
            Status.check(
                    clGetEventProfilingInfo(event, what, nanos, null), "clGetEventProfilingInfo");
            return nanos.get(0);
        }
    }

    /** Frees everything; codes do not matter any more, since the device may be lost. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        clFinish(queue);
        kernels.keySet().forEach(org.lwjgl.opencl.CL10::clReleaseKernel);
        programs.close();
        sizes.keySet().forEach(org.lwjgl.opencl.CL10::clReleaseMemObject);
        transfers.close();
        clReleaseCommandQueue(queue);
        clReleaseContext(context);
        MemoryUtil.memFree(grid);
        MemoryUtil.memFree(groupSize);
        MemoryUtil.memFree(event);
        MemoryUtil.memFree(code);
    }
}
