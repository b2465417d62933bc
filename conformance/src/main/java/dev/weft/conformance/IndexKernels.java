package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;
import static dev.weft.conformance.Bound.U;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cases of {@code fill}, {@code copy}, {@code gather}, {@code pick} and {@code countNonFinite}. */
final class IndexKernels {
    private IndexKernels() {}

    static List<KernelCase> all() {
        List<KernelCase> cases = new ArrayList<>();
        ElementwiseKernels.forEachShape(
                (shape, in, out) -> {
                    for (DType from : List.of(DType.F32, DType.I32)) {
                        for (DType to : List.of(DType.F32, DType.I32)) {
                            cases.add(copy(from, to, shape, in, out));
                        }
                    }
                    if (in == out) {
                        cases.add(fill(shape, out));
                    }
                    if (out == Placement.DENSE) {
                        cases.add(countNonFinite(shape, in));
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
                    cases.add(gather(table, placement, count));
                    if (placement != Placement.BROADCAST) {
                        cases.add(scatterAdd(table, placement, count));
                    }
                }
            }
        }
        for (int[] size : new int[][] {{0, 3}, {1, 1}, {5, 7}, {64, 10}, {1009, 3}}) {
            for (Placement placement : Placement.values()) {
                cases.add(pick(size[0], size[1], placement));
            }
        }
        return cases;
    }

    private static KernelCase fill(Shape shape, Placement out) {
        return new KernelCase(
                "fill",
                shape + " " + out,
                side -> {
                    View y = side.output(DType.F32, shape, out, EXACT);
                    side.kernels().run(new KernelCall.Fill(0.1, y));
                    View nan = side.output(DType.F32, shape, out, EXACT);
                    side.kernels().run(new KernelCall.Fill(Double.NaN, nan));
                    View i = side.output(DType.I32, shape, out, EXACT);
                    side.kernels().run(new KernelCall.Fill(-7, i));
                });
    }

    private static KernelCase copy(DType from, DType to, Shape shape, Placement in, Placement out) {
        return new KernelCase(
                "copy " + from + " to " + to,
                shape + " " + in + " to " + out,
                side -> {
                    View x =
                            switch (from) {
                                case F32 ->
                                        side.input(
                                                Draws.wild(side.random(), shape.size()), shape, in);
                                case I32 ->
                                        side.input(
                                                Draws.integers(side.random(), shape.size()),
                                                shape,
                                                in);
                                case F64, F16, BF16, I64, U8, I8, BOOL ->
                                        throw new IllegalArgumentException(from.toString());
                            };
                    side.kernels().run(new KernelCall.Copy(x, side.output(to, shape, out, EXACT)));
                });
    }

    private static KernelCase countNonFinite(Shape shape, Placement in) {
        return new KernelCase(
                "countNonFinite",
                shape + " " + in,
                side -> {
                    View x = side.input(Draws.wild(side.random(), shape.size()), shape, in);
                    View one = side.input(new float[] {Float.NaN});
                    View none = side.input(new float[0]);
                    for (List<View> xs :
                            List.of(
                                    List.of(x),
                                    List.of(one, x),
                                    List.of(one, one, x, x, one),
                                    List.of(one, none, one),
                                    List.<View>of())) {
                        View count = side.updated(new int[] {5}, EXACT);
                        side.kernels().run(new KernelCall.CountNonFinite(xs, count));
                        View full = side.updated(new int[] {Integer.MAX_VALUE - 1}, EXACT);
                        side.kernels().run(new KernelCall.CountNonFinite(xs, full));
                    }
                });
    }

    private static KernelCase gather(Shape table, Placement placement, int count) {
        return new KernelCase(
                "gather",
                count + " of " + table + " " + placement,
                side -> {
                    int[] rows = Draws.indices(side.random(), count, (int) table.dim(0));
                    Placement out = placement == Placement.BROADCAST ? Placement.DENSE : placement;
                    Shape result = table.with(0, count);
                    View x = side.input(Draws.wild(side.random(), table.size()), table, placement);
                    View indices = side.input(rows, Shape.of(count), out);
                    side.kernels()
                            .run(
                                    new KernelCall.Gather(
                                            x,
                                            indices,
                                            side.output(DType.F32, result, out, EXACT)));
                    int[] integers = Draws.integers(side.random(), table.size());
                    View i = side.input(integers, table, placement);
                    side.kernels()
                            .run(
                                    new KernelCall.Gather(
                                            i,
                                            indices,
                                            side.output(DType.I32, result, out, EXACT)));
                });
    }

    private static KernelCase scatterAdd(Shape table, Placement placement, int count) {
        return new KernelCase(
                "scatterAdd",
                count + " to " + table + " " + placement,
                side -> {
                    int rows = (int) table.dim(0);
                    int width = (int) (table.size() / rows);
                    int[] to = Draws.indices(side.random(), count, rows);
                    Shape shape = table.with(0, count);
                    float[] dy = Draws.normal(side.random(), shape.size(), 1);
                    float[] before = Draws.normal(side.random(), table.size(), 1);
                    double[] bounds = new double[before.length];
                    for (int i = 0; i < bounds.length; i++) {
                        bounds[i] = Math.abs(before[i]);
                    }
                    for (int i = 0; i < count; i++) {
                        for (int j = 0; j < width; j++) {
                            bounds[to[i] * width + j] += Math.abs(dy[i * width + j]);
                        }
                    }
                    Arrays.setAll(bounds, i -> bounds[i] * U * (Bound.roundings(count) + 1));
                    View rowsOfDy = side.input(dy, shape, placement);
                    View indices = side.input(to);
                    View dTable = side.updated(before, table, placement, Bound.each(bounds));
                    side.kernels().run(new KernelCall.ScatterAdd(rowsOfDy, indices, dTable));
                });
    }

    private static KernelCase pick(int rows, int columns, Placement placement) {
        Shape shape = Shape.of(rows, columns);
        return new KernelCase(
                "pick",
                shape + " " + placement,
                side -> {
                    Placement out = placement == Placement.BROADCAST ? Placement.DENSE : placement;
                    float[] values = Draws.wild(side.random(), shape.size());
                    View x = side.input(values, shape, placement);
                    int[] columnsOfRows = Draws.indices(side.random(), rows, columns);
                    View indices = side.input(columnsOfRows, Shape.of(rows), out);
                    View y = side.output(DType.F32, Shape.of(rows), out, EXACT);
                    side.kernels().run(new KernelCall.Pick(x, indices, y));
                    View dy =
                            side.input(
                                    Draws.normal(side.random(), rows, 1),
                                    Shape.of(rows),
                                    placement);
                    View dx = side.output(DType.F32, shape, out, EXACT);
                    side.kernels().run(new KernelCall.Unpick(dy, indices, dx));
                });
    }
}
