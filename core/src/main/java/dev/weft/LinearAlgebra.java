package dev.weft;

/**
 * Products of vectors and matrices by their everyday names: each is a {@link Products#matmul} or a
 * product of elements, with the shapes that its name asks for. Operands are on one device and of
 * one type, which the result has too. Gradients flow to every floating operand.
 *
 * <p>All throw a {@link ShapeException} where shapes or types do not fit; an {@link
 * IllegalArgumentException} where operands are on two devices; an {@link IllegalStateException}
 * where one was closed.
 */
public final class LinearAlgebra {
    private LinearAlgebra() {}

    /** Σ a_i b_i for two vectors of one length: a scalar. */
    public static Tensor dot(Tensor a, Tensor b) {
        require(
                "dot",
                "two vectors of one length",
                a,
                b,
                a.rank() == 1 && a.shape().equals(b.shape()));
        return a.device().compute(() -> a.mul(b).sum());
    }

    /** y_ij = a_i b_j for two vectors. */
    public static Tensor outer(Tensor a, Tensor b) {
        require("outer", "two vectors", a, b, a.rank() == 1 && b.rank() == 1);
        return a.device().compute(() -> a.unsqueeze(1).mul(b));
    }

    /** A matrix times a vector, of floating types. */
    public static Tensor mv(Tensor a, Tensor x) {
        boolean fits = a.rank() == 2 && x.rank() == 1 && a.dim(1) == x.dim(0);
        require("mv", "a matrix M×K and a vector K", a, x, fits);
        Elementwise.requireFloating("mv", a);
        return Products.matmul(a, x);
    }

    /** The products of two batches of matrices, B×M×K by B×K×N, of floating types. */
    public static Tensor bmm(Tensor a, Tensor b) {
        boolean fits =
                a.rank() == 3 && b.rank() == 3 && a.dim(0) == b.dim(0) && a.dim(2) == b.dim(1);
        require("bmm", "batches B×M×K and B×K×N", a, b, fits);
        Elementwise.requireFloating("bmm", a);
        return Products.matmul(a, b);
    }

    /** beta c + alpha a b, for matrices of floating types; c broadcasts to the product. */
    public static Tensor addmm(Tensor c, Tensor a, Tensor b, double beta, double alpha) {
        boolean fits = a.rank() == 2 && b.rank() == 2 && a.dim(1) == b.dim(0);
        require("addmm", "matrices M×K and K×N", a, b, fits);
        Elementwise.sameType("addmm", a, c);
        Elementwise.requireFloating("addmm", a);
        Shape shape = Shape.of(a.dim(0), b.dim(1));
        if (!c.shape().broadcastsTo(shape)) {
            throw new ShapeException(
                    "addmm: c is %s, and does not broadcast to the product, %s"
                            .formatted(c, shape));
        }
        return a.device().compute(() -> Products.matmul(scaled(a, alpha), b).add(scaled(c, beta)));
    }

    private static Tensor scaled(Tensor x, double factor) {
        return factor == 1 ? x : x.mul(factor);
    }

    /**
     * The sum of products over the last {@code axes} axes of a and the first of b, which are equal;
     * the result has the others.
     */
    public static Tensor tensordot(Tensor a, Tensor b, int axes) {
        boolean fits = axes >= 0 && axes <= Math.min(a.rank(), b.rank());
        for (int i = 0; fits && i < axes; i++) {
            fits = a.dim(a.rank() - axes + i) == b.dim(i);
        }
        require(
                "tensordot",
                "the last %d axes of a to be the first of b".formatted(axes),
                a,
                b,
                fits);
        Elementwise.requireFloating("tensordot", a);
        long sum = 1;
        for (int i = 0; i < axes; i++) {
            sum *= b.dim(i);
        }
        Shape left = Shape.of(rows(a, axes), sum);
        Shape right = Shape.of(sum, columns(b, axes));
        long[] dims = new long[a.rank() + b.rank() - 2 * axes];
        for (int i = 0; i < dims.length; i++) {
            int free = a.rank() - axes;
            dims[i] = i < free ? a.dim(i) : b.dim(i - free + axes);
        }
        return a.device()
                .compute(
                        () ->
                                Layout.regrouped(a, left)
                                        .matmul(Layout.regrouped(b, right))
                                        .reshape(dims));
    }

    private static long rows(Tensor a, int axes) {
        long rows = 1;
        for (int i = 0; i < a.rank() - axes; i++) {
            rows *= a.dim(i);
        }
        return rows;
    }

    private static long columns(Tensor b, int axes) {
        long columns = 1;
        for (int i = axes; i < b.rank(); i++) {
            columns *= b.dim(i);
        }
        return columns;
    }

    private static void require(String operation, String needs, Tensor a, Tensor b, boolean fits) {
        Elementwise.sameType(operation, a, b);
        Elementwise.requireArithmetic(operation, a);
        if (!fits) {
            throw new ShapeException(
                    "%s: a is %s, b is %s: needs %s".formatted(operation, a, b, needs));
        }
    }
}
