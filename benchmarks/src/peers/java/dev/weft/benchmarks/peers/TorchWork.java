package dev.weft.benchmarks.peers;

import dev.weft.benchmarks.library.Work;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

import java.util.function.Supplier;

/**
 * Work of libtorch's.
 *
 * @param owned what was allocated for it
 * @param call does it
 * @param values of the result
 */
record TorchWork(PointerScope owned, Runnable call, Supplier<float[]> values) implements Work {
    /** Frees what a call makes on the way, as Weft's scope does. */
    @Override
    public void run() {
        try (PointerScope _ = new PointerScope()) {
            call.run();
        }
    }

    @Override
    public float[] result() {
        try (PointerScope _ = new PointerScope()) {
            return values.get();
        }
    }

    @Override
    public void close() {
        owned.close();
    }

    /** The elements of a contiguous tensor of F32, or of indices. */
    static float[] values(Tensor tensor) {
        float[] values = new float[(int) tensor.numel()];
        if (tensor.scalar_type().intern() == ScalarType.Long) {
            long[] indices = new long[values.length];
            new LongPointer(tensor.data_ptr()).get(indices);
            for (int i = 0; i < values.length; i++) {
                values[i] = indices[i];
            }
        } else {
            new FloatPointer(tensor.data_ptr()).get(values);
        }
        return values;
    }
}
