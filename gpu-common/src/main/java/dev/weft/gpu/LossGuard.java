package dev.weft.gpu;

import dev.weft.backend.DeviceInfo;
import dev.weft.backend.DeviceLostException;
import dev.weft.backend.GemmPrecision;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * A driver whose device may get lost: from then on every call fails at once, without touching the
 * driver, which could hang, and giving memory back does nothing, since it went with the device.
 */
final class LossGuard implements GpuDriver {
    private final GpuDriver driver;
    private @Nullable DeviceLostException loss;

    LossGuard(GpuDriver driver) {
        this.driver = driver;
    }

    private <T extends @Nullable Object> T guard(Supplier<T> call) {
        requireDevice();
        try {
            return call.get();
        } catch (DeviceLostException e) {
            loss = e;
            throw e;
        }
    }

    private void requireDevice() {
        if (loss != null) {
            throw new DeviceLostException(
                    info().selector() + " was lost: " + loss.getMessage(), loss);
        }
    }

    private void guard(Runnable call) {
        guard(
                () -> {
                    call.run();
                    return true;
                });
    }

    @Override
    public DeviceInfo info() {
        return driver.info();
    }

    @Override
    public GpuTraits traits() {
        return driver.traits();
    }

    @Override
    public long allocate(long bytes) {
        return guard(() -> driver.allocate(bytes));
    }

    @Override
    public void release(long memory) {
        if (loss == null) {
            guard(() -> driver.release(memory));
        }
    }

    @Override
    public void write(MemorySegment source, long memory, long offset) {
        guard(() -> driver.write(source, memory, offset));
    }

    @Override
    public void read(long memory, long offset, MemorySegment target) {
        guard(() -> driver.read(memory, offset, target));
    }

    @Override
    public void enqueueRead(long memory, long offset, MemorySegment target) {
        guard(() -> driver.enqueueRead(memory, offset, target));
    }

    @Override
    public long kernel(KernelSource source, String name) {
        return guard(() -> driver.kernel(source, name));
    }

    @Override
    public void launch(long kernel, Arguments arguments, int group, long x, long y, long z) {
        // As guard does, without objects for the garbage collector: this is called most.
        requireDevice();
        try {
            driver.launch(kernel, arguments, group, x, y, z);
        } catch (DeviceLostException e) {
            loss = e;
            throw e;
        }
    }

    @Override
    public boolean multiply(MatrixProduct product, GemmPrecision precision) {
        return guard(() -> driver.multiply(product, precision));
    }

    @Override
    public @Nullable LaunchGraph capture(Runnable launches) {
        LaunchGraph graph = guard(() -> driver.capture(launches));
        if (graph == null) {
            return null;
        }
        return new LaunchGraph() {
            @Override
            public void launch() {
                guard(graph::launch);
            }

            @Override
            public void close() {
                graph.close();
            }
        };
    }

    @Override
    public void synchronize() {
        guard(driver::synchronize);
    }

    @Override
    public Duration timeLaunches(Runnable launches) {
        return guard(() -> driver.timeLaunches(launches));
    }

    /** Also after a loss: the driver frees what it can on the host. */
    @Override
    public void close() {
        driver.close();
    }
}
