package dev.weft.onnx.operator;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Tensor;
import dev.weft.onnx.graph.ElementType;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleBiFunction;

/** ONNX's operators of sounds: windows, Fourier transforms, and mel's filters. */
final class SignalOperators {
    private SignalOperators() {}

    static void addTo(OperatorTable operators) {
        operators.one("HannWindow", node -> window(node, 0.5, 0.5, 0));
        operators.one("HammingWindow", node -> window(node, 25 / 46.0, 21 / 46.0, 0));
        operators.one("BlackmanWindow", node -> window(node, 0.42, 0.5, 0.08));
        operators.one("DFT", SignalOperators::transform);
        operators.one("STFT", SignalOperators::shortTime);
        operators.one("MelWeightMatrix", SignalOperators::mel);
    }

    private static Tensor row(NodeCall node, DType dtype, int n, IntToDoubleFunction value) {
        double[] values = new double[n];
        Arrays.setAll(values, value);
        return node.device().constant(() -> node.device().tensor(dtype, values));
    }

    private static DType type(NodeCall node) {
        DType given = ElementType.dtype((int) node.integer("output_datatype", 1));
        return given == null ? DType.F32 : given;
    }

    /** a - b cos(2πi/N) + c cos(4πi/N). */
    private static Tensor window(NodeCall node, double a, double b, double c) {
        int n = (int) node.number(0);
        int period = node.integer("periodic", 1) == 1 ? n : n - 1;
        return row(
                node,
                type(node),
                n,
                i -> {
                    double turn = 2 * Math.PI * i / period;
                    return a - b * Math.cos(turn) + c * Math.cos(2 * turn);
                });
    }

    /** The axis is an attribute before version 20. */
    private static Tensor transform(NodeCall node) {
        Tensor x = node.x(0);
        int given =
                node.opset() < 20
                        ? (int) node.integer("axis", 1)
                        : node.has(2) ? (int) node.numbers(2)[0] : -2;
        int axis = x.shape().axis("axis", given);
        Tensor moved = x.moveaxis(axis, -2);
        int length = node.has(1) ? (int) node.numbers(1)[0] : (int) moved.dim(-2);
        boolean inverse = node.integer("inverse", 0) == 1;
        boolean half = node.integer("onesided", 0) == 1;
        return transformed(moved, length, inverse, half).moveaxis(-2, axis);
    }

    /**
     * Σ x[n] e^(∓2πi kn/N) along the axis before the last, which has real and imaginary parts: by
     * products with matrices of cosines and sines.
     *
     * @param length N: elements behind it are left out, missing ones are 0
     */
    private static Tensor transformed(Tensor x, int length, boolean inverse, boolean half) {
        int n = (int) Math.min(length, x.dim(-2));
        int results = half ? length / 2 + 1 : length;
        Tensor cut = x.slice(-2, 0, n);
        double sign = inverse ? -1 : 1;
        double scale = inverse ? 1.0 / length : 1;
        Tensor cosines = matrix(x, n, results, (i, k) -> scale * Math.cos(turn(i, k, length)));
        Tensor sines = matrix(x, n, results, (i, k) -> scale * sign * Math.sin(turn(i, k, length)));
        Tensor real = cut.select(-1, 0);
        Tensor re = real.matmul(cosines);
        Tensor im = real.matmul(sines).neg();
        if (x.dim(-1) == 2) {
            Tensor imaginary = cut.select(-1, 1);
            re = re.add(imaginary.matmul(sines));
            im = im.add(imaginary.matmul(cosines));
        }
        return Tensor.concat(re.rank(), re.unsqueeze(re.rank()), im.unsqueeze(im.rank()));
    }

    /** Reduced first, so that large products lose no digits. */
    private static double turn(int i, int k, int length) {
        return 2 * Math.PI * ((long) i * k % length) / length;
    }

    private static Tensor matrix(
            Tensor like, int rows, int columns, ToDoubleBiFunction<Integer, Integer> value) {
        double[] values = new double[rows * columns];
        Arrays.setAll(values, at -> value.applyAsDouble(at / columns, at % columns));
        Device device = like.device();
        DType dtype = like.dtype();
        return device.constant(() -> device.tensor(dtype, values, rows, columns));
    }

    /** Frames of the signal, each multiplied by the window and transformed. */
    private static Tensor shortTime(NodeCall node) {
        Tensor x = node.x(0);
        int step = (int) node.number(1);
        Tensor window = node.optional(2);
        int length =
                node.has(3) ? (int) node.number(3) : (int) (window == null ? 0 : window.dim(0));
        int frames = (int) ((x.dim(1) - length) / step + 1);
        long[] places = new long[frames * length];
        Arrays.setAll(places, i -> (long) (i / length) * step + i % length);
        Tensor parts = x.rank() == 2 ? x.unsqueeze(2) : x;
        Tensor cut =
                parts.indexSelect(1, node.integers(places))
                        .reshape(x.dim(0), frames, length, parts.dim(2));
        Tensor weighed = window == null ? cut : cut.mul(window.unsqueeze(1));
        return transformed(weighed, length, false, node.integer("onesided", 1) == 1);
    }

    /** Triangles between mel's equal steps, over the bins of a transform. */
    private static Tensor mel(NodeCall node) {
        int filters = (int) node.number(0);
        int length = (int) node.number(1);
        double rate = node.number(2);
        double low = toMel(node.number(3));
        double high = toMel(node.number(4));
        int bins = length / 2 + 1;
        int[] edges = new int[filters + 2];
        for (int i = 0; i < edges.length; i++) {
            double hertz = 700 * (Math.pow(10, (low + i * (high - low) / edges.length) / 2595) - 1);
            edges[i] = (int) ((length + 1) * hertz / rate);
        }
        double[] weights = new double[bins * filters];
        for (int filter = 0; filter < filters; filter++) {
            int start = edges[filter];
            int middle = edges[filter + 1];
            int end = edges[filter + 2];
            for (int bin = start; bin <= middle; bin++) {
                weights[bin * filters + filter] =
                        middle == start ? 1 : (bin - start) / (double) (middle - start);
            }
            for (int bin = middle; bin < end; bin++) {
                weights[bin * filters + filter] = (end - bin) / (double) (end - middle);
            }
        }
        DType dtype = type(node);
        return node.device().constant(() -> node.device().tensor(dtype, weights, bins, filters));
    }

    private static double toMel(double hertz) {
        return 2595 * Math.log10(1 + hertz / 700);
    }
}
