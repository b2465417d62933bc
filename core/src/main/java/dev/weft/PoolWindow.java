package dev.weft;

import dev.weft.backend.Window;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The windows of {@link Pooling}, along the last one, two or three axes: so many sizes say how many
 * axes. Each list has one number for each axis, the outermost first.
 *
 * @param sizes elements of a window, at least 1
 * @param strides from the start of a window to that of the next, at least 1
 * @param before padding before the first element, at least 0
 * @param after padding behind the last
 * @param dilations from an element of a window to the next, at least 1
 * @param ceil whether a last window may reach beyond the padding, where it begins before the
 *     padding behind the last element
 */
public record PoolWindow(
        List<Integer> sizes,
        List<Integer> strides,
        List<Integer> before,
        List<Integer> after,
        List<Integer> dilations,
        boolean ceil) {
    /**
     * Keeps the lists as they are now.
     *
     * @throws IllegalArgumentException where there are not one to three sizes, another list has not
     *     as many numbers, or a number is too small
     */
    public PoolWindow {
        sizes = checked("sizes", sizes, sizes.size(), 1);
        if (sizes.isEmpty() || sizes.size() > 3) {
            throw new IllegalArgumentException(
                    "pooling: has one to three axes, got %d sizes: %s"
                            .formatted(sizes.size(), sizes));
        }
        strides = checked("strides", strides, sizes.size(), 1);
        before = checked("padding", before, sizes.size(), 0);
        after = checked("padding", after, sizes.size(), 0);
        dilations = checked("dilations", dilations, sizes.size(), 1);
    }

    private static List<Integer> checked(String what, List<Integer> numbers, int axes, int least) {
        if (numbers.size() != axes) {
            throw new IllegalArgumentException(
                    "pooling: %s %s are %d for %d axes: give one for each axis, or one for all"
                            .formatted(what, numbers, numbers.size(), axes));
        }
        for (int number : numbers) {
            if (number < least) {
                throw new IllegalArgumentException(
                        "pooling: %s must be at least %d, got %s".formatted(what, least, numbers));
            }
        }
        return List.copyOf(numbers);
    }

    /** Windows of these sizes beside each other, without padding. */
    public static PoolWindow of(int... sizes) {
        List<Integer> all = Arrays.stream(sizes).boxed().toList();
        List<Integer> none = Collections.nCopies(sizes.length, 0);
        List<Integer> ones = Collections.nCopies(sizes.length, 1);
        return new PoolWindow(all, all, none, none, ones, false);
    }

    /** With these strides: one for each axis, or one for all. */
    public PoolWindow stride(int... strides) {
        return new PoolWindow(sizes, each(strides), before, after, dilations, ceil);
    }

    /** With so much padding on both sides of each axis: one for each axis, or one for all. */
    public PoolWindow padding(int... padding) {
        return padding(padding, padding);
    }

    /** With so much padding before and behind each axis. */
    public PoolWindow padding(int[] before, int[] after) {
        return new PoolWindow(sizes, strides, each(before), each(after), dilations, ceil);
    }

    /** With these distances between the elements of a window: one for each axis, or one for all. */
    public PoolWindow dilation(int... dilations) {
        return new PoolWindow(sizes, strides, before, after, each(dilations), ceil);
    }

    /** With a last window that reaches beyond the padding, or without. */
    public PoolWindow ceil(boolean ceil) {
        return new PoolWindow(sizes, strides, before, after, dilations, ceil);
    }

    private List<Integer> each(int[] numbers) {
        return numbers.length == 1
                ? Collections.nCopies(sizes.size(), numbers[0])
                : Arrays.stream(numbers).boxed().toList();
    }

    /** How many axes are pooled. */
    public int axes() {
        return sizes.size();
    }

    /** The windows along the last three axes. */
    Window window() {
        Window.Axis[] all = {Window.Axis.NONE, Window.Axis.NONE, Window.Axis.NONE};
        for (int i = 0; i < axes(); i++) {
            all[3 - axes() + i] = axis(i);
        }
        return new Window(all[0], all[1], all[2]);
    }

    private Window.Axis axis(int i) {
        return new Window.Axis(
                sizes.get(i), strides.get(i), dilations.get(i), before.get(i), after.get(i));
    }

    /**
     * How many windows there are along pooled axis {@code i} of this extent.
     *
     * @throws ShapeException where a window does not fit, or would lie in the padding alone
     */
    long windows(String name, int i, long extent) {
        Window.Axis axis = axis(i);
        long padded = extent + axis.before() + axis.after();
        long span = (axis.size() - 1L) * axis.dilation() + 1;
        if (padded < span) {
            throw new ShapeException(
                    "%s: pooled axis %d has %d elements with its padding (%d), fewer than a window spans (%d): use smaller windows, or more padding"
                            .formatted(name, i, padded, extent, span));
        }
        long steps = padded - span;
        long windows = (ceil ? Math.ceilDiv(steps, axis.stride()) : steps / axis.stride()) + 1;
        if (ceil && axis.start(windows - 1) >= extent) {
            windows--;
        }
        for (long o = 0; o < windows; o++) {
            if (axis.from(o) >= axis.until(o, extent)) {
                throw new ShapeException(
                        "%s: window %d of pooled axis %d, of %d elements, lies in the padding alone: use less padding"
                                .formatted(name, o, i, extent));
            }
        }
        return windows;
    }
}
