package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceInfo;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.GemmPrecision;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Recording;
import dev.weft.backend.Reserve;
import dev.weft.backend.Tunable;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Every kernel call, once, over a {@link GpuDriver}. Calls enqueue and return; {@link #download}
 * and {@link #synchronize} wait, and report an index that a kernel found to be out of range.
 */
public final class GpuBackend implements Backend, Tunable {
    private final GpuDriver driver;
    private final Launcher launcher;
    private final IndexFaults faults;
    private final Copies copies;
    private final ElementwiseKernels elementwise;
    private final Reductions reductions;
    private final Rows rows;
    private final IndexKernels indices;
    private final Updates updates;
    private final CacheFolder cache;
    private Gemm gemm;
    private GemmPrecision precision = GemmPrecision.F32;
    private boolean closed;

    /**
     * A backend over an open driver, which it closes in the end.
     *
     * @param cache where the tuner keeps its results
     */
    public GpuBackend(GpuDriver open, CacheFolder cache) {
        this(new Launcher(new LossGuard(open)), cache);
    }

    GpuBackend(Launcher launcher, CacheFolder cache) {
        this.cache = cache;
        this.launcher = launcher;
        driver = launcher.driver();
        faults = new IndexFaults(driver);
        Elementwise launches = new Elementwise(launcher);
        copies = new Copies(launcher, launches);
        elementwise = new ElementwiseKernels(launches, copies);
        reductions = new Reductions(launcher, launches, copies);
        rows = new Rows(launcher, faults);
        indices = new IndexKernels(launcher, faults);
        updates = new Updates(launcher, faults);
        gemm = new Gemm(launcher, GemmTuning.load(cache, driver.traits()));
    }

    @Override
    public DeviceInfo info() {
        return driver.info();
    }

    // ---- memory

    @Override
    public DeviceBuffer allocate(DType dtype, long elements) {
        long bytes = elements * dtype.bytes();
        if (bytes / dtype.bytes() != elements) {
            throw new DeviceOutOfMemoryException(
                    info().selector()
                            + ": "
                            + elements
                            + " elements of "
                            + dtype.bytes()
                            + " bytes are more than any device holds");
        }
        return new GpuBuffer(driver.allocate(bytes), dtype, elements);
    }

    @Override
    public void reserve(Reserve reserve) {
        launcher.reserve(reserve);
    }

    @Override
    public void release(DeviceBuffer buffer) {
        driver.release(((GpuBuffer) buffer).memory());
    }

    @Override
    public void upload(MemorySegment source, View target) {
        long bytes = target.size() * target.dtype().bytes();
        if (bytes > 0) {
            MemorySegment from = source.asSlice(0, bytes);
            transfer(() -> driver.write(from, GpuBuffer.memory(target), offset(target)));
        }
    }

    @Override
    public void download(View source, MemorySegment target) {
        long bytes = source.size() * source.dtype().bytes();
        if (bytes > 0) {
            faults.look();
            MemorySegment to = target.asSlice(0, bytes);
            transfer(() -> driver.read(GpuBuffer.memory(source), offset(source), to));
            faults.check();
        }
    }

    @Override
    public void downloadLater(View source, MemorySegment target) {
        long bytes = source.size() * source.dtype().bytes();
        if (bytes > 0) {
            driver.enqueueRead(GpuBuffer.memory(source), offset(source), target.asSlice(0, bytes));
        }
    }

    /** A driver may need memory of its own for a transfer. */
    private void transfer(Runnable copy) {
        launcher.withReserve(
                () -> {
                    copy.run();
                    return true;
                });
    }

    private static long offset(View view) {
        return view.offset() * view.dtype().bytes();
    }

    @Override
    public Recording record(Runnable calls) {
        LaunchGraph graph = driver.capture(calls);
        return graph == null
                ? Backend.super.record(calls)
                : new GraphRecording(driver, graph, launcher.leaveScratches(), faults);
    }

    /** By events on the queue. */
    @Override
    public Duration time(KernelCall call) {
        Duration time = driver.timeLaunches(() -> run(call));
        synchronize();
        return time;
    }

    @Override
    public void synchronize() {
        faults.look();
        driver.synchronize();
        faults.check();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (driver) {
            reductions.close();
            gemm.close();
            indices.close();
            faults.close();
            launcher.close();
        }
    }

    @Override
    public void gemmPrecision(GemmPrecision asked) {
        if (asked != GemmPrecision.F32 && driver.traits().gemmLibrary().isEmpty()) {
            throw new UnsupportedOperationException(
                    info().selector()
                            + " multiplies matrices in f32 only, not in "
                            + asked.label()
                            + ": that takes the vendor's library, cuBLAS, and there is none (see"
                            + " ./weft devices)");
        }
        precision = asked;
        gemm.precision(asked);
    }

    @Override
    public void tune(Consumer<String> report) {
        GemmTuning tuning = new GemmTuner(launcher).run(report);
        gemm.close();
        gemm = new Gemm(launcher, tuning);
        gemm.precision(precision);
        report.accept(tuning.store(cache, driver.traits()));
    }

    // ---- kernels

    /** Whether all operands are of types for which there are kernels. */
    @Override
    public boolean supports(KernelCall call) {
        return !(call instanceof KernelCall.Compare || call instanceof KernelCall.Where)
                && Stream.concat(call.reads().stream(), call.writes().stream())
                        .allMatch(view -> isWord(view.dtype()));
    }

    private static boolean isWord(DType dtype) {
        return dtype == DType.F32 || dtype == DType.I32;
    }

    @Override
    public @Nullable Tunable tunable() {
        return this;
    }

    @Override
    public void run(KernelCall call) {
        switch (call) {
            case KernelCall.Fill(var value, var y) -> copies.fill(value, y);
            case KernelCall.Copy(var x, var y) -> copies.copy(x, y);
            case KernelCall.Unary(var op, var p, var q, var x, var y) ->
                    elementwise.unary(op, p, q, x, y);
            case KernelCall.UnaryGrad(var op, var p, var q, var x, var y, var dy, var dx) ->
                    elementwise.unaryGrad(op, p, q, x, y, dy, dx);
            case KernelCall.Binary(var op, var a, var b, var y) -> elementwise.binary(op, a, b, y);
            case KernelCall.BinaryGrad(var op, var byB, var a, var b, var dy, var d) ->
                    elementwise.binaryGrad(op, byB, a, b, dy, d);
            case KernelCall.Loss(var op, var p, var x, var t, var l) ->
                    elementwise.loss(op, p, x, t, l);
            case KernelCall.LossGrad(var op, var p, var x, var t, var dl, var dx) ->
                    elementwise.lossGrad(op, p, x, t, dl, dx);
            case KernelCall.Compare _, KernelCall.Where _ ->
                    throw new UnsupportedOperationException(call.name());
            case KernelCall.Reduce(var op, var x, var y) -> reductions.reduce(op, x, y);
            case KernelCall.CountNonFinite(var xs, var count) ->
                    reductions.countNonFinite(xs, count);
            case KernelCall.Argmax(var x, var y) -> rows.argmax(x, y);
            case KernelCall.Softmax(var log, var x, var y) -> rows.softmax(log, x, y);
            case KernelCall.SoftmaxGrad(var log, var y, var dy, var dx) ->
                    rows.softmaxGrad(log, y, dy, dx);
            case KernelCall.CrossEntropy(var x, var target, var factor, var l, var gradient) ->
                    rows.crossEntropy(x, target, factor, l, gradient);
            case KernelCall.Gemm(var alpha, var a, var b, var beta, var c, var epilogue) ->
                    gemm.multiply(alpha, a, b, beta, c, epilogue);
            case KernelCall.Gather(var table, var at, var y) -> indices.gather(table, at, y);
            case KernelCall.ScatterAdd(var dy, var at, var dTable) ->
                    indices.scatterAdd(dy, at, dTable);
            case KernelCall.Pick(var x, var at, var y) -> indices.pick(x, at, y);
            case KernelCall.Unpick(var dy, var at, var dx) -> indices.unpick(dy, at, dx);
            case KernelCall.DropoutMask(var rate, var state, var mask) ->
                    updates.dropoutMask(rate, state, mask);
            case KernelCall.Update update ->
                    updates.update(
                            update.rule(),
                            update.control(),
                            update.steps(),
                            update.halt(),
                            update.p(),
                            update.g(),
                            update.states());
            case KernelCall.CountUnfit(var rule, var control, var loss, var p, var g, var count) ->
                    updates.countUnfit(rule, control, loss, p, g, count);
        }
    }
}
