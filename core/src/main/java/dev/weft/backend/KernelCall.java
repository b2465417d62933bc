// stable
package dev.weft.backend;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A kernel with its operands: what {@link Backend#run} does. These records, the op enums and the
 * reference backend together specify the kernels that a backend must have; the conformance suite
 * holds every backend to the specification.
 *
 * <p>A kernel takes input views and output views, enqueues its work in the device's one in-order
 * queue, and allocates nothing. Shapes, types and axes were checked by the caller (in core), so
 * that every backend reports the same errors; what a kernel must check itself are <em>values</em>
 * that are indices, and a backend whose device works on its own may report those later: at the next
 * {@link Backend#download} or {@link Backend#synchronize}. An output overlaps an input only where
 * they are one operand, or the same view where {@link #worksInPlace} says so. Views have any rank
 * and any strides unless said otherwise; sizes may be 0. Results do not depend on the number of
 * threads or on the order in which work-groups run.
 *
 * <p>Names: x, a, b are inputs, y the result, dy the gradient of the loss by y, dx by x.
 */
public sealed interface KernelCall {
    /** The longest K of {@link Gemm}: callers cut what is longer into parts, and add these. */
    int MOST_DEPTH = 4096;

    /**
     * The most rows and columns of matrices, and elements of a row of {@link Softmax} and {@link
     * CrossEntropy}: so few that an int may still be rounded up to whole vectors and tiles.
     */
    int MOST_EXTENT = Integer.MAX_VALUE - 0xFFFF;

    /** The views whose elements the kernel may read. */
    default List<View> reads() {
        return Operands.of(this).reads(this);
    }

    /** The views whose elements the kernel may write. */
    default List<View> writes() {
        return Operands.of(this).writes(this);
    }

    /** Whether the result may be written to the very view of an operand. */
    default boolean worksInPlace() {
        return Operands.of(this).worksInPlace();
    }

    /** The same call on other views: what {@code replacement} gives for each, in their order. */
    default KernelCall map(UnaryOperator<View> replacement) {
        return (KernelCall) Operands.of(this).map(this, replacement);
    }

    /** What messages call it: the record's name with a small first letter. */
    default String name() {
        String name = getClass().getSimpleName();
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    /** y = value, rounded to y's type; for an integer type it is a whole number in its range. */
    record Fill(double value, @Output View y) implements KernelCall {}

    /**
     * y = x for views of the same shape; converts between types. A floating type takes the nearest
     * number, ties to even, rounded once; an integer type a float without its fraction, or what is
     * nearest in its range (NaN gives 0), and another integer modulo its range; BOOL is x ≠ 0.
     */
    record Copy(View x, @Output(inPlace = true) View y) implements KernelCall {}

    /**
     * y = op(x; p, q), same shapes and types. For integers, p and q are whole numbers: {@link
     * #integerP} and {@link #integerQ}; the result wraps.
     */
    record Unary(UnaryOp op, double p, double q, View x, @Output(inPlace = true) View y)
            implements KernelCall {
        /** p for integers: modulo 2⁶⁴, but the bounds of a clamp saturate. */
        public long integerP() {
            return integer(p);
        }

        /** q for integers, likewise. */
        public long integerQ() {
            return integer(q);
        }

        private long integer(double number) {
            return op == UnaryOp.CLAMP ? (long) number : Encoding.wrapped(number);
        }
    }

    /**
     * dx = dy op'(x), same shapes, all of one floating type; for functions that {@link
     * UnaryOp#hasGradKernel}.
     *
     * @param x the operand; read only where {@link UnaryOp#derivativeReads} says so, and otherwise
     *     any view of the shape
     * @param y the result of the forward pass; likewise
     */
    record UnaryGrad(
            UnaryOp op,
            double p,
            double q,
            View x,
            View y,
            View dy,
            @Output(inPlace = true) View dx)
            implements KernelCall {}

    /**
     * y = op(a, b); a and b have y's shape (broadcast operands come with strides of 0) and y's
     * type.
     */
    record Binary(BinaryOp op, View a, View b, @Output(inPlace = true) View y)
            implements KernelCall {}

    /**
     * d = dy ∂op/∂a, or ∂op/∂b where {@code byB}; all of one shape and one floating type; for
     * functions that {@link BinaryOp#hasGradKernel}.
     *
     * @param a read only where {@link BinaryOp#derivativeReadsA} says so, and otherwise any view of
     *     the shape
     * @param b likewise, by {@link BinaryOp#derivativeReadsB}
     */
    record BinaryGrad(
            BinaryOp op, boolean byB, View a, View b, View dy, @Output(inPlace = true) View d)
            implements KernelCall {}

    /** y = 1 where op(a, b) holds, otherwise 0; of one shape, a and b of one type, y BOOL. */
    record Compare(CompareOp op, View a, View b, @Output View y) implements KernelCall {}

    /**
     * y = a where the condition holds, otherwise b; all of one shape (strides of 0 repeat
     * elements). The condition is BOOL; a, b and y are of one type, of any, and their bits are
     * moved.
     */
    record Where(View condition, View a, View b, @Output(inPlace = true) View y)
            implements KernelCall {}

    /**
     * y = op over the axes in which y's extent is 1 and x's is not; x and y have the same rank and
     * type. The error of a sum of n does not grow with n, or with its logarithm at most; likewise
     * in every kernel that adds up. A product is rounded n times, and may overflow on the way,
     * which depends on the order.
     */
    record Reduce(ReduceOp op, View x, @Output View y) implements KernelCall {}

    /**
     * y[…, j] = Σ x[…, i] ({@link ReduceOp#SUM}) or Π x[…, i] ({@link ReduceOp#PROD}) over i ≤ j,
     * or where it is reversed over i ≥ j, along the last axis, which has at most {@link
     * #MOST_EXTENT} elements; of one shape and type. Sums err no more than those of {@link Reduce}.
     */
    record Scan(ReduceOp op, boolean reversed, View x, @Output View y) implements KernelCall {}

    /**
     * y[…, j] = the j-th element of x's line along the last axis in ascending or descending order,
     * and indices[…, j] = its place in x: equal ones (0 and -0 too) in their order in x, and NaN
     * last in either order.
     *
     * @param x not BOOL; the last axis has at most 2³¹ - 1 elements
     * @param y of x's type and leading axes: so many of each line's elements, the first of them
     * @param indices I32, of y's shape
     */
    record Sort(boolean descending, View x, @Output View y, @Output View indices)
            implements KernelCall {}

    /**
     * y = the index of the largest ({@link ReduceOp#MAX}) or the smallest ({@link ReduceOp#MIN})
     * element along x's last axis: the first where several are equal, and the first NaN where there
     * is one, as NumPy. y is I32 with x's shape less its last axis; the last axis has 1 to 2³¹ - 1
     * elements.
     */
    record ArgReduce(ReduceOp op, View x, @Output View y) implements KernelCall {}

    /**
     * c = epilogue(alpha a b + beta c), with a M×K, b K×N, c M×N: rank 2, or rank 3 with a leading
     * batch axis (whose stride may be 0 in a and b). All of one floating type; or a and b F16 or
     * BF16, and c and the bias F32. F16 and BF16 are multiplied and added in F32, and rounded once.
     *
     * <p>In a and in b one of the last two strides is 1 (or its extent is at most 1); the other is
     * the leading dimension, so strides say what is transposed. c's last stride is 1. beta = 0
     * never reads c; K = 0 counts as a product of zeros. M and N are at most {@link #MOST_EXTENT},
     * K at most {@link #MOST_DEPTH}: so many products may be added one after the other.
     */
    record Gemm(double alpha, View a, View b, double beta, @Updated View c, Epilogue epilogue)
            implements KernelCall {
        @Override
        public List<View> reads() {
            List<View> views = new ArrayList<>(KernelCall.super.reads());
            if (beta == 0) {
                views.remove(c);
            }
            return views;
        }
    }

    /**
     * y[n, o, q] = Σ_c Σ_k weight[o, c, k] x[n, g C + c, q stride - before + k dilation]: a
     * cross-correlation along three axes, as networks have it, where x is 0 in the padding. o is in
     * group g, and c counts the C input channels of a group. All of one floating type, contiguous
     * and of rank 5; axes that the geometry has not come first, and have one element.
     *
     * @param x examples×channels×depth×rows×columns
     * @param weight output channels×C×…, the kernel's extents
     * @param y examples×output channels×…
     */
    record Convolution(ConvolutionGeometry geometry, View x, View weight, @Output View y)
            implements KernelCall {}

    /**
     * dx = dy ∂y/∂x of a {@link Convolution}: each element is the sum over those elements of y that
     * it is part of. Also the transposed convolution of dy.
     */
    record ConvolutionInputGrad(ConvolutionGeometry geometry, View dy, View weight, @Output View dx)
            implements KernelCall {}

    /** dWeight = dy ∂y/∂weight of a {@link Convolution}. */
    record ConvolutionWeightGrad(
            ConvolutionGeometry geometry, View x, View dy, @Output View dWeight)
            implements KernelCall {}

    /**
     * y = softmax(x) = e^(x - max) / Σ e^(x - max) along the last axis, or its logarithm x - max -
     * ln Σ e^(x - max). The last axis has at most {@link #MOST_EXTENT} elements.
     */
    record Softmax(boolean log, View x, @Output View y) implements KernelCall {}

    /** dx = y (dy - Σ dy y), or for the logarithm dx = dy - e^y Σ dy, along the last axis. */
    record SoftmaxGrad(boolean log, View y, View dy, @Output View dx) implements KernelCall {}

    /**
     * y = (x - mean) / √(variance + eps) · weight + bias, with the mean and the variance, Σ (x -
     * mean)² / n in two passes, of all elements that have one place in {@code variance}: of each
     * example's groups, or of a group in all examples. All of one floating type, contiguous and of
     * rank 4. Ioffe and Szegedy 2015; Ba et al. 2016; Wu and He 2018.
     *
     * @param x examples×groups×channels×elements
     * @param weight 1×groups×channels×1, or null for 1
     * @param bias likewise, or null for 0
     * @param mean of variance's shape, or null where none is taken off: then the variance is the
     *     mean square (Zhang and Sennrich 2019)
     * @param variance examples×groups×1×1, or 1×groups×1×1
     */
    record Normalize(
            double eps,
            View x,
            @Nullable View weight,
            @Nullable View bias,
            @Output View y,
            @Output @Nullable View mean,
            @Output View variance)
            implements KernelCall {}

    /**
     * The gradients of a {@link Normalize}: dx = (g - m(g) - h m(g h)) / √(variance + eps) with h =
     * (x - mean) / √(variance + eps), g = dy weight, and the mean m over what shares a variance,
     * where m(g) is 0 if there is no mean; dWeight = Σ dy h and dBias = Σ dy for each channel.
     *
     * @param weight as {@link Normalize} took it, and what it has written: the mean, or null, and
     *     the variance
     * @param dx null where it is not asked for, as are the others
     */
    record NormalizeGrad(
            double eps,
            View x,
            @Nullable View weight,
            @Nullable View mean,
            View variance,
            View dy,
            @Output @Nullable View dx,
            @Output @Nullable View dWeight,
            @Output @Nullable View dBias)
            implements KernelCall {}

    /** l = op(x, t; p) for each element; all of one shape and one floating type. */
    record Loss(LossOp op, double p, View x, View t, @Output View l) implements KernelCall {}

    /**
     * dx = dl ∂op/∂x for each element; all of one shape (dl may have strides of 0) and one floating
     * type.
     */
    record LossGrad(LossOp op, double p, View x, View t, View dl, @Output View dx)
            implements KernelCall {}

    /**
     * The cross-entropy of softmax(logits) with its gradient, one row at a time: l[i] = Σ_j t[i,j]
     * (ln Σ_c e^logits[i,c] - logits[i,j]) and gradient[i,j] = factor (softmax(logits)[i,j] Σ_c
     * t[i,c] - t[i,j]). A class index outside [0, classes) is an IndexOutOfBoundsException.
     *
     * @param logits floating, rows×classes: at most 2³¹ - 1 rows, and {@link #MOST_EXTENT} classes
     * @param target class indices (I32, one for each row, meaning a one-hot t), or t itself (of the
     *     logits' type, rows×classes)
     * @param l of the logits' type, one for each row
     * @param factor what each row's loss counts in the whole: 1 / rows for their mean
     * @param gradient of the logits' type, rows×classes: factor ∂l[i] / ∂logits[i,j]
     */
    record CrossEntropy(
            View logits, View target, double factor, @Output View l, @Output View gradient)
            implements KernelCall {}

    /**
     * y[i, …] = table[indices[i], …]. An index outside [0, rows) is an IndexOutOfBoundsException.
     *
     * @param indices I32 of rank 1; y's first extent is its length, y's others are the table's. It
     *     and the table have at most 2³¹ - 1 rows
     */
    record Gather(View table, View indices, @Output View y) implements KernelCall {}

    /**
     * dTable[indices[i], …] += dy[i, …], in the order of i, so that repeated indices add up; the
     * inverse of {@link Gather}.
     */
    record ScatterAdd(View dy, View indices, @Updated View dTable) implements KernelCall {}

    /**
     * y[…, j] = x[…, indices[…, j]], along the last axis. An index outside [0, x's last extent) is
     * an IndexOutOfBoundsException that names its place in row-major order.
     *
     * @param x of any type, whose bits are moved; with y's extents but for the last, which is at
     *     most 2³¹ - 1
     * @param indices I32, of y's shape
     */
    record TakeAlong(View x, View indices, @Output View y) implements KernelCall {}

    /**
     * y[…, indices[…, j]] = x[…, j], or += where it adds, in the order of j along the last axis: so
     * the last of several with the same index stays, or all add up. The inverse of {@link
     * TakeAlong}.
     *
     * @param x of y's type: any, or where it adds, one that has arithmetic
     * @param indices I32, of x's shape
     * @param y with x's extents but for the last
     */
    record ScatterAlong(boolean adds, View x, View indices, @Updated View y)
            implements KernelCall {}

    /**
     * y = the largest element of each window, and indices = its place among the plane's elements in
     * row-major order: the first where several are equal, and the first NaN where there is one.
     *
     * @param x floating, contiguous: planes×depth×rows×columns, at most 2³¹ - 1 elements in a plane
     * @param y of x's type, contiguous: planes, and the windows along each axis
     * @param indices I32, contiguous, of y's shape
     */
    record MaxPool(Window window, View x, @Output View y, @Output View indices)
            implements KernelCall {}

    /**
     * dx = the sum of dy over those windows whose indices name the element; {@link MaxPool}'s
     * shapes, dy and dx of one floating type, all contiguous.
     */
    record MaxPoolGrad(Window window, View indices, View dy, @Output View dx)
            implements KernelCall {}

    /**
     * y = the mean of each window: the sum of its elements, divided by how many are there, or where
     * it is padded, by how many of the window's places are in x or its padding. Floating,
     * contiguous, and of {@link MaxPool}'s shapes.
     */
    record AveragePool(Window window, boolean padded, View x, @Output View y)
            implements KernelCall {}

    /** dx = the sum over the windows that hold the element of dy over what divides the window. */
    record AveragePoolGrad(Window window, boolean padded, View dy, @Output View dx)
            implements KernelCall {}

    /**
     * mask[i] = 0 where {@code u(i) < rate 2³²}, otherwise 1 / (1 - rate), with u(i) word i mod 4
     * of Philox4x32-10's block number start + i / 4 (unsigned comparison, rate 2³² rounded to the
     * nearest integer): each element is dropped with probability {@code rate}, and every backend
     * draws the same mask.
     *
     * @param state I32 of 4 elements: the key's low and high word, and {@code start}'s low and high
     *     word, where the counter is (start low, start high, 0, 0). The kernel adds ceil(n / 4) to
     *     start when it has drawn the mask.
     * @param mask floating, contiguous
     */
    record DropoutMask(double rate, @Updated View state, @Output View mask) implements KernelCall {}

    /**
     * Updates {@code p} by {@code g} in one pass and counts the step, unless it is to halt: see
     * {@link UpdateRule}.
     *
     * @param control of p's type, contiguous, rows×2: the learning rate of a step, and the largest
     *     gradient that {@link CountUnfit} lets pass. Step t reads row (t - 1) mod rows; rows is a
     *     power of 2, and 1 for a rate that stays. They are in device memory so that a recorded
     *     step can be replayed.
     * @param steps I32 of 2 elements: the low and the high word of the number of steps done, to
     *     which the kernel adds 1 (t is the sum)
     * @param halt I32 of 1 element: where it is not 0, nothing is changed. So a step need not wait
     *     for {@link CountUnfit} to be read back. Nor is anything changed after an index that was
     *     out of range, until that is reported.
     * @param p the parameters, floating, contiguous
     * @param g their gradient, same shape and type, contiguous
     * @param states {@link UpdateRule#states} buffers like p, in the order in which the rule names
     *     them
     */
    record Update(
            UpdateRule rule,
            View control,
            @Updated View steps,
            View halt,
            @Updated View p,
            View g,
            @Updated List<View> states)
            implements KernelCall {
        /** Keeps the list as it is now. */
        public Update {
            states = List.copyOf(states);
        }
    }

    /**
     * count[0] += how many numbers are unfit for {@link Update}: the loss, unless it is finite, and
     * each element of g unless |g| + l2 |p| ≤ the largest gradient of the next step's row of
     * control, with l2 from the rule's penalty (p is not read where that is 0). NaN is unfit. count
     * is I32 with one element and saturates.
     *
     * @param control as {@link Update} takes it; the largest gradients are {@link
     *     UpdateRule#largestGradient}, so that a fit step makes neither parameters nor states
     *     infinite
     * @param steps as {@link Update} takes it
     * @param loss of p's type, 1 element, or null for none
     * @param p the parameters, floating, contiguous
     * @param g their gradient, same shape and type, contiguous
     */
    record CountUnfit(
            UpdateRule rule,
            View control,
            View steps,
            @Nullable View loss,
            View p,
            View g,
            @Updated View count)
            implements KernelCall {}

    /**
     * count[0] += how many elements of all x, which are floating, are NaN or infinite; count is I32
     * with one element and saturates.
     */
    record CountNonFinite(List<View> xs, @Updated View count) implements KernelCall {
        /** Keeps the list as it is now. */
        public CountNonFinite {
            xs = List.copyOf(xs);
        }
    }
}
