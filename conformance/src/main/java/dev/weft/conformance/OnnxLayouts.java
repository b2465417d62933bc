package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.PadMode;
import dev.weft.Shape;
import dev.weft.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** ONNX's operators that move elements: views, copies and selections. */
final class OnnxLayouts {
    private OnnxLayouts() {}

    static void addTo(Map<String, OnnxOperators.Operator> operators) {
        operators.put("Identity", node -> List.of(node.x(0)));
        operators.put("Reshape", node -> List.of(reshape(node)));
        operators.put("Flatten", node -> List.of(flatten(node)));
        operators.put("Transpose", node -> List.of(transpose(node)));
        operators.put("Expand", node -> List.of(expand(node)));
        operators.put("Squeeze", node -> List.of(node.x(0).squeeze(node.axes(1))));
        operators.put("Unsqueeze", node -> List.of(unsqueeze(node)));
        operators.put("Slice", node -> List.of(slice(node)));
        operators.put("Split", OnnxLayouts::split);
        operators.put(
                "Concat",
                node -> List.of(Tensor.concat((int) node.integer("axis", 0), node.all())));
        operators.put("Tile", node -> List.of(node.x(0).tile(node.numbers(1))));
        operators.put("Range", node -> List.of(range(node)));
        operators.put("EyeLike", node -> List.of(eyeLike(node)));
        operators.put("Trilu", node -> List.of(triangle(node)));
        operators.put(
                "Einsum", node -> List.of(Tensor.einsum(node.text("equation", ""), node.all())));
        operators.put("Pad", node -> List.of(pad(node)));
        operators.put("Gather", node -> List.of(gather(node)));
        operators.put("GatherND", node -> List.of(gatherNd(node)));
    }

    private static Tensor reshape(OnnxNode node) {
        Tensor x = node.x(0);
        long[] dims = node.numbers(1).clone();
        for (int axis = 0; axis < dims.length; axis++) {
            if (dims[axis] == 0 && node.integer("allowzero", 0) == 0) {
                dims[axis] = x.dim(axis);
            }
        }
        return x.reshape(dims);
    }

    private static Tensor flatten(OnnxNode node) {
        Tensor x = node.x(0);
        int axis = (int) node.integer("axis", 1);
        long rows = 1;
        for (int i = 0; i < (axis < 0 ? axis + x.rank() : axis); i++) {
            rows *= x.dim(i);
        }
        return x.reshape(rows, x.size() / rows);
    }

    private static Tensor transpose(OnnxNode node) {
        Tensor x = node.x(0);
        int[] order = Arrays.stream(node.integers("perm")).mapToInt(Math::toIntExact).toArray();
        if (order.length == 0) {
            order = new int[x.rank()];
            Arrays.setAll(order, i -> x.rank() - 1 - i);
        }
        return x.permute(order);
    }

    /** Broadcasts both ways: an extent of 1 that is asked for keeps the operand's. */
    private static Tensor expand(OnnxNode node) {
        Tensor x = node.x(0);
        Shape shape = Shape.broadcast("expand", x.shape(), Shape.of(node.numbers(1)));
        return x.expand(shape.toArray());
    }

    private static Tensor unsqueeze(OnnxNode node) {
        Tensor x = node.x(0);
        int[] axes = node.axes(1);
        int rank = x.rank() + axes.length;
        TreeSet<Integer> added = new TreeSet<>();
        for (int axis : axes) {
            added.add(axis < 0 ? axis + rank : axis);
        }
        long[] dims = new long[rank];
        int from = 0;
        for (int axis = 0; axis < rank; axis++) {
            dims[axis] = added.contains(axis) ? 1 : x.dim(from++);
        }
        return x.reshape(dims);
    }

    private static Tensor slice(OnnxNode node) {
        Tensor x = node.x(0);
        long[] starts = node.numbers(1);
        long[] ends = node.numbers(2);
        for (int i = 0; i < starts.length; i++) {
            int axis = node.has(3) ? (int) node.numbers(3)[i] : i;
            long step = node.has(4) ? node.numbers(4)[i] : 1;
            long extent = x.dim(axis);
            if (step > 0) {
                long start = clamp(starts[i], extent, 0, extent);
                long end = clamp(ends[i], extent, 0, extent);
                x = x.slice(axis, start, Math.max(start, end), step);
            } else {
                long start = clamp(starts[i], extent, 0, extent - 1);
                long end = clamp(ends[i], extent, -1, extent - 1);
                x = x.slice(axis, start, Math.min(start, end), step);
            }
        }
        return x;
    }

    private static long clamp(long index, long extent, long low, long high) {
        return Math.clamp(index < 0 ? index + extent : index, low, high);
    }

