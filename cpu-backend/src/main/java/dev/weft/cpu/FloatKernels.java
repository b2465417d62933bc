// twin: F64
package dev.weft.cpu;

import dev.weft.DType;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.Correlation;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Reserve;
import dev.weft.backend.View;

import java.util.EnumMap;
import java.util.Map;

/** The kernels that compute in F32. */
final class FloatKernels implements Kernels {
    private final WorkerPool pool;
    private final Scratch[] scratch;
    private final Elementwise elementwise;
    private final Reduction reduction;
    private final Scan scan;
    private final SoftmaxRows softmaxRows;
    private final NormalizationGrad normalizationGrad;
    private final ScatterAdd scatterAdd;

    // F64: private final DoubleScatterAlong scatterAlong;
    private final WideScatter scatterAlong;

    private final Convolution convolution;
    private final DropoutMask dropoutMask;
    private final Update update;
    private final Pool pooling;
    private final Map<BinaryOp, Elementwise.Loop> binary = new EnumMap<>(BinaryOp.class);

    FloatKernels(WorkerPool pool, Scratch[] scratch, Elementwise elementwise) {
        this.pool = pool;
        this.scratch = scratch;
        this.elementwise = elementwise;
        reduction = new Reduction(pool, scratch);
        scan = new Scan(pool, scratch);
        softmaxRows = new SoftmaxRows(pool, scratch);
        normalizationGrad = new NormalizationGrad(pool, scratch);
        scatterAdd = new ScatterAdd(elementwise);
        // F64: scatterAlong = new DoubleScatterAlong(elementwise);
        scatterAlong = new WideScatter(new ScatterAlong(elementwise));
        convolution = new Convolution(pool, scratch);
        dropoutMask = new DropoutMask(pool, scratch);
        update = new Update(pool, scratch);
        pooling = new Pool(pool, scratch);
    }

    /** Small operations are most of some programs: they leave nothing to collect. */
    @Override
    public void run(KernelCall call) {
        switch (call) {
            case KernelCall.Unary unary when areFew(unary.x()) && areFew(unary.y()) ->
                    elementwise.runFew(loop(unary), unary.x(), null, unary.y());
            case KernelCall.Binary(var op, var a, var b, var y)
                    when areFew(a) && areFew(b) && areFew(y) ->
                    elementwise.runFew(loop(op), a, b, y);
            default -> prepare(call).run();
        }
    }

    private static boolean areFew(View view) {
        return Elementwise.areFew(view, DType.F32);
    }

    @Override
    public Runnable prepare(KernelCall call) {
        return switch (call) {
            case KernelCall.Unary unary -> unary(unary);
            case KernelCall.UnaryGrad grad -> unaryGrad(grad);
            case KernelCall.Binary(var op, var a, var b, var y) ->
                    elementwise.prepare(loop(op), of(a), of(b), null, of(y));
            case KernelCall.BinaryGrad grad -> binaryGrad(grad);
            case KernelCall.Compare(var op, var a, var b, var y) -> {
                CompareLoop loop = CompareLoop.of(op);
                yield elementwise.prepare(
                        (u, v, w, to, n) -> loop.run(u, v, to, n),
                        of(a),
                        of(b),
                        null,
                        Strided.of(y));
            }
            case KernelCall.Loss loss -> loss(loss);
            case KernelCall.LossGrad grad -> lossGrad(grad);
            case KernelCall.Reduce(var op, var x, var y) -> () -> reduction.reduce(op, x, y);
            case KernelCall.CountNonFinite(var xs, var count) ->
                    () -> xs.forEach(x -> reduction.countNonFinite(x, count));
            case KernelCall.Scan(var op, var reversed, var x, var y) ->
                    () -> scan.run(op, reversed, x, y);
            case KernelCall.ArgReduce(var op, var x, var y) -> () -> reduction.argReduce(op, x, y);
            case KernelCall.Softmax(var log, var x, var y) -> softmaxRows.softmax(log, x, y);
            case KernelCall.SoftmaxGrad(var log, var y, var dy, var dx) ->
                    softmaxRows.softmaxGrad(log, y, dy, dx);
            case KernelCall.CrossEntropy(var x, var target, var factor, var l, var gradient) ->
                    softmaxRows.crossEntropy(x, target, (float) factor, l, gradient);
            case KernelCall.Normalize normalize -> Normalization.prepare(normalize, pool, scratch);
            case KernelCall.NormalizeGrad grad -> normalizationGrad.prepare(grad);
            case KernelCall.ScatterAdd(var dy, var indices, var dTable) ->
                    () -> scatterAdd.run(dy, indices, dTable);
            case KernelCall.ScatterAlong(var _, var x, var indices, var y) ->
                    () -> scatterAlong.run(x, indices, y);
            case KernelCall.MaxPool(var window, var x, var y, var indices) ->
                    () -> pooling.max(window, x, y, indices);
            case KernelCall.MaxPoolGrad(var window, var indices, var dy, var dx) ->
                    () -> pooling.maxGrad(window, indices, dy, dx);
            case KernelCall.AveragePool(var window, var padded, var x, var y) ->
                    () -> pooling.average(window, padded, x, y);
            case KernelCall.AveragePoolGrad(var window, var padded, var dy, var dx) ->
                    () -> pooling.averageGrad(window, padded, dy, dx);
            case KernelCall.Convolution convolved -> convolution.prepare(Correlation.of(convolved));
            case KernelCall.ConvolutionInputGrad byX -> convolution.prepare(Correlation.of(byX));
            case KernelCall.ConvolutionWeightGrad byWeight ->
                    convolution.prepare(Correlation.of(byWeight));
            case KernelCall.DropoutMask(var rate, var state, var mask) ->
                    () -> dropoutMask.draw(rate, state, mask);
            case KernelCall.Update step -> () -> update.run(step);
            case KernelCall.CountUnfit unfit -> () -> update.countUnfit(unfit);
            case KernelCall.Fill _,
                    KernelCall.Copy _,
                    KernelCall.Where _,
                    KernelCall.Gather _,
                    KernelCall.TakeAlong _,
                    KernelCall.Sort _,
                    KernelCall.Gemm _ ->
                    throw new IllegalArgumentException(call.name() + " is no kernel of a type");
        };
    }

