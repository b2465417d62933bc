package dev.weft;

import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.ForwardingBackend;
import dev.weft.backend.GemmPrecision;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Stands before a backend while a step is captured: keeps its kernel calls instead of doing them.
 * What needs the device at once, such as reading a value back, is refused.
 */
final class CallRecorder extends ForwardingBackend {
    private final List<Runnable> calls = new ArrayList<>();
    private final Set<DeviceBuffer> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Consumer<DeviceBuffer> firstUse;

    /**
     * A recorder.
     *
     * @param firstUse is told of each buffer that a call reads or writes, once
     */
    CallRecorder(Backend backend, Consumer<DeviceBuffer> firstUse) {
        super(backend);
        this.firstUse = firstUse;
    }

    /** Does all calls so far, in their order. */
    void replay() {
        calls.forEach(Runnable::run);
    }

    private void note(List<View> views) {
        for (View view : views) {
            if (buffers.add(view.buffer())) {
                firstUse.accept(view.buffer());
            }
        }
    }

    private static IllegalStateException refusal(String what) {
        return new IllegalStateException(
                "capture: the step "
                        + what
                        + ", and so would wait for the device in every replay: do so before it is"
                        + " captured, or after replay()");
    }

    @Override
    public void upload(MemorySegment source, View target) {
        throw refusal("copies values from the host");
    }

    @Override
    public void upload(double[] source, View target) {
        throw refusal("copies values from the host");
    }

    @Override
    public void download(View source, MemorySegment target) {
        throw refusal("reads values back");
    }

    @Override
    public void downloadLater(View source, MemorySegment target) {
        throw refusal("reads values back");
    }

    @Override
    public void download(View source, double[] target) {
        throw refusal("reads values back");
    }

    @Override
    public void synchronize() {
        throw refusal("synchronizes");
    }

    @Override
    public void gemmPrecision(GemmPrecision precision) {
        throw refusal("changes the precision of products");
    }

    @Override
    public void close() {
        throw refusal("closes the device");
    }

    @Override
    public void run(KernelCall call) {
        calls.add(backend().prepare(call));
        note(call.reads());
        note(call.writes());
    }
}
