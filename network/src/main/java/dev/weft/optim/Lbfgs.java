package dev.weft.optim;

import dev.weft.Tensor;
import dev.weft.nn.ParameterGroup;
import dev.weft.nn.Parameters;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.DoubleSupplier;

/**
 * Minimises a loss over all examples by L-BFGS (Nocedal and Wright 2006, algorithms 7.4, 7.5, 3.5
 * and 3.6: a line search for the strong Wolfe conditions): for small networks and few examples,
 * where it needs far fewer passes than steps by the gradient alone, and comes closer.
 *
 * <pre>{@code
 * Lbfgs lbfgs = new Lbfgs(network.parameters(), 10, 200, 1e-7);
 * double loss = lbfgs.minimize(() -> lossAndGradients());
 * }</pre>
 *
 * <p>Its vectors are doubles on the host: each evaluation reads the gradients and writes the
 * parameters.
 */
public final class Lbfgs {
    private static final double ARMIJO = 1e-4;
    private static final double CURVATURE = 0.9;
    private static final int SEARCH = 25;
    private static final double LEAST_CURVATURE = 1e-10;

    private final Parameters parameters;
    private final int history;
    private final int iterations;
    private final double tolerance;
    private final Deque<Pair> pairs = new ArrayDeque<>();

    /** What a step changed the parameters by, and the gradient. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Pair(double[] s, double[] y, double product) {}

    /** A place on the line: its distance, the loss, the gradient, and its part along the line. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Point(double t, double f, double[] g, double slope) {}

    /**
     * For these parameters.
     *
     * @param history how many of the last steps say how the loss curves, at least 1
     * @param iterations how many steps a call of {@link #minimize} does at most, at least 1
     * @param tolerance the largest gradient at which it is done, at least 0
     */
    public Lbfgs(Parameters parameters, int history, int iterations, double tolerance) {
        if (history < 1 || iterations < 1 || !(tolerance >= 0)) {
            throw new IllegalArgumentException(
                    "lbfgs: history and iterations must be at least 1, tolerance at least 0; got %d, %d, %s"
                            .formatted(history, iterations, tolerance));
        }
        this.parameters = parameters;
        this.history = history;
        this.iterations = iterations;
        this.tolerance = tolerance;
    }

    /**
     * Goes down until the gradient is small, no step leads further down, or the iterations are
     * done.
     *
     * @param closure computes the loss of all examples by the parameters as they are, leaves its
     *     gradients in their places, and returns it
     * @return the loss that is reached
     * @throws ArithmeticException where the loss or a gradient is not finite to begin with
     */
    public double minimize(DoubleSupplier closure) {
        double[] x = read(false);
        Point at = new Point(0, closure.getAsDouble(), read(true), 0);
        if (!Double.isFinite(at.f) || !Double.isFinite(largest(at.g))) {
            throw new ArithmeticException(
                    "lbfgs: the loss is %s, the largest gradient %s: both must be finite"
                            .formatted(at.f, largest(at.g)));
        }
        for (int i = 0; i < iterations && largest(at.g) > tolerance; i++) {
            double[] d = direction(at.g);
            double slope = dot(at.g, d);
            if (!(slope < 0)) {
                pairs.clear();
                d = direction(at.g);
                slope = dot(at.g, d);
            }
            double first = pairs.isEmpty() ? Math.min(1, 1 / sum(at.g)) : 1;
            Point found = search(closure, x, d, new Point(0, at.f, at.g, slope), first);
            double[] next = moved(x, d, found.t);
            write(next);
            if (!(found.f < at.f)) {
                return at.f;
            }
            remember(moved(next, x, -1), moved(found.g, at.g, -1));
            x = next;
            at = found;
        }
        return at.f;
    }

    private void remember(double[] s, double[] y) {
        double product = dot(s, y);
        if (product > LEAST_CURVATURE * dot(y, y)) {
            if (pairs.size() == history) {
                pairs.removeFirst();
            }
            pairs.addLast(new Pair(s, y, product));
        }
    }

