package dev.weft.benchmarks.library;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.Activation;
import dev.weft.backend.Epilogue;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;
import dev.weft.benchmarks.task.BatchedGemm;
import dev.weft.benchmarks.task.DenseLayer;
import dev.weft.benchmarks.task.Gemm;

import java.util.List;

/** Matrix products on a device of Weft's: its gemm, straight into memory that is there already. */
final class WeftProducts {
    private WeftProducts() {}

    /** With operands of a type, which need not be the task's. */
    static DeviceWork gemm(Device device, Gemm task, DType dtype) {
        Scope scope = device.scope();
        int m = task.m();
        int n = task.n();
        int k = task.k();
        Tensor a = matrix(device, dtype, task.a(), m, k, task.transA());
        Tensor b = matrix(device, dtype, task.b(), k, n, task.transB());
        return product(device, scope, a, b, Epilogue.NONE, Shape.of(m, n));
    }

    /** Stored transposed, or not. */
    private static Tensor matrix(
            Device device,
            DType dtype,
            double[] values,
            int rows,
            int columns,
            boolean transposed) {
        return transposed
                ? device.tensor(dtype, values, columns, rows).transpose()
                : device.tensor(dtype, values, rows, columns);
    }

    static DeviceWork batched(Device device, BatchedGemm task) {
        Scope scope = device.scope();
        Shape shape = Shape.of(task.batch(), task.n(), task.n());
        Tensor a = device.tensor(task.a(), shape.toArray());
        Tensor b = device.tensor(task.b(), shape.toArray());
        return product(device, scope, a, b, Epilogue.NONE, shape);
    }

    static DeviceWork dense(Device device, DenseLayer task) {
        Scope scope = device.scope();
        Tensor x = device.tensor(task.x(), task.rows(), task.inputs());
        Tensor w = device.tensor(task.w(), task.outputs(), task.inputs());
        View bias = device.tensor(task.bias()).view();
        Epilogue relu = new Epilogue(bias, Activation.RELU);
        Shape shape = Shape.of(task.rows(), task.outputs());
        return product(device, scope, x, w.transpose(), relu, shape);
    }

    private static DeviceWork product(
            Device device, Scope scope, Tensor a, Tensor b, Epilogue epilogue, Shape shape) {
        Tensor result = device.empty(a.dtype(), shape);
        View left = a.view();
        View right = b.view();
        View to = result.view();
        return new DeviceWork(
                device,
                scope,
                List.of(new KernelCall.Gemm(1, left, right, 0, to, epilogue)),
                result::toDoubleArray);
    }
}
