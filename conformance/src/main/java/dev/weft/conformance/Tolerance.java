package dev.weft.conformance;

import dev.weft.DType;

import java.util.Arrays;

/** Right is |actual - expected| ≤ absolute + relative |expected|, or both NaN. */
record Tolerance(double relative, double absolute) {
    /** ONNX's own, in its runner of node tests. */
    static final Tolerance ONNX = new Tolerance(1e-3, 1e-7);

    private static final Tolerance F64 = new Tolerance(1e-9, 1e-11);
    private static final Tolerance F32 = new Tolerance(1e-4, 1e-5);

    /** For F16 and BF16, in u: of the result, and of the largest one. */
    private static final double ROUNDINGS = 16;

    /** Of results that PyTorch computed in double and a device in this floating type. */
    static Tolerance of(DType dtype, double... expected) {
        return switch (dtype) {
            case F64 -> F64;
            case F32 -> F32;
            default -> {
                double u = FloatFormat.of(dtype).roundoff();
                double largest = Arrays.stream(expected).map(Math::abs).reduce(1, Math::max);
                yield new Tolerance(ROUNDINGS * u, ROUNDINGS * u * largest);
            }
        };
    }

    /** The error as a fraction of what is allowed; infinite where there is none to speak of. */
    double fraction(double expected, double actual) {
        if (actual == expected || (Double.isNaN(expected) && Double.isNaN(actual))) {
            return 0;
        }
        double fraction = Math.abs(actual - expected) / (absolute + relative * Math.abs(expected));
        return Double.isNaN(fraction) ? Double.POSITIVE_INFINITY : fraction;
    }
}
