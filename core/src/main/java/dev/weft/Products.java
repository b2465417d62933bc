package dev.weft;

import dev.weft.backend.Activation;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.Epilogue;
import dev.weft.backend.KernelCall;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Matrix products. Operands are on one device and of one floating type, which the result has too;
 * F16 and BF16 are added up in F32 and rounded once. The error of a sum grows like the logarithm of
 * its length, or slower. Gradients flow to every operand.
 *
 * <p>All throw a {@link ShapeException} where shapes or types do not fit, an {@link
 * IllegalArgumentException} where operands are on two devices, and an {@link IllegalStateException}
 * where one was closed.
 */
public final class Products {
    /** A part of a K that is cut: short enough for six digits, and to add parts costs little. */
    private static final long PART_DEPTH = 512;

    /** The most elements of the products of parts of K (16 MB), and the most parts of a batch. */
    private static final long PARTS_ELEMENTS = 1 << 22;

    private static final long MOST_PARTS = 1 << 15;

    /** 255 · 128 · 512 is below 2²⁴, and 255 · 255 · 256 too. */
    private static final long EXACT_DEPTH = 256;

    private Products() {}

    /**
     * c = a b over the last two axes, M×K by K×N; leading axes are batches and broadcast. A vector
     * on the left counts as 1×K and on the right as K×1, and loses that axis again, as in NumPy.
     *
     * <p>Bytes, U8 or I8 in any mixture, have an I32 product, which is exact modulo 2³².
     */
    public static Tensor matmul(Tensor a, Tensor b) {
        boolean integers = isByte(a) && isByte(b);
        if (!integers) {
            check("matmul", a, b);
        }
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
        if (a.rank() > 1) {
            a.shape().limit("matmul", -2, KernelCall.MOST_EXTENT);
        }
        if (b.rank() > 1) {
            b.shape().limit("matmul", -1, KernelCall.MOST_EXTENT);
        }
        if (integers) {
            return a.device().compute(() -> integers(a, b));
        }
        return a.rank() > 1 && b.rank() > 1
                ? product(a, b)
                : a.device().compute(() -> vectors(a, b));
    }

    private static boolean isByte(Tensor x) {
        return x.dtype().isInteger() && x.dtype().bytes() == 1;
    }

    /**
     * The product of bytes, I32: in parts of K so short that F32 holds each part's sums exactly,
     * which are then added as integers.
     */
    private static Tensor integers(Tensor a, Tensor b) {
        int rows = Math.max(0, b.rank() - 2);
        long k = a.dim(-1);
        Tensor sum = null;
        for (long start = 0; sum == null || start < k; start += EXACT_DEPTH) {
            long from = start;
            long to = Math.min(k, start + EXACT_DEPTH);
            Tensor before = sum;
            sum =
                    a.device()
                            .compute(
                                    () -> {
                                        Tensor part =
                                                a.slice(a.rank() - 1, from, to)
                                                        .to(DType.F32)
                                                        .matmul(
                                                                b.slice(rows, from, to)
                                                                        .to(DType.F32))
                                                        .to(DType.I32);
                                        return before == null ? part : before.add(part);
                                    });
        }
        return sum;
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
        Tensor c = a.device().make("matmul", a.dtype(), shape(a, b), dst -> multiply(a, b, dst));
        Recorder recorder = a.device().recording();
        if (recorder != null && (recorder.tracks(a) || recorder.tracks(b))) {
            recorder.record(new Op.Matmul(a, b, c));
        }
        return c;
    }

    /** The shape of a b, of rank 2 or more, with broadcast batches. */
    public static Shape shape(Tensor a, Tensor b) {
        Shape batch = Shape.broadcast("matmul", leading(a.shape()), leading(b.shape()));
        return matrix(batch, a.dim(-2), b.dim(-1));
    }

