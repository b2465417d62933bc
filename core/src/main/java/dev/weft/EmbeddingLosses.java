package dev.weft;

/** Losses that bring vectors of what belongs together near each other, and others apart. */
public final class EmbeddingLosses {
    /** What PyTorch adds to a triplet's differences. */
    private static final double TRIPLET_EPS = 1e-6;

    private static final double COSINE_EPS = 1e-8;
    private static final double LENGTH_EPS = 1e-12;

    private EmbeddingLosses() {}

    /**
     * 1 - cos(a, b) for rows that belong together, max(0, cos(a, b) - margin) for others, reduced.
     *
     * @param a floating, rows×features
     * @param b likewise
     * @param together one for each row, of integers or of a's type: 1, or -1 for rows that do not
     * @param margin in [-1, 1]
     */
    public static Tensor cosineEmbedding(
            Tensor a, Tensor b, Tensor together, double margin, Reduction reduction) {
        if (!(margin >= -1 && margin <= 1)) {
            throw new IllegalArgumentException(
                    "cosineEmbedding: margin must be in [-1, 1], got " + margin);
        }
        checkRows("cosineEmbedding", a, b);
        if (!together.shape().equals(Shape.of(a.dim(0)))) {
            throw new ShapeException(
                    "cosineEmbedding: a is %s, together is %s: needs 1 or -1 for each row"
                            .formatted(a.describe(), together.describe()));
        }
        return a.device()
                .compute(
                        () -> {
                            Tensor cosine = Norms.cosineSimilarity(a, b, -1, COSINE_EPS);
                            Tensor zero = a.device().full(together.dtype(), 0, Shape.SCALAR);
                            Tensor apart = cosine.sub(margin).relu();
                            Tensor near = cosine.neg().add(1);
                            return reduction.apply(together.greater(zero).where(near, apart));
                        });
    }

    /**
     * The cross-entropy of q kᵀ / temperature, with row i's own key at i, reduced over the rows:
     * the other rows' keys are what a query is told from. InfoNCE, van den Oord et al. 2018; both
     * ways and halved it is CLIP's.
     *
     * @param queries floating, rows×features, usually of length 1: {@link Norms#normalize}
     * @param keys likewise
     * @param temperature above 0
     */
    public static Tensor infoNce(
            Tensor queries, Tensor keys, double temperature, Reduction reduction) {
        checkTemperature("infoNce", temperature);
        checkRows("infoNce", queries, keys);
        return queries.device()
                .compute(
                        () -> {
                            Tensor scores = queries.matmul(keys.transpose()).mul(1 / temperature);
                            Tensor own =
                                    queries.device().arange(DType.I32, (double) queries.dim(0));
                            return Losses.crossEntropy(scores, own, reduction);
                        });
    }

    /**
     * The mean over rows of the cross-entropy of z zᵀ / temperature without its diagonal, where z
     * are the rows divided by their lengths, and rows 2i and 2i + 1 belong together. NT-Xent, Chen
     * et al. 2020 (SimCLR).
     *
     * @param x floating, rows×features, with an even number of rows
     * @param temperature above 0
     */
    public static Tensor ntXent(Tensor x, double temperature) {
        checkTemperature("ntXent", temperature);
        if (x.rank() != 2 || !x.dtype().isFloating() || x.dim(0) % 2 != 0) {
            throw new ShapeException(
                    "ntXent: x is %s: it must be floating, rows×features, with pairs of rows"
                            .formatted(x.describe()));
        }
        long n = x.dim(0);
        return x.device()
                .compute(
                        () -> {
                            Tensor z = Norms.normalize(x, 2, -1, LENGTH_EPS);
                            Tensor itself = Creation.eye(x.device(), DType.BOOL, n, n);
                            Tensor scores =
                                    z.matmul(z.transpose())
                                            .mul(1 / temperature)
                                            .maskedFill(itself, Double.NEGATIVE_INFINITY);
                            Tensor pairs =
                                    x.device().arange(DType.I32, (double) n).reshape(n / 2, 2);
                            return Losses.crossEntropy(scores, pairs.flip(1).reshape(n));
                        });
    }

    /**
     * max(0, ‖anchor - near‖_p - ‖anchor - far‖_p + margin) for each row, reduced, with PyTorch's
     * 1e-6 added to differences. Schroff et al. 2015; swapped, the lesser of ‖anchor - far‖ and
     * ‖near - far‖ counts (Balntas et al. 2016).
     *
     * @param anchor floating, rows×features; near and far likewise
     * @param margin above 0
     */
    public static Tensor tripletMargin(
            Tensor anchor,
            Tensor near,
            Tensor far,
            double margin,
            double p,
            boolean swap,
            Reduction reduction) {
        if (!(margin > 0)) {
            throw new IllegalArgumentException(
                    "tripletMargin: margin must be above 0, got " + margin);
        }
        checkRows("tripletMargin", anchor, near);
        checkRows("tripletMargin", anchor, far);
        return anchor.device()
                .compute(
                        () -> {
                            Tensor toNear = distance(anchor, near, p);
                            Tensor toFar = distance(anchor, far, p);
                            Tensor least = swap ? toFar.min(distance(near, far, p)) : toFar;
                            return reduction.apply(toNear.sub(least).add(margin).relu());
                        });
    }

    private static Tensor distance(Tensor a, Tensor b, double p) {
        return Distances.pairwiseDistance(a, b, p, TRIPLET_EPS);
    }

    /**
     * max(0, margin - order (a - b)) for each element, reduced: a is to be above b where order is
     * 1, and below it where order is -1.
     *
     * @param a floating; b and order of its shape and type
     */
    public static Tensor marginRanking(
            Tensor a, Tensor b, Tensor order, double margin, Reduction reduction) {
        for (Tensor other : new Tensor[] {b, order}) {
            if (!a.shape().equals(other.shape())
                    || a.dtype() != other.dtype()
                    || !a.dtype().isFloating()) {
                throw new ShapeException(
                        "marginRanking: a is %s, b is %s, order is %s: all must be of one floating type and shape"
                                .formatted(a.describe(), b.describe(), order.describe()));
            }
        }
        return a.device().compute(() -> reduction.apply(order.mul(b.sub(a)).add(margin).relu()));
    }

    private static void checkTemperature(String name, double temperature) {
        if (!(temperature > 0)) {
            throw new IllegalArgumentException(
                    "%s: temperature must be above 0, got %s".formatted(name, temperature));
        }
    }

    private static void checkRows(String name, Tensor a, Tensor b) {
        Elementwise.sameDevice(name, a, b);
        if (a.rank() != 2
                || !a.dtype().isFloating()
                || !a.shape().equals(b.shape())
                || a.dtype() != b.dtype()) {
            throw new ShapeException(
                    "%s: the operands are %s and %s: both must be rows×features of one floating type and shape"
                            .formatted(name, a.describe(), b.describe()));
        }
    }
}
