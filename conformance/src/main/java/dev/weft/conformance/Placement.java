package dev.weft.conformance;

import dev.weft.Shape;

/** How a view lies in its buffer. */
enum Placement {
    /** Row-major without gaps. */
    DENSE,
    /** Rows longer than the last extent: a leading dimension above the number of columns. */
    PADDED,
    /** Column-major: the first axis has stride 1. */
    TRANSPOSED,
    /** Every axis with gaps, also the last. */
    STRIDED,
    /** One row for all: a stride of 0 along the first axis. For inputs only. */
    BROADCAST;

    /** The strides of a view of {@code shape}, in elements. */
    long[] strides(Shape shape) {
        int rank = shape.rank();
        long[] strides = new long[rank];
        long stride = this == STRIDED ? 3 : 1;
        for (int i = 0; i < rank; i++) {
            int axis = this == TRANSPOSED ? i : rank - 1 - i;
            strides[axis] = stride;
            boolean last = i == 0;
            stride *= Math.max(1, shape.dim(axis));
            if (this == STRIDED || (this == PADDED && last)) {
                stride += 5;
            }
        }
        if (this == BROADCAST && rank > 0) {
            strides[0] = 0;
        }
        return strides;
    }

    /** How many elements lie between the first and the last, both included. */
    long extent(Shape shape) {
        if (shape.size() == 0) {
            return 0;
        }
        long[] strides = strides(shape);
        long last = 0;
        for (int axis = 0; axis < strides.length; axis++) {
            last += strides[axis] * (shape.dim(axis) - 1);
        }
        return last + 1;
    }
}
