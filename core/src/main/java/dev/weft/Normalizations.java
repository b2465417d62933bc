package dev.weft;

import dev.weft.backend.KernelCall;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * y = (x - mean) / √(variance + eps) · weight + bias, with the mean and the variance of different
 * parts of x. The variance is that of a population, in two passes, so that a large mean costs no
 * digits. Of floating types; F16 and BF16 compute in F32 and are rounded once. Gradients flow to x,
 * the weight and the bias.
 *
 * <p>All throw a {@link ShapeException} where an axis is not there, shapes or types do not fit, or
 * a mean is one of fewer than two elements, whose variance would say nothing; an {@link
 * IllegalArgumentException} where operands are on two devices, or a number makes no sense; an
 * {@link IllegalStateException} where an operand was closed. Axes count from the end where they are
 * negative.
 */
public final class Normalizations {
    private Normalizations() {}

    /**
     * What a batch was normalised with.
     *
     * @param y the result
     * @param mean of each channel, without gradient
     * @param variance of each channel, Σ (x - mean)² / n, without gradient
     */
    public record Batch(Tensor y, Tensor mean, Tensor variance) {}

    /**
     * The mean and the variance of an axis and all behind it. Ba et al. 2016.
     *
     * @param axis the first of them
     * @param weight of x's type; it and the bias broadcast to the extents of these axes; null for 1
     * @param bias null for 0
     * @param eps added to the variance; 1e-5 in PyTorch
     */
    public static Tensor layerNorm(
            Tensor x, int axis, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        String name = "layer_norm";
        int[] axes = from(x.shape().axis(name, axis), x);
        checkEps(name, eps);
        checkElements(name, x, axes);
        checkScale(name, "weight", weight, x, behind(x, axes));
        checkScale(name, "bias", bias, x, behind(x, axes));
        return Statistics.wide(
                name, x, w -> rows(name, w, behind(x, axes), true, weight, bias, eps));
    }

    /**
     * y = x / √(mean x² + eps) · weight, with the mean over an axis and all behind it. Zhang and
     * Sennrich 2019.
     *
     * @param axis the first of them
     * @param weight of x's type; broadcasts to the extents of these axes; null for 1
     * @param eps added to the mean; PyTorch's default is the type's machine epsilon
     */
    public static Tensor rmsNorm(Tensor x, int axis, @Nullable Tensor weight, double eps) {
        String name = "rms_norm";
        int[] axes = from(x.shape().axis(name, axis), x);
        checkEps(name, eps);
        checkScale(name, "weight", weight, x, behind(x, axes));
        return Statistics.wide(
                name, x, w -> rows(name, w, behind(x, axes), false, weight, null, eps));
    }

    /**
     * The mean and the variance of each example's groups of channels, which are axis 1. Wu and He
     * 2018.
     *
     * @param x batch×channels×…
     * @param groups how many, a divisor of the number of channels
     * @param weight one for each channel, or null for 1
     * @param bias one for each channel, or null for 0
     * @param eps added to the variance; 1e-5 in PyTorch
     */
    public static Tensor groupNorm(
            Tensor x, long groups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        return grouped("group_norm", x, groups, weight, bias, eps);
    }

    /** {@link #groupNorm} with a group for each channel. Ulyanov et al. 2016. */
    public static Tensor instanceNorm(
            Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        return grouped("instance_norm", x, x.rank() < 2 ? 1 : x.dim(1), weight, bias, eps);
    }

    private static Tensor grouped(
            String name,
            Tensor x,
            long groups,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double eps) {
        checkChannels(name, x, weight, bias);
        checkEps(name, eps);
        long channels = x.dim(1);
        if (groups < 1 || channels % groups != 0) {
            throw new ShapeException(
                    "%s: x is %s, with %d groups: they must divide its %d channels (axis 1)"
                            .formatted(name, x, groups, channels));
        }
        long members = x.size() / Math.max(1, x.dim(0) * groups);
        if (x.dim(0) > 0) {
            checkCount(name, x, members);
        }
        return Statistics.wide(
                name,
                x,
                w -> {
                    Shape parts = Shape.of(x.dim(0), groups, channels / groups, plane(x));
                    Shape statistics = Shape.of(x.dim(0), groups, 1, 1);
                    return kernel(name, w, parts, statistics, true, weight, bias, eps)
                            .y()
                            .reshape(x.shape().toArray());
                });
    }

