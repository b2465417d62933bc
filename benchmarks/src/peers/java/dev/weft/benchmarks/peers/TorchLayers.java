package dev.weft.benchmarks.peers;

import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.LayerKind;
import dev.weft.benchmarks.task.LayerPass;
import dev.weft.benchmarks.task.Operand;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

import java.util.Arrays;
import java.util.List;

/**
 * Layers of libtorch's functions, with the gradients that autograd takes.
 *
 * @param owned what was allocated for it
 */
record TorchLayers(PointerScope owned, LayerPass task, List<Tensor> operands, Tensor dy)
        implements Work {
    private static final double MOMENTUM = 0.1;

    static Work of(LayerPass task) {
        try (PointerScope owned = new PointerScope()) {
            List<Tensor> operands = task.operands().stream().map(TorchLayers::tensor).toList();
            operands.forEach(operand -> operand.set_requires_grad(task.gradients()));
            Tensor dy = tensor(task.dy());
            owned.extend();
            return new TorchLayers(owned, task, operands, dy);
        }
    }

    static Tensor tensor(Operand operand) {
        return Tensor.create(operand.values(), operand.shape().toArray());
    }

    private Tensor forward() {
        Tensor x = operands.getFirst();
        return switch (task.kind()) {
            case MAX_POOL -> maximum(x, 2, 2, 0);
            case MAX_POOL_OVERLAPPING -> maximum(x, 3, 2, 1);
            case AVERAGE_POOL ->
                    torch.avg_pool2d(x, pair(2), pair(2), pair(0), false, true, new LongOptional());
            case LAYER_NORM ->
                    torch.layer_norm(x, width(), optional(1), optional(2), LayerKind.EPS, true);
            case RMS_NORM ->
                    torch.rms_norm(x, width(), optional(1), new DoubleOptional(LayerKind.EPS));
            case BATCH_NORM ->
                    torch.batch_norm(
                            x,
                            optional(1),
                            optional(2),
                            new TensorOptional(),
                            new TensorOptional(),
                            true,
                            MOMENTUM,
                            LayerKind.EPS,
                            false);
            case GROUP_NORM ->
                    torch.group_norm(
                            x, LayerKind.GROUPS, optional(1), optional(2), LayerKind.EPS, false);
            case ATTENTION, CAUSAL_ATTENTION ->
                    torch.scaled_dot_product_attention(
                            x,
                            operands.get(1),
                            operands.get(2),
                            new TensorOptional(),
                            0,
                            task.kind() == LayerKind.CAUSAL_ATTENTION,
                            new DoubleOptional(),
                            false);
            case LSTM -> {
                TensorVector state = new TensorVector(state(x), state(x));
                yield torch.lstm(x, state, weights(), true, 1, 0, task.gradients(), false, false)
                        .get0();
            }
            case GRU ->
                    torch.gru(x, state(x), weights(), true, 1, 0, task.gradients(), false, false)
                            .get0();
        };
    }

    private static Tensor maximum(Tensor x, long extent, long stride, long padding) {
        return torch.max_pool2d(x, pair(extent), pair(stride), pair(padding), pair(1), false);
    }

    private static long[] pair(long number) {
        return new long[] {number, number};
    }

    private long[] width() {
        return new long[] {task.x().dim(2)};
    }

    private TensorOptional optional(int operand) {
        return new TensorOptional(operands.get(operand));
    }

    /** Zeros, for one layer in one direction. */
    private static Tensor state(Tensor x) {
        return torch.zeros(1, x.size(1), x.size(2));
    }

    private TensorVector weights() {
        return new TensorVector(operands.subList(1, operands.size()).toArray(Tensor[]::new));
    }

    /** y, or the gradients. */
    private List<Tensor> results() {
        if (!task.gradients()) {
            return List.of(forward());
        }
        // Without this the gradients of the calls would add up.
        operands.forEach(operand -> operand.mutable_grad().reset());
        forward().backward(dy, new BoolOptional(), false, new TensorArrayRefOptional());
        return operands.stream().map(Tensor::grad).toList();
    }

    @Override
    public void run() {
        try (PointerScope _ = new PointerScope()) {
            List<Tensor> _ = results();
        }
    }

    @Override
    public double[] result() {
        try (PointerScope _ = new PointerScope()) {
            return results().stream()
                    .flatMapToDouble(part -> Arrays.stream(TorchWork.values(part.contiguous())))
                    .toArray();
        }
    }

    @Override
    public void close() {
        owned.close();
    }
}
