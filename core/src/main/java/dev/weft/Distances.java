package dev.weft;

import dev.weft.backend.Activation;
import dev.weft.backend.ReduceOp;

import java.util.ArrayList;
import java.util.List;

/**
 * Distances between vectors, which the last axis holds. Of floating types; F16 and BF16 compute in
 * F32 and are rounded once. Gradients flow to both operands, and are 0 where a distance is.
 *
 * <p>All throw a {@link ShapeException} where shapes or types do not fit; an {@link
 * IllegalArgumentException} where operands are on two devices; an {@link IllegalStateException}
 * where one was closed.
 */
public final class Distances {
    /** The most elements of a block of differences: 16 MB of F32. */
    private static final long BLOCK = 1 << 22;

    /** The most rows for which no product of matrices is worth its lost digits. */
    private static final long MOST_EXACT = 25;

    private Distances() {}

    /**
     * y[…, i, j] = ‖a[…, i] - b[…, j]‖, M×D and N×D to M×N. Where M or N is above 25, by a product
     * of matrices, as in PyTorch: ‖a‖² + ‖b‖² - 2 a·b, of vectors from which b's mean is taken
     * first. Of vectors that are nearly equal, for their length, the distance has then lost digits:
     * √u of that length, for a roundoff u. {@link #cdist(Tensor, Tensor, double)} has them.
     *
     * @param a …×M×D; leading axes broadcast
     * @param b …×N×D
     */
    public static Tensor cdist(Tensor a, Tensor b) {
        check("cdist", a, b);
        if (Math.max(a.dim(-2), b.dim(-2)) <= MOST_EXACT) {
            return cdist(a, b, 2);
        }
        return a.device()
                .compute(
                        () -> {
                            DType wide = a.dtype().computesIn();
                            Tensor x = a.to(wide);
                            Tensor y = b.to(wide);
                            // The distance does not depend on it, and so neither does its gradient.
                            Tensor origin = y.detach().reduce(ReduceOp.MEAN, true, -2);
                            return byProduct(x.sub(origin), y.sub(origin)).to(a.dtype());
                        });
    }

    /** √max(0, [-2 a, ‖a‖², 1] [b, 1, ‖b‖²]ᵀ): all of the sum in the product. */
    private static Tensor byProduct(Tensor a, Tensor b) {
        Tensor left = columns(a.mul(-2), squares(a), ones(a));
        Tensor right = columns(b, ones(b), squares(b));
        Tensor sum =
                left.rank() == 2 && right.rank() == 2
                        ? left.linear(right, null, Activation.RELU)
                        : left.matmul(right.transpose()).relu();
        return Norms.root(sum, 2);
    }

    private static Tensor columns(Tensor... parts) {
        return Tensor.concat(-1, parts);
    }

    private static Tensor squares(Tensor x) {
        return x.square().reduce(ReduceOp.SUM, true, -1);
    }

    private static Tensor ones(Tensor x) {
        return x.device().full(x.dtype(), 1, x.shape().with(-1, 1));
    }

    /**
     * y[…, i, j] = ‖a[…, i] - b[…, j]‖_p, of the differences themselves, some rows of a at a time.
     * A tape keeps all differences until it is closed.
     *
     * @param a …×M×D; leading axes broadcast
     * @param b …×N×D
     * @param p as {@link Norms#norm} takes it
     */
    public static Tensor cdist(Tensor a, Tensor b, double p) {
        check("cdist", a, b);
        long row = Shape.broadcast("cdist", a.shape().with(-2, 1), b.shape().with(-2, 1)).size();
        long rows = Math.clamp(BLOCK / Math.max(1, row * b.dim(-2)), 1, Math.max(1, a.dim(-2)));
        return a.device()
                .compute(
                        () -> {
                            Tensor others = b.unsqueeze(-3);
                            List<Tensor> blocks = new ArrayList<>();
                            for (Tensor block : a.split(rows, -2)) {
                                blocks.add(distances(block.unsqueeze(-2), others, p));
                            }
                            return blocks.size() == 1
                                    ? blocks.getFirst()
                                    : Tensor.concat(-2, blocks.toArray(Tensor[]::new));
                        });
    }

    private static Tensor distances(Tensor a, Tensor b, double p) {
        DType wide = a.dtype().computesIn();
        return a.device()
                .compute(() -> Norms.norm(a.to(wide).sub(b.to(wide)), p, false, -1).to(a.dtype()));
    }

    /**
     * ‖a - b + eps‖_p along the last axis, which vanishes; a and b broadcast.
     *
     * @param eps keeps the difference from 0; 1e-6 in PyTorch
     */
    public static Tensor pairwiseDistance(Tensor a, Tensor b, double p, double eps) {
        Elementwise.sameType("pairwise_distance", a, b);
        Elementwise.requireFloating("pairwise_distance", a);
        Shape shape = Shape.broadcast("pairwise_distance", a.shape(), b.shape());
        shape.axis("pairwise_distance", -1);
        DType wide = a.dtype().computesIn();
        return a.device()
                .compute(
                        () -> {
                            Tensor difference = a.to(wide).sub(b.to(wide)).add(eps);
                            return Norms.norm(difference, p, false, -1).to(a.dtype());
                        });
    }

    private static void check(String operation, Tensor a, Tensor b) {
        Elementwise.sameType(operation, a, b);
        Elementwise.requireFloating(operation, a);
        if (a.rank() < 2 || b.rank() < 2 || a.dim(-1) != b.dim(-1)) {
            throw new ShapeException(
                    "%s: a is %s, b is %s: needs rows of vectors of one length, M×D and N×D"
                            .formatted(operation, a, b));
        }
    }
}
