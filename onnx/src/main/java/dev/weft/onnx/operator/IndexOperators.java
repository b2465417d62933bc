package dev.weft.onnx.operator;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import java.util.Arrays;

/** ONNX's operators that read and write elements by number. Numbers below 0 count from the end. */
final class IndexOperators {
    private IndexOperators() {}

    static void addTo(OperatorTable operators) {
        operators.one("Gather", IndexOperators::gather);
        operators.one("GatherND", IndexOperators::gatherNd);
        operators.one(
                "GatherElements",
                node -> {
                    int axis = axis(node);
                    return node.x(0).takeAlong(axis, counted(node, node.x(0).dim(axis)));
                });
        operators.one("ScatterElements", IndexOperators::scatter);
        operators.one("Scatter", IndexOperators::scatter);
        operators.one("ScatterND", IndexOperators::scatterNd);
        operators.one("ReverseSequence", IndexOperators::reversed);
        operators.one("NonZero", IndexOperators::nonZero);
        operators.one("Compress", IndexOperators::compress);
    }

    private static int axis(NodeCall node) {
        return node.x(0).shape().axis("axis", (int) node.integer("axis", 0));
    }

    /** The rows of a table, for indices of any shape. */
    static Tensor rows(Tensor table, Tensor indices) {
        Tensor flat = table.gather(LayoutOperators.reshaped(indices, -1));
        return flat.reshape(concat(indices.shape().toArray(), Shape.of(table.dim(1))));
    }

    /** The indices in input 1, as numbers from the start: by the host where it knows them. */
    private static Tensor counted(NodeCall node, long extent) {
        if (node.isKnown(1)) {
            long[] indices = node.numbers(1).clone();
            for (int i = 0; i < indices.length; i++) {
                indices[i] += indices[i] < 0 ? extent : 0;
            }
            return node.integers(indices).reshape(node.dims(1));
        }
        Tensor indices = node.x(1);
        if (indices.dtype().isFloating()) {
            throw new OnnxException("indices of " + indices.dtype());
        }
        return fromStart(indices, extent);
    }

    private static Tensor fromStart(Tensor indices, long extent) {
        return indices.less(ChoiceOperators.number(indices, 0))
                .where(indices.add((double) extent), indices);
    }

    private static Tensor gather(NodeCall node) {
        Tensor x = node.x(0);
        int axis = axis(node);
        long[] at = node.dims(1);
        Tensor indices = LayoutOperators.reshaped(counted(node, x.dim(axis)), -1);
        Tensor y = x.indexSelect(axis, indices);
        long[] dims = new long[x.rank() - 1 + at.length];
        for (int i = 0; i < dims.length; i++) {
            dims[i] =
                    i < axis
                            ? x.dim(i)
                            : i < axis + at.length ? at[i - axis] : x.dim(i - at.length + 1);
        }
        return LayoutOperators.reshaped(y, dims);
    }

    /**
     * The numbers of rows that tuples of indices stand for, where the indexed axes, behind so many
     * axes of a batch, are one.
     */
    private static Tensor rows(Tensor x, Tensor tuples, int batches) {
        int depth = Math.toIntExact(tuples.dim(-1));
        if (depth == 0 || batches + depth > x.rank()) {
            throw new OnnxException(
                    "indices are %s for %s: their last axis must have 1 to %d elements"
                            .formatted(tuples.shape(), x.shape(), x.rank() - batches));
        }
        Tensor flat = LayoutOperators.reshaped(tuples.to(DType.I64), -1, depth);
        long batch = Shape.of(Arrays.copyOf(x.shape().toArray(), batches)).size();
        long each = flat.dim(0) / Math.max(1, batch);
        Tensor rows = x.device().arange(DType.I64, (double) batch).repeatInterleave(each, 0);
        for (int i = 0; i < depth; i++) {
            long extent = x.dim(batches + i);
            rows = rows.mul((double) extent).add(fromStart(flat.select(1, i), extent));
        }
        return rows;
    }

