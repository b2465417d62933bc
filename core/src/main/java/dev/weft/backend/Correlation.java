package dev.weft.backend;

import java.util.List;
import java.util.function.IntFunction;

/**
 * A convolution or one of its gradients as one and the same loop over dense operands:
 *
 * <pre>result[u, v, w, e] = Σ_r Σ_j first[…, r, j] second[…, r, p]</pre>
 *
 * where e, j and p have three axes each, and j runs over those places alone to which there is a p:
 * see {@link Axis#partner}. So each element is gathered by itself, and results do not depend on who
 * computes them.
 *
 * @param first what is read at j: the weight, or for the weight's gradient dy
 * @param second what is read at p: x, or for x's gradient dy
 * @param result what is written
 * @param v the extent of the result's second digit of planes
 * @param w the extent of the third; there are result.size() / (v w elements) of the first
 * @param ofFirst how far u, v, w and r move in the first operand, in elements
 * @param ofSecond the same in the second
 * @param terms the extent of r
 * @param axes the three axes
 */
public record Correlation(
        View first,
        View second,
        View result,
        long v,
        long w,
        Steps ofFirst,
        Steps ofSecond,
        long terms,
        List<Axis> axes) {
    /** How far the digits of a plane's number move, and r. */
    public record Steps(long u, long v, long w, long r) {}

    /**
     * An axis.
     *
     * @param elements the result's extent
     * @param places the extent of j
     * @param partners the extent of p
     */
    public record Axis(
            long elements, long places, long partners, long byE, long byJ, long shift, long step) {
        /** The p of e and j, (e byE + j byJ + shift) / step, or -1 where there is none. */
        public long partner(long e, long j) {
            long at = e * byE + j * byJ + shift;
            if (at < 0 || (step > 1 && at % step != 0)) {
                return -1;
            }
            long p = step > 1 ? at / step : at;
            return p < partners ? p : -1;
        }
    }

    /** Elements of a plane of the result. */
    public long elements() {
        return axes.get(0).elements * axes.get(1).elements * axes.get(2).elements;
    }

    private static long plane(View view) {
        return view.dim(2) * view.dim(3) * view.dim(4);
    }

    private static List<Axis> axes(IntFunction<Axis> axis) {
        return List.of(axis.apply(0), axis.apply(1), axis.apply(2));
    }

    /** y: u counts examples, v groups, w a group's output channels; r counts input channels. */
    public static Correlation of(KernelCall.Convolution call) {
        ConvolutionGeometry g = call.geometry().onAllAxes();
        View x = call.x();
        View weight = call.weight();
        View y = call.y();
        long in = weight.dim(1);
        long out = y.dim(1) / g.groups();
        return new Correlation(
                weight,
                x,
                y,
                g.groups(),
                out,
                new Steps(0, out * in * plane(weight), in * plane(weight), plane(weight)),
                new Steps(x.dim(1) * plane(x), in * plane(x), 0, plane(x)),
                in,
                axes(
                        a ->
                                new Axis(
                                        y.dim(2 + a),
                                        weight.dim(2 + a),
                                        x.dim(2 + a),
                                        g.strides().get(a),
                                        g.dilations().get(a),
                                        -g.before().get(a),
                                        1)));
    }

    /** dx: u counts examples, v groups, w a group's input channels; r counts output channels. */
    public static Correlation of(KernelCall.ConvolutionInputGrad call) {
        ConvolutionGeometry g = call.geometry().onAllAxes();
        View dx = call.dx();
        View weight = call.weight();
        View dy = call.dy();
        long in = weight.dim(1);
        long out = dy.dim(1) / g.groups();
        return new Correlation(
                weight,
                dy,
                dx,
                g.groups(),
                in,
                new Steps(0, out * in * plane(weight), plane(weight), in * plane(weight)),
                new Steps(dy.dim(1) * plane(dy), out * plane(dy), 0, plane(dy)),
                out,
                axes(
                        a ->
                                new Axis(
                                        dx.dim(2 + a),
                                        weight.dim(2 + a),
                                        dy.dim(2 + a),
                                        1,
                                        -g.dilations().get(a),
                                        g.before().get(a),
                                        g.strides().get(a))));
    }

    /** dWeight: u counts groups, v output and w input channels of a group; r counts examples. */
    public static Correlation of(KernelCall.ConvolutionWeightGrad call) {
        ConvolutionGeometry g = call.geometry().onAllAxes();
        View dWeight = call.dWeight();
        View x = call.x();
        View dy = call.dy();
        long in = dWeight.dim(1);
        long out = dy.dim(1) / g.groups();
        return new Correlation(
                dy,
                x,
                dWeight,
                out,
                in,
                new Steps(out * plane(dy), plane(dy), 0, dy.dim(1) * plane(dy)),
                new Steps(in * plane(x), 0, plane(x), x.dim(1) * plane(x)),
                x.dim(0),
                axes(
                        a ->
                                new Axis(
                                        dWeight.dim(2 + a),
                                        dy.dim(2 + a),
                                        x.dim(2 + a),
                                        g.dilations().get(a),
                                        g.strides().get(a),
                                        -g.before().get(a),
                                        1)));
    }
}
