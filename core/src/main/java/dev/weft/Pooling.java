package dev.weft;

import dev.weft.backend.Backend;
import dev.weft.backend.KernelCall;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.Window;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Windows of the last axes reduced to one element each: images are planes of rows and columns, as
 * in PyTorch, with any axes before. Floating types; gradients flow to x.
 *
 * <p>All throw a {@link ShapeException} where x has too few axes or is not floating, a window is
 * larger than what it lies in, or lies in the padding alone, and an {@link IllegalStateException}
 * where x was closed.
 */
public final class Pooling {
    private Pooling() {}

    /**
     * The largest element of each window, the first of several, and NaN where there is one; padding
     * is never the largest.
     */
    public static Pooled max(Tensor x, PoolWindow windows) {
        String name = "maxPool";
        Shape shape = shape(name, x, windows);
        Shape planes = planes(x.shape(), windows.axes());
        if (planes.with(0, 1).size() > Integer.MAX_VALUE) {
            throw new ShapeException(
                    "%s: %s has planes of more than %d elements: slice it"
                            .formatted(name, x, Integer.MAX_VALUE));
        }
        Device device = x.device();
        List<Tensor> results =
                device.computeAll(
                        () -> {
                            Tensor in = x.contiguous().reshape(planes.toArray());
                            Shape out = planes(shape, windows.axes());
                            Window window = windows.window();
                            Tensor at = device.empty(name, DType.I32, out);
                            Backend kernels = device.backend();
                            Tensor y =
                                    device.make(
                                            name,
                                            x.dtype(),
                                            out,
                                            to ->
                                                    kernels.run(
                                                            new KernelCall.MaxPool(
                                                                    window, in.view(), to,
                                                                    at.view())));
                            Recorder recorder = in.recorder();
                            if (recorder != null) {
                                recorder.record(new Op.MaxPool(window, in, at, y));
                            }
                            return List.of(y.reshape(shape.toArray()), at.reshape(shape.toArray()));
                        });
        return new Pooled(results.getFirst(), results.getLast());
    }

    /**
     * The mean of each window: its sum divided by how many of its elements are there or, where
     * {@code countPadding}, by how many of its places are not behind the padding.
     */
    public static Tensor average(Tensor x, PoolWindow windows, boolean countPadding) {
        String name = "averagePool";
        Shape shape = shape(name, x, windows);
        Device device = x.device();
        return device.compute(
                () -> {
                    Tensor in = x.contiguous().reshape(planes(x.shape(), windows.axes()).toArray());
                    Window window = windows.window();
                    Backend kernels = device.backend();
                    Tensor y =
                            device.make(
                                    name,
                                    x.dtype(),
                                    planes(shape, windows.axes()),
                                    to ->
                                            kernels.run(
                                                    new KernelCall.AveragePool(
                                                            window, countPadding, in.view(), to)));
                    Recorder recorder = in.recorder();
                    if (recorder != null) {
                        recorder.record(new Op.AveragePool(window, countPadding, in, y));
                    }
                    return y.reshape(shape.toArray());
                });
    }

    /**
     * Means of as many windows as are asked for along each of the last axes: window i of n has the
     * elements from ⌊i e / n⌋ up to ⌈(i + 1) e / n⌉ of the e that are there.
     *
     * @param sizes the results' extents, 1 to 3 of them, each at least 1
     */
    public static Tensor adaptiveAverage(Tensor x, long... sizes) {
        String name = "adaptiveAveragePool";
        floating(name, x, sizes.length);
        for (int i = 0; i < sizes.length; i++) {
            Resizing.extents(name, x, x.rank() - sizes.length + i, sizes[i]);
        }
        if (Arrays.stream(sizes).allMatch(size -> size == 1)) {
            return global(ReduceOp.MEAN, x, sizes.length);
        }
        return Resizing.along(x, sizes, Interpolation::means);
    }

    /** The mean over all of the last {@code axes} axes, which stay with an extent of 1. */
    public static Tensor globalAverage(Tensor x, int axes) {
        floating("globalAveragePool", x, axes);
        return global(ReduceOp.MEAN, x, axes);
    }

    /** The largest over all of the last {@code axes} axes, which stay with an extent of 1. */
    public static Tensor globalMax(Tensor x, int axes) {
        floating("globalMaxPool", x, axes);
        return global(ReduceOp.MAX, x, axes);
    }

    private static Tensor global(ReduceOp op, Tensor x, int axes) {
        return x.reduce(op, true, IntStream.range(-axes, 0).toArray());
    }

    private static void floating(String name, Tensor x, int axes) {
        if (!x.dtype().isFloating()) {
            throw new ShapeException(
                    "%s: is not defined for %s, got %s".formatted(name, x.dtype(), x));
        }
        if (axes < 1 || axes > 3) {
            throw new IllegalArgumentException(
                    "%s: has one to three axes, got %d".formatted(name, axes));
        }
        if (x.rank() < axes) {
            throw new ShapeException(
                    "%s: x needs at least %d axes, got %s".formatted(name, axes, x));
        }
    }

    /** The result's shape. */
    private static Shape shape(String name, Tensor x, PoolWindow windows) {
        int axes = windows.axes();
        floating(name, x, axes);
        Shape shape = x.shape();
        for (int i = 0; i < axes; i++) {
            int axis = x.rank() - axes + i;
            shape = shape.with(axis, windows.windows(name, i, x.dim(axis)));
        }
        return shape;
    }

    /** As planes of three axes, of which those that are not pooled have one element. */
    private static Shape planes(Shape shape, int axes) {
        long[] dims = {1, 1, 1, 1};
        for (int i = 0; i < shape.rank(); i++) {
            int at = Math.max(0, 4 - shape.rank() + i);
            dims[i < shape.rank() - axes ? 0 : at] *= shape.dim(i);
        }
        return Shape.of(dims);
    }
}
