package dev.weft;

import dev.weft.backend.ConvolutionGeometry;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.function.Function;

/**
 * Convolutions along one to three axes, as PyTorch has them: x is examples×channels×axes, the
 * weight is not mirrored. Operands are on one device and of one floating type, which the result has
 * too; F16 and BF16 are added up in F32 and rounded once. Gradients flow to every operand.
 *
 * <p>All throw a {@link ShapeException} where shapes or types do not fit or the result would have
 * no elements along an axis, an {@link IllegalArgumentException} where operands are on two devices
 * or the geometry is of another number of axes, and an {@link IllegalStateException} where one was
 * closed.
 */
public final class Convolutions {
    private Convolutions() {}

    /** {@link #convolve} along one axis. */
    public static Tensor conv1d(
            Tensor x, Tensor weight, @Nullable Tensor bias, ConvolutionGeometry geometry) {
        return convolve("conv1d", 1, x, weight, bias, geometry);
    }

    /** {@link #convolve} along two axes. */
    public static Tensor conv2d(
            Tensor x, Tensor weight, @Nullable Tensor bias, ConvolutionGeometry geometry) {
        return convolve("conv2d", 2, x, weight, bias, geometry);
    }

    /** {@link #convolve} along three axes. */
    public static Tensor conv3d(
            Tensor x, Tensor weight, @Nullable Tensor bias, ConvolutionGeometry geometry) {
        return convolve("conv3d", 3, x, weight, bias, geometry);
    }

    /** {@link #transposed} along one axis. */
    public static Tensor convTranspose1d(
            Tensor x,
            Tensor weight,
            @Nullable Tensor bias,
            ConvolutionGeometry geometry,
            int... outputPadding) {
        return transposed("convTranspose1d", 1, x, weight, bias, geometry, outputPadding);
    }

    /** {@link #transposed} along two axes. */
    public static Tensor convTranspose2d(
            Tensor x,
            Tensor weight,
            @Nullable Tensor bias,
            ConvolutionGeometry geometry,
            int... outputPadding) {
        return transposed("convTranspose2d", 2, x, weight, bias, geometry, outputPadding);
    }

    /** {@link #transposed} along three axes. */
    public static Tensor convTranspose3d(
            Tensor x,
            Tensor weight,
            @Nullable Tensor bias,
            ConvolutionGeometry geometry,
            int... outputPadding) {
        return transposed("convTranspose3d", 3, x, weight, bias, geometry, outputPadding);
    }

    /**
     * y[n, o, q] = bias[o] + Σ weight[o, c, k] x[n, g C + c, q stride - before + k dilation] over
     * the C input channels c of o's group g and the kernel's elements k, along as many axes as the
     * geometry has.
     *
     * @param x N×(groups C)×extents
     * @param weight O×C×kernel, with O a multiple of the groups: C = 1 is a depthwise convolution
     * @param bias O elements, or null for none
     */
    public static Tensor convolve(
            Tensor x, Tensor weight, @Nullable Tensor bias, ConvolutionGeometry geometry) {
        return convolve("convolve", geometry.axes(), x, weight, bias, geometry);
    }

    /**
     * The transposed convolution: what the gradient by its input is of the convolution of this
     * geometry with this weight, where x is the gradient by its result.
     *
     * @param x N×O×extents
     * @param weight O×C×kernel, with O a multiple of the groups: the result has groups C channels
     * @param bias as many elements, or null for none
     * @param outputPadding how much longer the result is than the shortest that fits: less than the
     *     stride or the dilation; one for each axis, one for all, or none
     */
    public static Tensor transposed(
            Tensor x,
            Tensor weight,
            @Nullable Tensor bias,
            ConvolutionGeometry geometry,
            int... outputPadding) {
        return transposed(
                "convTranspose", geometry.axes(), x, weight, bias, geometry, outputPadding);
    }

