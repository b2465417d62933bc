package dev.weft.nn;

import dev.weft.Shape;
import dev.weft.ShapeException;
import dev.weft.Tensor;

import java.util.List;

/** The shapes that blocks take, and the weights and biases of normalisations. */
final class Scales {
    private Scales() {}

    /** A weight of ones and a bias of zeros, for each channel. */
    static List<ParameterSpec> ofChannels(int channels) {
        Shape shape = Shape.of(channels);
        return List.of(
                new ParameterSpec("weight", shape, Fans.of(shape), Initializer.ones()),
                new ParameterSpec("bias", shape, Fans.of(shape), Initializer.zeros()));
    }

    /** Refuses an x that does not end in these extents: a weight would broadcast to others. */
    static void checkEnd(String block, Tensor x, Shape shape) {
        boolean fits = x.rank() >= shape.rank();
        for (int axis = -shape.rank(); fits && axis < 0; axis++) {
            fits = x.dim(axis) == shape.dim(axis);
        }
        if (!fits) {
            throw new ShapeException(
                    "%s: x is %s: its last extents must be %s".formatted(block, x, shape));
        }
    }

    /** Refuses an x that has not so many channels, axis 1. */
    static void checkChannels(String block, Tensor x, int channels) {
        if (x.rank() < 2 || x.dim(1) != channels) {
            throw new ShapeException(
                    "%s: x is %s: it must be batch×channels×…, with %d channels"
                            .formatted(block, x, channels));
        }
    }

    /** Refuses an x that is not batch×channels×extents, with so many channels and extents. */
    static void checkImages(String block, Tensor x, int channels, int axes) {
        if (x.rank() != axes + 2 || x.dim(1) != channels) {
            throw new ShapeException(
                    "%s: x is %s: it must be batch×channels×extents, with %d channels and %d extents"
                            .formatted(block, x, channels, axes));
        }
    }

    /** Refuses an x that has no extents beside batch×channels. */
    static void checkHasAxes(String block, Tensor x) {
        if (x.rank() < 3) {
            throw new ShapeException(
                    "%s: x is %s: it must be batch×channels×extents".formatted(block, x));
        }
    }

    /** Refuses an x that is not batch×length×width. */
    static void checkSequence(String block, Tensor x, int width) {
        if (x.rank() != 3 || x.dim(2) != width) {
            throw new ShapeException(
                    "%s: x is %s: it must be batch×length×width, with a width of %d"
                            .formatted(block, x, width));
        }
    }
}
