package dev.weft;

import dev.weft.autograd.Op;
import dev.weft.autograd.Tape;
import dev.weft.backend.Activation;
import dev.weft.backend.Epilogue;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/** Matrix products. */
final class Products {
    private Products() {}

    static Tensor matmul(Tensor a, Tensor b) {
        check("matmul", a, b);
        if (a.rank() == 0 || b.rank() == 0) {
            throw new ShapeException(
                    "matmul: a is "
                            + a.shape()
                            + ", b is "
                            + b.shape()
                            + ": scalars have no matrix product");
        }
        long columns = a.dim(-1);
        long rows = b.rank() == 1 ? b.dim(0) : b.dim(-2);
        if (columns != rows) {
            throw new ShapeException(
                    "matmul: a is "
                            + a.shape()
                            + ", b is "
                            + b.shape()
                            + ": a's columns ("
                            + columns
                            + ") must equal b's rows ("
                            + rows
                            + ")");
        }
        return a.rank() > 1 && b.rank() > 1
                ? product(a, b)
                : a.device().compute(() -> vectors(a, b));
    }

    /** The product where a or b, or both, are vectors. */
    private static Tensor vectors(Tensor a, Tensor b) {
        Tensor left = a.rank() == 1 ? a.contiguous().reshape(1, a.dim(0)) : a;
        Tensor right = b.rank() == 1 ? b.contiguous().reshape(b.dim(0), 1) : b;
        Tensor product = product(left, right);
        long[] dims = product.shape().toArray();
        int rank = dims.length;
        long[] squeezed = new long[rank - (a.rank() == 1 ? 1 : 0) - (b.rank() == 1 ? 1 : 0)];
        System.arraycopy(dims, 0, squeezed, 0, rank - 2);
        if (a.rank() > 1) {
            squeezed[rank - 2] = dims[rank - 2];
        } else if (b.rank() > 1) {
            squeezed[rank - 2] = dims[rank - 1];
        }
        return product.reshape(squeezed);
    }

    private static Tensor product(Tensor a, Tensor b) {
        Shape batch = Shape.broadcast("matmul", leading(a.shape()), leading(b.shape()));
        Tensor c =
                a.device()
                        .make(
                                "matmul",
                                DType.F32,
                                matrix(batch, a.dim(-2), b.dim(-1)),
                                dst -> multiply(a, b, dst));
        Tape tape = a.device().recording();
        if (tape != null && (tape.tracks(a) || tape.tracks(b))) {
            tape.record(new Op.Matmul(a, b, c));
        }
        return c;
    }

    /** c = a b over broadcast batches; c is contiguous and has the right shape. */
    private static void multiply(Tensor a, Tensor b, View c) {
        Device device = a.device();
        Shape batch = leading(c.shape());
        try (Scope _ = device.scope()) {
            View left = flattened(a, batch);
            View right = flattened(b, batch);
            View product =
                    c.rank() == 2
                            ? c
                            : View.contiguous(
                                    c.buffer(),
                                    Shape.of(batch.size(), c.dim(-2), c.dim(-1)),
                                    c.offset());
            device.backend().gemm(1, left, right, 0, product, Epilogue.NONE);
        }
    }

    /**
     * {@code x} as gemm takes it: with the batch axes as one, and one of the matrix axes without
     * gaps. Copies only what strides cannot express.
     */
    private static View flattened(Tensor x, Shape batch) {
        View view = x.view();
        boolean unit =
                view.dim(-1) <= 1
                        || view.dim(-2) <= 1
                        || view.stride(-1) == 1
                        || view.stride(-2) == 1;
        if (!unit) {
            view = Layout.copy(x.detach()).view();
        }
        if (batch.rank() == 0) {
            return view;
        }
        View expanded = view.expand(matrix(batch, view.dim(-2), view.dim(-1)));
        long stride = batchStride(expanded);
        if (stride < 0) {
            View repeated = expanded;
            Device device = x.device();
            expanded =
                    device.make(
                                    "matmul",
                                    DType.F32,
                                    expanded.shape(),
                                    dst -> device.backend().copy(repeated, dst))
                            .view();
            stride = batchStride(expanded);
        }
        return new View(
                expanded.buffer(),
                Shape.of(batch.size(), view.dim(-2), view.dim(-1)),
                new long[] {stride, expanded.stride(-2), expanded.stride(-1)},
                expanded.offset());
    }

    /**
     * The one stride that walks all leading axes of {@code view} in row-major order, or -1 where
     * there is none.
     */
    private static long batchStride(View view) {
        long stride = 0;
        long next = -1;
        for (int axis = view.rank() - 3; axis >= 0; axis--) {
            if (view.dim(axis) == 1) {
                continue;
            }
            if (next < 0) {
                stride = view.stride(axis);
            } else if (view.stride(axis) != next) {
                return -1;
            }
            next = view.stride(axis) * view.dim(axis);
        }
        return stride;
    }

    static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias, Activation activation) {
        check("linear", x, weight);
        if (x.rank() != 2 || weight.rank() != 2 || x.dim(1) != weight.dim(1)) {
            throw new ShapeException(
                    "linear: x is "
                            + x.shape()
                            + ", weight is "
                            + weight.shape()
                            + ": needs x rows×inputs and weight outputs×inputs with the same number"
                            + " of inputs");
        }
        if (bias != null) {
            check("linear", x, bias);
            if (bias.rank() != 1 || bias.dim(0) != weight.dim(0)) {
                throw new ShapeException(
                        "linear: weight is "
                                + weight.shape()
                                + ", bias is "
                                + bias.shape()
                                + ": needs one bias for each output ("
                                + weight.dim(0)
                                + ")");
            }
        }
        Device device = x.device();
        Epilogue epilogue = new Epilogue(bias == null ? null : bias.view(), activation);
        Tensor y =
                device.make(
                        "linear",
                        DType.F32,
                        Shape.of(x.dim(0), weight.dim(0)),
                        dst -> {
                            try (Scope _ = device.scope()) {
                                View left = flattened(x, Shape.SCALAR);
                                View right = flattened(weight, Shape.SCALAR).transpose();
                                device.backend().gemm(1, left, right, 0, dst, epilogue);
                            }
                        });
        Tape tape = device.recording();
        if (tape != null
                && (tape.tracks(x) || tape.tracks(weight) || (bias != null && tape.tracks(bias)))) {
            tape.record(new Op.Linear(x, weight, bias, activation, y));
        }
        return y;
    }

    private static void check(String operation, Tensor a, Tensor b) {
        Elementwise.sameDevice(operation, a, b);
        if (a.dtype() != DType.F32 || b.dtype() != DType.F32) {
            throw new ShapeException(
                    operation
                            + ": a is "
                            + a.dtype()
                            + ", b is "
                            + b.dtype()
                            + ": both must be F32");
        }
    }

    private static Shape leading(Shape shape) {
        long[] dims = shape.toArray();
        long[] batch = new long[dims.length - 2];
        System.arraycopy(dims, 0, batch, 0, batch.length);
        return Shape.of(batch);
    }

    private static Shape matrix(Shape batch, long rows, long columns) {
        long[] dims = Arrays.copyOf(batch.toArray(), batch.rank() + 2);
        dims[batch.rank()] = rows;
        dims[batch.rank() + 1] = columns;
        return Shape.of(dims);
    }
}
