package dev.weft;

import dev.weft.backend.CompareOp;

/**
 * Diagonals and triangles of matrices, which the last two axes hold. Of every type; gradients flow
 * through all of them, where the type is floating.
 *
 * <p>Diagonal k has the elements whose column is k more than their row: 0 is the main one, those
 * above are positive.
 *
 * <p>All throw a {@link ShapeException} where extents or axes do not fit, and an {@link
 * IllegalStateException} where x was closed.
 */
public final class Diagonals {
    private Diagonals() {}

    /**
     * A view of the elements whose index along {@code axis2} is {@code offset} more than along
     * {@code axis1}. These axes vanish, and the diagonal becomes the last one; it is empty where
     * the offset leads outside.
     */
    public static Tensor diagonal(Tensor x, long offset, int axis1, int axis2) {
        int first = x.shape().axis("diagonal", axis1);
        int second = x.shape().axis("diagonal", axis2);
        if (first == second) {
            throw new ShapeException(
                    "diagonal: axes %d and %d of %s are the same one".formatted(axis1, axis2, x));
        }
        long within = Math.clamp(offset, -x.dim(first), x.dim(second));
        return Layout.part(x, view -> view.diagonal(first, second, within));
    }

    /**
     * The square matrix with the vector x on diagonal k, and 0 elsewhere; or the diagonal of a
     * matrix, a view.
     */
    public static Tensor diag(Tensor x, int k) {
        if (x.rank() == 2) {
            return diagonal(x, k, 0, 1);
        }
        if (x.rank() != 1) {
            throw new ShapeException(
                    "diag: %s is neither a vector nor a matrix: use diagonal for more axes"
                            .formatted(x));
        }
        long n = Math.addExact(x.dim(0), Math.abs((long) k));
        return Layout.embed("diag", x, 0, Shape.of(n, n), view -> view.diagonal(0, 1, k));
    }

    /** The sum of the main diagonal of a matrix; not for BOOL. */
    public static Tensor trace(Tensor x) {
        Elementwise.requireArithmetic("trace", x);
        if (x.rank() != 2) {
            throw new ShapeException("trace: %s is not a matrix".formatted(x));
        }
        return x.device().compute(() -> diagonal(x, 0, 0, 1).sum());
    }

    /** x where the column is at most k more than the row, and 0 above. */
    public static Tensor tril(Tensor x, int k) {
        return triangle("tril", CompareOp.LESS_EQUAL, x, k);
    }

    /** x where the column is at least k more than the row, and 0 below. */
    public static Tensor triu(Tensor x, int k) {
        return triangle("triu", CompareOp.GREATER_EQUAL, x, k);
    }

    private static Tensor triangle(String operation, CompareOp kept, Tensor x, int k) {
        if (x.rank() < 2) {
            throw new ShapeException("%s: %s is not a matrix".formatted(operation, x));
        }
        Device device = x.device();
        return device.compute(
                () -> {
                    Tensor rows = Creation.range(device, DType.I64, k, 1, x.dim(-2));
                    Tensor columns = Creation.range(device, DType.I64, 0, 1, x.dim(-1));
                    Tensor inside = Elementwise.compare(kept, columns, rows.unsqueeze(1));
                    return inside.where(x, device.full(x.dtype(), 0, Shape.SCALAR));
                });
    }
}
