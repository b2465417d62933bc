package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import java.util.ArrayList;
import java.util.List;

/**
 * Cases of {@code fill}, {@code copy}, {@code where}, {@code gather}, {@code scatterAdd}, {@code
 * pick}, {@code unpick} and {@code countNonFinite}.
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
        for (int[] size : new int[][] {{0, 3}, {1, 1}, {5, 7}, {64, 10}, {1009, 3}}) {
            for (Placement placement : Placement.values()) {
                if (dtype.isFloating()) {
                    cases.add(pick(dtype, size[0], size[1], placement));
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

    private static KernelCase pick(DType dtype, int rows, int columns, Placement placement) {
        Shape shape = Shape.of(rows, columns);
        return new KernelCase(
                "pick " + dtype,
                shape + " " + placement,
                side -> {
                    Placement out = placement == Placement.BROADCAST ? Placement.DENSE : placement;
                    Values values = Draws.any(side.random(), dtype, shape.size());
                    View x = side.input(values, shape, placement);
                    Values columnsOfRows = Values.of(Draws.indices(side.random(), rows, columns));
                    View indices = side.input(columnsOfRows, Shape.of(rows), out);
                    View y = side.output(dtype, Shape.of(rows), out, EXACT);
                    side.run(new KernelCall.Pick(x, indices, y));
                    Values gradients = Draws.normal(side.random(), dtype, rows, 1);
                    View dy = side.input(gradients, Shape.of(rows), placement);
                    View dx = side.output(dtype, shape, out, EXACT);
                    side.run(new KernelCall.Unpick(dy, indices, dx));
                });
    }
}
