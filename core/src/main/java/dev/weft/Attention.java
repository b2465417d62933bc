package dev.weft;

import dev.weft.backend.BinaryOp;
import dev.weft.backend.KernelCall;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Scaled dot-product attention: y = softmax(scale q kᵀ + mask) v. Vaswani et al. 2017.
 *
 * <p>It works on blocks of queries, forward and backward. With more than {@value #SHORT} keys it
 * computes their weights again on the way back: beside operands and results its memory is some
 * blocks for each head. With dropout, the weights and what was dropped are kept for the way back.
 */
public final class Attention {
    /** So many keys at most are short: their weights are kept for the way back. */
    private static final long SHORT = 1024;

    /** Elements of the weights of one head's block of queries: half a megabyte in F32. */
    private static final long BLOCK = 1 << 17;

    private static final long LEAST_ROWS = 16;

    private final Device device;
    private final Tensor q;
    private final Tensor k;
    private final Tensor v;
    private final @Nullable Tensor mask;
    private final AttentionOptions options;
    private final double scale;
    private final List<Block> kept = new ArrayList<>();

    /** Some queries, the keys that they may see, and their weights before and by dropout. */
    private record Block(
            long from,
            long to,
            long keys,
            Tensor queries,
            Tensor capped,
            Tensor weights,
            @Nullable Tensor dropped) {}

    private Attention(
            Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, AttentionOptions options) {
        this.device = q.device();
        long groups = q.dim(1) / k.dim(1);
        this.q = Layout.regrouped(q, Shape.of(q.dim(0), k.dim(1), groups, q.dim(2), q.dim(3)));
        this.k = k.contiguous();
        this.v = v.contiguous();
        this.mask = mask;
        this.options = options;
        this.scale =
                Double.isNaN(options.scale()) ? 1 / Math.sqrt((double) q.dim(3)) : options.scale();
    }

    /**
     * The values, weighted by how well their keys fit each query. A query that may see no key gives
     * 0, and has no gradient. Gradients flow to q, k, v, and a mask that is added. Of one floating
     * type; F16 and BF16 compute in F32 and are rounded once.
     *
     * <p>What was seen before, as in generation, stands before the new keys and values: {@code
     * Tensor.concat(2, past, k)}.
     *
     * @param q batch×heads×queries×width
     * @param k batch×heads×keys×width; the number of its heads divides q's, and each serves as many
     *     of q's neighbouring heads
     * @param v batch×heads×keys×width, with k's heads and keys, and any width
     * @return batch×heads×queries×(v's width)
     * @throws ShapeException where shapes or types do not fit
     * @throws IllegalArgumentException where operands are on two devices
     * @throws IllegalStateException where an operand was closed
     */
    public static Tensor attend(Tensor q, Tensor k, Tensor v, AttentionOptions options) {
        check(q, k, v, options.mask());
        DType wide = q.dtype().computesIn();
        return q.device()
                .compute(
                        () -> {
                            Tensor a = q.to(wide);
                            Tensor b = k.to(wide);
                            Tensor c = v.to(wide);
                            Tensor mask = fiveAxes(options.mask(), q, k);
                            Tensor added = mask == null ? null : toType(mask, wide);
                            return attend(a, b, c, added, options).to(q.dtype());
                        });
    }

    private static Tensor toType(Tensor mask, DType wide) {
        return mask.dtype() == DType.BOOL ? mask : mask.to(wide);
    }

    private static Tensor attend(
            Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, AttentionOptions options) {
        List<Tensor> operands = new ArrayList<>(List.of(q, k, v));
        if (mask != null) {
            operands.add(mask);
        }
        Recorder recorder = q.device().recording();
        boolean tracked = recorder != null && operands.stream().anyMatch(recorder::tracks);
        boolean byMask =
                recorder != null
                        && mask != null
                        && mask.dtype().isFloating()
                        && recorder.tracks(mask);
        Attention[] made = new Attention[1];
        return q.device()
                .custom(
                        "attention",
                        operands,
                        () -> {
                            made[0] = new Attention(q, k, v, mask, options);
                            return made[0].forward(tracked);
                        },
                        dy -> made[0].backward(dy, byMask, operands));
    }

    private Tensor forward(boolean tracked) {
        long length = q.dim(3);
        Tensor y = device.empty(q.dtype(), q.shape().with(4, v.dim(3)));
        boolean keeps = tracked && (k.dim(2) <= SHORT || options.dropout() > 0);
        for (long from = 0; from < length; from += rows()) {
            try (Scope scope = device.scope()) {
                Block block = block(from, Math.min(length, from + rows()));
                Tensor part = used(block).matmul(v.slice(2, 0, block.keys()));
                Tensor to = y.slice(3, block.from(), block.to());
                to.assign(part.reshape(to.shape().toArray()));
                if (keeps) {
                    kept.add(block);
                    scope.keepAll();
                }
            }
        }
        return y.reshape(q.dim(0), q.dim(1) * q.dim(2), length, v.dim(3));
    }

    private long rows() {
        long length = Math.max(1, q.dim(3));
        return Math.clamp(BLOCK / Math.max(1, k.dim(2)), Math.min(LEAST_ROWS, length), length);
    }

    /** The weights of some queries: batch×heads×(groups·queries)×keys. */
    private Block block(long from, long to) {
        long ahead = k.dim(2) - q.dim(3);
        long keys = options.causal() ? Math.clamp(to + ahead, 1, k.dim(2)) : k.dim(2);
        long[] folded = {q.dim(0), q.dim(1), q.dim(2) * (to - from), -1};
        long[] apart = {q.dim(0), q.dim(1), q.dim(2), to - from, keys};
        folded[3] = q.dim(4);
        Tensor queries = q.slice(3, from, to).mul(scale).reshape(folded);
        Tensor scores = queries.matmul(k.slice(2, 0, keys).transpose()).reshape(apart);
        double cap = options.softcap();
        Tensor capped = cap == 0 ? scores : scores.mul(1 / cap).tanh().mul(cap);
        Tensor seen = capped;
        if (options.causal() && from + ahead < keys - 1) {
            Tensor future =
                    device.ones(DType.BOOL, to - from, keys).triu(bounded(from + ahead + 1));
            seen = seen.maskedFill(future, Double.NEGATIVE_INFINITY);
        }
        if (mask != null) {
            Tensor part = ofBlock(mask, from, to, keys);
            seen =
                    mask.dtype() == DType.BOOL
                            ? seen.maskedFill(part.logicalNot(), Double.NEGATIVE_INFINITY)
                            : seen.add(part);
        }
        Tensor weights = seen.softmax(-1);
        if (mask != null || from + ahead < 0) {
            Tensor none = device.full(q.dtype(), Double.NEGATIVE_INFINITY, Shape.SCALAR);
            Tensor blind = seen.reduce(ReduceOp.MAX, true, -1).equal(none);
            weights = weights.maskedFill(blind, 0);
        }
        folded[3] = keys;
        Tensor together = weights.reshape(folded);
        DropoutState state = options.state();
        Tensor dropped =
                state == null || options.dropout() == 0
                        ? null
                        : state.apply(together.onesLike(), options.dropout());
        return new Block(from, to, keys, queries, capped, together, dropped);
    }

    private static int bounded(long diagonal) {
        return Math.toIntExact(Math.clamp(diagonal, -Integer.MAX_VALUE, Integer.MAX_VALUE));
    }

    /** What weighs the values. */
    private static Tensor used(Block block) {
        Tensor dropped = block.dropped();
        return dropped == null ? block.weights() : block.weights().mul(dropped);
    }

    /** The part of a mask, or of its gradient, that some queries and keys meet. */
    private static Tensor ofBlock(Tensor mask, long from, long to, long keys) {
        Tensor rows = mask.dim(3) == 1 ? mask : mask.slice(3, from, to);
        return mask.dim(4) == 1 ? rows : rows.slice(4, 0, keys);
    }

    private List<@Nullable Tensor> backward(Tensor dy, boolean byMask, List<Tensor> operands) {
        Tensor d = Layout.regrouped(dy, q.shape().with(4, v.dim(3)));
        Tensor dq = device.empty(q.dtype(), q.shape());
        Tensor dk = k.zerosLike();
        Tensor dv = v.zerosLike();
        Tensor dMask = byMask && mask != null ? mask.zerosLike() : null;
        long length = q.dim(3);
        for (long from = 0, i = 0; from < length; from += rows(), i++) {
            try (Scope _ = device.scope()) {
                Block block =
                        kept.isEmpty()
                                ? block(from, Math.min(length, from + rows()))
                                : kept.get((int) i);
                backward(block, d, dq, dk, dv, dMask);
            }
        }
        List<@Nullable Tensor> gradients = new ArrayList<>();
        gradients.add(dq.reshape(operands.getFirst().shape().toArray()));
        gradients.add(dk);
        gradients.add(dv);
        if (mask != null) {
            gradients.add(dMask);
        }
        return gradients;
    }

    private void backward(
            Block block, Tensor d, Tensor dq, Tensor dk, Tensor dv, @Nullable Tensor dMask) {
        Tensor weights = block.weights();
        long[] folded = weights.shape().toArray();
        folded[3] = v.dim(3);
        Tensor part = d.slice(3, block.from(), block.to()).contiguous().reshape(folded);
        add(dv.slice(2, 0, block.keys()), used(block).transpose().matmul(part));
        Tensor dWeights = part.matmul(v.slice(2, 0, block.keys()).transpose());
        Tensor dropped = block.dropped();
        Tensor reached = dropped == null ? dWeights : dWeights.mul(dropped);
        Tensor dScores =
                device.make(
                        "attention",
                        q.dtype(),
                        weights.shape(),
                        dst ->
                                device.backend()
                                        .run(
                                                new KernelCall.SoftmaxGrad(
                                                        false,
                                                        weights.view(),
                                                        reached.view(),
                                                        dst)));
        if (dMask != null) {
            Tensor target = ofBlock(dMask, block.from(), block.to(), block.keys());
            add(target, summed(dScores.reshape(block.capped().shape().toArray()), target));
        }
        double cap = options.softcap();
        if (cap != 0) {
            Tensor slope = block.capped().mul(1 / cap).square().neg().add(1);
            dScores = dScores.mul(slope.reshape(weights.shape().toArray()));
        }
        Tensor to = dq.slice(3, block.from(), block.to());
        Tensor dQueries = dScores.matmul(k.slice(2, 0, block.keys())).mul(scale);
        to.assign(dQueries.reshape(to.shape().toArray()));
        add(dk.slice(2, 0, block.keys()), dScores.transpose().matmul(block.queries()));
    }

    private void add(Tensor target, Tensor more) {
        View sum = target.viewToWrite();
        device.backend().run(new KernelCall.Binary(BinaryOp.ADD, sum, more.view(), sum));
    }

    /** The sum over the axes in which the target was repeated. */
    private static Tensor summed(Tensor x, Tensor target) {
        int[] axes = new int[x.rank()];
        int n = 0;
        for (int axis = 0; axis < x.rank(); axis++) {
            if (target.dim(axis) == 1 && x.dim(axis) != 1) {
                axes[n++] = axis;
            }
        }
        return n == 0 ? x : x.reduce(ReduceOp.SUM, true, Arrays.copyOf(axes, n));
    }

    /** A mask with an axis for the heads of k, and one for those of q that share one of them. */
    private static @Nullable Tensor fiveAxes(@Nullable Tensor mask, Tensor q, Tensor k) {
        if (mask == null) {
            return null;
        }
        long[] dims = {1, 1, 1, 1, 1};
        int missing = 4 - mask.rank();
        for (int axis = 0; axis < mask.rank(); axis++) {
            int at = axis + missing;
            dims[at < 1 ? 0 : at + 1] = mask.dim(axis);
        }
        if (dims[2] != 1) {
            dims[1] = k.dim(1);
            dims[2] = q.dim(1) / k.dim(1);
        }
        return Layout.regrouped(mask, Shape.of(dims));
    }

    private static void check(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask) {
        Elementwise.requireFloating("attention", q);
        Elementwise.sameDevice("attention", q, k);
        Elementwise.sameDevice("attention", q, v);
        boolean fits =
                q.rank() == 4
                        && k.rank() == 4
                        && v.rank() == 4
                        && k.dtype() == q.dtype()
                        && v.dtype() == q.dtype()
                        && q.dim(0) == k.dim(0)
                        && q.dim(3) == k.dim(3)
                        && k.shape().with(3, 1).equals(v.shape().with(3, 1))
                        && k.dim(1) > 0
                        && q.dim(1) % k.dim(1) == 0;
        if (!fits) {
            throw new ShapeException(
                    "attention: q is %s, k is %s, v is %s: they must be batch×heads×length×width, of one floating type and batch, q and k of one width, k and v of as many heads, which divide q's, and of one length"
                            .formatted(q, k, v));
        }
        if (mask == null) {
            return;
        }
        Elementwise.sameDevice("attention", q, mask);
        Shape scores = Shape.of(q.dim(0), q.dim(1), q.dim(2), k.dim(2));
        boolean type = mask.dtype() == DType.BOOL || mask.dtype() == q.dtype();
        if (!type || !mask.shape().broadcastsTo(scores)) {
            throw new ShapeException(
                    "attention: q is %s, k is %s, the mask is %s: it must be BOOL or of q's type, and broadcast to batch×heads×queries×keys, %s"
                            .formatted(q, k, mask, scores));
        }
    }
}
