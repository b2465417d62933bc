package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.ConvolutionGeometry;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import java.util.ArrayList;
import java.util.List;

/** Cases of {@code convolution} and its gradients. */
final class ConvolutionKernels {
    private ConvolutionKernels() {}

    /**
     * A convolution: x is examples×channels×depth×rows×columns, the weight outputs×…, and depth,
     * rows and columns are the kernel's.
     */
    private record Problem(
            ConvolutionGeometry geometry,
            Shape x,
            long outputs,
            long depth,
            long rows,
            long columns) {
        Shape weight() {
            return Shape.of(outputs, x.dim(1) / geometry.groups(), depth, rows, columns);
        }

        Shape y() {
            long[] dims = {x.dim(0), outputs, 1, 1, 1};
            for (int axis = 0; axis < 3; axis++) {
                int a = axis - 3 + geometry.axes();
                dims[2 + axis] =
                        a < 0
                                ? 1
                                : (x.dim(2 + axis)
                                                        + geometry.before().get(a)
                                                        + geometry.after().get(a)
                                                        - geometry.span(a, weight().dim(2 + axis)))
                                                / geometry.strides().get(a)
                                        + 1;
            }
            return Shape.of(dims);
        }
    }

    private static List<Problem> problems() {
        ConvolutionGeometry line = ConvolutionGeometry.of(1);
        ConvolutionGeometry image = ConvolutionGeometry.of(2);
        ConvolutionGeometry volume = ConvolutionGeometry.of(3);
        return List.of(
                new Problem(line, Shape.of(2, 3, 1, 1, 17), 4, 1, 1, 3),
                new Problem(
                        line.stride(3).dilation(2).padding(new int[] {4}, new int[] {1}),
                        Shape.of(1, 4, 1, 1, 23),
                        6,
                        1,
                        1,
                        5),
                new Problem(image, Shape.of(0, 2, 1, 5, 5), 3, 1, 3, 3),
                new Problem(image, Shape.of(2, 5, 1, 7, 6), 7, 1, 1, 1),
                new Problem(image.padding(1), Shape.of(2, 16, 1, 9, 8), 9, 1, 3, 3),
                new Problem(
                        image.stride(2, 3).padding(new int[] {2, 0}, new int[] {1, 3}).groups(2),
                        Shape.of(3, 4, 1, 8, 11),
                        6,
                        1,
                        3,
                        2),
                new Problem(
                        image.padding(1).groups(5).dilation(1, 2),
                        Shape.of(1, 5, 1, 6, 9),
                        10,
                        1,
                        3,
                        3),
                new Problem(
                        volume.stride(2, 1, 2).padding(1, 0, 2).dilation(1, 2, 1),
                        Shape.of(2, 3, 4, 5, 6),
                        2,
                        2,
                        2,
                        3),
                // A kernel for each plane, in steps, with gaps, and for two results.
                new Problem(image.padding(1).groups(5), Shape.of(2, 5, 1, 70, 75), 5, 1, 3, 3),
                new Problem(
                        image.stride(2, 3).padding(2, 1).groups(3),
                        Shape.of(2, 3, 1, 13, 40),
                        3,
                        1,
                        5,
                        4),
                new Problem(
                        image.stride(1, 2).padding(2, 3).dilation(2, 3).groups(3),
                        Shape.of(2, 3, 1, 9, 41),
                        3,
                        1,
                        3,
                        3),
                new Problem(line.padding(2).groups(4), Shape.of(2, 4, 1, 1, 33), 4, 1, 1, 5),
                // Kernels over the whole of an axis.
                new Problem(image, Shape.of(2, 2, 1, 3, 4), 3, 1, 3, 1),
                new Problem(image.groups(2), Shape.of(1, 2, 1, 4, 5), 2, 1, 1, 5),
                new Problem(volume, Shape.of(2, 1, 3, 2, 4), 1, 3, 1, 1),
                // Kernels larger than what they meet, in steps too, and of no example.
                new Problem(line.padding(15).groups(3), Shape.of(1, 3, 1, 1, 20), 3, 1, 1, 31),
                new Problem(image.padding(2), Shape.of(1, 1, 1, 4, 4), 2, 1, 5, 5),
                new Problem(image.padding(3).stride(2), Shape.of(1, 1, 1, 4, 5), 2, 1, 7, 7),
                new Problem(image.padding(1).groups(2), Shape.of(0, 2, 1, 6, 6), 2, 1, 3, 3),
                // A line whose products are too many for one sum.
                new Problem(line.padding(1).groups(2), Shape.of(1, 2, 1, 1, 9001), 2, 1, 1, 3),
                // Sums of more products than may be added in a row, and of several blocks.
                new Problem(image.padding(1), Shape.of(2, 80, 1, 13, 12), 2, 1, 3, 3),
                new Problem(image.padding(1), Shape.of(2, 120, 1, 5, 6), 7, 1, 3, 3),
                new Problem(image.padding(1), Shape.of(1, 460, 1, 4, 4), 2, 1, 3, 3),
                new Problem(image.padding(1), Shape.of(1, 2, 1, 4, 4), 460, 1, 3, 3),
                // Long rows, many elements, and windows larger than most.
                new Problem(image.padding(1, 2), Shape.of(1, 2, 1, 4, 70), 6, 1, 3, 5),
                new Problem(image, Shape.of(1, 3, 1, 25, 26), 9, 1, 1, 1),
                new Problem(image.stride(2), Shape.of(2, 6, 1, 9, 10), 5, 1, 1, 1),
                new Problem(image.padding(1), Shape.of(2, 2, 1, 40, 41), 3, 1, 3, 3),
                new Problem(image.stride(2).padding(3), Shape.of(2, 3, 1, 37, 39), 5, 1, 7, 7));
    }

