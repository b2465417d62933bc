package dev.weft;

import dev.weft.backend.KernelCall;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * Tensors made of numbers alone: ranges, grids, unit matrices. A {@link Device} has the everyday
 * ones.
 *
 * <p>All throw a {@link ShapeException} where an extent or a type does not fit.
 */
public final class Creation {
    private Creation() {}

    /**
     * start, start + step, start + 2 step, … as far as before end: ⌈(end - start) / step⌉ numbers.
     * Integers are made on the device; floating numbers are computed in double and rounded once, on
     * the host.
     *
     * @param step not 0; negative to count down
     * @throws IllegalArgumentException where the step is 0, a number is not finite, or the type is
     *     of integers and cannot hold the start, the step or the last number
     */
    public static Tensor arange(Device device, DType dtype, double start, double end, double step) {
        double exact = Math.ceil((end - start) / step);
        if (step == 0 || !Double.isFinite(start + end + step) || !(exact < Long.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "arange: from %s to %s in steps of %s is no range: needs finite numbers and a step that is not 0"
                            .formatted(start, end, step));
        }
        long n = (long) Math.max(0, exact);
        if (dtype.isFloating()) {
            return computed("arange", device, dtype, n, i -> start + i * step);
        }
        Elementwise.fitting("arange", dtype, dtype.name(), start);
        Elementwise.fitting("arange", dtype, dtype.name(), start + Math.max(0, n - 1) * step);
        Elementwise.fitting("arange", DType.I64, dtype.name(), step);
        return range(device, dtype, (long) start, (long) step, n);
    }

    /** n integers from start on, in few kernels: each doubles what is there. */
    static Tensor range(Device device, DType dtype, long start, long step, long n) {
        return device.make(
                "arange",
                dtype,
                Shape.of(n),
                y -> {
                    View first = y.slice(0, 0, Math.min(1, n), 1);
                    device.backend().run(new KernelCall.Fill(start, first));
                    for (long there = 1; there < n; there *= 2) {
                        long more = Math.min(there, n - there);
                        device.backend()
                                .run(
                                        new KernelCall.Unary(
                                                UnaryOp.AFFINE,
                                                1,
                                                (double) (there * step),
                                                y.slice(0, 0, more, 1),
                                                y.slice(0, there, there + more, 1)));
                    }
                });
    }

    /**
     * n numbers from start to end, both included, at equal distances: in double, and rounded once,
     * on the host. The only one is start.
     *
     * @param dtype floating
     * @throws IllegalArgumentException where n is negative
     */
    public static Tensor linspace(Device device, DType dtype, double start, double end, long n) {
        if (!dtype.isFloating()) {
            throw new ShapeException(
                    "linspace: %s is not floating: use arange for integers".formatted(dtype));
        }
        if (n < 0) {
            throw new IllegalArgumentException(
                    "linspace: %d numbers cannot be made: needs n >= 0".formatted(n));
        }
        double step = (end - start) / Math.max(1, n - 1);
        // From both ends, so that the last one is exact as well.
        return computed(
                "linspace",
                device,
                dtype,
                n,
                i -> i < (n + 1) / 2 ? start + i * step : end - (n - 1 - i) * step);
    }

    private static Tensor computed(
            String operation, Device device, DType dtype, long n, IntToDoubleFunction number) {
        Shape.of(n).limit(operation, 0, Integer.MAX_VALUE - 8);
        double[] values = new double[(int) n];
        Arrays.setAll(values, number);
        return device.tensor(dtype, values, n);
    }

    /** rows×columns, with 1 on the main diagonal and 0 elsewhere. */
    public static Tensor eye(Device device, DType dtype, long rows, long columns) {
        return device.make(
                "eye",
                dtype,
                Shape.of(rows, columns),
                y -> {
                    device.backend().run(new KernelCall.Fill(0, y));
                    device.backend().run(new KernelCall.Fill(1, y.diagonal(0, 1, 0)));
                });
    }

    /**
     * y[…, c] = 1 where c is the index, and 0 elsewhere; the shape of the indices, with an axis of
     * {@code classes} added. No gradient.
     *
     * @param indices integers
     * @throws IndexOutOfBoundsException where an index is outside [0, classes): thrown by the next
     *     call that waits for the device where the device is a GPU
     */
    public static Tensor oneHot(DType dtype, Tensor indices, long classes) {
        if (!indices.dtype().isInteger() || classes < 0) {
            throw new ShapeException(
                    "one_hot: indices are %s, of %d classes: needs integers, and classes >= 0"
                            .formatted(indices, classes));
        }
        Shape.of(classes).limit("one_hot", 0, Integer.MAX_VALUE);
        Shape shape = indices.shape().insert(indices.rank(), classes);
        Device device = indices.device();
        return device.compute(
                () -> {
                    Tensor places = Indexing.indices(indices).contiguous().reshape(-1, 1);
                    Tensor ones = device.full(dtype, 1, places.shape());
                    return device.full(dtype, 0, Shape.of(places.size(), classes))
                            .scatter(1, places, ones)
                            .reshape(shape.toArray());
                });
    }

    /**
     * Views of vectors as coordinates of a grid: of n1×n2×…, the first changes along the first axis
     * alone, and so on (PyTorch's and NumPy's indexing "ij").
     *
     * @param vectors of rank 1
     */
    public static List<Tensor> meshgrid(Tensor... vectors) {
        long[] dims = new long[vectors.length];
        for (int i = 0; i < dims.length; i++) {
            if (vectors[i].rank() != 1) {
                throw new ShapeException(
                        "meshgrid: operand %d is %s: needs vectors".formatted(i, vectors[i]));
            }
            dims[i] = vectors[i].dim(0);
        }
        List<Tensor> grid = new ArrayList<>();
        for (int i = 0; i < dims.length; i++) {
            long[] alone = new long[dims.length];
            Arrays.fill(alone, 1);
            alone[i] = dims[i];
            grid.add(Layout.withUnitAxes(vectors[i], Shape.of(alone)).expand(dims));
        }
        return grid;
    }
}
