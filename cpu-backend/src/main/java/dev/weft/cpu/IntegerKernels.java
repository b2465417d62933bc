// twin: I64
package dev.weft.cpu;

import dev.weft.DType;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

/** The kernels that compute in I32. */
final class IntegerKernels implements Kernels {
    private static final Elementwise.Loop ADD = IntegerLoops.binary(BinaryOp.ADD);

    private final Elementwise elementwise;
    private final IntegerReduction reduction;
    private final IntegerScan scan;

    IntegerKernels(WorkerPool pool, Scratch[] scratch, Elementwise elementwise) {
        this.elementwise = elementwise;
        reduction = new IntegerReduction(pool, scratch);
        scan = new IntegerScan(pool, scratch);
    }

    @Override
    public Runnable prepare(KernelCall call) {
        return switch (call) {
            case KernelCall.Unary unary ->
                    elementwise.prepare(
                            IntegerLoops.unary(unary.op(), unary.integerP(), unary.integerQ()),
                            of(unary.x()),
                            null,
                            null,
                            of(unary.y()));
            case KernelCall.Binary(var op, var a, var b, var y) ->
                    elementwise.prepare(IntegerLoops.binary(op), of(a), of(b), null, of(y));
            case KernelCall.Compare(var op, var a, var b, var y) ->
                    elementwise.prepare(
                            IntegerLoops.compare(op), of(a), of(b), null, Strided.of(y));
            case KernelCall.Reduce(var op, var x, var y) -> () -> reduction.reduce(op, x, y);
            case KernelCall.Scan(var op, var reversed, var x, var y) ->
                    () -> scan.run(op, reversed, x, y);
            case KernelCall.ArgReduce(var op, var x, var y) -> () -> reduction.argReduce(op, x, y);
            case KernelCall.ScatterAdd(var dy, var indices, var dTable) ->
                    () -> scatterAdd(dy, indices, dTable);
            case KernelCall.ScatterAlong(var _, var x, var indices, var y) ->
                    () -> scatterAlong(x, indices, y);
            default -> throw new IllegalArgumentException(call.name() + " is not defined for I32");
        };
    }

    private static Strided of(View view) {
        return Strided.of(view, DType.I32);
    }

    private static void scatterAlong(View x, View indices, View y) {
        Indices.check("scatterAlong: index", indices, y.dim(-1));
        AlongAxis.run(
                x,
                indices,
                y,
                (from, fromStride, at, atStride, to, toStride, step, count) -> {
                    for (int i = 0; i < count; i++) {
                        long target =
                                to + i * toStride + Indices.index(at + i * atStride, 0) * step;
                        int sum = Memory.getInt(target) + Memory.getInt(from + i * fromStride);
                        Memory.setInt(target, sum);
                    }
                });
    }

    private void scatterAdd(View dy, View indices, View dTable) {
        Indices.check("scatterAdd: index", indices, dTable.dim(0));
        for (long i = 0; i < indices.size(); i++) {
            Strided row = Indices.row(dTable, Indices.index(indices, i));
            elementwise.run(ADD, row, Indices.row(dy, i), row);
        }
    }
}