    /**
     * In training: the mean and the variance of each channel, axis 1, over all other axes. Ioffe
     * and Szegedy 2015.
     *
     * @param x batch×channels×…
     * @param weight one for each channel, or null for 1
     * @param bias one for each channel, or null for 0
     * @param eps added to the variance; 1e-5 in PyTorch
     */
    public static Batch batchNorm(
            Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        String name = "batch_norm";
        checkChannels(name, x, weight, bias);
        checkEps(name, eps);
        int[] axes = from(1, x);
        axes[0] = 0;
        checkElements(name, x, axes);
        long channels = x.dim(1);
        List<Tensor> results =
                x.device()
                        .computeAll(
                                () -> {
                                    Tensor w = x.to(x.dtype().computesIn());
                                    Shape parts = Shape.of(x.dim(0), channels, 1, plane(x));
                                    Shape statistics = Shape.of(1, channels, 1, 1);
                                    Kernel made =
                                            kernel(
                                                    name,
                                                    w,
                                                    parts,
                                                    statistics,
                                                    true,
                                                    weight,
                                                    bias,
                                                    eps);
                                    return List.of(
                                            made.y().reshape(x.shape().toArray()).to(x.dtype()),
                                            vector(Objects.requireNonNull(made.mean()), x.dtype()),
                                            vector(made.variance(), x.dtype()));
                                });
        return new Batch(results.get(0), results.get(1), results.get(2));
    }

    /**
     * In inference: a mean and a variance that are given, as they were in training, for each
     * channel, axis 1. No gradient flows to them.
     *
     * @param x batch×channels×…
     * @param mean one for each channel
     * @param variance one for each channel
     * @param weight one for each channel, or null for 1
     * @param bias one for each channel, or null for 0
     * @param eps added to the variance; 1e-5 in PyTorch
     */
    public static Tensor batchNorm(
            Tensor x,
            Tensor mean,
            Tensor variance,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double eps) {
        String name = "batch_norm";
        checkChannels(name, x, weight, bias);
        checkEps(name, eps);
        checkScale(name, "mean", mean, x, Shape.of(x.dim(1)));
        checkScale(name, "variance", variance, x, Shape.of(x.dim(1)));
        return Statistics.wide(
                name,
                x,
                w -> {
                    DType type = w.dtype();
                    Tensor scale = variance.detach().to(type).add(eps).rsqrt();
                    if (weight != null) {
                        scale = scale.mul(weight.to(type));
                    }
                    Tensor centred = w.sub(perChannel(mean.detach().to(type), x));
                    Tensor y = centred.mul(perChannel(scale, x));
                    return bias == null ? y : y.add(perChannel(bias.to(type), x));
                });
    }

    /** What {@link KernelCall.Normalize} makes. */
    private record Kernel(Tensor y, @Nullable Tensor mean, Tensor variance) {}

    /** Of what lies behind some axes, each element with a weight and a bias of its own. */
    private static Tensor rows(
            String name,
            Tensor x,
            Shape row,
            boolean isCentred,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double eps) {
        long count = x.size() / Math.max(1, row.size());
        return kernel(
                        name,
                        x,
                        Shape.of(count, 1, row.size(), 1),
                        Shape.of(count, 1, 1, 1),
                        isCentred,
                        broadcast(weight, row),
                        broadcast(bias, row),
                        eps)
                .y()
                .reshape(x.shape().toArray());
    }

    private static @Nullable Tensor broadcast(@Nullable Tensor scale, Shape row) {
        return scale == null || scale.shape().equals(row) ? scale : scale.expand(row.toArray());
    }

