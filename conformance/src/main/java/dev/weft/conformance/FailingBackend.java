package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.ForwardingBackend;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Recording;
import dev.weft.backend.View;

import java.lang.foreign.MemorySegment;

/** Stands before a backend so that some of its calls fail, and counts what is out. */
final class FailingBackend extends ForwardingBackend {
    private final Device device;
    private long allocations;
    private long outstanding;
    private long calls;
    private long failingAllocation = -1;
    private long failingCall = -1;
    private boolean failed;
    private volatile boolean closed;

    /** Stands before a device's backend; closing it closes the device. */
    FailingBackend(Device device) {
        super(device.backend());
        this.device = device;
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

    private void count(String what) {
        if (failingCall >= 0 && calls >= failingCall) {
            failed = true;
            throw what.equals("allocate")
                    ? new DeviceOutOfMemoryException("injected: no memory")
                    : new IllegalStateException("injected: " + what + " fails");
        }
        calls++;
    }

    @Override
    public void run(KernelCall call) {
        count(call.name());
        super.run(call);
    }

    @Override
    public DeviceBuffer allocate(DType dtype, long elements) {
        count("allocate");
        if (failingAllocation >= 0 && allocations >= failingAllocation) {
            failed = true;
            throw new DeviceOutOfMemoryException("injected: %d elements".formatted(elements));
        }
        allocations++;
        DeviceBuffer buffer = super.allocate(dtype, elements);
        outstanding++;
        return buffer;
    }

    @Override
    public void release(DeviceBuffer buffer) {
        outstanding--;
        super.release(buffer);
    }

    @Override
    public void upload(MemorySegment source, View target) {
        count("upload");
        super.upload(source, target);
    }

    @Override
    public void upload(double[] source, View target) {
        count("upload");
        super.upload(source, target);
    }

    @Override
    public void download(View source, MemorySegment target) {
        count("download");
        super.download(source, target);
    }

    @Override
    public void download(View source, double[] target) {
        count("download");
        super.download(source, target);
    }

    @Override
    public void downloadLater(View source, MemorySegment target) {
        count("download");
        super.downloadLater(source, target);
    }

    @Override
    public Recording record(Runnable recorded) {
        count("record");
        return super.record(recorded);
    }

    @Override
    public void close() {
        // On the cleaner's thread, where it was dropped.
        device.adopt();
        device.close();
        closed = true;
    }
}
