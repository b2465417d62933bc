package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.Backend;
import dev.weft.backend.Correlation;
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
import java.util.List;
import java.util.function.Consumer;

/**
 * Every kernel call, once, over a {@link GpuDriver}. Calls enqueue and return; {@link #download}
 * and {@link #synchronize} wait, and report an index that a kernel found to be out of range.
 */
public final class GpuBackend implements Backend, Tunable {
    private final GpuDriver driver;
    private final Launcher launcher;
    private final IndexFaults faults;
    private final ByType<Copies> copies;
    private final ByType<ElementwiseKernels> elementwise;
    private final ByType<Reductions> reductions;
    private final ByType<Scans> scans;
    private final ByType<Sorts> sorts;
    private final ByType<Rows> rows;
    private final ByType<IndexKernels> indices;
    private final ByType<Convolutions> convolutions;
    private final ByType<Updates> updates;
    private final ByType<Pools> pools;
    private final CacheFolder cache;
    private ByType<Gemm> gemm;
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
        copies = new ByType<>(type -> new Copies(launcher, launches, type));
        elementwise = new ByType<>(type -> new ElementwiseKernels(launches, copies.of(type), type));
        reductions =
                new ByType<>(type -> new Reductions(launcher, launches, copies.of(type), type));
        scans = new ByType<>(type -> new Scans(launcher, type));
        sorts = new ByType<>(type -> new Sorts(launcher, copies, type));
        rows = new ByType<>(type -> new Rows(launcher, faults, type));
        indices = new ByType<>(type -> new IndexKernels(launcher, faults, launches, sorts, type));
        convolutions = new ByType<>(type -> new Convolutions(launcher, type));
        updates = new ByType<>(type -> new Updates(launcher, faults, type));
        pools = new ByType<>(type -> new Pools(launcher, type));
        gemm = new ByType<>(this::gemm);
    }

    private Gemm gemm(DType type) {
        Gemm made = new Gemm(launcher, type, GemmTuning.load(cache, driver.traits(), type));
        made.precision(precision);
        return made;
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
            reductions.forEach(Reductions::close);
            scans.forEach(Scans::close);
            sorts.forEach(Sorts::close);
            gemm.forEach(Gemm::close);
            indices.forEach(IndexKernels::close);
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
        gemm.forEach(made -> made.precision(asked));
    }

    @Override
    public void tune(Consumer<String> report) {
        for (DType type : KernelFile.GEMM_GPU.dtypes()) {
            if (type != DType.F64 || driver.traits().fp64()) {
                report.accept("matrices of " + type);
                GemmTuning tuning = new GemmTuner(launcher, type).run(report);
                report.accept(tuning.store(cache, driver.traits()));
            }
        }
        gemm.forEach(Gemm::close);
        gemm = new ByType<>(this::gemm);
    }

    // ---- kernels

    /** By the type of the operand that the kernels are chosen by: core has checked the others. */
    @Override
    public boolean supports(KernelCall call) {
        return switch (call) {
            case KernelCall.Fill(var _, var y) -> holds(y);
            case KernelCall.Copy(var x, var y) -> holds(x) && holds(y);
            case KernelCall.Where(var _, var _, var _, var y) -> holds(y);
            case KernelCall.Gather(var _, var _, var y) -> holds(y);
            case KernelCall.Gemm(var _, var a, var _, var _, var _, var _) ->
                    a.dtype().isFloating() && holds(a);
            case KernelCall.Unary(var _, var _, var _, var _, var y) -> computes(y);
            case KernelCall.UnaryGrad(var _, var _, var _, var _, var _, var _, var dx) ->
                    computesFractions(dx);
            case KernelCall.Binary(var _, var _, var _, var y) -> computes(y);
            case KernelCall.BinaryGrad(var _, var _, var _, var _, var _, var d) ->
                    computesFractions(d);
            case KernelCall.Compare(var _, var a, var _, var _) ->
                    computes(a) || a.dtype() == DType.BOOL || a.dtype() == DType.U8;
            case KernelCall.Loss(var _, var _, var _, var _, var l) -> computesFractions(l);
            case KernelCall.LossGrad(var _, var _, var _, var _, var _, var dx) ->
                    computesFractions(dx);
            case KernelCall.Reduce(var _, var x, var _) -> computes(x);
            case KernelCall.Scan(var _, var _, var x, var _) -> computes(x);
            case KernelCall.Sort(var _, var x, var _, var _) -> computes(x);
            case KernelCall.ArgReduce(var _, var x, var _) -> computes(x);
            case KernelCall.Softmax(var _, var x, var _) -> computesFractions(x);
            case KernelCall.SoftmaxGrad(var _, var _, var _, var dx) -> computesFractions(dx);
            case KernelCall.CrossEntropy(var x, var _, var _, var _, var _) -> computesFractions(x);
            case KernelCall.ScatterAdd(var dy, var _, var _) -> computesFractions(dy);
            case KernelCall.TakeAlong(var _, var _, var y) -> holds(y);
            case KernelCall.ScatterAlong(var adds, var _, var _, var y) ->
                    adds ? computes(y) : holds(y);
            case KernelCall.MaxPool(var _, var x, var _, var _) -> computesFractions(x);
            case KernelCall.MaxPoolGrad(var _, var _, var dy, var _) -> computesFractions(dy);
            case KernelCall.AveragePool(var _, var _, var x, var _) -> computesFractions(x);
            case KernelCall.AveragePoolGrad(var _, var _, var dy, var _) -> computesFractions(dy);
            case KernelCall.Convolution(var _, var _, var _, var y) -> computesFractions(y);
            case KernelCall.ConvolutionInputGrad(var _, var _, var _, var dx) ->
                    computesFractions(dx);
            case KernelCall.ConvolutionWeightGrad(var _, var _, var _, var dWeight) ->
                    computesFractions(dWeight);
            case KernelCall.DropoutMask(var _, var _, var mask) -> computesFractions(mask);
            case KernelCall.Update update -> computesFractions(update.p());
            case KernelCall.CountUnfit unfit -> computesFractions(unfit.p());
            case KernelCall.CountNonFinite(var xs, var _) ->
                    xs.stream().allMatch(this::computesFractions);
            // Composed.
            case KernelCall.Normalize _, KernelCall.NormalizeGrad _ -> false;
        };
    }

    /** Whether the device has the type of a view at all. */
    private boolean holds(View view) {
        return view.dtype() != DType.F64 || driver.traits().fp64();
    }

    private boolean computesFractions(View view) {
        return view.dtype().isFloating() && computes(view);
    }

    /** Whether there are kernels that compute in the type of a view. */
    private boolean computes(View view) {
        return switch (view.dtype()) {
            case F32, I32, I64 -> true;
            case F64 -> driver.traits().fp64();
            case F16, BF16, U8, I8, BOOL -> false;
        };
    }

    @Override
    public @Nullable Tunable tunable() {
        return this;
    }

    @Override
    public void run(KernelCall call) {
        switch (call) {
            case KernelCall.Fill(var value, var y) -> copies.of(y).fill(value, y);
            case KernelCall.Copy(var x, var y) -> copies.of(x).copy(x, y);
            case KernelCall.Where(var condition, var a, var b, var y) ->
                    copies.of(y).where(condition, a, b, y);
            case KernelCall.Unary unary -> elementwise.of(unary.y()).unary(unary);
            case KernelCall.UnaryGrad(var op, var p, var q, var x, var y, var dy, var dx) ->
                    elementwise.of(dx).unaryGrad(op, p, q, x, y, dy, dx);
            case KernelCall.Binary(var op, var a, var b, var y) ->
                    elementwise.of(y).binary(op, a, b, y);
            case KernelCall.BinaryGrad(var op, var byB, var a, var b, var dy, var d) ->
                    elementwise.of(d).binaryGrad(op, byB, a, b, dy, d);
            case KernelCall.Compare(var op, var a, var b, var y) ->
                    elementwise.of(a).compare(op, a, b, y);
            case KernelCall.Loss(var op, var p, var x, var t, var l) ->
                    elementwise.of(l).loss(op, p, x, t, l);
            case KernelCall.LossGrad(var op, var p, var x, var t, var dl, var dx) ->
                    elementwise.of(dx).lossGrad(op, p, x, t, dl, dx);
            case KernelCall.Reduce(var op, var x, var y) -> reductions.of(x).reduce(op, x, y);
            case KernelCall.CountNonFinite(var xs, var count) -> countNonFinite(xs, count);
            case KernelCall.Scan(var op, var reversed, var x, var y) ->
                    scans.of(x).scan(op, reversed, x, y);
            case KernelCall.Sort(var descending, var x, var y, var places) ->
                    sorts.of(x).sort(descending, x, y, places);
            case KernelCall.ArgReduce(var op, var x, var y) -> rows.of(x).argReduce(op, x, y);
            case KernelCall.Softmax(var log, var x, var y) -> rows.of(x).softmax(log, x, y);
            case KernelCall.SoftmaxGrad(var log, var y, var dy, var dx) ->
                    rows.of(dx).softmaxGrad(log, y, dy, dx);
            case KernelCall.CrossEntropy(var x, var target, var factor, var l, var gradient) ->
                    rows.of(x).crossEntropy(x, target, factor, l, gradient);
            case KernelCall.Gemm(var alpha, var a, var b, var beta, var c, var epilogue) ->
                    gemm.of(a).multiply(alpha, a, b, beta, c, epilogue);
            case KernelCall.Gather(var table, var at, var y) -> indices.of(y).gather(table, at, y);
            case KernelCall.ScatterAdd(var dy, var at, var dTable) ->
                    indices.of(dy).scatterAdd(dy, at, dTable);
            case KernelCall.TakeAlong(var x, var at, var y) -> indices.of(y).takeAlong(x, at, y);
            case KernelCall.ScatterAlong(var adds, var x, var at, var y) ->
                    indices.of(y).scatterAlong(adds, x, at, y);
            case KernelCall.MaxPool(var window, var x, var y, var places) ->
                    pools.of(x).max(window, x, y, places);
            case KernelCall.MaxPoolGrad(var window, var places, var dy, var dx) ->
                    pools.of(dx).maxGrad(window, places, dy, dx);
            case KernelCall.AveragePool(var window, var padded, var x, var y) ->
                    pools.of(x).average(window, padded, x, y);
            case KernelCall.AveragePoolGrad(var window, var padded, var dy, var dx) ->
                    pools.of(dx).averageGrad(window, padded, dy, dx);
            case KernelCall.Convolution convolved ->
                    convolutions.of(convolved.y()).run(Correlation.of(convolved));
            case KernelCall.ConvolutionInputGrad byX ->
                    convolutions.of(byX.dx()).run(Correlation.of(byX));
            case KernelCall.ConvolutionWeightGrad byWeight ->
                    convolutions.of(byWeight.dWeight()).run(Correlation.of(byWeight));
            case KernelCall.DropoutMask(var rate, var state, var mask) ->
                    updates.of(mask).dropoutMask(rate, state, mask);
            case KernelCall.Update update -> updates.of(update.p()).update(update);
            case KernelCall.CountUnfit unfit -> updates.of(unfit.p()).countUnfit(unfit);
            case KernelCall.Normalize _, KernelCall.NormalizeGrad _ ->
                    throw new IllegalArgumentException(call.name() + " has no kernel");
        }
    }

    private void countNonFinite(List<View> xs, View count) {
        for (DType type : KernelFile.REDUCE.dtypes()) {
            if (type.isFloating()) {
                reductions.of(type).countNonFinite(xs, count);
            }
        }
    }
}