    private static List<Tensor> split(OnnxNode node) {
        Tensor x = node.x(0);
        int axis = (int) node.integer("axis", 0);
        long extent = x.dim(axis);
        long[] sizes;
        if (node.has(1)) {
            sizes = node.numbers(1);
        } else {
            int parts = (int) node.integer("num_outputs", node.outputs());
            long chunk = (extent + parts - 1) / parts;
            sizes = new long[parts];
            Arrays.setAll(sizes, i -> Math.min(chunk, extent - i * chunk));
        }
        return x.split(sizes, axis);
    }

    /** The widths, axis by axis, become pairs with the last axis first. */
    private static Tensor pad(OnnxNode node) {
        Tensor x = node.x(0);
        long[] pads = node.numbers(1);
        int axes = pads.length / 2;
        long[] widths = new long[2 * x.rank()];
        for (int i = 0; i < axes; i++) {
            int axis = x.shape().axis("Pad", node.has(3) ? (int) node.numbers(3)[i] : i);
            widths[2 * (x.rank() - 1 - axis)] = pads[i];
            widths[2 * (x.rank() - 1 - axis) + 1] = pads[axes + i];
        }
        String mode = node.text("mode", "constant");
        return switch (mode) {
            case "constant" -> x.pad(node.has(2) ? node.number(2) : 0, widths);
            case "reflect" -> x.pad(PadMode.REFLECT, widths);
            case "edge" -> x.pad(PadMode.REPLICATE, widths);
            case "wrap" -> x.pad(PadMode.CIRCULAR, widths);
            default -> throw new UnsupportedCase("mode " + mode);
        };
    }

    private static Tensor range(OnnxNode node) {
        DType dtype = node.x(0).dtype();
        return node.device().arange(dtype, node.number(0), node.number(1), node.number(2));
    }

    private static Tensor eyeLike(OnnxNode node) {
        Tensor x = node.x(0);
        Tensor ones = x.onesLike();
        int k = (int) node.integer("k", 0);
        return ones.tril(k).triu(k);
    }

    private static Tensor triangle(OnnxNode node) {
        int k = node.has(1) ? (int) node.number(1) : 0;
        return node.integer("upper", 1) == 1 ? node.x(0).triu(k) : node.x(0).tril(k);
    }

    private static Tensor gather(OnnxNode node) {
        Tensor x = node.x(0);
        int axis = x.shape().axis("gather", (int) node.integer("axis", 0));
        long[] indices = node.numbers(1).clone();
        for (int i = 0; i < indices.length; i++) {
            indices[i] += indices[i] < 0 ? x.dim(axis) : 0;
        }
        int[] first = new int[x.rank()];
        Arrays.setAll(first, i -> i == 0 ? axis : i <= axis ? i - 1 : i);
        Tensor rows = x.permute(first).gather(node.integers(indices));
        // The axis goes back to its place, and there becomes the axes of the indices.
        int[] back = new int[x.rank()];
        Arrays.setAll(back, i -> i == axis ? 0 : i < axis ? i + 1 : i);
        List<Long> dims = new ArrayList<>();
        for (int i = 0; i < x.rank(); i++) {
            if (i == axis) {
                Arrays.stream(node.dims(1)).forEach(dims::add);
            } else {
                dims.add(x.dim(i));
            }
        }
        return rows.permute(back)
                .contiguous()
                .reshape(dims.stream().mapToLong(Long::longValue).toArray());
    }

    /** Each tuple of indices is a row's number, with the indexed axes as one. */
    private static Tensor gatherNd(OnnxNode node) {
        if (node.integer("batch_dims", 0) != 0) {
            throw new UnsupportedCase("batch_dims");
        }
        Tensor x = node.x(0);
        long[] indexDims = node.dims(1);
        int depth = (int) indexDims[indexDims.length - 1];
        long[] tuples = node.numbers(1);
        long[] rows = new long[tuples.length / depth];
        for (int i = 0; i < rows.length; i++) {
            for (int axis = 0; axis < depth; axis++) {
                long index = tuples[i * depth + axis];
                rows[i] = rows[i] * x.dim(axis) + (index < 0 ? index + x.dim(axis) : index);
            }
        }
        long[] dims = x.shape().toArray();
        long[] flat = new long[dims.length - depth + 1];
        flat[0] = -1;
        System.arraycopy(dims, depth, flat, 1, dims.length - depth);
        long[] result = Arrays.copyOf(indexDims, indexDims.length - 1 + dims.length - depth);
        System.arraycopy(dims, depth, result, indexDims.length - 1, dims.length - depth);
        return x.reshape(flat).gather(node.integers(rows)).reshape(result);
    }
}
