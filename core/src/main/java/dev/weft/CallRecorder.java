package dev.weft;

import dev.weft.backend.Backend;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceInfo;
import dev.weft.backend.Epilogue;
import dev.weft.backend.GemmPrecision;
import dev.weft.backend.LossOp;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

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
final class CallRecorder implements Backend {
    private final Backend backend;
    private final List<Runnable> calls = new ArrayList<>();
    private final Set<DeviceBuffer> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Consumer<DeviceBuffer> firstUse;

    /**
     * A recorder.
     *
     * @param firstUse is told of each buffer that a call reads or writes, once
     */
    CallRecorder(Backend backend, Consumer<DeviceBuffer> firstUse) {
        this.backend = backend;
        this.firstUse = firstUse;
    }

    /** Does all calls so far, in their order. */
    void replay() {
        for (Runnable call : calls) {
            call.run();
        }
    }

    private void add(Runnable call, @Nullable View... views) {
        calls.add(call);
        for (View view : views) {
            if (view != null && buffers.add(view.buffer())) {
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

    // ---- memory

    @Override
    public DeviceInfo info() {
        return backend.info();
    }

    @Override
    public DeviceBuffer allocate(DType dtype, long elements) {
        return backend.allocate(dtype, elements);
    }

    @Override
    public void release(DeviceBuffer buffer) {
        backend.release(buffer);
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

    // ---- kernels

    @Override
    public void fill(double value, View y) {
        add(() -> backend.fill(value, y), y);
    }

    @Override
    public void copy(View x, View y) {
        add(() -> backend.copy(x, y), x, y);
    }

    @Override
    public void unary(UnaryOp op, double p, double q, View x, View y) {
        add(() -> backend.unary(op, p, q, x, y), x, y);
    }

    @Override
    public void unaryGrad(UnaryOp op, double p, double q, View x, View y, View dy, View dx) {
        add(() -> backend.unaryGrad(op, p, q, x, y, dy, dx), x, y, dy, dx);
    }

    @Override
    public void binary(BinaryOp op, View a, View b, View y) {
        add(() -> backend.binary(op, a, b, y), a, b, y);
    }

    @Override
    public void binaryGrad(BinaryOp op, boolean byB, View a, View b, View dy, View d) {
        add(() -> backend.binaryGrad(op, byB, a, b, dy, d), a, b, dy, d);
    }

    @Override
    public void reduce(ReduceOp op, View x, View y) {
        add(() -> backend.reduce(op, x, y), x, y);
    }

    @Override
    public void argmax(View x, View y) {
        add(() -> backend.argmax(x, y), x, y);
    }

    @Override
    public void gemm(double alpha, View a, View b, double beta, View c, Epilogue epilogue) {
        add(() -> backend.gemm(alpha, a, b, beta, c, epilogue), a, b, c, epilogue.bias());
    }

    @Override
    public void softmax(boolean log, View x, View y) {
        add(() -> backend.softmax(log, x, y), x, y);
    }

    @Override
    public void softmaxGrad(boolean log, View y, View dy, View dx) {
        add(() -> backend.softmaxGrad(log, y, dy, dx), y, dy, dx);
    }

    @Override
    public void loss(LossOp op, double p, View x, View t, View l) {
        add(() -> backend.loss(op, p, x, t, l), x, t, l);
    }

    @Override
    public void lossGrad(LossOp op, double p, View x, View t, View dl, View dx) {
        add(() -> backend.lossGrad(op, p, x, t, dl, dx), x, t, dl, dx);
    }

    @Override
    public void crossEntropy(View logits, View target, double factor, View l, View gradient) {
        add(
                () -> backend.crossEntropy(logits, target, factor, l, gradient),
                logits,
                target,
                l,
                gradient);
    }

    @Override
    public void gather(View table, View indices, View y) {
        add(() -> backend.gather(table, indices, y), table, indices, y);
    }

    @Override
    public void scatterAdd(View dy, View indices, View dTable) {
        add(() -> backend.scatterAdd(dy, indices, dTable), dy, indices, dTable);
    }

    @Override
    public void pick(View x, View indices, View y) {
        add(() -> backend.pick(x, indices, y), x, indices, y);
    }

    @Override
    public void unpick(View dy, View indices, View dx) {
        add(() -> backend.unpick(dy, indices, dx), dy, indices, dx);
    }

    @Override
    public void dropoutMask(double rate, View state, View mask) {
        add(() -> backend.dropoutMask(rate, state, mask), state, mask);
    }

    @Override
    public void update(
            UpdateRule rule,
            View control,
            View steps,
            View halt,
            View p,
            View g,
            List<View> states) {
        List<View> kept = List.copyOf(states);
        List<View> views = new ArrayList<>(List.of(control, steps, halt, p, g));
        views.addAll(kept);
        add(
                () -> backend.update(rule, control, steps, halt, p, g, kept),
                views.toArray(View[]::new));
    }

    @Override
    public void countUnfit(
            UpdateRule rule, View control, @Nullable View loss, View p, View g, View count) {
        add(() -> backend.countUnfit(rule, control, loss, p, g, count), control, loss, p, g, count);
    }

    @Override
    public void countNonFinite(List<View> xs, View count) {
        List<View> kept = List.copyOf(xs);
        List<View> views = new ArrayList<>(kept);
        views.add(count);
        add(() -> backend.countNonFinite(kept, count), views.toArray(View[]::new));
    }
}
