package dev.weft.nn;

import dev.weft.Shape;
import dev.weft.ShapeException;
import dev.weft.Tensor;

/**
 * y = x with its last axis as axes of these extents: rows of numbers as images, say.
 *
 * @param shape the extents, together as many elements as the last axis
 */
public record Unflatten(Shape shape) implements Layer {
    /** Of these extents. */
    public Unflatten(long... dims) {
        this(Shape.of(dims));
    }

    @Override
    public String describe() {
        return "Unflatten(" + shape + ")";
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        if (x.rank() == 0 || x.dim(-1) != shape.size()) {
            throw new ShapeException(
                    "%s: x is %s: its last axis must have %d elements"
                            .formatted(describe(), x, shape.size()));
        }
        long[] dims = new long[x.rank() - 1 + shape.rank()];
        for (int axis = 0; axis < dims.length; axis++) {
            int inside = axis - (x.rank() - 1);
            dims[axis] = inside < 0 ? x.dim(axis) : shape.dim(inside);
        }
        return x.contiguous().reshape(dims);
    }
}
