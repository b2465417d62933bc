// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import dev.weft.backend.Activation;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * What gemm does to a part of C before and after the product: once for each element, while it is in
 * the cache.
 */
final class GemmEnds {
    private GemmEnds() {}

    /**
     * c = beta c + bias where the product is added to c, and c = bias where there is no product.
     */
    static void begin(GemmProblem g, int i0, int i1, int j0, int j1) {
        boolean scales = g.accumulates() && (g.beta() != 1 || g.bias() != 0);
        if (!scales && g.k() != 0) {
            return;
        }
        long bias = g.bias() == 0 ? 0 : g.bias() + (long) j0 * WORD;
        for (int i = i0; i < i1; i++) {
            begin(g.c() + i * g.cRow() + (long) j0 * WORD, j1 - j0, (float) g.beta(), bias);
        }
    }

    private static void begin(long c, int cols, float beta, long bias) {
        FloatVector scale = FloatVector.broadcast(F32, beta);
        for (int j = 0; j < cols; j += COUNT) {
            long at = (long) j * WORD;
            VectorMask<Float> inside = F32.indexInRange(j, cols);
            FloatVector value = FloatVector.zero(F32);
            if (bias != 0) {
                value = FloatVector.fromMemorySegment(F32, MEM, bias + at, ORDER, inside);
            }
            if (beta != 0) {
                value =
                        FloatVector.fromMemorySegment(F32, MEM, c + at, ORDER, inside)
                                .fma(scale, value);
            }
            value.intoMemorySegment(MEM, c + at, ORDER, inside);
        }
    }

    /** c = activation(c). */
    static void finish(GemmProblem g, int i0, int i1, int j0, int j1) {
        if (g.activation() == Activation.IDENTITY) {
            return;
        }
        for (int i = i0; i < i1; i++) {
            finish(g.activation(), g.c() + i * g.cRow() + (long) j0 * WORD, j1 - j0);
        }
    }

    private static void finish(Activation activation, long c, int cols) {
        for (int j = 0; j < cols; j += COUNT) {
            long at = c + (long) j * WORD;
            VectorMask<Float> inside = F32.indexInRange(j, cols);
            FloatVector x = FloatVector.fromMemorySegment(F32, MEM, at, ORDER, inside);
            apply(activation, x).intoMemorySegment(MEM, at, ORDER, inside);
        }
    }

    private static FloatVector apply(Activation activation, FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        return switch (activation) {
            case IDENTITY -> x;
            case RELU -> x.max(0);
            case SIGMOID -> VectorMath.sigmoid(x);
            case TANH -> VectorMath.tanh(x);
        };
    }
}
