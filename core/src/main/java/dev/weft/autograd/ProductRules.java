package dev.weft.autograd;

import dev.weft.DType;
import dev.weft.Reductions;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.ReduceOp;

import java.util.stream.IntStream;

/**
 * Derivatives of products, in which elements may be 0. So a product is not simply divided by each
 * of its factors: those that are 0 stand apart. To be called in a scope.
 */
final class ProductRules {
    private ProductRules() {}

    /**
     * The product of the other elements for each element of x, over the axes in which {@code kept}
     * has extent 1: y / x where none is 0, and where one is, that of the others at its place and 0
     * elsewhere.
     */
    static Tensor others(Tensor x, Shape kept) {
        int[] axes = IntStream.range(0, x.rank()).filter(i -> kept.dim(i) != x.dim(i)).toArray();
        if (axes.length == 0) {
            return number(x, 1).expand(x.shape().toArray());
        }
        Tensor isZero = x.equal(number(x, 0));
        Tensor factors = isZero.where(number(x, 1), x);
        Tensor product = factors.reduce(ReduceOp.PROD, true, axes);
        // In I32, in which many can be told from few.
        Tensor zero = isZero.to(DType.I32);
        Tensor zeros = zero.reduce(ReduceOp.SUM, true, axes);
        return zero.equal(zeros).where(product.div(factors), number(x, 0));
    }

    /**
     * dx_k = Σ dy_i Π x_j, over the i from k on and the j up to i but k: the sums of dy y, divided
     * by x_k where no element up to k is 0. At the first 0, the same with a 1 in its place; behind
     * it nothing.
     */
    static Tensor scanned(Tensor x, int axis, boolean reversed, Tensor dy) {
        Tensor isZero = x.equal(number(x, 0));
        Tensor zeros = Reductions.scan(ReduceOp.SUM, isZero.to(DType.I32), axis, reversed);
        Tensor none = zeros.equal(zeros.mul(0));
        Tensor first = isZero.to(DType.I32).mul(zeros).equal(zeros.mul(0).add(1));
        Tensor before = products(none.where(x, number(x, 0)), axis, reversed, dy);
        Tensor factors = first.where(number(x, 1), x);
        Tensor all = products(factors, axis, reversed, none.where(number(x, 0), dy));
        return none.where(before.div(none.where(x, number(x, 1))), first.where(all, number(x, 0)));
    }

    /** Σ dy y over what comes after, and of y = the products of x up to each element. */
    private static Tensor products(Tensor x, int axis, boolean reversed, Tensor dy) {
        Tensor y = Reductions.scan(ReduceOp.PROD, x, axis, reversed);
        return Reductions.scan(ReduceOp.SUM, y.mul(dy), axis, !reversed);
    }

    private static Tensor number(Tensor x, double value) {
        return x.device().full(x.dtype(), value, Shape.SCALAR);
    }
}
