package dev.weft.reference;

import dev.weft.backend.ConvolutionGeometry;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import java.util.Arrays;

/**
 * Convolutions and their gradients: one walk over all products x weight that make y, of which each
 * kernel adds up another two factors at the place of the third.
 */
final class Convolutions {
    private Convolutions() {}

    /** Numbers of elements that meet, among those of the whole view. */
    @FunctionalInterface
    private interface Meeting {
        void of(int x, int weight, int y);
    }

    static void forward(KernelCall.Convolution call) {
        Elements in = Elements.of(call.x());
        Elements weights = Elements.of(call.weight());
        View y = call.y();
        PreciseSum[] sums = PreciseSum.zeros(y.size());
        meet(
                call.geometry(),
                call.x(),
                call.weight(),
                y,
                (i, k, o) ->
                        sums[o].addProduct(
                                in.get(call.x().offset() + i),
                                weights.get(call.weight().offset() + k)));
        PreciseSum.store(sums, y);
    }

    static void inputGrad(KernelCall.ConvolutionInputGrad call) {
        Elements gradients = Elements.of(call.dy());
        Elements weights = Elements.of(call.weight());
        View dx = call.dx();
        PreciseSum[] sums = PreciseSum.zeros(dx.size());
        meet(
                call.geometry(),
                dx,
                call.weight(),
                call.dy(),
                (i, k, o) ->
                        sums[i].addProduct(
                                gradients.get(call.dy().offset() + o),
                                weights.get(call.weight().offset() + k)));
        PreciseSum.store(sums, dx);
    }

    static void weightGrad(KernelCall.ConvolutionWeightGrad call) {
        Elements in = Elements.of(call.x());
        Elements gradients = Elements.of(call.dy());
        View dWeight = call.dWeight();
        PreciseSum[] sums = PreciseSum.zeros(dWeight.size());
        meet(
                call.geometry(),
                call.x(),
                dWeight,
                call.dy(),
                (i, k, o) ->
                        sums[k].addProduct(
                                in.get(call.x().offset() + i),
                                gradients.get(call.dy().offset() + o)));
        PreciseSum.store(sums, dWeight);
    }

    /** Goes through the channels of y, and for each through the input channels of its group. */
    private static void meet(
            ConvolutionGeometry geometry, View x, View weight, View y, Meeting meeting) {
        int in = (int) weight.dim(1);
        int out = (int) y.dim(1);
        for (int n = 0; n < y.dim(0); n++) {
            for (int o = 0; o < out; o++) {
                int group = o / (out / geometry.groups());
                for (int c = 0; c < in; c++) {
                    int[] planes = {n * (int) x.dim(1) + group * in + c, o * in + c, n * out + o};
                    along(2, planes, geometry, new View[] {x, weight, y}, meeting);
                }
            }
        }
    }

    /** Goes on along an axis, and those behind it, from what the numbers are before it. */
    private static void along(
            int axis, int[] numbers, ConvolutionGeometry geometry, View[] views, Meeting meeting) {
        if (axis == views[0].rank()) {
            meeting.of(numbers[0], numbers[1], numbers[2]);
            return;
        }
        int a = axis - views[0].rank() + geometry.axes();
        int stride = a < 0 ? 1 : geometry.strides().get(a);
        int dilation = a < 0 ? 1 : geometry.dilations().get(a);
        int before = a < 0 ? 0 : geometry.before().get(a);
        int[] extents =
                Arrays.stream(views).mapToInt(view -> Math.toIntExact(view.dim(axis))).toArray();
        for (int o = 0; o < extents[2]; o++) {
            for (int k = 0; k < extents[1]; k++) {
                int i = o * stride - before + k * dilation;
                if (i >= 0 && i < extents[0]) {
                    int[] next = {
                        numbers[0] * extents[0] + i,
                        numbers[1] * extents[1] + k,
                        numbers[2] * extents[2] + o
                    };
                    along(axis + 1, next, geometry, views, meeting);
                }
            }
        }
    }
}
