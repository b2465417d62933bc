package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;

/**
 * Compares an operation on tensors, forward and backward, with the reference backend. The kernels'
 * own tests have the tight bounds; this one finds what is put together wrongly.
 */
final class Agreement {
    private static final double RELATIVE = 1e-5;

    private Agreement() {}

    static void check(OpCase c, Device device, Device reference, long seed) {
        OpCase.Outcome expected = c.run(reference, seed);
        OpCase.Outcome actual = c.run(device, seed);
        assertEquals(expected.shape(), actual.shape(), "shape");
        assertEquals(expected.dtype(), actual.dtype(), "type");
        compare("result", expected.y(), actual.y());
        assertEquals(expected.gradients().size(), actual.gradients().size());
        for (int i = 0; i < expected.gradients().size(); i++) {
            compare("gradient " + i, expected.gradients().get(i), actual.gradients().get(i));
        }
    }

    private static void compare(String what, double[] expected, double[] actual) {
        assertEquals(expected.length, actual.length, what);
        double largest = 1;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        double difference = RELATIVE * largest;
        for (int i = 0; i < expected.length; i++) {
            int at = i;
            assertTrue(
                    Bound.within(DType.F32, difference, expected[i], actual[i]),
                    () ->
                            "%s, element %d: expected %s, got %s"
                                    .formatted(what, at, expected[at], actual[at]));
        }
    }
}
