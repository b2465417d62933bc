package dev.weft.benchmarks.peers;

import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.BatchedGemm;
import dev.weft.benchmarks.task.DenseLayer;
import dev.weft.benchmarks.task.Elementwise;
import dev.weft.benchmarks.task.Gemm;
import dev.weft.benchmarks.task.Reduction;
import dev.weft.benchmarks.task.Softmax;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Kernels of libtorch's, each into a tensor that is there already. */
final class TorchKernels {
    private TorchKernels() {}

    /** A kernel that writes its result to a tensor. */
    private interface Kernel {
        void run(Tensor result);
    }

    /** The kernel with all that was made in this scope for it, which it outlives. */
    private static Work work(PointerScope owned, Kernel kernel, Tensor result) {
        owned.extend();
        return new TorchWork(owned, () -> kernel.run(result), () -> TorchWork.values(result));
    }

    private static Tensor empty(long... shape) {
        return torch.empty(shape);
    }

    static Work gemm(Gemm task) {
        try (PointerScope owned = new PointerScope()) {
            Tensor a = matrix(task.a(), task.m(), task.k(), task.transA());
            Tensor b = matrix(task.b(), task.k(), task.n(), task.transB());
            return work(owned, result -> torch.mm_out(result, a, b), empty(task.m(), task.n()));
        }
    }

    private static Tensor matrix(float[] values, long rows, long columns, boolean transposed) {
        return transposed
                ? Tensor.create(values, columns, rows).t()
                : Tensor.create(values, rows, columns);
    }

    static Work batched(BatchedGemm task) {
        try (PointerScope owned = new PointerScope()) {
            long[] shape = {task.batch(), task.n(), task.n()};
            Tensor a = Tensor.create(task.a(), shape);
            Tensor b = Tensor.create(task.b(), shape);
            return work(owned, result -> torch.bmm_out(result, a, b), empty(shape));
        }
    }

    /** linear, and relu in place. */
    static Work dense(DenseLayer task) {
        try (PointerScope owned = new PointerScope()) {
            Tensor x = Tensor.create(task.x(), task.rows(), task.inputs());
            Tensor w = Tensor.create(task.w(), task.outputs(), task.inputs());
            TensorOptional bias = new TensorOptional(Tensor.create(task.bias(), task.outputs()));
            return work(
                    owned,
                    result -> {
                        torch.linear_out(result, x, w, bias);
                        torch.relu_(result);
                    },
                    empty(task.rows(), task.outputs()));
        }
    }

    static Work elementwise(Elementwise task) {
        try (PointerScope owned = new PointerScope()) {
            Tensor x = Tensor.create(task.x(), task.elements());
            Kernel kernel =
                    switch (task.function()) {
                        case COPY -> result -> result.copy_(x);
                        case RELU -> result -> torch.relu_out(result, x);
                        case EXP -> result -> torch.exp_out(result, x);
                        case LOG -> result -> torch.log_out(result, x);
                        case TANH -> result -> torch.tanh_out(result, x);
                        case SIGMOID -> result -> torch.sigmoid_out(result, x);
                        case GELU -> result -> torch.gelu_out(result, x);
                    };
            return work(owned, kernel, empty(task.elements()));
        }
    }

    static Work softmax(Softmax task) {
        try (PointerScope owned = new PointerScope()) {
            Tensor x = Tensor.create(task.x(), task.rows(), task.columns());
            Kernel kernel =
                    task.log()
                            ? result -> torch.log_softmax_out(result, x, 1)
                            : result -> torch.softmax_out(result, x, 1);
            return work(owned, kernel, empty(task.rows(), task.columns()));
        }
    }

    static Work reduction(Reduction task) {
        try (PointerScope owned = new PointerScope()) {
            Tensor x = Tensor.create(task.x(), task.rows(), task.columns());
            LongOptional last = new LongOptional(1);
            long[] columns = {1};
            return switch (task.kind()) {
                case SUM -> work(owned, result -> torch.sum_out(result, x), empty());
                case MEAN ->
                        work(
                                owned,
                                result -> torch.mean_out(result, x, columns),
                                empty(task.rows()));
                case MAX -> work(owned, result -> torch.max_out(result, x), empty());
                case ARGMAX ->
                        work(
                                owned,
                                result -> torch.argmax_out(result, x, last, false),
                                Tensor.create(new long[task.rows()], task.rows()));
            };
        }
    }
}
