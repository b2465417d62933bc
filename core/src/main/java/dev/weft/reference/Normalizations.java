package dev.weft.reference;

import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

/** Normalisation by a mean and a variance, element by element. */
final class Normalizations {
    private Normalizations() {}

    /** The element of a vector of channels or of statistics, or a constant where there is none. */
    private static double get(@Nullable View view, int index, double otherwise) {
        return view == null ? otherwise : Elements.of(view).get(view.offset() + index);
    }

    /** The number of an element's channel. */
    private static int channel(View x, int element) {
        return (int) (element / x.dim(3) % (x.dim(1) * x.dim(2)));
    }

    /** The number of an element's mean and variance. */
    private static int statistic(View variance, View x, int element) {
        long group = element / (x.dim(2) * x.dim(3));
        return (int) (variance.dim(0) == x.dim(0) ? group : group % x.dim(1));
    }

    /** The means of the sums over all elements that share a statistic. */
    private static double[] means(PreciseSum[] sums, View x) {
        double[] means = new double[sums.length];
        for (int i = 0; i < means.length; i++) {
            means[i] = sums[i].value() / ((double) x.size() / sums.length);
        }
        return means;
    }

    static void forward(KernelCall.Normalize call) {
        View x = call.x();
        View variance = call.variance();
        View mean = call.mean();
        if (mean != null) {
            PreciseSum[] sums = PreciseSum.zeros(mean.size());
            for (int i = 0; i < x.size(); i++) {
                sums[statistic(variance, x, i)].add(get(x, i, 0));
            }
            store(means(sums, x), mean);
        }
        PreciseSum[] squares = PreciseSum.zeros(variance.size());
        for (int i = 0; i < x.size(); i++) {
            int at = statistic(variance, x, i);
            double centred = get(x, i, 0) - get(mean, at, 0);
            squares[at].addProduct(centred, centred);
        }
        store(means(squares, x), variance);
        for (int i = 0; i < x.size(); i++) {
            int channel = channel(x, i);
            double h = standard(x, i, mean, variance, call.eps());
            double y = h * get(call.weight(), channel, 1) + get(call.bias(), channel, 0);
            Elements.of(call.y()).set(call.y().offset() + i, y);
        }
    }

    private static void store(double[] values, View to) {
        for (int i = 0; i < values.length; i++) {
            Elements.of(to).set(to.offset() + i, values[i]);
        }
    }

    /** (x - mean) / √(variance + eps) of one element. */
    private static double standard(
            View x, int element, @Nullable View mean, View variance, double eps) {
        int at = statistic(variance, x, element);
        return (get(x, element, 0) - get(mean, at, 0)) / Math.sqrt(get(variance, at, 1) + eps);
    }

    static void backward(KernelCall.NormalizeGrad call) {
        View x = call.x();
        View dy = call.dy();
        View mean = call.mean();
        View variance = call.variance();
        View dx = call.dx();
        PreciseSum[] levels = PreciseSum.zeros(variance.size());
        PreciseSum[] slopes = PreciseSum.zeros(variance.size());
        PreciseSum[] weights = PreciseSum.zeros(x.dim(1) * x.dim(2));
        PreciseSum[] biases = PreciseSum.zeros(x.dim(1) * x.dim(2));
        for (int i = 0; i < x.size(); i++) {
            int at = statistic(variance, x, i);
            int channel = channel(x, i);
            double d = get(dy, i, 0);
            double g = d * get(call.weight(), channel, 1);
            double h = standard(x, i, mean, variance, call.eps());
            levels[at].add(mean == null ? 0 : g);
            slopes[at].addProduct(g, h);
            weights[channel].addProduct(d, h);
            biases[channel].add(d);
        }
        if (call.dWeight() != null) {
            PreciseSum.store(weights, call.dWeight());
        }
        if (call.dBias() != null) {
            PreciseSum.store(biases, call.dBias());
        }
        if (dx == null) {
            return;
        }
        double[] level = means(levels, x);
        double[] slope = means(slopes, x);
        for (int i = 0; i < x.size(); i++) {
            int at = statistic(variance, x, i);
            double g = get(dy, i, 0) * get(call.weight(), channel(x, i), 1);
            double h = standard(x, i, mean, variance, call.eps());
            double root = Math.sqrt(get(variance, at, 1) + call.eps());
            Elements.of(dx).set(dx.offset() + i, (g - level[at] - h * slope[at]) / root);
        }
    }
}
