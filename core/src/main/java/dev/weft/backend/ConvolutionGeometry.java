package dev.weft.backend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * How the weight of a convolution moves over its input: along one to three axes, the outermost
 * first. Element k of the weight meets, for element o of the output, the input's element {@code o
 * stride - before + k dilation}, or a zero where that is in the padding.
 *
 * @param strides from the input of one output to that of the next, at least 1
 * @param before zeros before the first element, at least 0
 * @param after zeros behind the last
 * @param dilations from the input of one element of the weight to that of the next, at least 1
 * @param groups so many convolutions beside each other, each of its own channels, at least 1
 */
public record ConvolutionGeometry(
        List<Integer> strides,
        List<Integer> before,
        List<Integer> after,
        List<Integer> dilations,
        int groups) {
    /** The axes of the views that kernels take. */
    public static final int AXES = 3;

    /**
     * Keeps the lists as they are now.
     *
     * @throws IllegalArgumentException where there are not one to three strides, another list has
     *     not as many numbers, or a number is too small
     */
    public ConvolutionGeometry {
        if (strides.isEmpty() || strides.size() > AXES) {
            throw new IllegalArgumentException(
                    "convolution: has one to three axes, got %d strides: %s"
                            .formatted(strides.size(), strides));
        }
        int axes = strides.size();
        strides = checked("strides", strides, axes, 1);
        before = checked("padding before", before, axes, 0);
        after = checked("padding after", after, axes, 0);
        dilations = checked("dilations", dilations, axes, 1);
        if (groups < 1) {
            throw new IllegalArgumentException(
                    "convolution: groups must be at least 1, got %d".formatted(groups));
        }
    }

    private static List<Integer> checked(String what, List<Integer> numbers, int axes, int least) {
        if (numbers.size() != axes) {
            throw new IllegalArgumentException(
                    "convolution: %s %s are %d for %d axes: give one for each axis, or one for all"
                            .formatted(what, numbers, numbers.size(), axes));
        }
        for (int number : numbers) {
            if (number < least) {
                throw new IllegalArgumentException(
                        "convolution: %s must be at least %d, got %s"
                                .formatted(what, least, numbers));
            }
        }
        return List.copyOf(numbers);
    }

    /** Along so many axes: strides and dilations of 1, no padding, one group. */
    public static ConvolutionGeometry of(int axes) {
        List<Integer> ones = Collections.nCopies(axes, 1);
        List<Integer> zeros = Collections.nCopies(axes, 0);
        return new ConvolutionGeometry(ones, zeros, zeros, ones, 1);
    }

    /** With these strides: one for each axis, or one for all. */
    public ConvolutionGeometry stride(int... strides) {
        return new ConvolutionGeometry(each("strides", strides), before, after, dilations, groups);
    }

    /** With so much padding on both sides of each axis: one for each axis, or one for all. */
    public ConvolutionGeometry padding(int... padding) {
        return padding(padding, padding);
    }

    /** With so much padding before and behind each axis. */
    public ConvolutionGeometry padding(int[] before, int[] after) {
        return new ConvolutionGeometry(
                strides,
                each("padding before", before),
                each("padding after", after),
                dilations,
                groups);
    }

    /** With these dilations: one for each axis, or one for all. */
    public ConvolutionGeometry dilation(int... dilations) {
        return new ConvolutionGeometry(
                strides, before, after, each("dilations", dilations), groups);
    }

    /** With so many groups. */
    public ConvolutionGeometry groups(int groups) {
        return new ConvolutionGeometry(strides, before, after, dilations, groups);
    }

    private List<Integer> each(String what, int[] numbers) {
        return numbers.length == 1
                ? Collections.nCopies(axes(), numbers[0])
                : checked(what, Arrays.stream(numbers).boxed().toList(), axes(), Integer.MIN_VALUE);
    }

    /** How many axes the weight moves along. */
    public int axes() {
        return strides.size();
    }

    /** How many elements of the input, or zeros, a weight of so many elements spans. */
    public long span(int axis, long kernel) {
        return (kernel - 1) * dilations.get(axis) + 1;
    }

    /** The same along {@link #AXES} axes, of which the first may have extents of 1. */
    ConvolutionGeometry onAllAxes() {
        return new ConvolutionGeometry(
                filled(strides, 1),
                filled(before, 0),
                filled(after, 0),
                filled(dilations, 1),
                groups);
    }

    private static List<Integer> filled(List<Integer> numbers, int first) {
        List<Integer> all = new ArrayList<>(Collections.nCopies(AXES - numbers.size(), first));
        all.addAll(numbers);
        return all;
    }
}
