package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;

import java.util.stream.Stream;

/**
 * Compares an operation on tensors, forward and backward, with the reference backend. The kernels'
 * own tests have the tight bounds; this one finds what is put together wrongly.
 */
final class Agreement {
    /** In u of the type that is computed in, of the largest element. */
    private static final double COMPUTED = 167;

    /** In u of a narrower type, to which each operation on the way rounds. */
    private static final double STORED = 16;

    private Agreement() {}

    static void check(OpCase c, Device device, Device reference, long seed) {
        OpCase.Outcome expected = c.run(reference, seed);
        OpCase.Outcome actual = c.run(device, seed);
        assertEquals(expected.shape(), actual.shape(), "shape");
        assertEquals(expected.dtype(), actual.dtype(), "type");
        // A gradient passes through every type on its way.
        double allowance =
                Stream.concat(Stream.of(expected.dtype()), c.inputs().stream().map(Input::dtype))
                        .mapToDouble(Agreement::allowance)
                        .max()
                        .orElseThrow();
        compare("result", expected.dtype(), allowance, expected.y(), actual.y());
        assertEquals(expected.gradients().size(), actual.gradients().size());
        for (int i = 0; i < expected.gradients().size(); i++) {
            DType dtype = c.gradientTypes().get(i);
            double[] gradient = expected.gradients().get(i);
            compare("gradient " + i, dtype, allowance, gradient, actual.gradients().get(i));
        }
    }

    /** Of one operation on operands of the result's type. */
    static void compare(String what, DType dtype, double[] expected, double[] actual) {
        compare(what, dtype, allowance(dtype), expected, actual);
    }

    private static void compare(
            String what, DType dtype, double allowance, double[] expected, double[] actual) {
        assertEquals(expected.length, actual.length, what);
        double largest = 1;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        double difference = largest * allowance;
        for (int i = 0; i < expected.length; i++) {
            int at = i;
            assertTrue(
                    right(dtype, difference, expected[i], actual[i]),
                    () ->
                            "%s, element %d: expected %s, got %s"
                                    .formatted(what, at, expected[at], actual[at]));
        }
    }

    private static double allowance(DType dtype) {
        if (!dtype.isFloating()) {
            return 0;
        }
        double roundings = dtype == dtype.computesIn() ? COMPUTED : STORED;
        return roundings * FloatFormat.of(dtype).roundoff();
    }

    private static boolean right(DType dtype, double difference, double expected, double actual) {
        return dtype.isFloating()
                ? Bound.within(dtype, difference, expected, actual)
                : expected == actual;
    }
}
