// stable
package dev.weft.backend;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

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
    List<View> reads();

    /** The views whose elements the kernel may write. */
    List<View> writes();

    /** Whether the result may be written to the very view of an operand. */
    default boolean worksInPlace() {
        return false;
    }

    /** What messages call it: the record's name with a small first letter. */
    default String name() {
        String name = getClass().getSimpleName();
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    private static List<View> present(@Nullable View... views) {
        return Arrays.stream(views).filter(Objects::nonNull).map(Objects::requireNonNull).toList();
    }

    /** y = value, rounded to y's type; for I32 it is a whole number in its range. */
    record Fill(double value, View y) implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of();
        }

        @Override
        public List<View> writes() {
            return List.of(y);
        }
    }

    /**
     * y = x for views of the same shape; converts between types (F32 to I32 truncates and
     * saturates, NaN gives 0).
     */
    record Copy(View x, View y) implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(x);
        }

        @Override
        public List<View> writes() {
            return List.of(y);
        }

        @Override
        public boolean worksInPlace() {
            return true;
        }
    }

    /**
     * y = op(x; p, q), same shapes and types. For I32, p and q are whole numbers below 2³² in
     * magnitude: nothing is lost on their way, and what exceeds I32 wraps.
     */
    record Unary(UnaryOp op, double p, double q, View x, View y) implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(x);
        }

        @Override
        public List<View> writes() {
            return List.of(y);
        }

        @Override
        public boolean worksInPlace() {
            return true;
        }
    }

    /**
     * dx = dy op'(x), same shapes, all F32.
     *
     * @param x the operand; read only where {@link UnaryOp#derivativeReads} says so, and otherwise
     *     any view of the shape
     * @param y the result of the forward pass; likewise
     */
    record UnaryGrad(UnaryOp op, double p, double q, View x, View y, View dy, View dx)
            implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(x, y, dy);
        }

        @Override
        public List<View> writes() {
            return List.of(dx);
        }

        @Override
        public boolean worksInPlace() {
            return true;
        }
    }

    /**
     * y = op(a, b); a and b have y's shape (broadcast operands come with strides of 0) and y's
     * type.
     */
    record Binary(BinaryOp op, View a, View b, View y) implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(a, b);
        }

        @Override
        public List<View> writes() {
            return List.of(y);
        }

        @Override
        public boolean worksInPlace() {
            return true;
        }
    }

    /**
     * d = dy ∂op/∂a, or ∂op/∂b where {@code byB}; all of one shape, all F32.
     *
     * @param a read only where {@link BinaryOp#derivativeReadsA} says so, and otherwise any view of
     *     the shape
     * @param b likewise, by {@link BinaryOp#derivativeReadsB}
     */
    record BinaryGrad(BinaryOp op, boolean byB, View a, View b, View dy, View d)
            implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(a, b, dy);
        }

        @Override
        public List<View> writes() {
            return List.of(d);
        }

        @Override
        public boolean worksInPlace() {
            return true;
        }
    }

    /**
     * y = op over the axes in which y's extent is 1 and x's is not; x and y have the same rank and
     * type. The error of a sum of n does not grow with n, or with its logarithm at most; likewise
     * in every kernel that adds up.
     */
    record Reduce(ReduceOp op, View x, View y) implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(x);
        }

        @Override
        public List<View> writes() {
            return List.of(y);
        }
    }

    /**
     * y = the index of the largest element along x's last axis: the first where several are equal,
     * and the first NaN where there is one, as NumPy. y is I32 with x's shape less its last axis;
     * the last axis has 1 to 2³¹ - 1 elements.
     */
    record Argmax(View x, View y) implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(x);
        }

        @Override
        public List<View> writes() {
            return List.of(y);
        }
    }

    /**
     * c = epilogue(alpha a b + beta c), with a M×K, b K×N, c M×N: rank 2, or rank 3 with a leading
     * batch axis (whose stride may be 0 in a and b). All F32.
     *
     * <p>In a and in b one of the last two strides is 1 (or its extent is at most 1); the other is
     * the leading dimension, so strides say what is transposed. c's last stride is 1. beta = 0
     * never reads c; K = 0 counts as a product of zeros. M and N are at most {@link #MOST_EXTENT},
     * K at most {@link #MOST_DEPTH}: so many products may be added one after the other.
     */
    record Gemm(double alpha, View a, View b, double beta, View c, Epilogue epilogue)
            implements KernelCall {
        @Override
        public List<View> reads() {
            return present(a, b, beta == 0 ? null : c, epilogue.bias());
        }

        @Override
        public List<View> writes() {
            return List.of(c);
        }
    }

    /**
     * y = softmax(x) = e^(x - max) / Σ e^(x - max) along the last axis, or its logarithm x - max -
     * ln Σ e^(x - max). The last axis has at most {@link #MOST_EXTENT} elements.
     */
    record Softmax(boolean log, View x, View y) implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(x);
        }

        @Override
        public List<View> writes() {
            return List.of(y);
        }
    }

    /** dx = y (dy - Σ dy y), or for the logarithm dx = dy - e^y Σ dy, along the last axis. */
    record SoftmaxGrad(boolean log, View y, View dy, View dx) implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(y, dy);
        }

        @Override
        public List<View> writes() {
            return List.of(dx);
        }
    }

    /** l = op(x, t; p) for each element; all of one shape, all F32. */
    record Loss(LossOp op, double p, View x, View t, View l) implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(x, t);
        }

        @Override
        public List<View> writes() {
            return List.of(l);
        }
    }

    /** dx = dl ∂op/∂x for each element; all of one shape (dl may have strides of 0), all F32. */
    record LossGrad(LossOp op, double p, View x, View t, View dl, View dx) implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(x, t, dl);
        }

        @Override
        public List<View> writes() {
            return List.of(dx);
        }
    }

    /**
     * The cross-entropy of softmax(logits) with its gradient, one row at a time: l[i] = Σ_j t[i,j]
     * (ln Σ_c e^logits[i,c] - logits[i,j]) and gradient[i,j] = factor (softmax(logits)[i,j] Σ_c
     * t[i,c] - t[i,j]). A class index outside [0, classes) is an IndexOutOfBoundsException.
     *
     * @param logits F32, rows×classes: at most 2³¹ - 1 rows, and {@link #MOST_EXTENT} classes
     * @param target class indices (I32, one for each row, meaning a one-hot t), or t itself (F32,
     *     rows×classes)
     * @param l F32, one for each row
     * @param factor what each row's loss counts in the whole: 1 / rows for their mean
     * @param gradient F32, rows×classes: factor ∂l[i] / ∂logits[i,j]
     */
    record CrossEntropy(View logits, View target, double factor, View l, View gradient)
            implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(logits, target);
        }

        @Override
        public List<View> writes() {
            return List.of(l, gradient);
        }
    }

    /**
     * y[i, …] = table[indices[i], …]. An index outside [0, rows) is an IndexOutOfBoundsException.
     *
     * @param indices I32 of rank 1; y's first extent is its length, y's others are the table's. It
     *     and the table have at most 2³¹ - 1 rows
     */
    record Gather(View table, View indices, View y) implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(table, indices);
        }

        @Override
        public List<View> writes() {
            return List.of(y);
        }
    }

    /**
     * dTable[indices[i], …] += dy[i, …], in the order of i, so that repeated indices add up; the
     * inverse of {@link Gather}.
     */
    record ScatterAdd(View dy, View indices, View dTable) implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(dy, indices, dTable);
        }

        @Override
        public List<View> writes() {
            return List.of(dTable);
        }
    }

    /**
     * y[i] = x[i, indices[i]], for x rows×columns. An index outside [0, columns) is an
     * IndexOutOfBoundsException.
     */
    record Pick(View x, View indices, View y) implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(x, indices);
        }

        @Override
        public List<View> writes() {
            return List.of(y);
        }
    }

    /** dx[i, indices[i]] = dy[i], and 0 elsewhere; the inverse of {@link Pick}. */
    record Unpick(View dy, View indices, View dx) implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(dy, indices);
        }

        @Override
        public List<View> writes() {
            return List.of(dx);
        }
    }

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
    record DropoutMask(double rate, View state, View mask) implements KernelCall {
        @Override
        public List<View> reads() {
            return List.of(state);
        }

        @Override
        public List<View> writes() {
            return List.of(state, mask);
        }
    }

    /**
     * Updates {@code p} by {@code g} in one pass and counts the step, unless it is to halt: see
     * {@link UpdateRule}.
     *
     * @param control F32 of 2 elements: the learning rate, and the largest gradient that {@link
     *     CountUnfit} lets pass. They are in device memory so that a recorded step can be replayed.
     * @param steps I32 of 2 elements: the low and the high word of the number of steps done, to
     *     which the kernel adds 1 (t is the sum)
     * @param halt I32 of 1 element: where it is not 0, nothing is changed. So a step need not wait
     *     for {@link CountUnfit} to be read back. Nor is anything changed after an index that was
     *     out of range, until that is reported.
     * @param p the parameters, F32, contiguous
     * @param g their gradient, same shape, contiguous
     * @param states {@link UpdateRule#states} buffers like p, in the order in which the rule names
     *     them
     */
    record Update(
            UpdateRule rule, View control, View steps, View halt, View p, View g, List<View> states)
            implements KernelCall {
        /** Keeps the list as it is now. */
        public Update {
            states = List.copyOf(states);
        }

        @Override
        public List<View> reads() {
            List<View> views = new ArrayList<>(List.of(control, steps, halt, p, g));
            views.addAll(states);
            return views;
        }

        @Override
        public List<View> writes() {
            List<View> views = new ArrayList<>(List.of(steps, p));
            views.addAll(states);
            return views;
        }
    }

    /**
     * count[0] += how many numbers are unfit for {@link Update}: the loss, unless it is finite, and
     * each element of g unless |g| + l2 |p| ≤ control[1], with l2 from the rule's penalty (p is not
     * read where that is 0). NaN is unfit. count is I32 with one element and saturates.
     *
     * @param control as {@link Update} takes it; control[1] is {@link UpdateRule#largestGradient},
     *     so that a fit step makes neither parameters nor states infinite
     * @param loss F32 of 1 element, or null for none
     * @param p the parameters, F32, contiguous
     * @param g their gradient, same shape, contiguous
     */
    record CountUnfit(
            UpdateRule rule, View control, @Nullable View loss, View p, View g, View count)
            implements KernelCall {
        @Override
        public List<View> reads() {
            return present(control, loss, p, g, count);
        }

        @Override
        public List<View> writes() {
            return List.of(count);
        }
    }

    /**
     * count[0] += how many elements of all x are NaN or infinite; count is I32 with one element and
     * saturates.
     */
    record CountNonFinite(List<View> xs, View count) implements KernelCall {
        /** Keeps the list as it is now. */
        public CountNonFinite {
            xs = List.copyOf(xs);
        }

        @Override
        public List<View> reads() {
            List<View> views = new ArrayList<>(xs);
            views.add(count);
            return views;
        }

        @Override
        public List<View> writes() {
            return List.of(count);
        }
    }
}
