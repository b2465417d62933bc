package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cases of {@code fill}, {@code copy}, {@code where}, {@code gather}, {@code scatterAdd}, {@code
 * takeAlong}, {@code scatterAlong} and {@code countNonFinite}.
 */
final class IndexKernels {
    private IndexKernels() {}

    static List<KernelCase> of(DType dtype) {
        List<KernelCase> cases = new ArrayList<>();
        ElementwiseKernels.forEachShape(
                (shape, in, out) -> {
                    for (DType to : DType.values()) {
                        cases.add(copy(dtype, to, shape, in, out));
                    }
                    cases.add(where(dtype, shape, in, out));
                    if (in == out) {
                        cases.add(fill(dtype, shape, out));
                    }
                    if (out == Placement.DENSE && dtype.isFloating()) {
                        cases.add(countNonFinite(dtype, shape, in));
                    }
                });
        Shape[] tables = {
            Shape.of(1),
            Shape.of(7),
            Shape.of(5, 1),
            Shape.of(9, 17),
            Shape.of(3, 4, 5),
            Shape.of(6, 0)
        };
        for (Shape table : tables) {
            for (Placement placement : Placement.values()) {
                for (int count : new int[] {0, 1, 5, 40}) {
                    cases.add(gather(dtype, table, placement, count));
                    if (placement != Placement.BROADCAST && dtype.isFloating()) {
                        cases.add(scatterAdd(dtype, table, placement, count));
                    }
                }
            }
        }
        Shape[] lines = {
            Shape.of(7), Shape.of(0, 3), Shape.of(5, 1), Shape.of(9, 17), Shape.of(2, 3, 130)
        };
        for (Shape shape : lines) {
            for (Placement placement : Placement.values()) {
                for (int count : new int[] {0, 1, 5, 300}) {
                    cases.add(takeAlong(dtype, shape, count, placement));
                    cases.add(scatterAlong(false, dtype, shape, count, placement));
                    if (dtype != DType.BOOL) {
                        cases.add(scatterAlong(true, dtype, shape, count, placement));
                    }
                }
            }
        }
        return cases;
    }

    private static KernelCase fill(DType dtype, Shape shape, Placement out) {
        double[] values =
                switch (dtype) {
                    case F64, F32, F16, BF16 -> new double[] {0.1, -0.0, Double.NaN, -1e30, 65_519};
                    case I64, I32, U8, I8, BOOL ->
                            new double[] {0, 1, (double) dtype.smallest(), most(dtype)};
                };
        return new KernelCase(
                "fill " + dtype,
                shape + " " + out,
                side -> {
                    for (double value : values) {
                        View y = side.output(dtype, shape, out, EXACT);
                        side.run(new KernelCall.Fill(value, y));
                    }
                });
    }

    /** The largest double that the type has. */
    private static double most(DType dtype) {
        return dtype == DType.I64 ? 0x1p63 - 1024 : (double) dtype.largest();
    }

    private static KernelCase copy(DType from, DType to, Shape shape, Placement in, Placement out) {
        return new KernelCase(
                "copy " + from + " to " + to,
                shape + " " + in + " to " + out,
                side -> {
                    Values values = Draws.any(side.random(), from, shape.size());
                    View x = side.input(values, shape, in);
                    side.run(new KernelCall.Copy(x, side.output(to, shape, out, EXACT)));
                });
    }

    private static KernelCase where(DType dtype, Shape shape, Placement in, Placement out) {
        return new KernelCase(
                "where " + dtype,
                shape + " " + in + " to " + out,
                side -> {
                    long size = shape.size();
                    Values truths = Draws.integers(side.random(), DType.BOOL, size);
                    View condition = side.input(truths, shape, in);
                    View a = side.input(Draws.any(side.random(), dtype, size), shape, in);
                    View b =
                            side.input(
                                    Draws.any(side.random(), dtype, size), shape, Placement.DENSE);
                    for (boolean swapped : new boolean[] {false, true}) {
                        View y = side.output(dtype, shape, out, EXACT);
                        View first = swapped ? b : a;
                        View second = swapped ? a : b;
                        side.run(new KernelCall.Where(condition, first, second, y));
                    }
                });
    }

    private static KernelCase countNonFinite(DType dtype, Shape shape, Placement in) {
        return new KernelCase(
                "countNonFinite " + dtype,
                shape + " " + in,
                side -> {
                    Values values = Draws.wild(side.random(), dtype, shape.size());
                    View x = side.input(values, shape, in);
                    View one = side.input(Values.of(dtype, Double.NaN));
                    View none = side.input(Values.zeros(dtype, 0));
                    for (List<View> xs :
                            List.of(
                                    List.of(x),
                                    List.of(one, x),
                                    List.of(one, one, x, x, one),
                                    List.of(one, none, one),
                                    List.<View>of())) {
                        for (int before : new int[] {5, Integer.MAX_VALUE - 1}) {
                            View count = side.updated(Values.of(before), EXACT);
                            side.run(new KernelCall.CountNonFinite(xs, count));
                        }
                    }
                });
    }

