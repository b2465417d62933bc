package dev.weft;

import java.util.Arrays;

/**
 * Other extents of the last axes, whose elements lie between those that are there. Axis by axis, as
 * a product with the weights of its elements. Gradients flow to x.
 *
 * <p>All throw a {@link ShapeException} where x has too few axes, an extent is 0, or the type is
 * one that the operation is not defined for, and an {@link IllegalStateException} where x was
 * closed.
 */
public final class Resizing {
    private Resizing() {}

    /** What a result is made of. */
    public enum Mode {
        /** The element at ⌊i e / n⌋, for result i of n, of e elements; of any type. */
        NEAREST,
        /** On the line, or in the plane, between the neighbours (bilinear for two axes). */
        LINEAR,
        /** By cubic convolution of four neighbours along each axis, with PyTorch's a = -0.75. */
        CUBIC
    }

    /** Weights: {@code size} rows of {@code extent} each. */
    @FunctionalInterface
    interface Weights {
        double[] of(int extent, int size);
    }

    /**
     * Resizes the last axes to these extents.
     *
     * @param alignCorners whether the first and the last results of an axis are its first and last
     *     elements; otherwise the outer edges of these lie on one another. Without meaning for
     *     {@link Mode#NEAREST}
     * @param sizes the new extents, at least 1
     */
    public static Tensor resize(Tensor x, Mode mode, boolean alignCorners, long... sizes) {
        String name = "resize";
        if (mode != Mode.NEAREST && !x.dtype().isFloating()) {
            throw new ShapeException(
                    "%s: %s is not defined for %s, got %s: use NEAREST"
                            .formatted(name, mode, x.dtype(), x));
        }
        if (sizes.length == 0 || sizes.length > x.rank()) {
            throw new ShapeException(
                    "%s: %d extents for %s: give one for each of the last axes"
                            .formatted(name, sizes.length, x));
        }
        for (int i = 0; i < sizes.length; i++) {
            extents(name, x, x.rank() - sizes.length + i, sizes[i]);
        }
        return switch (mode) {
            case NEAREST -> nearest(x, sizes);
            case LINEAR -> along(x, sizes, (e, n) -> Interpolation.linear(e, n, alignCorners));
            case CUBIC -> along(x, sizes, (e, n) -> Interpolation.cubic(e, n, alignCorners));
        };
    }

    /**
     * Checks that an axis has elements and becomes some, and not so many that a row is too long.
     */
    static void extents(String name, Tensor x, int axis, long size) {
        if (size < 1 || x.dim(axis) == 0) {
            throw new ShapeException(
                    "%s: axis %d of %s cannot become %d elements: both must be at least 1"
                            .formatted(name, axis, x, size));
        }
        if (size * (double) x.dim(axis) > Integer.MAX_VALUE) {
            throw new ShapeException(
                    "%s: axis %d of %s to %d elements takes more weights than an array has: resize in two steps"
                            .formatted(name, axis, x, size));
        }
    }

    private static Tensor nearest(Tensor x, long[] sizes) {
        return x.device()
                .compute(
                        () -> {
                            Tensor y = x;
                            for (int i = 0; i < sizes.length; i++) {
                                int axis = x.rank() - sizes.length + i;
                                int extent = (int) x.dim(axis);
                                int[] places = new int[(int) sizes[i]];
                                Arrays.setAll(
                                        places, o -> (int) ((long) o * extent / places.length));
                                y =
                                        y.indexSelect(
                                                axis,
                                                x.device()
                                                        .constant(() -> x.device().tensor(places)));
                            }
                            return y;
                        });
    }

    /** Each of the last axes as a product with its weights. */
    static Tensor along(Tensor x, long[] sizes, Weights weights) {
        Device device = x.device();
        return device.compute(
                () -> {
                    Tensor y = x;
                    for (int i = 0; i < sizes.length; i++) {
                        int axis = x.rank() - sizes.length + i;
                        int extent = (int) x.dim(axis);
                        int size = (int) sizes[i];
                        double[] parts = weights.of(extent, size);
                        Tensor rows =
                                device.constant(
                                        () -> device.tensor(x.dtype(), parts, size, extent));
                        Tensor last = y.transpose(axis, -1).contiguous();
                        long[] dims = last.shape().with(-1, size).toArray();
                        Tensor products = last.reshape(-1, extent).matmul(rows.transpose());
                        y = products.reshape(dims).transpose(axis, -1);
                    }
                    return y.contiguous();
                });
    }
}
