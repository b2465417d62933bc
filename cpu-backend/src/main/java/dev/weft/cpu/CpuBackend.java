package dev.weft.cpu;

import dev.weft.DType;
import dev.weft.backend.Backend;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceInfo;
import dev.weft.backend.KernelCall;
import dev.weft.backend.LossOp;
import dev.weft.backend.Reserve;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;
import dev.weft.reference.ReferenceBackend;

import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;

/**
 * The CPU as a device: vector kernels over native memory, on a few threads. Every call is done when
 * it returns.
 */
public sealed class CpuBackend implements Backend permits ScalarBackend {
    private final DeviceInfo info;
    private final WorkerPool pool;
    private final Scratch[] scratch;
    private final GemmKernels gemm;
    private final Elementwise elementwise;
    private final Copies copies;
    private final Reduction reduction;
    private final SoftmaxRows softmaxRows;
    private final ScatterAdd scatterAdd;
    private final DropoutMask dropoutMask;
    private final Update update;
    private boolean closed;

    /** Opens the backend; its threads start with the first kernel that needs them. */
    CpuBackend(int threads) {
        info = describe(threads);
        pool = new WorkerPool(threads);
        scratch = new Scratch[threads];
        for (int i = 0; i < threads; i++) {
            scratch[i] = new Scratch();
        }
        gemm = new GemmKernels(pool, scratch);
        elementwise = new Elementwise(pool, scratch);
        copies = new Copies(pool, scratch, elementwise);
        reduction = new Reduction(pool, scratch);
        softmaxRows = new SoftmaxRows(pool, scratch);
        scatterAdd = new ScatterAdd(elementwise);
        dropoutMask = new DropoutMask(pool, scratch);
        update = new Update(pool, scratch);
    }

    /** Opens the backend, with vectors where the JVM compiles them. */
    static CpuBackend open(int threads) {
        Compiler.warn();
        return Compiler.IS_SCALAR ? new ScalarBackend(threads) : new CpuBackend(threads);
    }

    static DeviceInfo describe(int threads) {
        return Processor.describe(threads, VectorWidth.bits());
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    private final ReferenceBackend specification = new ReferenceBackend();

    // ---- memory

    @Override
    public DeviceBuffer allocate(DType dtype, long elements) {
        return CpuBuffer.allocate(dtype, elements);
    }

    @Override
    public void reserve(Reserve reserve) {
        gemm.reserve(reserve);
        reduction.reserve(reserve);
        for (Scratch each : scratch) {
            each.reserve(reserve);
        }
    }

    @Override
    public void release(DeviceBuffer buffer) {
        ((CpuBuffer) buffer).free();
    }

    @Override
    public void upload(MemorySegment source, View target) {
        long bytes = target.size() * target.dtype().bytes();
        MemorySegment.copy(source, 0, Memory.MEM, CpuBuffer.address(target), bytes);
    }

    @Override
    public void download(View source, MemorySegment target) {
        long bytes = source.size() * source.dtype().bytes();
        MemorySegment.copy(Memory.MEM, CpuBuffer.address(source), target, 0, bytes);
    }

    @Override
    public void synchronize() {}

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        pool.close();
        reduction.close();
        scatterAdd.close();
        gemm.close();
        for (Scratch memory : scratch) {
            memory.close();
        }
    }

    // ---- kernels

    private static boolean isFast(KernelCall call) {
        if (call instanceof KernelCall.Gemm product) {
            return GemmKernels.supports(product);
        }
        return !(call instanceof KernelCall.Compare || call instanceof KernelCall.Where)
                && Stream.concat(call.reads().stream(), call.writes().stream())
                        .allMatch(view -> isWord(view.dtype()));
    }

    private static boolean isWord(DType dtype) {
        return dtype == DType.F32 || dtype == DType.I32;
    }