    /**
     * The geometry with so much padding that the convolution's extents are those of x divided by
     * the stride, rounded up: as much on both sides, and one more behind where that is odd.
     */
    public static ConvolutionGeometry same(Tensor x, Tensor weight, ConvolutionGeometry geometry) {
        operands("same", geometry.axes(), x, weight, geometry);
        int[] before = new int[geometry.axes()];
        int[] after = before.clone();
        for (int a = 0; a < before.length; a++) {
            long stride = geometry.strides().get(a);
            long windows = Math.ceilDiv(x.dim(2 + a), stride);
            long span = geometry.span(a, weight.dim(2 + a));
            int total = Math.toIntExact(Math.max(0, (windows - 1) * stride + span - x.dim(2 + a)));
            before[a] = total / 2;
            after[a] = total - before[a];
        }
        return geometry.padding(before, after);
    }

    private static Tensor convolve(
            String name,
            int axes,
            Tensor x,
            Tensor weight,
            @Nullable Tensor bias,
            ConvolutionGeometry geometry) {
        operands(name, axes, x, weight, geometry);
        if (x.dim(1) != weight.dim(1) * geometry.groups()) {
            throw new ShapeException(
                    "%s: x is %s, the weight %s, groups %d: x's channels (%d) must be the weight's (%d) times the groups"
                            .formatted(
                                    name,
                                    x.shape(),
                                    weight.shape(),
                                    geometry.groups(),
                                    x.dim(1),
                                    weight.dim(1)));
        }
        long[] dims = x.shape().toArray();
        dims[1] = weight.dim(0);
        for (int a = 0; a < axes; a++) {
            long padded = dims[2 + a] + geometry.before().get(a) + geometry.after().get(a);
            long span = geometry.span(a, weight.dim(2 + a));
            if (span > padded) {
                throw new ShapeException(
                        "%s: x is %s, the weight %s: along axis %d the kernel spans %d elements, and x has %d with its padding: use a smaller kernel, or more padding"
                                .formatted(name, x.shape(), weight.shape(), 2 + a, span, padded));
            }
            dims[2 + a] = (padded - span) / geometry.strides().get(a) + 1;
        }
        return onFiveAxes(
                name,
                x,
                weight,
                biased(name, bias, dims[1], x),
                dims,
                (in, kernel, y) -> new KernelCall.Convolution(geometry, in, kernel, y),
                (in, kernel, y) -> new Op.Convolution(geometry, in, kernel, y));
    }

    private static Tensor transposed(
            String name,
            int axes,
            Tensor x,
            Tensor weight,
            @Nullable Tensor bias,
            ConvolutionGeometry geometry,
            int... outputPadding) {
        operands(name, axes, x, weight, geometry);
        if (x.dim(1) != weight.dim(0)) {
            throw new ShapeException(
                    "%s: x is %s, the weight %s: x's channels (%d) must be the weight's first extent (%d)"
                            .formatted(name, x.shape(), weight.shape(), x.dim(1), weight.dim(0)));
        }
        if (outputPadding.length > 1 && outputPadding.length != axes) {
            throw new IllegalArgumentException(
                    "%s: output padding %s has %d numbers for %d axes: give one for each axis, or one for all"
                            .formatted(
                                    name,
                                    Arrays.toString(outputPadding),
                                    outputPadding.length,
                                    axes));
        }
        long[] dims = x.shape().toArray();
        dims[1] = weight.dim(1) * geometry.groups();
        for (int a = 0; a < axes; a++) {
            int more =
                    outputPadding.length == 0
                            ? 0
                            : outputPadding[outputPadding.length == 1 ? 0 : a];
            int stride = geometry.strides().get(a);
            int bound = Math.max(stride, geometry.dilations().get(a));
            if (more < 0 || more >= bound) {
                throw new IllegalArgumentException(
                        "%s: output padding must be at least 0 and less than the stride or the dilation (%d), got %d"
                                .formatted(name, bound, more));
            }
            long padding = geometry.before().get(a) + (long) geometry.after().get(a);
            long whole = (dims[2 + a] - 1) * stride + geometry.span(a, weight.dim(2 + a)) + more;
            if (dims[2 + a] < 1 || whole <= padding) {
                throw new ShapeException(
                        "%s: x is %s, the weight %s: along axis %d the result would have %d elements: use less padding"
                                .formatted(
                                        name, x.shape(), weight.shape(), 2 + a, whole - padding));
            }
            dims[2 + a] = whole - padding;
        }
        return onFiveAxes(
                name,
                x,
                weight,
                biased(name, bias, dims[1], x),
                dims,
                (in, kernel, y) -> new KernelCall.ConvolutionInputGrad(geometry, in, kernel, y),
                (in, kernel, y) -> new Op.ConvolutionTransposed(geometry, in, kernel, y));
    }

