package dev.weft.onnx.operator;

import dev.weft.DType;
import dev.weft.Reductions;
import dev.weft.Shape;
import dev.weft.Sorted;
import dev.weft.Statistics;
import dev.weft.Tensor;
import dev.weft.backend.ReduceOp;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/** ONNX's reductions, sums and orders along axes. */
final class ReductionOperators {
    private ReductionOperators() {}

    static void addTo(OperatorTable operators) {
        operators.one("ReduceSum", node -> reduce(node, ReduceOp.SUM, node.x(0)));
        operators.one("ReduceMean", node -> reduce(node, ReduceOp.MEAN, node.x(0)));
        operators.one("ReduceMax", node -> reduce(node, ReduceOp.MAX, node.x(0)));
        operators.one("ReduceMin", node -> reduce(node, ReduceOp.MIN, node.x(0)));
        operators.one("ReduceProd", node -> reduce(node, ReduceOp.PROD, node.x(0)));
        operators.one("ReduceL1", node -> reduce(node, ReduceOp.SUM, node.x(0).abs()));
        operators.one("ReduceL2", node -> reduce(node, ReduceOp.SUM, node.x(0).square()).sqrt());
        operators.one("ReduceSumSquare", node -> reduce(node, ReduceOp.SUM, node.x(0).square()));
        operators.one("ReduceLogSum", node -> reduce(node, ReduceOp.SUM, node.x(0)).log());
        operators.one("ReduceLogSumExp", ReductionOperators::logsumexp);
        operators.one("ArgMax", node -> argReduce(node, Tensor::argmax));
        operators.put("TopK", ReductionOperators::topk);
        operators.one("CumSum", ReductionOperators::cumsum);
        operators.one("ArgMin", node -> argReduce(node, Tensor::argmin));
    }

    private static Tensor reduce(NodeCall node, ReduceOp op, Tensor x) {
        int[] axes = node.axes(1);
        boolean keep = node.integer("keepdims", 1) == 1;
        if (axes.length == 0 && node.integer("noop_with_empty_axes", 0) == 1) {
            return x;
        }
        return x.dtype() == DType.BOOL
                ? x.to(DType.I32).reduce(op, keep, axes).to(DType.BOOL)
                : x.reduce(op, keep, axes);
    }

    private static Tensor logsumexp(NodeCall node) {
        int[] axes = node.axes(1);
        if (axes.length == 0 && node.integer("noop_with_empty_axes", 0) == 1) {
            return node.x(0);
        }
        return Statistics.logsumexp(node.x(0), node.integer("keepdims", 1) == 1, axes);
    }

    private static List<Tensor> topk(NodeCall node) {
        long k = node.has(1) ? node.numbers(1)[0] : node.integer("k", 0); // before version 10
        int axis = (int) node.integer("axis", -1);
        boolean largest = node.integer("largest", 1) == 1;
        node.integer("sorted", 1); // in order is right either way
        Sorted first = node.x(0).topk(k, axis, largest);
        return List.of(first.values(), first.indices().to(DType.I64));
    }

    /** Exclusive sums are those up to the element before. */
    private static Tensor cumsum(NodeCall node) {
        Tensor x = node.x(0);
        int axis = (int) node.numbers(1)[0];
        boolean reversed = node.integer("reverse", 0) == 1;
        Tensor sums = Reductions.scan(ReduceOp.SUM, x, axis, reversed);
        return node.integer("exclusive", 0) == 1 ? sums.sub(x) : sums;
    }

    /** The last of equals is the first in the reverse order, which a gather of rows makes. */
    private static Tensor argReduce(NodeCall node, BiFunction<Tensor, Integer, Tensor> function) {
        Tensor x = node.x(0);
        int axis = (int) node.integer("axis", 0);
        Tensor index;
        if (node.integer("select_last_index", 0) == 0) {
            index = function.apply(x, axis);
        } else {
            int n = (int) x.dim(axis);
            long[] backwards = new long[n];
            Arrays.setAll(backwards, i -> n - 1 - i);
            Tensor reversed = x.transpose(0, axis).gather(node.integers(backwards));
            index = function.apply(reversed.transpose(0, axis), axis).neg().add(n - 1);
        }
        index = index.to(DType.I64);
        boolean keep = node.integer("keepdims", 1) == 1;
        Shape kept = x.shape().with(axis, 1);
        return keep ? index.contiguous().reshape(kept.toArray()) : index;
    }
}
