package dev.weft;

import dev.weft.backend.Backend;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.KernelCall;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * {@link KernelCall.Normalize} and {@link KernelCall.NormalizeGrad} by reductions and elementwise
 * calls, for a backend that has no kernel for them.
 */
final class NormalizationComposite implements AutoCloseable {
    private final Backend kernels;
    private final MemoryPool pool;
    private final List<DeviceBuffer> buffers = new ArrayList<>();

    private NormalizationComposite(Backend kernels, MemoryPool pool) {
        this.kernels = kernels;
        this.pool = pool;
    }

    /** Whether the call is one of the two, and the backend can do its parts. */
    static boolean isFor(KernelCall call, Backend backend) {
        return switch (call) {
            case KernelCall.Normalize(var _, var x, var _, var _, var _, var _, var variance) ->
                    backend.supports(new KernelCall.Reduce(ReduceOp.MEAN, x, variance));
            case KernelCall.NormalizeGrad grad ->
                    backend.supports(
                            new KernelCall.Reduce(ReduceOp.MEAN, grad.x(), grad.variance()));
            default -> false;
        };
    }

    /**
     * Does one of the two.
     *
     * @param pool gives memory for what is made on the way
     */
    static void run(KernelCall call, Backend backend, MemoryPool pool) {
        try (NormalizationComposite composite = new NormalizationComposite(backend, pool)) {
            if (call instanceof KernelCall.Normalize forward) {
                composite.forward(forward);
            } else if (call instanceof KernelCall.NormalizeGrad grad) {
                composite.backward(grad);
            }
        }
    }

    private void forward(KernelCall.Normalize call) {
        View x = call.x();
        View y = call.y();
        View mean = call.mean();
        View centred = x;
        if (mean != null) {
            kernels.run(new KernelCall.Reduce(ReduceOp.MEAN, x, mean));
            binary(BinaryOp.SUB, x, mean, y);
            centred = y;
        }
        View squares = like(x);
        binary(BinaryOp.MUL, centred, centred, squares);
        kernels.run(new KernelCall.Reduce(ReduceOp.MEAN, squares, call.variance()));
        binary(BinaryOp.MUL, centred, inverse(call.variance(), call.eps()), y);
        multiply(y, call.weight());
        if (call.bias() != null) {
            binary(BinaryOp.ADD, y, call.bias(), y);
        }
    }

    private void backward(KernelCall.NormalizeGrad call) {
        View x = call.x();
        View dy = call.dy();
        View inverse = inverse(call.variance(), call.eps());
        View h = like(x);
        if (call.mean() == null) {
            binary(BinaryOp.MUL, x, inverse, h);
        } else {
            binary(BinaryOp.SUB, x, call.mean(), h);
            binary(BinaryOp.MUL, h, inverse, h);
        }
        View products = like(x);
        if (call.dWeight() != null) {
            binary(BinaryOp.MUL, dy, h, products);
            kernels.run(new KernelCall.Reduce(ReduceOp.SUM, products, call.dWeight()));
        }
        if (call.dBias() != null) {
            kernels.run(new KernelCall.Reduce(ReduceOp.SUM, dy, call.dBias()));
        }
        View dx = call.dx();
        if (dx == null) {
            return;
        }
        kernels.run(new KernelCall.Copy(dy, dx));
        multiply(dx, call.weight());
        binary(BinaryOp.MUL, dx, h, products);
        View along = like(inverse);
        kernels.run(new KernelCall.Reduce(ReduceOp.MEAN, products, along));
        if (call.mean() != null) {
            View level = like(inverse);
            kernels.run(new KernelCall.Reduce(ReduceOp.MEAN, dx, level));
            binary(BinaryOp.SUB, dx, level, dx);
        }
        binary(BinaryOp.MUL, h, along, h);
        binary(BinaryOp.SUB, dx, h, dx);
        binary(BinaryOp.MUL, dx, inverse, dx);
    }

    /** 1 / √(variance + eps). */
    private View inverse(View variance, double eps) {
        View inverse = like(variance);
        kernels.run(new KernelCall.Unary(UnaryOp.AFFINE, 1, eps, variance, inverse));
        kernels.run(new KernelCall.Unary(UnaryOp.RSQRT, 0, 0, inverse, inverse));
        return inverse;
    }

    private void multiply(View y, @Nullable View weight) {
        if (weight != null) {
            binary(BinaryOp.MUL, y, weight, y);
        }
    }

    private void binary(BinaryOp op, View a, View b, View y) {
        kernels.run(new KernelCall.Binary(op, a, b.expand(y.shape()), y));
    }

    private View like(View view) {
        DeviceBuffer buffer = pool.take(view.dtype(), view.size());
        buffers.add(buffer);
        return View.contiguous(buffer, view.shape(), 0);
    }

    @Override
    public void close() {
        buffers.forEach(pool::giveBack);
    }
}