    static List<KernelCase> of(DType dtype) {
        List<KernelCase> cases = new ArrayList<>();
        if (!dtype.isFloating()) {
            return cases;
        }
        for (Problem problem : problems()) {
            Shape x = problem.x();
            Shape weight = problem.weight();
            Shape y = problem.y();
            long taps = weight.size() / weight.dim(0);
            ConvolutionGeometry g = problem.geometry();
            cases.add(
                    kernel(
                            "convolution",
                            dtype,
                            problem,
                            taps,
                            x,
                            weight,
                            y,
                            (a, b, c) -> new KernelCall.Convolution(g, a, b, c)));
            cases.add(
                    kernel(
                            "convolution by x",
                            dtype,
                            problem,
                            weight.size() / weight.dim(1) / g.groups(),
                            y,
                            weight,
                            x,
                            (a, b, c) -> new KernelCall.ConvolutionInputGrad(g, a, b, c)));
            cases.add(
                    kernel(
                            "convolution by weight",
                            dtype,
                            problem,
                            y.size() / y.dim(1),
                            x,
                            y,
                            weight,
                            (a, b, c) -> new KernelCall.ConvolutionWeightGrad(g, a, b, c)));
        }
        return cases;
    }

    @FunctionalInterface
    private interface Call {
        KernelCall of(View a, View b, View result);
    }

    /** Of sums of so many products of factors below 1, each product and result rounded once. */
    private static KernelCase kernel(
            String name,
            DType dtype,
            Problem problem,
            long terms,
            Shape first,
            Shape second,
            Shape result,
            Call call) {
        return new KernelCase(
                name + " " + dtype,
                problem.geometry() + " of " + first + ", " + second,
                side -> {
                    View a =
                            side.input(
                                    Draws.uniform(side.random(), dtype, first.size(), -1, 1),
                                    first,
                                    Placement.DENSE);
                    View b =
                            side.input(
                                    Draws.uniform(side.random(), dtype, second.size(), -1, 1),
                                    second,
                                    Placement.DENSE);
                    Bound bound = Bound.roundoffs((Bound.roundings(terms) + 2) * terms);
                    side.run(call.of(a, b, side.output(dtype, result, bound)));
                });
    }
}