    /** -H g, by two passes over the pairs. */
    private double[] direction(double[] g) {
        double[] q = moved(new double[g.length], g, -1);
        double[] shares = new double[pairs.size()];
        int i = pairs.size();
        for (Iterator<Pair> back = pairs.descendingIterator(); back.hasNext(); ) {
            Pair pair = back.next();
            shares[--i] = dot(pair.s, q) / pair.product;
            q = moved(q, pair.y, -shares[i]);
        }
        if (!pairs.isEmpty()) {
            Pair last = pairs.getLast();
            double scale = last.product / dot(last.y, last.y);
            q = moved(new double[g.length], q, scale);
        }
        for (Pair pair : pairs) {
            q = moved(q, pair.s, shares[i++] - dot(pair.y, q) / pair.product);
        }
        return q;
    }

    /** A point that meets the strong Wolfe conditions, or the lowest that was found. */
    private Point search(
            DoubleSupplier closure, double[] x, double[] d, Point start, double first) {
        Point low = start;
        Point before = start;
        double t = first;
        for (int i = 0; i < SEARCH; i++) {
            Point now = evaluate(closure, x, d, t);
            if (!isLow(now, start) || (i > 0 && now.f >= before.f)) {
                return zoom(closure, x, d, start, before, now, SEARCH - i);
            }
            low = now;
            if (Math.abs(now.slope) <= -CURVATURE * start.slope) {
                return now;
            }
            if (now.slope >= 0) {
                return zoom(closure, x, d, start, now, before, SEARCH - i);
            }
            before = now;
            t *= 2;
        }
        return low;
    }

    private Point zoom(
            DoubleSupplier closure,
            double[] x,
            double[] d,
            Point start,
            Point lower,
            Point other,
            int tries) {
        Point low = lower;
        Point high = other;
        for (int i = 0; i < tries; i++) {
            Point now = evaluate(closure, x, d, between(low, high));
            if (!isLow(now, start) || now.f >= low.f) {
                high = now;
            } else {
                if (Math.abs(now.slope) <= -CURVATURE * start.slope) {
                    return now;
                }
                if (now.slope * (high.t - low.t) >= 0) {
                    high = low;
                }
                low = now;
            }
        }
        return low;
    }

    private static boolean isLow(Point now, Point start) {
        return now.f <= start.f + ARMIJO * now.t * start.slope;
    }

    /** Where the cubic through both has its least, or the middle where that is no help. */
    private static double between(Point a, Point b) {
        double d1 = a.slope + b.slope - 3 * (a.f - b.f) / (a.t - b.t);
        double d2 = Math.copySign(Math.sqrt(d1 * d1 - a.slope * b.slope), b.t - a.t);
        double t = b.t - (b.t - a.t) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
        double margin = 0.1 * Math.abs(b.t - a.t);
        boolean isInside = t >= Math.min(a.t, b.t) + margin && t <= Math.max(a.t, b.t) - margin;
        return isInside ? t : (a.t + b.t) / 2;
    }

    private Point evaluate(DoubleSupplier closure, double[] x, double[] d, double t) {
        write(moved(x, d, t));
        double f = closure.getAsDouble();
        double[] g = read(true);
        return new Point(t, Double.isNaN(f) ? Double.POSITIVE_INFINITY : f, g, dot(g, d));
    }

    /** All parameters, or their gradients, one group after the other. */
    private double[] read(boolean gradients) {
        double[] all = new double[size()];
        int at = 0;
        for (ParameterGroup group : parameters.groups()) {
            Tensor flat = gradients ? group.gradients() : group.values();
            double[] part = flat.toDoubleArray();
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    private void write(double[] x) {
        int at = 0;
        for (ParameterGroup group : parameters.groups()) {
            Tensor values = group.values();
            double[] part = new double[Math.toIntExact(values.size())];
            System.arraycopy(x, at, part, 0, part.length);
            at += part.length;
            try (Tensor fresh = values.device().tensor(values.dtype(), part)) {
                values.assign(fresh);
            }
        }
    }

    private int size() {
        return Math.toIntExact(
                parameters.groups().stream().mapToLong(group -> group.values().size()).sum());
    }

    /** x + t d. */
    private static double[] moved(double[] x, double[] d, double t) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i] + t * d[i];
        }
        return y;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double sum(double[] g) {
        double sum = 0;
        for (double each : g) {
            sum += Math.abs(each);
        }
        return sum;
    }

    private static double largest(double[] g) {
        double largest = 0;
        for (double each : g) {
            largest = Math.max(largest, Math.abs(each));
        }
        return largest;
    }
}