    private static KernelCase gather(DType dtype, Shape table, Placement placement, int count) {
        return new KernelCase(
                "gather " + dtype,
                count + " of " + table + " " + placement,
                side -> {
                    int[] rows = Draws.indices(side.random(), count, (int) table.dim(0));
                    Placement out = placement == Placement.BROADCAST ? Placement.DENSE : placement;
                    Values values = Draws.any(side.random(), dtype, table.size());
                    View x = side.input(values, table, placement);
                    View indices = side.input(Values.of(rows), Shape.of(count), out);
                    View y = side.output(dtype, table.with(0, count), out, EXACT);
                    side.run(new KernelCall.Gather(x, indices, y));
                });
    }

    private static KernelCase scatterAdd(DType dtype, Shape table, Placement placement, int count) {
        return new KernelCase(
                "scatterAdd " + dtype,
                count + " to " + table + " " + placement,
                side -> {
                    int rows = (int) table.dim(0);
                    int width = (int) (table.size() / rows);
                    int[] to = Draws.indices(side.random(), count, rows);
                    Shape shape = table.with(0, count);
                    Values dy = Draws.normal(side.random(), dtype, shape.size(), 1);
                    Values before = Draws.normal(side.random(), dtype, table.size(), 1);
                    double[] sums = before.reals();
                    for (int i = 0; i < sums.length; i++) {
                        sums[i] = Math.abs(sums[i]);
                    }
                    for (int i = 0; i < count; i++) {
                        for (int j = 0; j < width; j++) {
                            sums[to[i] * width + j] += Math.abs(dy.real(i * width + j));
                        }
                    }
                    Bound bound = Bound.times(Bound.roundings(count) + 1, sums);
                    View rowsOfDy = side.input(dy, shape, placement);
                    View indices = side.input(Values.of(to));
                    View dTable = side.updated(before, table, placement, bound);
                    side.run(new KernelCall.ScatterAdd(rowsOfDy, indices, dTable));
                });
    }

    /** x and y have lines of {@code length}; so many indices name elements of each. */
    private static KernelCase takeAlong(DType dtype, Shape x, int count, Placement placement) {
        return new KernelCase(
                "takeAlong " + dtype,
                count + " of " + x + " " + placement,
                side -> {
                    Placement out = placement == Placement.BROADCAST ? Placement.DENSE : placement;
                    Shape shape = x.with(-1, count);
                    View from = side.input(Draws.any(side.random(), dtype, x.size()), x, placement);
                    View y = side.output(dtype, shape, out, EXACT);
                    View at = places(side, shape, (int) x.dim(-1), placement);
                    side.run(new KernelCall.TakeAlong(from, at, y));
                });
    }

    private static View places(Side side, Shape shape, int bound, Placement placement) {
        int[] places = Draws.indices(side.random(), (int) shape.size(), bound);
        return side.input(Draws.repeated(Values.of(places), shape, placement), shape, placement);
    }

    private static KernelCase scatterAlong(
            boolean adds, DType dtype, Shape y, int count, Placement placement) {
        return new KernelCase(
                (adds ? "scatterAlong adding " : "scatterAlong ") + dtype,
                count + " to " + y + " " + placement,
                side -> {
                    Placement out = placement == Placement.BROADCAST ? Placement.DENSE : placement;
                    Shape shape = y.with(-1, count);
                    Values values =
                            adds && dtype.isFloating()
                                    ? Draws.normal(side.random(), dtype, shape.size(), 1)
                                    : Draws.any(side.random(), dtype, shape.size());
                    Values before =
                            adds && dtype.isFloating()
                                    ? Draws.normal(side.random(), dtype, y.size(), 1)
                                    : Draws.any(side.random(), dtype, y.size());
                    double[] most = new double[before.size()];
                    Arrays.fill(most, 6 + 4.0 * count);
                    Bound bound =
                            adds && dtype.isFloating()
                                    ? Bound.times(Bound.roundings(count) + 1, most)
                                    : EXACT;
                    View x = side.input(values, shape, placement);
                    View at = places(side, shape, (int) y.dim(-1), placement);
                    View to = side.updated(before, y, out, bound);
                    side.run(new KernelCall.ScatterAlong(adds, x, at, to));
                });
    }
}
