package dev.weft.benchmarks.peers;

import dev.weft.DType;
import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.BatchedGemm;
import dev.weft.benchmarks.task.DenseLayer;
import dev.weft.benchmarks.task.Elementwise;
import dev.weft.benchmarks.task.Gemm;
import dev.weft.benchmarks.task.Operation;
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

    static Work gemm(Gemm task) {
        try (PointerScope owned = new PointerScope()) {
            DType dtype = task.dtype();
            Tensor a = matrix(dtype, task.a(), task.m(), task.k(), task.transA());
            Tensor b = matrix(dtype, task.b(), task.k(), task.n(), task.transB());
            Tensor c = TorchWork.empty(dtype, task.m(), task.n());
            return work(owned, result -> torch.mm_out(result, a, b), c);
        }
    }

    private static Tensor matrix(
            DType dtype, double[] values, long rows, long columns, boolean transposed) {
        return transposed
                ? TorchWork.tensor(dtype, values, columns, rows).t()
                : TorchWork.tensor(dtype, values, rows, columns);
    }

    static Work batched(BatchedGemm task) {
        try (PointerScope owned = new PointerScope()) {
            long[] shape = {task.batch(), task.n(), task.n()};
            Tensor a = Tensor.create(task.a(), shape);
            Tensor b = Tensor.create(task.b(), shape);
            return work(
                    owned,
                    result -> torch.bmm_out(result, a, b),
                    TorchWork.empty(DType.F32, shape));
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
                    TorchWork.empty(DType.F32, task.rows(), task.outputs()));
        }
    }

    static Work elementwise(Elementwise task) {
        try (PointerScope owned = new PointerScope()) {
            Tensor x = TorchWork.tensor(task.dtype(), task.x(), task.elements());
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
            return work(owned, kernel, TorchWork.empty(task.dtype(), task.elements()));
        }
    }

    static Work operation(Operation task) {
        try (PointerScope owned = new PointerScope()) {
            Tensor a = TorchWork.tensor(task.dtype(), task.a(), task.elements());
            Tensor b = TorchWork.tensor(task.dtype(), task.b(), task.elements());
            Kernel kernel =
                    switch (task.function()) {
                        case SIN -> result -> torch.sin_out(result, a);
                        case COS -> result -> torch.cos_out(result, a);
                        case TAN -> result -> torch.tan_out(result, a);
                        case ASIN -> result -> torch.asin_out(result, a);
                        case ACOS -> result -> torch.acos_out(result, a);
                        case ATAN -> result -> torch.atan_out(result, a);
                        case SINH -> result -> torch.sinh_out(result, a);
                        case COSH -> result -> torch.cosh_out(result, a);
                        case ASINH -> result -> torch.asinh_out(result, a);
                        case ACOSH -> result -> torch.acosh_out(result, a);
                        case ATANH -> result -> torch.atanh_out(result, a);
                        case EXPM1 -> result -> torch.expm1_out(result, a);
                        case LOG1P -> result -> torch.log1p_out(result, a);
                        case LOG2 -> result -> torch.log2_out(result, a);
                        case LOG10 -> result -> torch.log10_out(result, a);
                        case EXP2 -> result -> torch.exp2_out(result, a);
                        case RSQRT -> result -> torch.rsqrt_out(result, a);
                        case RECIPROCAL -> result -> torch.reciprocal_out(result, a);
                        case ERF -> result -> torch.erf_out(result, a);
                        case ERFC -> result -> torch.erfc_out(result, a);
                        case FLOOR -> result -> torch.floor_out(result, a);
                        case CEIL -> result -> torch.ceil_out(result, a);
                        case ROUND -> result -> torch.round_out(result, a);
                        case TRUNC -> result -> torch.trunc_out(result, a);
                        case SIGN -> result -> torch.sign_out(result, a);
                        case HARD_SIGMOID -> result -> torch.hardsigmoid_out(result, a);
                        case HARD_SWISH -> result -> torch.hardswish_out(result, a);
                        case MISH -> result -> torch.mish_out(result, a);
                        case CELU -> result -> torch.celu_out(result, a);
                        case LOG_SIGMOID -> result -> torch.log_sigmoid_out(result, a);
                        case ATAN2 -> result -> torch.atan2_out(result, a, b);
                        case FMOD -> result -> torch.fmod_out(result, a, b);
                        case REMAINDER -> result -> torch.remainder_out(result, a, b);
                        case HYPOT -> result -> torch.hypot_out(result, a, b);
                    };
            return work(owned, kernel, TorchWork.empty(task.dtype(), task.elements()));
        }
    }

    static Work softmax(Softmax task) {
        try (PointerScope owned = new PointerScope()) {
            DType dtype = task.dtype();
            Tensor x = TorchWork.tensor(dtype, task.x(), task.rows(), task.columns());
            Kernel kernel =
                    task.log()
                            ? result -> torch.log_softmax_out(result, x, 1)
                            : result -> torch.softmax_out(result, x, 1);
            return work(owned, kernel, TorchWork.empty(dtype, task.rows(), task.columns()));
        }
    }

    static Work reduction(Reduction task) {
        try (PointerScope owned = new PointerScope()) {
            DType dtype = task.dtype();
            Tensor x = TorchWork.tensor(dtype, task.x(), task.rows(), task.columns());
            long[] extents =
                    task.kind().axis() == Reduction.Axis.ALL
                            ? new long[0]
                            : new long[] {task.results()};
            Tensor y = TorchWork.empty(dtype, extents);
            long[] axis = {task.kind().axis() == Reduction.Axis.COLUMN ? 0 : 1};
            return switch (task.kind()) {
                case SUM -> work(owned, result -> torch.sum_out(result, x), y);
                case MEAN, MEAN_OVER_ROWS ->
                        work(owned, result -> torch.mean_out(result, x, axis), y);
                case ONES_OVER_ROWS -> work(owned, result -> torch.sum_out(result, x, axis), y);
                case MAX -> work(owned, result -> torch.max_out(result, x), y);
                case ARGMAX -> {
                    LongOptional last = new LongOptional(1);
                    Tensor indices = Tensor.create(new long[task.rows()], task.rows());
                    yield work(owned, result -> torch.argmax_out(result, x, last, false), indices);
                }
            };
        }
    }
}