    /**
     * The kernel; to be called in {@link Device#compute}.
     *
     * @param parts x's extents as it takes them
     * @param statistics the variance's
     */
    private static Kernel kernel(
            String name,
            Tensor x,
            Shape parts,
            Shape statistics,
            boolean isCentred,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double eps) {
        Device device = x.device();
        DType type = x.dtype();
        Shape channels = Shape.of(1, parts.dim(1), parts.dim(2), 1);
        Tensor in = x.contiguous().reshape(parts.toArray());
        Tensor w = weight == null ? null : weight.to(type).contiguous().reshape(channels.toArray());
        Tensor b = bias == null ? null : bias.to(type).contiguous().reshape(channels.toArray());
        Tensor mean = isCentred ? device.empty(name, type, statistics) : null;
        Tensor variance = device.empty(name, type, statistics);
        Tensor y =
                device.make(
                        name,
                        type,
                        parts,
                        to ->
                                device.backend()
                                        .run(
                                                new KernelCall.Normalize(
                                                        eps,
                                                        in.view(),
                                                        w == null ? null : w.view(),
                                                        b == null ? null : b.view(),
                                                        to,
                                                        mean == null ? null : mean.view(),
                                                        variance.view())));
        Recorder recorder = device.recording();
        if (recorder != null
                && (tracks(recorder, in) || tracks(recorder, w) || tracks(recorder, b))) {
            recorder.record(new Op.Normalize(eps, in, w, b, mean, variance, y));
        }
        return new Kernel(y, mean, variance);
    }

    private static boolean tracks(Recorder recorder, @Nullable Tensor x) {
        return x != null && recorder.tracks(x);
    }

    /** A copy, since the way back needs what was computed. */
    private static Tensor vector(Tensor statistics, DType type) {
        Tensor vector = statistics.reshape(statistics.size());
        return vector.dtype() == type ? vector.copy() : vector.to(type);
    }

    /** A vector over channels, axis 1, with extents that broadcast against x. */
    private static Tensor perChannel(Tensor vector, Tensor x) {
        long[] dims = new long[x.rank()];
        Arrays.fill(dims, 1);
        dims[1] = vector.size();
        return Layout.withUnitAxes(vector, Shape.of(dims));
    }

    private static int[] from(int first, Tensor x) {
        int[] axes = new int[x.rank() - first];
        Arrays.setAll(axes, i -> first + i);
        return axes;
    }

    /** Elements of one channel of an example. */
    private static long plane(Tensor x) {
        return behind(x, from(2, x)).size();
    }

    /** The extents of the last axes. */
    private static Shape behind(Tensor x, int[] axes) {
        return Shape.of(Arrays.stream(axes).mapToLong(x::dim).toArray());
    }

    private static void checkEps(String name, double eps) {
        if (!(eps >= 0) || Double.isInfinite(eps)) {
            throw new IllegalArgumentException(
                    "%s: eps is %s: it must be a number of 0 or more".formatted(name, eps));
        }
    }

    private static void checkElements(String name, Tensor x, int[] axes) {
        checkCount(name, x, behind(x, axes).size());
    }

    private static void checkCount(String name, Tensor x, long elements) {
        if (elements < 2) {
            throw new ShapeException(
                    "%s: x is %s: each mean would be one of %d element%s, and needs at least two"
                            .formatted(name, x, elements, elements == 1 ? "" : "s"));
        }
    }

    private static void checkChannels(
            String name, Tensor x, @Nullable Tensor weight, @Nullable Tensor bias) {
        Elementwise.requireFloating(name, x);
        if (x.rank() < 2) {
            throw new ShapeException("%s: x is %s: it must be batch×channels×…".formatted(name, x));
        }
        checkScale(name, "weight", weight, x, Shape.of(x.dim(1)));
        checkScale(name, "bias", bias, x, Shape.of(x.dim(1)));
    }

    private static void checkScale(
            String name, String what, @Nullable Tensor scale, Tensor x, Shape shape) {
        if (scale == null) {
            return;
        }
        Elementwise.sameDevice(name, x, scale);
        if (scale.dtype() != x.dtype() || !scale.shape().broadcastsTo(shape)) {
            throw new ShapeException(
                    "%s: x is %s, the %s is %s: it must be of x's type, and broadcast to %s"
                            .formatted(name, x, what, scale, shape));
        }
    }
}