    private static Strided of(View view) {
        return Strided.of(view, DType.F32);
    }

    private Runnable unary(KernelCall.Unary call) {
        return elementwise.prepare(loop(call), of(call.x()), null, null, of(call.y()));
    }

    private static Elementwise.Loop loop(KernelCall.Unary call) {
        UnaryLoop loop = UnaryLoop.of(call.op());
        float p = (float) call.p();
        float q = (float) call.q();
        return (a, b, c, to, n) -> loop.run(a, to, n, p, q);
    }

    private Elementwise.Loop loop(BinaryOp op) {
        return binary.computeIfAbsent(
                op,
                each -> {
                    BinaryLoop loop = BinaryLoop.of(each);
                    return (a, b, c, to, n) -> loop.run(a, b, to, n);
                });
    }

    private Runnable unaryGrad(KernelCall.UnaryGrad call) {
        UnaryGradLoop loop = UnaryGradLoop.of(call.op());
        float p = (float) call.p();
        float q = (float) call.q();
        return elementwise.prepare(
                (a, b, c, to, n) -> loop.run(a, b, c, to, n, p, q),
                of(call.x()),
                of(call.y()),
                of(call.dy()),
                of(call.dx()));
    }

    private Runnable binaryGrad(KernelCall.BinaryGrad call) {
        BinaryGradLoop loop = BinaryGradLoop.of(call.op(), call.byB());
        return elementwise.prepare(
                loop::run, of(call.a()), of(call.b()), of(call.dy()), of(call.d()));
    }

    private Runnable loss(KernelCall.Loss call) {
        LossLoop loop = LossLoop.of(call.op());
        float p = (float) call.p();
        return elementwise.prepare(
                (a, b, c, to, n) -> loop.run(a, b, to, n, p),
                of(call.x()),
                of(call.t()),
                null,
                of(call.l()));
    }

    private Runnable lossGrad(KernelCall.LossGrad call) {
        LossGradLoop loop = LossGradLoop.of(call.op());
        float p = (float) call.p();
        return elementwise.prepare(
                (a, b, c, to, n) -> loop.run(a, b, c, to, n, p),
                of(call.x()),
                of(call.t()),
                of(call.dl()),
                of(call.dx()));
    }

    @Override
    public void reserve(Reserve reserve) {
        reduction.reserve(reserve);
        normalizationGrad.reserve(reserve);
    }

    @Override
    public void close() {
        reduction.close();
        normalizationGrad.close();
        scatterAdd.close();
        scatterAlong.close();
    }
}
