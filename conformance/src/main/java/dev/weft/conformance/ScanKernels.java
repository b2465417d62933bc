package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.KernelCall;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

import java.util.ArrayList;
import java.util.List;

/** Cases of {@code scan}. */
final class ScanKernels {
    private ScanKernels() {}

    static List<KernelCase> of(DType dtype) {
        List<KernelCase> cases = new ArrayList<>();
        if (dtype == DType.BOOL) {
            return cases;
        }
        Shape[] shapes = {
            Shape.of(0, 3),
            Shape.of(3, 0),
            Shape.of(1),
            Shape.of(7, 5),
            Shape.of(3, 1),
            Shape.of(5, 127),
            Shape.of(2, 3, 128),
            Shape.of(3, 2, 1, 1009),
            Shape.of(70, 300),
            Shape.of(2, 20_011)
        };
        for (ReduceOp op : new ReduceOp[] {ReduceOp.SUM, ReduceOp.PROD}) {
            for (Shape shape : shapes) {
                for (Placement in : Placement.values()) {
                    for (boolean reversed : new boolean[] {false, true}) {
                        cases.add(scan(op, reversed, dtype, shape, in));
                    }
                }
            }
        }
        return cases;
    }

    private static KernelCase scan(
            ReduceOp op, boolean reversed, DType dtype, Shape shape, Placement in) {
        return new KernelCase(
                "scan " + op + " " + dtype,
                shape + " " + in + (reversed ? " reversed" : ""),
                side -> {
                    Values values = ReductionKernels.terms(op, side, dtype, shape.size());
                    Draws.repeated(values, shape, in);
                    Placement out = in == Placement.BROADCAST ? Placement.DENSE : in;
                    View x = side.input(values, shape, in);
                    Bound bound = bound(op, reversed, values, (int) shape.dim(-1));
                    View y = side.output(dtype, shape, out, bound);
                    side.run(new KernelCall.Scan(op, reversed, x, y));
                });
    }

    /** As of as many sums and products, each of which is then rounded twice more. */
    private static Bound bound(ReduceOp op, boolean reversed, Values values, int length) {
        if (!values.dtype().isFloating()) {
            return EXACT;
        }
        double[] sizes = new double[values.size()];
        for (int line = 0; line < sizes.length; line += length) {
            double sum = 0;
            for (int k = 0; k < length; k++) {
                int at = line + (reversed ? length - 1 - k : k);
                sum += Math.abs(values.real(at));
                sizes[at] = op == ReduceOp.SUM ? (Bound.roundings(k + 1L) + 2) * sum : k + 2;
            }
        }
        return op == ReduceOp.SUM
                ? Bound.times(1, sizes)
                : (format, i, y) -> sizes[i] * format.roundoff() * Math.abs(y);
    }

    /** Of the same numbers again and again, so that roundings do not cancel. */
    static KernelCase longScan(DType dtype, int length, boolean reversed) {
        return new KernelCase(
                "long scan " + dtype,
                length + (reversed ? " reversed" : ""),
                side -> {
                    Values values = LongSums.constant(side, dtype, length);
                    Shape shape = Shape.of(1, length);
                    View x = side.input(values, shape, Placement.DENSE);
                    View y = side.output(dtype, shape, Bound.relative(Bound.roundings(length) + 2));
                    side.run(new KernelCall.Scan(ReduceOp.SUM, reversed, x, y));
                });
    }
}
