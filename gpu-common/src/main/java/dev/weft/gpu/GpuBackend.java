package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.Backend;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceInfo;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.Epilogue;
import dev.weft.backend.GemmPrecision;
import dev.weft.backend.LossOp;
import dev.weft.backend.Recording;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.Reserve;
import dev.weft.backend.Tunable;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
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

    // ---- elementwise

    @Override
    public void fill(double value, View y) {
        copies.fill(value, y);
    }

    @Override
    public void copy(View x, View y) {
        copies.copy(x, y);
    }

    @Override
    public void unary(UnaryOp op, double p, double q, View x, View y) {
        elementwise.unary(op, p, q, x, y);
    }

    @Override
    public void unaryGrad(UnaryOp op, double p, double q, View x, View y, View dy, View dx) {
        elementwise.unaryGrad(op, p, q, x, y, dy, dx);
    }

    @Override
    public void binary(BinaryOp op, View a, View b, View y) {
        elementwise.binary(op, a, b, y);
    }

    @Override
    public void binaryGrad(BinaryOp op, boolean byB, View a, View b, View dy, View d) {
        elementwise.binaryGrad(op, byB, a, b, dy, d);
    }

    @Override
    public void loss(LossOp op, double p, View x, View t, View l) {
        elementwise.loss(op, p, x, t, l);
    }

    @Override
    public void lossGrad(LossOp op, double p, View x, View t, View dl, View dx) {
        elementwise.lossGrad(op, p, x, t, dl, dx);
    }

    // ---- reductions and rows

    @Override
    public void reduce(ReduceOp op, View x, View y) {
        reductions.reduce(op, x, y);
    }

    @Override
    public void countNonFinite(List<View> xs, View count) {
        reductions.countNonFinite(xs, count);
    }

    @Override
    public void argmax(View x, View y) {
        rows.argmax(x, y);
    }

    @Override
    public void softmax(boolean log, View x, View y) {
        rows.softmax(log, x, y);
    }

    @Override
    public void softmaxGrad(boolean log, View y, View dy, View dx) {
        rows.softmaxGrad(log, y, dy, dx);
    }

    @Override
    public void crossEntropy(View logits, View target, double factor, View l, View gradient) {
        rows.crossEntropy(logits, target, factor, l, gradient);
    }

    // ---- products

    @Override
    public void gemm(double alpha, View a, View b, double beta, View c, Epilogue epilogue) {
        gemm.multiply(alpha, a, b, beta, c, epilogue);
    }

    // ---- indices

    @Override
    public void gather(View table, View at, View y) {
        indices.gather(table, at, y);
    }

    @Override
    public void scatterAdd(View dy, View at, View dTable) {
        indices.scatterAdd(dy, at, dTable);
    }

    @Override
    public void pick(View x, View at, View y) {
        indices.pick(x, at, y);
    }

    @Override
    public void unpick(View dy, View at, View dx) {
        indices.unpick(dy, at, dx);
    }

    // ---- training

    @Override
    public void dropoutMask(double rate, View state, View mask) {
        updates.dropoutMask(rate, state, mask);
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
        updates.update(rule, control, steps, halt, p, g, states);
    }

    @Override
    public void countUnfit(
            UpdateRule rule, View control, @Nullable View loss, View p, View g, View count) {
        updates.countUnfit(rule, control, loss, p, g, count);
    }
}
