package dev.weft.onnx.operator;

import dev.weft.DType;
import dev.weft.Tensor;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** ONNX's operators of detectors: which boxes stay, and what of a picture lies in them. */
final class DetectionOperators {
    private DetectionOperators() {}

    static void addTo(OperatorTable operators) {
        operators.one("NonMaxSuppression", DetectionOperators::suppression);
        operators.one("RoiAlign", DetectionOperators::align);
    }

    // ---- which boxes stay

    /**
     * Of each batch and class, boxes by falling score, without those that overlap one before by
     * more than a threshold: rows of batch, class and box. How many is data: on the host.
     */
    private static Tensor suppression(NodeCall node) {
        long most = node.has(2) ? node.numbers(2)[0] : 0;
        double overlap = node.has(3) ? node.number(3) : 0;
        double least = node.has(4) ? node.number(4) : Double.NEGATIVE_INFINITY;
        boolean centred = node.integer("center_point_box", 0) == 1;
        long[] dims = node.dims(1);
        if (dims.length != 3 || node.dims(0).length != 3 || node.dims(0)[2] != 4) {
            throw new OnnxException(
                    "boxes must be batch×n×4 and scores batch×classes×n, got %s and %s"
                            .formatted(node.value(0).shape(), node.value(1).shape()));
        }
        double[] boxes = node.reals(0);
        double[] scores = node.reals(1);
        int n = (int) dims[2];
        List<Long> chosen = new ArrayList<>();
        for (int batch = 0; batch < dims[0]; batch++) {
            double[][] corners = new double[n][];
            for (int i = 0; i < n; i++) {
                corners[i] = corners(boxes, 4 * (batch * n + i), centred);
            }
            for (int kind = 0; kind < dims[1]; kind++) {
                int start = (int) (batch * dims[1] + kind) * n;
                for (int box : kept(corners, scores, start, most, overlap, least)) {
                    chosen.addAll(List.of((long) batch, (long) kind, (long) box));
                }
            }
        }
        long[] rows = chosen.stream().mapToLong(Long::longValue).toArray();
        return node.integers(rows).reshape(rows.length / 3, 3);
    }

    private static List<Integer> kept(
            double[][] boxes, double[] scores, int start, long most, double overlap, double least) {
        List<Integer> byScore =
                IntStream.range(0, boxes.length)
                        .filter(i -> scores[start + i] > least)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> -scores[start + i]))
                        .toList();
        List<Integer> kept = new ArrayList<>();
        for (int box : byScore) {
            if (kept.size() >= most) {
                break;
            }
            if (kept.stream().allMatch(other -> common(boxes[box], boxes[other]) <= overlap)) {
                kept.add(box);
            }
        }
        return kept;
    }

    /** Low and high along both axes, of two corners or of a centre and extents. */
    private static double[] corners(double[] boxes, int at, boolean centred) {
        double a = boxes[at];
        double b = boxes[at + 1];
        double c = boxes[at + 2];
        double d = boxes[at + 3];
        return centred
                ? new double[] {a - c / 2, b - d / 2, a + c / 2, b + d / 2}
                : new double[] {Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)};
    }

    /** The area of both over that of either. */
    private static double common(double[] a, double[] b) {
        double height = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
        double width = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
        if (height <= 0 || width <= 0) {
            return 0;
        }
        double both = height * width;
        return both / (area(a) + area(b) - both);
    }

    private static double area(double[] box) {
        return (box[2] - box[0]) * (box[3] - box[1]);
    }

    // ---- what lies in them

    /**
     * The mean of points in each cell of each box, every point linear between four elements (He et
     * al. 2017, Mask R-CNN). Along both axes the weights multiply, so it is two products: of
     * cells×rows, the picture, and columns×cells.
     */
    private static Tensor align(NodeCall node) {
        if (!node.text("mode", "avg").equals("avg")) {
            throw new UnsupportedOnnxException("mode " + node.text("mode", ""));
        }
        Tensor x = node.x(0);
        String usual = node.opset() < 16 ? "output_half_pixel" : "half_pixel";
        boolean half = node.text("coordinate_transformation_mode", usual).equals("half_pixel");
        double scale = node.real("spatial_scale", 1);
        int points = (int) node.integer("sampling_ratio", 0);
        int[] cells = {
            (int) node.integer("output_height", 1), (int) node.integer("output_width", 1)
        };
        double[] boxes = node.reals(1);
        int count = boxes.length / 4;
        Tensor[] weights = new Tensor[2];
        for (int axis = 0; axis < 2; axis++) {
            int extent = (int) x.dim(2 + axis);
            double[] all = new double[count * cells[axis] * extent];
            for (int box = 0; box < count; box++) {
                double shift = half ? 0.5 : 0;
                double start = boxes[4 * box + 1 - axis] * scale - shift;
                double length = boxes[4 * box + 3 - axis] * scale - shift - start;
                double whole = half ? length : Math.max(length, 1);
                fill(all, box * cells[axis] * extent, start, whole, cells[axis], points, extent);
            }
            DType dtype = x.dtype();
            long[] dims = {count, 1, cells[axis], extent};
            weights[axis] = node.device().constant(() -> node.device().tensor(dtype, all, dims));
        }
        Tensor pictures = x.indexSelect(0, node.x(2));
        return weights[0].matmul(pictures).matmul(weights[1].transpose());
    }

    /** Writes the weights of an axis's elements in the cells of a box, from {@code at} on. */
    private static void fill(
            double[] weights,
            int at,
            double start,
            double length,
            int cells,
            int points,
            int extent) {
        int each = points > 0 ? points : (int) Math.ceil(length / cells);
        for (int cell = 0; cell < cells; cell++) {
            for (int i = 0; i < each; i++) {
                double place = start + length / cells * (cell + (i + 0.5) / each);
                if (place < -1 || place > extent) {
                    continue;
                }
                double inside = Math.clamp(place, 0, extent - 1);
                int low = (int) inside;
                int row = at + cell * extent;
                weights[row + low] += (1 - inside + low) / each;
                weights[row + Math.min(low + 1, extent - 1)] += (inside - low) / each;
            }
        }
    }
}
