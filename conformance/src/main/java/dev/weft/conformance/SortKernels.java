package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import java.util.ArrayList;
import java.util.List;

/** Cases of {@code sort}. */
final class SortKernels {
    private SortKernels() {}

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
            Shape.of(5, 33),
            Shape.of(2, 3, 128),
            Shape.of(3, 2, 1, 1009),
            Shape.of(40_001)
        };
        for (Shape shape : shapes) {
            for (Placement in : Placement.values()) {
                for (boolean descending : new boolean[] {false, true}) {
                    long n = shape.dim(-1);
                    cases.add(sort(descending, dtype, shape, n, in));
                    cases.add(sort(descending, dtype, shape, Math.min(n, 3), in));
                }
            }
            cases.add(sort(false, dtype, shape, shape.dim(-1) / 20, Placement.DENSE));
        }
        return cases;
    }

    private static KernelCase sort(
            boolean descending, DType dtype, Shape shape, long kept, Placement in) {
        return new KernelCase(
                "sort " + dtype,
                kept + " of " + shape + " " + in + (descending ? " descending" : ""),
                side -> {
                    Shape result = shape.with(-1, kept);
                    Placement out = in == Placement.BROADCAST ? Placement.DENSE : in;
                    // Few different ones, and then many.
                    Values few = Draws.any(side.random(), dtype, 7).cycled((int) shape.size());
                    for (Values values :
                            List.of(few, Draws.any(side.random(), dtype, shape.size()))) {
                        View x = side.input(values, shape, in);
                        View y = side.output(dtype, result, out, EXACT.withSign());
                        View indices = side.output(DType.I32, result, out, EXACT);
                        side.run(new KernelCall.Sort(descending, x, y, indices));
                    }
                });
    }
}
