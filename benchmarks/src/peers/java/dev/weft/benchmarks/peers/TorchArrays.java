package dev.weft.benchmarks.peers;

import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.ArrayOperation;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Operations on libtorch's tensors, whose results are new ones.
 *
 * @param owned what was allocated for it
 * @param operation makes the result
 */
record TorchArrays(PointerScope owned, Supplier<Tensor> operation, int times) implements Work {
    static Work of(ArrayOperation task) {
        try (PointerScope owned = new PointerScope()) {
            Supplier<Tensor> operation = operation(task);
            owned.extend();
            return new TorchArrays(owned, operation, task.calls());
        }
    }

    private static Supplier<Tensor> operation(ArrayOperation task) {
        long[] shape =
                task.kind() == ArrayOperation.Kind.EINSUM
                        ? new long[] {1, ArrayOperation.HEADS, task.rows(), task.columns()}
                        : new long[] {task.rows(), task.columns()};
        Tensor x = Tensor.create(task.x(), shape);
        Tensor y = Tensor.create(task.y(), shape);
        return switch (task.kind()) {
            case CUMSUM -> () -> torch.cumsum(x, 1);
            case SORT -> () -> torch.sort(x, 1, false).get0();
            case ARGSORT -> () -> torch.argsort(x, 1, false);
            case TOPK -> () -> torch.topk(x, ArrayOperation.TOP, 1, true, true).get0();
            case INDEX_SELECT -> {
                Tensor indices = indices(task, task.rows());
                yield () -> torch.index_select(x, 0, indices);
            }
            case GATHER -> {
                Tensor indices = indices(task, shape);
                yield () -> torch.gather(x, 1, indices);
            }
            case SCATTER_ADD -> {
                Tensor indices = indices(task, shape);
                yield () -> torch.scatter_add(x, 1, indices, y);
            }
            case WHERE -> {
                Tensor mask = Tensor.create(task.mask(), shape);
                yield () -> torch.where(mask, x, y);
            }
            case MASKED_FILL -> {
                Tensor mask = Tensor.create(task.mask(), shape);
                Scalar value = new Scalar(-1f);
                yield () -> torch.masked_fill(x, mask, value);
            }
            case MASKED_SELECT -> {
                Tensor mask = Tensor.create(task.mask(), shape);
                yield () -> torch.masked_select(x, mask);
            }
            case CDIST -> () -> torch.cdist(x, y);
            case EINSUM -> {
                TensorVector operands = new TensorVector(x, y);
                yield () -> torch.einsum("bhqd,bhkd->bhqk", operands);
            }
            case SMALL_ADD -> () -> torch.add(x, y);
        };
    }

    private static Tensor indices(ArrayOperation task, long... shape) {
        return Tensor.create(Arrays.stream(task.indices()).asLongStream().toArray(), shape);
    }

    @Override
    public void run() {
        for (int i = 0; i < times; i++) {
            try (PointerScope _ = new PointerScope()) {
                Tensor _ = operation.get();
            }
        }
    }

    @Override
    public double[] result() {
        try (PointerScope _ = new PointerScope()) {
            return TorchWork.values(operation.get());
        }
    }

    @Override
    public void close() {
        owned.close();
    }
}
