package dev.weft.nn;

import dev.weft.PoolWindow;
import dev.weft.Pooling;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Layers that make one element of each window of the last axes: {@link Pooling}. */
public final class Pool {
    private Pool() {}

    /** {@link Pooling#max} of windows of these sizes beside each other. */
    public static Layer max(int... sizes) {
        return max(PoolWindow.of(sizes));
    }

    /** {@link Pooling#max}. */
    public static Layer max(PoolWindow windows) {
        return new Lambda(name("MaxPool", windows), x -> Pooling.max(x, windows).values());
    }

    /** {@link Pooling#average} of windows of these sizes beside each other. */
    public static Layer average(int... sizes) {
        return average(PoolWindow.of(sizes), true);
    }

    /** {@link Pooling#average}. */
    public static Layer average(PoolWindow windows, boolean countPadding) {
        return new Lambda(name("AvgPool", windows), x -> Pooling.average(x, windows, countPadding));
    }

    /** {@link Pooling#adaptiveAverage}: results of these extents, whatever x has. */
    public static Layer adaptiveAverage(long... sizes) {
        long[] kept = sizes.clone();
        String extents =
                Arrays.stream(kept).mapToObj(Long::toString).collect(Collectors.joining("x"));
        return new Lambda(
                "AdaptiveAvgPool%dd(%s)".formatted(kept.length, extents),
                x -> Pooling.adaptiveAverage(x, kept));
    }

    /** {@link Pooling#globalAverage} of the last axes, which are gone then: batch×channels. */
    public static Layer globalAverage(int axes) {
        return new Lambda(
                "GlobalAvgPool%dd".formatted(axes),
                x -> Pooling.globalAverage(x, axes).flatten(x.rank() - axes - 1, -1));
    }

    /** {@link Pooling#globalMax} of the last axes, which are gone then: batch×channels. */
    public static Layer globalMax(int axes) {
        return new Lambda(
                "GlobalMaxPool%dd".formatted(axes),
                x -> Pooling.globalMax(x, axes).flatten(x.rank() - axes - 1, -1));
    }

    private static String name(String pool, PoolWindow windows) {
        return "%s%dd(%s)"
                .formatted(
                        pool,
                        windows.axes(),
                        windows.sizes().stream()
                                .map(String::valueOf)
                                .collect(Collectors.joining("x")));
    }
}
