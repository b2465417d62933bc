package dev.weft.benchmarks.library;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.benchmarks.task.ArrayOperation;

import java.util.function.Supplier;

/**
 * Operations on tensors of Weft's, as a program calls them.
 *
 * @param scope what owns the operands
 * @param operation makes the result
 */
record WeftArrays(Device device, Scope scope, Supplier<Tensor> operation, int times)
        implements Work {
    static WeftArrays of(Device device, ArrayOperation task) {
        Scope scope = device.scope();
        long[] shape = {task.rows(), task.columns()};
        Tensor x = device.tensor(task.x());
        Tensor y = device.tensor(task.y());
        Supplier<Tensor> operation =
                switch (task.kind()) {
                    case CUMSUM -> on(x, shape, a -> a.cumsum(1));
                    case SORT -> on(x, shape, a -> a.sort(1, false).values());
                    case ARGSORT -> on(x, shape, a -> a.argsort(1, false));
                    case TOPK -> on(x, shape, a -> a.topk(ArrayOperation.TOP, 1, true).values());
                    case INDEX_SELECT -> {
                        Tensor indices = device.tensor(task.indices());
                        yield on(x, shape, a -> a.indexSelect(0, indices));
                    }
                    case GATHER -> {
                        Tensor indices = device.tensor(task.indices()).reshape(shape);
                        yield on(x, shape, a -> a.takeAlong(1, indices));
                    }
                    case SCATTER_ADD -> {
                        Tensor indices = device.tensor(task.indices()).reshape(shape);
                        Tensor b = y.reshape(shape);
                        yield on(x, shape, a -> a.scatterAdd(1, indices, b));
                    }
                    case WHERE -> {
                        Tensor mask = device.tensor(task.mask());
                        yield () -> mask.where(x, y);
                    }
                    case MASKED_FILL -> {
                        Tensor mask = device.tensor(task.mask());
                        yield () -> x.maskedFill(mask, -1);
                    }
                    case MASKED_SELECT -> {
                        Tensor mask = device.tensor(task.mask());
                        yield () -> x.maskedSelect(mask);
                    }
                    case CDIST -> {
                        Tensor b = y.reshape(shape);
                        yield on(x, shape, a -> a.cdist(b));
                    }
                    case EINSUM -> {
                        long[] heads = {1, ArrayOperation.HEADS, task.rows(), task.columns()};
                        Tensor b = y.reshape(heads);
                        yield on(x, heads, a -> Tensor.einsum("bhqd,bhkd->bhqk", a, b));
                    }
                    case SMALL_ADD -> () -> x.add(y);
                };
        return new WeftArrays(device, scope, operation, task.calls());
    }

    private interface Operation {
        Tensor of(Tensor a);
    }

    private static Supplier<Tensor> on(Tensor x, long[] shape, Operation operation) {
        Tensor a = x.reshape(shape);
        return () -> operation.of(a);
    }

    @Override
    public void run() {
        for (int i = 0; i < times; i++) {
            try (Scope _ = device.scope()) {
                Tensor _ = operation.get();
            }
        }
        device.synchronize();
    }

    @Override
    public double[] result() {
        try (Scope _ = device.scope()) {
            return operation.get().toDoubleArray();
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