    /**
     * c = a b over broadcast batches, into memory that is there: no tape sees it, and nothing is
     * checked.
     *
     * @param c contiguous, of a's and b's type, and of their product's {@link #shape}
     */
    public static void multiply(Tensor a, Tensor b, View c) {
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
            gemm(device, left, right, product, Epilogue.NONE);
        }
    }

    /**
     * c = epilogue(a b). A kernel may add K products one after the other, so that its error grows
     * with K: a longer K is cut into parts, whose products are added as a reduction adds.
     */
    private static void gemm(Device device, View a, View b, View c, Epilogue epilogue) {
        long k = a.dim(-1);
        if (k <= KernelCall.MOST_DEPTH) {
            device.backend().run(new KernelCall.Gemm(1, a, b, 0, c, epilogue));
            return;
        }
        DType wide = c.dtype().computesIn();
        if (wide != c.dtype()) {
            // Parts that are rounded would lose what their sum is to keep.
            try (Scope _ = device.scope()) {
                View sum = device.empty("matmul", wide, c.shape()).view();
                gemm(device, a, b, sum, widened(device, epilogue, wide));
                device.backend().run(new KernelCall.Copy(sum, c));
            }
            return;
        }
        if (c.rank() == 2) {
            sumParts(device, a, b, c);
        } else {
            for (long i = 0; i < c.dim(0); i++) {
                sumParts(device, matrix(a, i), matrix(b, i), matrix(c, i));
            }
        }
        if (!epilogue.equals(Epilogue.NONE)) {
            View none = a.slice(a.rank() - 1, 0, 0, 1);
            device.backend()
                    .run(
                            new KernelCall.Gemm(
                                    1, none, b.slice(b.rank() - 2, 0, 0, 1), 1, c, epilogue));
        }
    }

    private static Epilogue widened(Device device, Epilogue epilogue, DType wide) {
        View bias = epilogue.bias();
        if (bias == null) {
            return epilogue;
        }
        View copy = device.empty("linear", wide, bias.shape()).view();
        device.backend().run(new KernelCall.Copy(bias, copy));
        return new Epilogue(copy, epilogue.activation());
    }

    /** c = a b for matrices, as a batch of parts of K that are reduced to one. */
    private static void sumParts(Device device, View a, View b, View c) {
        long k = a.dim(1);
        long whole = k / PART_DEPTH;
        long rest = whole * PART_DEPTH;
        long parts = rest < k ? whole + 1 : whole;
        if (parts > Math.clamp(PARTS_ELEMENTS / Math.max(1, c.size()), 1, MOST_PARTS)) {
            sumHalves(device, a, b, c, (parts + 1) / 2 * PART_DEPTH);
            return;
        }
        Shape one = Shape.of(1, c.dim(0), c.dim(1));
        try (Tensor products = device.empty(c.dtype(), one.with(0, parts))) {
            View all = products.view();
            device.backend()
                    .run(
                            new KernelCall.Gemm(
                                    1,
                                    new View(
                                            a.buffer(),
                                            Shape.of(whole, a.dim(0), PART_DEPTH),
                                            new long[] {
                                                PART_DEPTH * a.stride(1), a.stride(0), a.stride(1)
                                            },
                                            a.offset()),
                                    new View(
                                            b.buffer(),
                                            Shape.of(whole, PART_DEPTH, b.dim(1)),
                                            new long[] {
                                                PART_DEPTH * b.stride(0), b.stride(0), b.stride(1)
                                            },
                                            b.offset()),
                                    0,
                                    all.slice(0, 0, whole, 1),
                                    Epilogue.NONE));
            if (rest < k) {
                device.backend()
                        .run(
                                new KernelCall.Gemm(
                                        1,
                                        a.slice(1, rest, k, 1),
                                        b.slice(0, rest, k, 1),
                                        0,
                                        matrix(all, whole),
                                        Epilogue.NONE));
            }
            device.backend().run(new KernelCall.Reduce(ReduceOp.SUM, all, c.expand(one)));
        }
    }

    /** The same where the parts are too many for that: as the sum of two products. */
    private static void sumHalves(Device device, View a, View b, View c, long half) {
        long k = a.dim(1);
        gemm(device, a.slice(1, 0, half, 1), b.slice(0, 0, half, 1), c, Epilogue.NONE);
        try (Tensor more = device.empty(c.dtype(), c.shape())) {
            View rest = more.view();
            gemm(device, a.slice(1, half, k, 1), b.slice(0, half, k, 1), rest, Epilogue.NONE);
            device.backend().run(new KernelCall.Binary(BinaryOp.ADD, c, rest, c));
        }
    }

    /** One of a batch of matrices. */
    private static View matrix(View batch, long i) {
        return new View(
                batch.buffer(),
                Shape.of(batch.dim(1), batch.dim(2)),
                new long[] {batch.stride(1), batch.stride(2)},
                batch.offset() + i * batch.stride(0));
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
        long leading = Math.max(view.stride(-1), view.stride(-2));
        if (!unit || leading > Integer.MAX_VALUE) {
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
                                    x.dtype(),
                                    expanded.shape(),
                                    dst -> device.backend().run(new KernelCall.Copy(repeated, dst)))
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
     * there is none. Any will do where there is no element.
     */
    private static long batchStride(View view) {
        if (view.size() == 0) {
            return 0;
        }
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

    /**
     * A dense layer in one kernel: y = activation(x weightᵀ + bias), rows×outputs.
     *
     * @param x rows×inputs
     * @param weight outputs×inputs
     * @param bias one for each output, or null
     */
    public static Tensor linear(
            Tensor x, Tensor weight, @Nullable Tensor bias, Activation activation) {
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
        x.shape().limit("linear", 0, KernelCall.MOST_EXTENT);
        weight.shape().limit("linear", 0, KernelCall.MOST_EXTENT);
        Device device = x.device();
        Epilogue epilogue = new Epilogue(bias == null ? null : bias.view(), activation);
        Tensor y =
                device.make(
                        "linear",
                        x.dtype(),
                        Shape.of(x.dim(0), weight.dim(0)),
                        dst -> {
                            try (Scope _ = device.scope()) {
                                View left = flattened(x, Shape.SCALAR);
                                View right = flattened(weight, Shape.SCALAR).transpose();
                                gemm(device, left, right, dst, epilogue);
                            }
                        });
        Recorder recorder = device.recording();
        if (recorder != null
                && (recorder.tracks(x)
                        || recorder.tracks(weight)
                        || (bias != null && recorder.tracks(bias)))) {
            recorder.record(new Op.Linear(x, weight, bias, activation, y));
        }
        return y;
    }

    private static void check(String operation, Tensor a, Tensor b) {
        Elementwise.sameDevice(operation, a, b);
        if (a.dtype() != b.dtype() || !a.dtype().isFloating()) {
            throw new ShapeException(
                    "%s: a is %s, b is %s: both must be of one floating type%s"
                            .formatted(
                                    operation,
                                    a,
                                    b,
                                    operation.equals("matmul") ? ", or U8 or I8" : ""));
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
