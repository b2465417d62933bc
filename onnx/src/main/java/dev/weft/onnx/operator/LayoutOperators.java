package dev.weft.onnx.operator;

import dev.weft.DType;
import dev.weft.PadMode;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.onnx.graph.ElementType;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** ONNX's operators that lay elements out anew: views, copies and repetitions. */
final class LayoutOperators {
    private LayoutOperators() {}

    static void addTo(OperatorTable operators) {
        operators.unary("Identity", x -> x);
        operators.one("Reshape", LayoutOperators::reshape);
        operators.one("Flatten", node -> flattened(node.x(0), (int) node.integer("axis", 1)));
        operators.one("Transpose", LayoutOperators::transpose);
        operators.one("Expand", LayoutOperators::expand);
        operators.one("Squeeze", node -> node.x(0).squeeze(node.axes(1)));
        operators.one("Unsqueeze", LayoutOperators::unsqueeze);
        operators.one("Slice", LayoutOperators::slice);
        operators.put("Split", LayoutOperators::split);
        operators.one("Concat", node -> Tensor.concat((int) node.integer("axis", 1), node.all()));
        operators.one("Tile", node -> node.x(0).tile(node.numbers(1)));
        operators.one("Range", LayoutOperators::range);
        operators.one("EyeLike", LayoutOperators::eyeLike);
        operators.one("Trilu", LayoutOperators::triangle);
        operators.one("Einsum", node -> Tensor.einsum(node.text("equation", ""), node.all()));
        operators.one("Pad", LayoutOperators::pad);
        operators.one("DepthToSpace", LayoutOperators::depthToSpace);
        operators.one("SpaceToDepth", LayoutOperators::spaceToDepth);
    }

    /** Other extents: of a copy where the layout does not allow a view. */
    static Tensor reshaped(Tensor x, long... dims) {
        return x.contiguous().reshape(dims);
    }

    /** A matrix: the axes before one, and those from it on. */
    static Tensor flattened(Tensor x, int axis) {
        long rows = 1;
        for (int i = 0; i < (axis < 0 ? axis + x.rank() : axis); i++) {
            rows *= x.dim(i);
        }
        return reshaped(x, rows, rows == 0 ? 0 : x.size() / rows);
    }

    private static Tensor reshape(NodeCall node) {
        Tensor x = node.x(0);
        long[] dims = node.numbers(1).clone();
        boolean keepsZero = node.integer("allowzero", 0) == 1;
        for (int axis = 0; axis < dims.length; axis++) {
            if (dims[axis] == 0 && !keepsZero) {
                dims[axis] = x.dim(axis);
            }
        }
        return reshaped(x, dims);
    }

    private static Tensor transpose(NodeCall node) {
        Tensor x = node.x(0);
        int[] order = Arrays.stream(node.integers("perm")).mapToInt(Math::toIntExact).toArray();
        if (order.length == 0) {
            order = new int[x.rank()];
            Arrays.setAll(order, i -> x.rank() - 1 - i);
        }
        return x.permute(order);
    }

    /** Broadcasts both ways: an extent of 1 that is asked for keeps the operand's. */
    private static Tensor expand(NodeCall node) {
        Tensor x = node.x(0);
        Shape shape = Shape.broadcast("expand", x.shape(), Shape.of(node.numbers(1)));
        return x.expand(shape.toArray());
    }

    private static Tensor unsqueeze(NodeCall node) {
        Tensor x = node.x(0);
        int[] axes = node.axes(1);
        int rank = x.rank() + axes.length;
        int[] sorted = Arrays.stream(axes).map(axis -> axis < 0 ? axis + rank : axis).toArray();
        Arrays.sort(sorted);
        for (int axis : sorted) {
            x = x.unsqueeze(axis);
        }
        return x;
    }

    /** Before version 10, all but the operand are attributes. */
    private static Tensor slice(NodeCall node) {
        Tensor x = node.x(0);
        boolean attributes = node.opset() < 10;
        long[] starts = attributes ? node.integers("starts") : node.numbers(1);
        long[] ends = attributes ? node.integers("ends") : node.numbers(2);
        long[] axes = axes(node, starts.length);
        long[] steps = node.has(4) ? node.numbers(4) : null;
        if (starts.length != ends.length || axes.length != starts.length) {
            throw new OnnxException(
                    "%d starts and %d ends: must be as many, and as many as axes"
                            .formatted(starts.length, ends.length));
        }
        for (int i = 0; i < starts.length; i++) {
            int axis = Math.toIntExact(axes[i]);
            long step = steps == null ? 1 : steps[i];
            long extent = x.dim(axis);
            if (step > 0) {
                long start = clamped(starts[i], extent, 0, extent);
                long end = clamped(ends[i], extent, 0, extent);
                x = x.slice(axis, start, Math.max(start, end), step);
            } else {
                long start = clamped(starts[i], extent, 0, extent - 1);
                long end = clamped(ends[i], extent, -1, extent - 1);
                x = x.slice(axis, start, Math.min(start, end), step);
            }
        }
        return x;
    }

