package dev.weft.onnx.operator;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Tensor;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import java.util.Arrays;

/** ONNX's Resize and Upsample: nearest and linear, axis by axis. */
final class ResizeOperators {
    private ResizeOperators() {}

    static void addTo(OperatorTable operators) {
        operators.one("Resize", ResizeOperators::resize);
        operators.one("Upsample", ResizeOperators::upsample);
    }

    /** From version 11 on there is an input between the operand and the scales. */
    private static Tensor resize(NodeCall node) {
        int scalesAt = node.opset() < 11 ? 1 : 2;
        node.ignore("extrapolation_value");
        if (scalesAt == 2) {
            node.ignore(1);
        }
        if (node.integer("antialias", 0) != 0 || node.hasAttribute("keep_aspect_ratio_policy")) {
            throw new UnsupportedOnnxException("antialias or keep_aspect_ratio_policy");
        }
        String place =
                node.text(
                        "coordinate_transformation_mode",
                        node.opset() < 11 ? "asymmetric" : "half_pixel");
        return resized(node, scalesAt, place, node.opset() < 11 ? "floor" : "round_prefer_floor");
    }

    private static Tensor upsample(NodeCall node) {
        return resized(node, 1, "asymmetric", "floor");
    }

    private static Tensor resized(NodeCall node, int scalesAt, String place, String usual) {
        Tensor x = node.x(0);
        int[] axes = Arrays.stream(node.integers("axes")).mapToInt(Math::toIntExact).toArray();
        if (axes.length == 0) {
            axes = new int[x.rank()];
            Arrays.setAll(axes, i -> i);
        }
        double[] scales = node.has(scalesAt) ? node.reals(scalesAt) : node.reals("scales");
        long[] sizes = node.has(3) ? node.numbers(3) : new long[0];
        int given = scales.length == 0 ? sizes.length : scales.length;
        if (given != axes.length) {
            throw new OnnxException(
                    "%d scales or sizes for %d axes of %s"
                            .formatted(given, axes.length, x.shape()));
        }
        String rounding = node.text("nearest_mode", usual);
        String mode = node.text("mode", "nearest");
        double coefficient = node.real("cubic_coeff_a", -0.75);
        boolean inside = node.integer("exclude_outside", 0) == 1;
        for (int i = 0; i < axes.length; i++) {
            long extent = x.dim(axes[i]);
            boolean scaled = scales.length > 0;
            long size = scaled ? (long) Math.floor(extent * scales[i]) : sizes[i];
            double scale = scaled ? scales[i] : (double) size / extent;
            if (size == extent && scale == 1) {
                continue;
            }
            double[] places = places(place, extent, size, scale);
            x =
                    switch (mode) {
                        case "nearest" -> nearest(x, axes[i], places, rounding);
                        case "linear", "bilinear" -> linear(x, axes[i], places);
                        case "cubic" -> cubic(x, axes[i], places, coefficient, inside);
                        default -> throw new UnsupportedOnnxException("mode " + mode);
                    };
        }
        return x;
    }

    /** Where each result lies among the elements. */
    private static double[] places(String mode, long extent, long size, double scale) {
        double[] places = new double[Math.toIntExact(size)];
        Arrays.setAll(
                places,
                i ->
                        switch (mode) {
                            case "half_pixel" -> (i + 0.5) / scale - 0.5;
                            case "pytorch_half_pixel" -> size > 1 ? (i + 0.5) / scale - 0.5 : 0;
                            case "asymmetric" -> i / scale;
                            case "align_corners" ->
                                    size == 1 ? 0 : i * (extent - 1) / (double) (size - 1);
                            default ->
                                    throw new UnsupportedOnnxException(
                                            "coordinate_transformation_mode " + mode);
                        });
        return places;
    }

    private static Tensor nearest(Tensor x, int axis, double[] places, String rounding) {
        long last = x.dim(axis) - 1;
        int[] from = new int[places.length];
        Arrays.setAll(from, i -> (int) Math.clamp((long) rounded(places[i], rounding), 0L, last));
        Device device = x.device();
        return x.indexSelect(axis, device.constant(() -> device.tensor(from)));
    }

    private static double rounded(double place, String rounding) {
        return switch (rounding) {
            case "round_prefer_floor" -> Math.ceil(place - 0.5);
            case "round_prefer_ceil" -> Math.floor(place + 0.5);
            case "floor" -> Math.floor(place);
            case "ceil" -> Math.ceil(place);
            default -> throw new UnsupportedOnnxException("nearest_mode " + rounding);
        };
    }

    /**
     * The sum of the four elements around a place, by weights that are cubic in their distances
     * (Keys 1981). One outside is the outermost, or not there, and then the others weigh more.
     */
    private static Tensor cubic(Tensor x, int axis, double[] places, double a, boolean inside) {
        int extent = Math.toIntExact(x.dim(axis));
        double[] matrix = new double[places.length * extent];
        for (int i = 0; i < places.length; i++) {
            int low = (int) Math.floor(places[i]);
            double[] weights = new double[4];
            double sum = 0;
            for (int tap = 0; tap < 4; tap++) {
                int at = low - 1 + tap;
                boolean counts = !inside || (at >= 0 && at < extent);
                weights[tap] = counts ? weight(Math.abs(places[i] - at), a) : 0;
                sum += weights[tap];
            }
            for (int tap = 0; tap < 4; tap++) {
                int at = Math.clamp(low - 1 + tap, 0, extent - 1);
                matrix[i * extent + at] += weights[tap] / sum;
            }
        }
        Device device = x.device();
        DType dtype = x.dtype();
        Tensor by = device.constant(() -> device.tensor(dtype, matrix, places.length, extent));
        return x.moveaxis(axis, -1).matmul(by.transpose()).moveaxis(-1, axis);
    }

    private static double weight(double d, double a) {
        return d <= 1
                ? ((a + 2) * d - (a + 3)) * d * d + 1
                : d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
    }

    /** y = (1 - f) x[low] + f x[low + 1], at the place low + f between the ends. */
    private static Tensor linear(Tensor x, int axis, double[] places) {
        int last = Math.toIntExact(x.dim(axis) - 1);
        int[] low = new int[places.length];
        int[] high = new int[places.length];
        double[] part = new double[places.length];
        for (int i = 0; i < places.length; i++) {
            double place = Math.clamp(places[i], 0, last);
            low[i] = (int) place;
            high[i] = Math.min(low[i] + 1, last);
            part[i] = place - low[i];
        }
        Device device = x.device();
        DType dtype = x.dtype();
        long[] column = new long[x.rank()];
        Arrays.fill(column, 1);
        column[axis] = places.length;
        Tensor weight = device.constant(() -> device.tensor(dtype, part)).reshape(column);
        Tensor first = x.indexSelect(axis, device.constant(() -> device.tensor(low)));
        Tensor second = x.indexSelect(axis, device.constant(() -> device.tensor(high)));
        return first.add(second.sub(first).mul(weight));
    }
}