    private static Tensor gatherNd(NodeCall node) {
        Tensor x = node.x(0);
        int batches = (int) node.integer("batch_dims", 0);
        Tensor tuples = node.x(1);
        Tensor rows = rows(x, tuples, batches);
        int depth = (int) tuples.dim(-1);
        long[] dims = x.shape().toArray();
        Shape rest = Shape.of(Arrays.copyOfRange(dims, batches + depth, dims.length));
        Tensor table =
                LayoutOperators.reshaped(
                        x, concat(new long[] {x.size() / Math.max(1, rest.size())}, rest));
        long[] result = concat(Arrays.copyOf(tuples.shape().toArray(), tuples.rank() - 1), rest);
        return table.gather(rows).reshape(result);
    }

    private static long[] concat(long[] first, Shape rest) {
        long[] all = Arrays.copyOf(first, first.length + rest.rank());
        System.arraycopy(rest.toArray(), 0, all, first.length, rest.rank());
        return all;
    }

    private static Tensor scatter(NodeCall node) {
        Tensor x = node.x(0);
        int axis = axis(node);
        Tensor indices = counted(node, x.dim(axis));
        Tensor updates = node.x(2);
        String reduction = node.text("reduction", "none");
        return switch (reduction) {
            case "none" -> x.scatter(axis, indices, updates);
            case "add" -> x.scatterAdd(axis, indices, updates);
            default -> throw new UnsupportedOnnxException("reduction " + reduction);
        };
    }

    private static Tensor scatterNd(NodeCall node) {
        Tensor x = node.x(0);
        Tensor tuples = node.x(1);
        Tensor rows = rows(x, tuples, 0);
        int depth = (int) tuples.dim(-1);
        long[] dims = x.shape().toArray();
        long rest = Shape.of(Arrays.copyOfRange(dims, depth, dims.length)).size();
        Tensor table = LayoutOperators.reshaped(x, x.size() / Math.max(1, rest), rest);
        Tensor updates = LayoutOperators.reshaped(node.x(2), rows.size(), rest);
        Tensor places = rows.reshape(rows.size(), 1).expand(rows.size(), rest).contiguous();
        String reduction = node.text("reduction", "none");
        Tensor y =
                switch (reduction) {
                    case "none" -> table.scatter(0, places, updates);
                    case "add" -> table.scatterAdd(0, places, updates);
                    default -> throw new UnsupportedOnnxException("reduction " + reduction);
                };
        return y.reshape(dims);
    }

    /** The first elements along an axis, as many as a sequence of the batch is long, reversed. */
    private static Tensor reversed(NodeCall node) {
        Tensor x = node.x(0);
        int time = (int) node.integer("time_axis", 0);
        int batch = (int) node.integer("batch_axis", 1);
        long[] lengths = node.numbers(1);
        int steps = (int) x.dim(time);
        long[] places = new long[steps * lengths.length];
        for (int i = 0; i < places.length; i++) {
            int step = i / lengths.length;
            long length = lengths[i % lengths.length];
            places[i] = step < length ? length - 1 - step : step;
        }
        long[] dims = new long[x.rank()];
        Arrays.fill(dims, 1);
        dims[time] = steps;
        dims[batch] = lengths.length;
        Tensor turned = node.integers(places).reshape(steps, lengths.length);
        Tensor index = (time < batch ? turned : turned.transpose()).contiguous().reshape(dims);
        return x.takeAlong(time, index.expand(x.shape().toArray()).contiguous());
    }

    /** The result's extents are data: they are read back. */
    private static Tensor nonZero(NodeCall node) {
        if (!node.isKnown(0)) {
            node.around().readBack();
        }
        return node.x(0).nonZero().transpose().to(DType.I64);
    }

    private static Tensor compress(NodeCall node) {
        long[] chosen = node.numbers(1);
        long[] indices = new long[chosen.length];
        int count = 0;
        for (int i = 0; i < chosen.length; i++) {
            indices[count] = i;
            count += chosen[i] == 0 ? 0 : 1;
        }
        Tensor where = node.integers(Arrays.copyOf(indices, count));
        Tensor x = node.x(0);
        return node.hasAttribute("axis")
                ? x.indexSelect(axis(node), where)
                : LayoutOperators.reshaped(x, -1).gather(where);
    }
}
