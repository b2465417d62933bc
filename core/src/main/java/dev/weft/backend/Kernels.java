// stable
package dev.weft.backend;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * The kernels that a backend must have. This interface, the op enums and the reference backend
 * together specify them; the conformance suite holds every backend to the specification.
 *
 * <p>A kernel takes input views and output views, enqueues its work in the device's one in-order
 * queue, and allocates nothing. Shapes, types and axes were checked by the caller (in core), so
 * that every backend reports the same errors; what a kernel must check itself are <em>values</em>
 * that are indices, and a backend whose device works on its own may report those later: at the next
 * {@link Backend#download} or {@link Backend#synchronize}. An output overlaps an input only where
 * it is the same view, and only in {@link #unary}, {@link #unaryGrad}, {@link #binary}, {@link
 * #binaryGrad}, {@link #copy} and {@link #update}. Views have any rank and any strides unless said
 * otherwise; sizes may be 0. Results do not depend on the number of threads or on the order in
 * which work-groups run.
 *
 * <p>Names: x, a, b are inputs, y the result, dy the gradient of the loss by y, dx by x.
 */
public interface Kernels {
    /** The longest K of {@link #gemm}: callers cut what is longer into parts, and add these. */
    int MOST_DEPTH = 4096;

    /**
     * The most rows and columns of matrices, and elements of a row of softmax and crossEntropy: so
     * few that an int may still be rounded up to whole vectors and tiles.
     */
    int MOST_EXTENT = Integer.MAX_VALUE - 0xFFFF;

    /** y = value, rounded to y's type; for I32 it is a whole number in its range. */
    void fill(double value, View y);

    /**
     * y = x for views of the same shape; converts between types (F32 to I32 truncates and
     * saturates, NaN gives 0).
     */
    void copy(View x, View y);

    /**
     * y = op(x; p, q), same shapes and types. For I32, p and q are whole numbers below 2³² in
     * magnitude: nothing is lost on their way, and what exceeds I32 wraps.
     */
    void unary(UnaryOp op, double p, double q, View x, View y);

    /**
     * dx = dy op'(x), same shapes, all F32.
     *
     * @param x the operand; read only where {@link UnaryOp#derivativeReads} says so, and otherwise
     *     any view of the shape
     * @param y the result of the forward pass; likewise
     */
    void unaryGrad(UnaryOp op, double p, double q, View x, View y, View dy, View dx);

    /**
     * y = op(a, b); a and b have y's shape (broadcast operands come with strides of 0) and y's
     * type.
     */
    void binary(BinaryOp op, View a, View b, View y);

    /**
     * d = dy ∂op/∂a, or ∂op/∂b where {@code byB}; all of one shape, all F32.
     *
     * @param a read only where {@link BinaryOp#derivativeReadsA} says so, and otherwise any view of
     *     the shape
     * @param b likewise, by {@link BinaryOp#derivativeReadsB}
     */
    void binaryGrad(BinaryOp op, boolean byB, View a, View b, View dy, View d);

    /**
     * y = op over the axes in which y's extent is 1 and x's is not; x and y have the same rank and
     * type. The error of a sum of n does not grow with n, or with its logarithm at most; likewise
     * in every kernel that adds up.
     */
    void reduce(ReduceOp op, View x, View y);

    /**
     * y = the index of the largest element along x's last axis: the first where several are equal,
     * and the first NaN where there is one, as NumPy. y is I32 with x's shape less its last axis;
     * the last axis has 1 to 2³¹ - 1 elements.
     */
    void argmax(View x, View y);

    /**
     * c = epilogue(alpha a b + beta c), with a M×K, b K×N, c M×N: rank 2, or rank 3 with a leading
     * batch axis (whose stride may be 0 in a and b). All F32.
     *
     * <p>In a and in b one of the last two strides is 1 (or its extent is at most 1); the other is
     * the leading dimension, so strides say what is transposed. c's last stride is 1. beta = 0
     * never reads c; K = 0 counts as a product of zeros. M and N are at most {@link #MOST_EXTENT},
     * K at most {@link #MOST_DEPTH}: so many products may be added one after the other.
     */
    void gemm(double alpha, View a, View b, double beta, View c, Epilogue epilogue);

    /**
     * y = softmax(x) = e^(x - max) / Σ e^(x - max) along the last axis, or its logarithm x - max -
     * ln Σ e^(x - max). The last axis has at most {@link #MOST_EXTENT} elements.
     */
    void softmax(boolean log, View x, View y);

    /** dx = y (dy - Σ dy y), or for the logarithm dx = dy - e^y Σ dy, along the last axis. */
    void softmaxGrad(boolean log, View y, View dy, View dx);

    /** l = op(x, t; p) for each element; all of one shape, all F32. */
    void loss(LossOp op, double p, View x, View t, View l);

    /** dx = dl ∂op/∂x for each element; all of one shape (dl may have strides of 0), all F32. */
    void lossGrad(LossOp op, double p, View x, View t, View dl, View dx);

    /**
     * The cross-entropy of softmax(logits) with its gradient, one row at a time: l[i] = Σ_j t[i,j]
     * (ln Σ_c e^logits[i,c] - logits[i,j]) and gradient[i,j] = factor (softmax(logits)[i,j] Σ_c
     * t[i,c] - t[i,j]).
     *
     * @param logits F32, rows×classes: at most 2³¹ - 1 rows, and {@link #MOST_EXTENT} classes
     * @param target class indices (I32, one for each row, meaning a one-hot t), or t itself (F32,
     *     rows×classes)
     * @param l F32, one for each row
     * @param factor what each row's loss counts in the whole: 1 / rows for their mean
     * @param gradient F32, rows×classes: factor ∂l[i] / ∂logits[i,j]
     * @throws IndexOutOfBoundsException where a class index is outside [0, classes)
     */
    void crossEntropy(View logits, View target, double factor, View l, View gradient);

    /**
     * y[i, …] = table[indices[i], …].
     *
     * @param indices I32 of rank 1; y's first extent is its length, y's others are the table's. It
     *     and the table have at most 2³¹ - 1 rows
     * @throws IndexOutOfBoundsException where an index is outside [0, rows)
     */
    void gather(View table, View indices, View y);

    /**
     * dTable[indices[i], …] += dy[i, …], in the order of i, so that repeated indices add up; the
     * inverse of gather.
     */
    void scatterAdd(View dy, View indices, View dTable);

    /**
     * y[i] = x[i, indices[i]], for x rows×columns.
     *
     * @throws IndexOutOfBoundsException where an index is outside [0, columns)
     */
    void pick(View x, View indices, View y);

    /** dx[i, indices[i]] = dy[i], and 0 elsewhere; the inverse of pick. */
    void unpick(View dy, View indices, View dx);

    /**
     * mask[i] = 0 where {@code u(i) < rate 2³²}, otherwise 1 / (1 - rate), with u(i) word i mod 4
     * of Philox4x32-10's block number start + i / 4 (unsigned comparison, rate 2³² rounded to the
     * nearest integer): each element is dropped with probability {@code rate}, and every backend
     * draws the same mask.
     *
     * @param state I32 of 4 elements: the key's low and high word, and {@code start}'s low and high
     *     word, where the counter is (start low, start high, 0, 0). The kernel adds ceil(n / 4) to
     *     start when it has drawn the mask.
     * @param mask F32, contiguous
     */
    void dropoutMask(double rate, View state, View mask);

    /**
     * Updates {@code p} by {@code g} in one pass and counts the step, unless it is to halt: see
     * {@link UpdateRule}.
     *
     * @param control F32 of 2 elements: the learning rate, and the largest gradient that {@link
     *     #countUnfit} lets pass. They are in device memory so that a recorded step can be
     *     replayed.
     * @param steps I32 of 2 elements: the low and the high word of the number of steps done, to
     *     which the kernel adds 1 (t is the sum)
     * @param halt I32 of 1 element: where it is not 0, nothing is changed. So a step need not wait
     *     for {@link #countUnfit} to be read back. Nor is anything changed after an index that was
     *     out of range, until that is reported.
     * @param p the parameters, F32, contiguous
     * @param g their gradient, same shape, contiguous
     * @param states {@link UpdateRule#states} buffers like p, in the order in which the rule names
     *     them
     */
    void update(
            UpdateRule rule,
            View control,
            View steps,
            View halt,
            View p,
            View g,
            List<View> states);

    /**
     * count[0] += how many numbers are unfit for {@link #update}: the loss, unless it is finite,
     * and each element of g unless |g| + l2 |p| ≤ control[1], with l2 from the rule's penalty (p is
     * not read where that is 0). NaN is unfit. count is I32 with one element and saturates.
     *
     * @param control as {@link #update} takes it; control[1] is {@link UpdateRule#largestGradient},
     *     so that a fit step makes neither parameters nor states infinite
     * @param loss F32 of 1 element, or null for none
     * @param p the parameters, F32, contiguous
     * @param g their gradient, same shape, contiguous
     */
    void countUnfit(UpdateRule rule, View control, @Nullable View loss, View p, View g, View count);

    /**
     * count[0] += how many elements of all x are NaN or infinite; count is I32 with one element and
     * saturates.
     */
    void countNonFinite(List<View> xs, View count);
}