    @Override
    public void run(KernelCall call) {
        if (!isFast(call)) {
            specification.run(call);
            return;
        }
        switch (call) {
            case KernelCall.Fill(var value, var y) -> copies.fill(value, y);
            case KernelCall.Copy(var x, var y) -> copies.copy(x, y);
            case KernelCall.Unary(var op, var p, var q, var x, var y) -> unary(op, p, q, x, y);
            case KernelCall.UnaryGrad(var op, var p, var q, var x, var y, var dy, var dx) ->
                    unaryGrad(op, p, q, x, y, dy, dx);
            case KernelCall.Binary(var op, var a, var b, var y) -> binary(op, a, b, y);
            case KernelCall.BinaryGrad(var op, var byB, var a, var b, var dy, var d) ->
                    binaryGrad(op, byB, a, b, dy, d);
            case KernelCall.Loss(var op, var p, var x, var t, var l) -> loss(op, p, x, t, l);
            case KernelCall.LossGrad(var op, var p, var x, var t, var dl, var dx) ->
                    lossGrad(op, p, x, t, dl, dx);
            case KernelCall.Compare _, KernelCall.Where _ -> specification.run(call);
            case KernelCall.Reduce(var op, var x, var y) -> reduction.reduce(op, x, y);
            case KernelCall.CountNonFinite(var xs, var count) ->
                    xs.forEach(x -> reduction.countNonFinite(x, count));
            case KernelCall.Argmax(var x, var y) -> reduction.argmax(x, y);
            case KernelCall.Softmax(var log, var x, var y) -> softmaxRows.softmax(log, x, y);
            case KernelCall.SoftmaxGrad(var log, var y, var dy, var dx) ->
                    softmaxRows.softmaxGrad(log, y, dy, dx);
            case KernelCall.CrossEntropy(var x, var target, var factor, var l, var gradient) ->
                    softmaxRows.crossEntropy(x, target, (float) factor, l, gradient);
            case KernelCall.Gemm product -> gemm.run(product);
            case KernelCall.Gather(var table, var indices, var y) ->
                    Indices.gather(table, indices, y, copies);
            case KernelCall.ScatterAdd(var dy, var indices, var dTable) ->
                    scatterAdd.run(dy, indices, dTable);
            case KernelCall.Pick(var x, var indices, var y) -> Indices.pick(x, indices, y);
            case KernelCall.Unpick(var dy, var indices, var dx) ->
                    Indices.unpick(dy, indices, dx, copies);
            case KernelCall.DropoutMask(var rate, var state, var mask) ->
                    dropoutMask.draw(rate, state, mask);
            case KernelCall.Update(
                            var rule,
                            var control,
                            var steps,
                            var halt,
                            var p,
                            var g,
                            var states) -> {
                if (Memory.getInt(CpuBuffer.address(halt)) == 0) {
                    update.run(rule, control, steps, p, g, states);
                }
            }
            case KernelCall.CountUnfit(var rule, var control, var loss, var p, var g, var count) ->
                    update.countUnfit(rule, control, loss, p, g, count);
        }
    }

    private void unary(UnaryOp op, double p, double q, View x, View y) {
        if (y.dtype() == DType.I32) {
            elementwise.run(
                    (a, b, c, out, n) -> IntegerLoops.unary(op, (long) p, (long) q, a, out, n),
                    Strided.of(x),
                    Strided.of(y));
            return;
        }
        UnaryLoop loop = UnaryLoop.of(op);
        float pf = (float) p;
        float qf = (float) q;
        elementwise.run(
                (a, b, c, out, n) -> loop.run(a, out, n, pf, qf), Strided.of(x), Strided.of(y));
    }

    private void unaryGrad(UnaryOp op, double p, double q, View x, View y, View dy, View dx) {
        UnaryGradLoop loop = UnaryGradLoop.of(op);
        float pf = (float) p;
        float qf = (float) q;
        elementwise.run(
                (a, b, c, out, n) -> loop.run(a, b, c, out, n, pf, qf),
                Strided.of(x),
                Strided.of(y),
                Strided.of(dy),
                Strided.of(dx));
    }

    private void binary(BinaryOp op, View a, View b, View y) {
        Elementwise.Loop loop;
        if (y.dtype() == DType.I32) {
            loop = (u, v, w, out, n) -> IntegerLoops.binary(op, u, v, out, n);
        } else {
            BinaryLoop floats = BinaryLoop.of(op);
            loop = (u, v, w, out, n) -> floats.run(u, v, out, n);
        }
        elementwise.run(loop, Strided.of(a), Strided.of(b), Strided.of(y));
    }

    private void binaryGrad(BinaryOp op, boolean byB, View a, View b, View dy, View d) {
        BinaryGradLoop loop = BinaryGradLoop.of(op, byB);
        elementwise.run(
                (u, v, w, out, n) -> loop.run(u, v, w, out, n),
                Strided.of(a),
                Strided.of(b),
                Strided.of(dy),
                Strided.of(d));
    }

    private void loss(LossOp op, double p, View x, View t, View l) {
        LossLoop loop = LossLoop.of(op);
        float pf = (float) p;
        elementwise.run(
                (a, b, c, out, n) -> loop.run(a, b, out, n, pf),
                Strided.of(x),
                Strided.of(t),
                Strided.of(l));
    }

    private void lossGrad(LossOp op, double p, View x, View t, View dl, View dx) {
        LossGradLoop loop = LossGradLoop.of(op);
        float pf = (float) p;
        elementwise.run(
                (a, b, c, out, n) -> loop.run(a, b, c, out, n, pf),
                Strided.of(x),
                Strided.of(t),
                Strided.of(dl),
                Strided.of(dx));
    }
}