    /** What is made of x, the weight and the result. */
    @FunctionalInterface
    private interface Of<V, T> {
        T of(V x, V weight, V y);
    }

    /** Calls a kernel on operands of rank 5, and records it; y is of these extents. */
    private static Tensor onFiveAxes(
            String name,
            Tensor x,
            Tensor weight,
            Function<Tensor, Tensor> bias,
            long[] dims,
            Of<View, KernelCall> call,
            Of<Tensor, Op> op) {
        Device device = x.device();
        return device.compute(
                () -> {
                    Tensor in = five(x);
                    Tensor kernel = five(weight);
                    Tensor y =
                            device.make(
                                    name,
                                    x.dtype(),
                                    Shape.of(five(dims)),
                                    to ->
                                            device.backend()
                                                    .run(call.of(in.view(), kernel.view(), to)));
                    Recorder recorder = device.recording();
                    if (recorder != null && (recorder.tracks(in) || recorder.tracks(kernel))) {
                        recorder.record(op.of(in, kernel, y));
                    }
                    return bias.apply(y.reshape(dims));
                });
    }

    private static Tensor five(Tensor x) {
        return x.contiguous().reshape(five(x.shape().toArray()));
    }

    /** With extents of 1 for the axes that are not there, behind the first two. */
    private static long[] five(long[] dims) {
        long[] five = new long[2 + ConvolutionGeometry.AXES];
        Arrays.fill(five, 1);
        System.arraycopy(dims, 0, five, 0, 2);
        System.arraycopy(dims, 2, five, five.length - (dims.length - 2), dims.length - 2);
        return five;
    }

    /** Adds the bias, if there is one, to each channel. */
    private static Function<Tensor, Tensor> biased(
            String name, @Nullable Tensor bias, long channels, Tensor x) {
        if (bias == null) {
            return y -> y;
        }
        Elementwise.sameDevice(name, x, bias);
        if (bias.dtype() != x.dtype() || !bias.shape().equals(Shape.of(channels))) {
            throw new ShapeException(
                    "%s: the bias is %s: it must have one element of %s for each of the result's %d channels"
                            .formatted(name, bias, x.dtype(), channels));
        }
        long[] dims = new long[x.rank() - 1];
        Arrays.fill(dims, 1);
        dims[0] = channels;
        return y -> y.add(bias.contiguous().reshape(dims));
    }

    private static void operands(
            String name, int axes, Tensor x, Tensor weight, ConvolutionGeometry geometry) {
        Elementwise.sameDevice(name, x, weight);
        if (geometry.axes() != axes) {
            throw new IllegalArgumentException(
                    "%s: the geometry has %d axes, and must have %d"
                            .formatted(name, geometry.axes(), axes));
        }
        if (x.dtype() != weight.dtype() || !x.dtype().isFloating()) {
            throw new ShapeException(
                    "%s: x is %s, the weight %s: both must be of one floating type"
                            .formatted(name, x, weight));
        }
        if (x.rank() != axes + 2 || weight.rank() != axes + 2) {
            throw new ShapeException(
                    "%s: x is %s, the weight %s: both must have %d axes, two for examples and channels: reshape them"
                            .formatted(name, x.shape(), weight.shape(), axes + 2));
        }
        if (weight.size() == 0) {
            throw new ShapeException(
                    "%s: the weight is %s: it must have elements".formatted(name, weight.shape()));
        }
        if (weight.dim(0) % geometry.groups() != 0) {
            throw new ShapeException(
                    "%s: the weight is %s: its first extent (%d) must be a multiple of the groups (%d)"
                            .formatted(name, weight.shape(), weight.dim(0), geometry.groups()));
        }
        for (int axis = 0; axis < x.rank(); axis++) {
            x.shape().limit(name, axis, Integer.MAX_VALUE);
            weight.shape().limit(name, axis, Integer.MAX_VALUE);
        }
    }
}
