package dev.weft.onnx.operator;

import dev.weft.DType;
import dev.weft.PoolWindow;
import dev.weft.Pooled;
import dev.weft.Pooling;
import dev.weft.Tensor;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import java.util.Arrays;
import java.util.List;

/** ONNX's pooling. */
final class PoolingOperators {
    private PoolingOperators() {}

    static void addTo(OperatorTable operators) {
        operators.put("MaxPool", PoolingOperators::max);
        operators.put(
                "AveragePool",
                node -> {
                    boolean padded = node.integer("count_include_pad", 0) == 1;
                    return List.of(Pooling.average(node.x(0), windows(node), padded));
                });
        operators.put(
                "GlobalAveragePool",
                node -> List.of(Pooling.globalAverage(node.x(0), node.x(0).rank() - 2)));
        operators.put(
                "GlobalMaxPool",
                node -> List.of(Pooling.globalMax(node.x(0), node.x(0).rank() - 2)));
    }

    private static PoolWindow windows(NodeCall node) {
        int[] sizes = Arrays.stream(node.integers("kernel_shape")).mapToInt(i -> (int) i).toArray();
        int axes = sizes.length;
        int[] strides = node.perAxis("strides", axes, 1);
        int[] dilations = node.perAxis("dilations", axes, 1);
        int[] pads = node.perAxis("pads", 2 * axes, 0);
        int[] before = Arrays.copyOf(pads, axes);
        int[] after = Arrays.copyOfRange(pads, axes, 2 * axes);
        String auto = node.text("auto_pad", "NOTSET");
        if (auto.startsWith("SAME")) {
            for (int i = 0; i < axes; i++) {
                long extent = node.x(0).dim(2 + i);
                long last = (Math.ceilDiv(extent, (long) strides[i]) - 1) * strides[i];
                int span = (sizes[i] - 1) * dilations[i] + 1;
                int padding = (int) Math.max(0, last + span - extent);
                before[i] = auto.equals("SAME_LOWER") ? padding - padding / 2 : padding / 2;
                after[i] = padding - before[i];
            }
        } else if (!auto.equals("NOTSET") && !auto.equals("VALID")) {
            throw new UnsupportedOnnxException("auto_pad " + auto);
        }
        return PoolWindow.of(sizes)
                .stride(strides)
                .padding(before, after)
                .dilation(dilations)
                .ceil(node.integer("ceil_mode", 0) == 1);
    }

    /** The places are those in the whole tensor, or with the axes of a plane in reverse order. */
    private static List<Tensor> max(NodeCall node) {
        // Bytes are exact in F32.
        Tensor x = node.x(0).dtype().isFloating() ? node.x(0) : node.x(0).to(DType.F32);
        Pooled pooled = Pooling.max(x, windows(node));
        boolean columnMajor = node.integer("storage_order", 0) == 1;
        if (!node.asksFor(1)) {
            return List.of(pooled.values().to(node.dtype(0)));
        }
        Tensor places = pooled.indices().to(DType.I64);
        if (columnMajor) {
            if (x.rank() != 4) {
                throw new UnsupportedOnnxException("storage_order of " + x.rank() + " axes");
            }
            double columns = x.dim(3);
            Tensor row = places.div(columns);
            places = places.sub(row.mul(columns)).mul((double) x.dim(2)).add(row);
        }
        long[] dims = new long[x.rank()];
        Arrays.fill(dims, 1);
        dims[0] = x.dim(0);
        dims[1] = x.dim(1);
        long planes = x.dim(0) * x.dim(1);
        long plane = x.size() / planes;
        Tensor first = node.device().arange(DType.I64, (double) planes).mul((double) plane);
        return List.of(pooled.values().to(node.dtype(0)), places.add(first.reshape(dims)));
    }
}
