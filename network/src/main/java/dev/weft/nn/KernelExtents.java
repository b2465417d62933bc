package dev.weft.nn;

import dev.weft.Shape;
import dev.weft.backend.ConvolutionGeometry;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** The kernels of convolutions: their extents, and what fits them. */
final class KernelExtents {
    private KernelExtents() {}

    /** One extent for each axis, or one for all. */
    static List<Integer> of(String block, int axes, int... kernel) {
        if (kernel.length != 1 && kernel.length != axes) {
            throw new IllegalArgumentException(
                    "%s: the kernel %s has %d extents for %d axes: give one for each axis, or one for all"
                            .formatted(block, Arrays.toString(kernel), kernel.length, axes));
        }
        return kernel.length == 1
                ? Collections.nCopies(axes, kernel[0])
                : Arrays.stream(kernel).boxed().toList();
    }

    static void check(
            String block,
            int inputs,
            int outputs,
            List<Integer> kernel,
            ConvolutionGeometry geometry) {
        int groups = geometry.groups();
        boolean sizes = kernel.size() == geometry.axes() && kernel.stream().allMatch(k -> k >= 1);
        if (inputs < 1 || outputs < 1 || !sizes) {
            throw new IllegalArgumentException(
                    "%s: channels and the kernel's extents must be at least 1, got %d, %d, %s"
                            .formatted(block, inputs, outputs, kernel));
        }
        if (inputs % groups != 0 || outputs % groups != 0) {
            throw new IllegalArgumentException(
                    "%s: %d groups of %d and %d channels: they must divide both"
                            .formatted(block, groups, inputs, outputs));
        }
    }

    /** The weight's shape: channels, channels of a group, kernel. */
    static Shape weight(int first, int second, List<Integer> kernel) {
        long[] dims = new long[2 + kernel.size()];
        dims[0] = first;
        dims[1] = second;
        for (int a = 0; a < kernel.size(); a++) {
            dims[2 + a] = kernel.get(a);
        }
        return Shape.of(dims);
    }

    /** Such as {@code Conv2d(16, 32, 3x3)}. */
    static String describe(String block, int inputs, int outputs, List<Integer> kernel) {
        return "%s%dd(%d, %d, %s)"
                .formatted(
                        block,
                        kernel.size(),
                        inputs,
                        outputs,
                        kernel.stream().map(String::valueOf).collect(Collectors.joining("x")));
    }
}
