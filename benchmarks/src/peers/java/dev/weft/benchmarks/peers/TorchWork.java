package dev.weft.benchmarks.peers;

import dev.weft.DType;
import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.Singles;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

import java.util.function.Supplier;

/**
 * Work of libtorch's.
 *
 * @param owned what was allocated for it
 * @param call does it
 * @param values of the result
 */
record TorchWork(PointerScope owned, Runnable call, Supplier<double[]> values) implements Work {
    /** Frees what a call makes on the way, as Weft's scope does. */
    @Override
    public void run() {
        try (PointerScope _ = new PointerScope()) {
            call.run();
        }
    }

    @Override
    public double[] result() {
        try (PointerScope _ = new PointerScope()) {
            return values.get();
        }
    }

    @Override
    public void close() {
        owned.close();
    }

    /** A tensor of numbers that the type has. */
    static Tensor tensor(DType dtype, double[] values, long... shape) {
        return dtype == DType.F32
                ? Tensor.create(Singles.of(values), shape)
                : Tensor.create(values, shape).to(type(dtype));
    }

    /** A tensor with any content. */
    static Tensor empty(DType dtype, long... shape) {
        return torch.empty(shape, new TensorOptions(type(dtype)), new MemoryFormatOptional());
    }

    private static ScalarType type(DType dtype) {
        return switch (dtype) {
            case F64 -> ScalarType.Double;
            case F32 -> ScalarType.Float;
            case F16 -> ScalarType.Half;
            case BF16 -> ScalarType.BFloat16;
            case I64, I32, U8, I8, BOOL -> throw new IllegalArgumentException(dtype.name());
        };
    }

    /** The elements of a contiguous tensor. */
    static double[] values(Tensor tensor) {
        double[] values = new double[(int) tensor.numel()];
        new DoublePointer(tensor.to(ScalarType.Double).data_ptr()).get(values);
        return values;
    }
}