    /** The first axes, where none are given. */
    private static long[] axes(NodeCall node, int count) {
        if (node.has(3)) {
            return node.numbers(3);
        }
        long[] axes = node.integers("axes");
        return axes.length > 0 ? axes : LongStream.range(0, count).toArray();
    }

    private static long clamped(long index, long extent, long low, long high) {
        return Math.clamp(index < 0 ? Math.max(index, -extent - 1) + extent : index, low, high);
    }

    /** Before version 13, the sizes are an attribute. */
    private static List<Tensor> split(NodeCall node) {
        Tensor x = node.x(0);
        int axis = (int) node.integer("axis", 0);
        long extent = x.dim(axis);
        long[] sizes = node.has(1) ? node.numbers(1) : node.integers("split");
        if (sizes.length == 0) {
            int parts = (int) node.integer("num_outputs", node.outputs());
            long chunk = (extent + parts - 1) / parts;
            sizes = new long[parts];
            Arrays.setAll(sizes, i -> Math.min(chunk, extent - i * chunk));
        }
        return x.split(sizes, axis);
    }

    /** The widths, axis by axis, become pairs with the last axis first. */
    private static Tensor pad(NodeCall node) {
        Tensor x = node.x(0);
        long[] pads = node.opset() < 11 ? node.integers("pads") : node.numbers(1);
        int axes = pads.length / 2;
        long[] widths = new long[2 * x.rank()];
        for (int i = 0; i < axes; i++) {
            int axis = x.shape().axis("Pad", node.has(3) ? (int) node.numbers(3)[i] : i);
            widths[2 * (x.rank() - 1 - axis)] = pads[i];
            widths[2 * (x.rank() - 1 - axis) + 1] = pads[axes + i];
        }
        double value = node.has(2) ? node.number(2) : node.real("value", 0);
        String mode = node.text("mode", "constant");
        return switch (mode) {
            case "constant" -> x.pad(value, widths);
            case "reflect" -> x.pad(PadMode.REFLECT, widths);
            case "edge" -> x.pad(PadMode.REPLICATE, widths);
            case "wrap" -> x.pad(PadMode.CIRCULAR, widths);
            default -> throw new UnsupportedOnnxException("mode " + mode);
        };
    }

    private static Tensor range(NodeCall node) {
        return node.device().arange(node.dtype(0), node.number(0), node.number(1), node.number(2));
    }

    private static Tensor eyeLike(NodeCall node) {
        DType dtype = ElementType.dtype((int) node.integer("dtype", 0));
        Tensor ones = node.x(0).onesLike().to(dtype == null ? node.dtype(0) : dtype);
        int k = (int) node.integer("k", 0);
        return ones.tril(k).triu(k);
    }

    private static Tensor triangle(NodeCall node) {
        int k = node.has(1) ? (int) node.number(1) : 0;
        return node.integer("upper", 1) == 1 ? node.x(0).triu(k) : node.x(0).tril(k);
    }

    private static Tensor depthToSpace(NodeCall node) {
        Tensor x = node.x(0);
        long b = node.integer("blocksize", 1);
        long n = x.dim(0);
        long c = x.dim(1) / (b * b);
        boolean rows = node.text("mode", "DCR").equals("CRD");
        Tensor parts =
                rows
                        ? reshaped(x, n, c, b, b, x.dim(2), x.dim(3)).permute(0, 1, 4, 2, 5, 3)
                        : reshaped(x, n, b, b, c, x.dim(2), x.dim(3)).permute(0, 3, 4, 1, 5, 2);
        return reshaped(parts, n, c, x.dim(2) * b, x.dim(3) * b);
    }

    private static Tensor spaceToDepth(NodeCall node) {
        Tensor x = node.x(0);
        long b = node.integer("blocksize", 1);
        long h = x.dim(2) / b;
        long w = x.dim(3) / b;
        Tensor parts = reshaped(x, x.dim(0), x.dim(1), h, b, w, b).permute(0, 3, 5, 1, 2, 4);
        return reshaped(parts, x.dim(0), x.dim(1) * b * b, h, w);
    }
}
