package dev.weft.conformance;

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
        operators.put("Squeeze", node -> List.of(squeeze(node)));
        operators.put("Unsqueeze", node -> List.of(unsqueeze(node)));
        operators.put("Slice", node -> List.of(slice(node)));
        operators.put("Split", OnnxLayouts::split);
        operators.put(
                "Concat",
                node -> List.of(Tensor.concat((int) node.integer("axis", 0), node.all())));
        operators.put("Tile", node -> List.of(tile(node)));
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

    private static Tensor squeeze(OnnxNode node) {
        Tensor x = node.x(0);
        int[] axes = node.axes(1);
        List<Long> kept = new ArrayList<>();
        for (int i = 0; i < x.rank(); i++) {
            int axis = i;
            boolean named = Arrays.stream(axes).anyMatch(a -> a == axis || a + x.rank() == axis);
            if (axes.length == 0 ? x.dim(i) != 1 : !named) {
                kept.add(x.dim(i));
            }
        }
        return x.reshape(kept.stream().mapToLong(Long::longValue).toArray());
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
            if (step < 0) {
                throw new UnsupportedCase("a negative step");
            }
            long extent = x.dim(axis);
            long start = clamp(starts[i], extent);
            x = x.slice(axis, start, Math.max(start, clamp(ends[i], extent)), step);
        }
        return x;
    }

    private static long clamp(long index, long extent) {
        return Math.clamp(index < 0 ? index + extent : index, 0, extent);
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
        List<Tensor> parts = new ArrayList<>();
        long start = 0;
        for (long size : sizes) {
            parts.add(x.slice(axis, start, start + size));
            start += size;
        }
        return parts;
    }

    private static Tensor tile(OnnxNode node) {
        Tensor x = node.x(0);
        long[] repeats = node.numbers(1);
        for (int axis = 0; axis < repeats.length; axis++) {
            Tensor[] copies = new Tensor[(int) repeats[axis]];
            Arrays.fill(copies, x);
            x = Tensor.concat(axis, copies);
        }
        return x;
    }

    private static Tensor pad(OnnxNode node) {
        Tensor x = node.x(0);
        long[] pads = node.numbers(1);
        int axes = pads.length / 2;
        for (int i = 0; i < axes; i++) {
            int axis = node.has(3) ? (int) node.numbers(3)[i] : i;
            if (pads[i] < 0 || pads[axes + i] < 0) {
                throw new UnsupportedCase("a negative pad");
            }
            Tensor before = margin(node, x, axis, pads[i], true);
            Tensor after = margin(node, x, axis, pads[axes + i], false);
            x = Tensor.concat(axis, before, x, after);
        }
        return x;
    }

    private static Tensor margin(OnnxNode node, Tensor x, int axis, long width, boolean before) {
        Shape shape = x.shape().with(axis, width);
        long extent = x.dim(axis);
        String mode = node.text("mode", "constant");
        return switch (mode) {
            case "constant" -> {
                Tensor value = node.has(2) ? node.x(2) : node.device().scalar(0);
                yield value.expand(shape.toArray());
            }
            case "edge" -> {
                long edge = before ? 0 : extent - 1;
                yield x.slice(axis, edge, edge + 1).expand(shape.toArray());
            }
            case "wrap" -> before ? x.slice(axis, extent - width, extent) : x.slice(axis, 0, width);
            default -> throw new UnsupportedCase("mode " + mode);
        };
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
