package dev.weft;

import dev.weft.backend.Activation;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.ConvolutionGeometry;
import dev.weft.backend.LossOp;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;
import dev.weft.backend.Window;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * An operation that was done, with its operands and its result: what {@link
 * dev.weft.autograd.Gradients} needs to go back. A new operation is a new record here, and the
 * compiler then asks for its case there.
 */
public sealed interface Op {
    /** The result. */
    Tensor out();

    /** What messages call it. */
    default String name() {
        return switch (this) {
            case Unary unary -> lower(unary.op());
            case Binary binary -> lower(binary.op());
            case Reduce reduce -> lower(reduce.op());
            case Scan scan -> "cum" + lower(scan.op());
            case Loss loss -> lower(loss.op());
            case Softmax softmax -> softmax.log() ? "log_softmax" : "softmax";
            default -> getClass().getSimpleName().toLowerCase(Locale.ROOT);
        };
    }

    private static String lower(Enum<?> op) {
        return op.name().toLowerCase(Locale.ROOT);
    }

    /** out = op(x; p, q). */
    record Unary(UnaryOp op, double p, double q, Tensor x, Tensor out) implements Op {}

    /** out = op(a, b), with broadcasting. */
    record Binary(BinaryOp op, Tensor a, Tensor b, Tensor out) implements Op {}

    /** out = condition ? a : b, with broadcasting. */
    record Where(Tensor condition, Tensor a, Tensor b, Tensor out) implements Op {}

    /** out = op over axes of x; {@code kept} is x's shape with the reduced extents set to 1. */
    record Reduce(ReduceOp op, Shape kept, Tensor x, Tensor out) implements Op {}

    /** out = a b, of rank 2 or more, with broadcast batches. */
    record Matmul(Tensor a, Tensor b, Tensor out) implements Op {}

    /** out = activation(x weightᵀ + bias). */
    record Linear(Tensor x, Tensor weight, @Nullable Tensor bias, Activation activation, Tensor out)
            implements Op {}

    /** out = the convolution of x, of rank 5, with a weight. */
    record Convolution(ConvolutionGeometry geometry, Tensor x, Tensor weight, Tensor out)
            implements Op {}

    /** out = the transposed convolution of x: what the convolution's gradient by its input is. */
    record ConvolutionTransposed(ConvolutionGeometry geometry, Tensor x, Tensor weight, Tensor out)
            implements Op {}

    /** out = the sums, or products, of what stands up to each element of x along an axis. */
    record Scan(ReduceOp op, boolean reversed, int axis, Tensor x, Tensor out) implements Op {}

    /** out = softmax of x along an axis, or its logarithm. */
    record Softmax(boolean log, int axis, Tensor x, Tensor out) implements Op {}

    /** out = x, normalised, all as {@link dev.weft.backend.KernelCall.Normalize} takes them. */
    record Normalize(
            double eps,
            Tensor x,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            @Nullable Tensor mean,
            Tensor variance,
            Tensor out)
            implements Op {}

    /** out = the losses of rows; {@code gradient} is {@code factor} times their derivatives. */
    record CrossEntropy(Tensor logits, double factor, Tensor gradient, Tensor out) implements Op {}

    /** out = op(x, target; p), element by element. */
    record Loss(LossOp op, double p, Tensor x, Tensor target, Tensor out) implements Op {}

    /** out = the largest of each window of planes×depth×rows×columns, and where it was. */
    record MaxPool(Window window, Tensor x, Tensor indices, Tensor out) implements Op {}

    /** out = the mean of each window, likewise. */
    record AveragePool(Window window, boolean padded, Tensor x, Tensor out) implements Op {}

    /** out[…, j, …] = x[…, indices[…, j, …], …], along an axis. */
    record TakeAlong(int axis, Tensor x, Tensor indices, Tensor out) implements Op {}

    /** out = x, but out[…, indices[…, j, …], …] = or += source[…, j, …], along an axis. */
    record ScatterAlong(boolean adds, int axis, Tensor x, Tensor indices, Tensor source, Tensor out)
            implements Op {}

    /** out[…, i, …] = x[…, indices[i], …], along an axis. */
    record Gather(int axis, Tensor x, Tensor indices, Tensor out) implements Op {}

    /** out = the parts, one after the other along an axis. */
    record Concat(int axis, List<Tensor> parts, Tensor out) implements Op {}

    /** out = x with another shape. */
    record Reshape(Tensor x, Tensor out) implements Op {}

    /** out = x with its axes in another order. */
    @SuppressWarnings("ArrayRecordComponent") // never compared; kernels take axes as an array
    record Permute(int[] axes, Tensor x, Tensor out) implements Op {}

    /** out = some of x's elements, each once: those that {@code part} takes of x's view. */
    record Part(UnaryOperator<View> part, Tensor x, Tensor out) implements Op {}

    /** out = x, in what {@code part} takes of out's view, and constants beside it. */
    record Embed(UnaryOperator<View> part, Tensor x, Tensor out) implements Op {}

    /** out = x broadcast. */
    record Expand(Tensor x, Tensor out) implements Op {}

    /** out = what somebody computed of the operands; {@code backward} is the way back. */
    record Custom(String name, List<Tensor> operands, Backward backward, Tensor out)
            implements Op {}

    /** out = x, copied, or converted to another floating type. */
    record Copy(Tensor x, Tensor out) implements Op {}

    /** The way back through an operation of one's own: see {@link Device#custom}. */
    @FunctionalInterface
    interface Backward {
        /**
         * The gradients by the operands, made of {@code dy}, the operands, the result and whatever
         * the forward pass has left. Nothing is recorded meanwhile, and what is made here is closed
         * afterwards.
         *
         * @param dy the gradient by the result, of its shape
         * @return one for each operand, in their order: of the operand's shape and type, or null
         *     where there is none to that operand, as to indices
         */
        List<? extends @Nullable Tensor> gradients(Tensor dy);
    }
}
