// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

/**
 * A part of a product without vectors, for a JVM that does not compile them: there it is 10 to 100
 * times faster than the tiles.
 */
final class GemmScalar {
    private GemmScalar() {}

    /** c = alpha a b + beta c + bias for rows [i0, i1) and columns [j0, j1). */
    static void part(GemmProblem g, int i0, int i1, int j0, int j1) {
        for (int i = i0; i < i1; i++) {
            long a = g.a() + i * g.aRow();
            long c = g.c() + i * g.cRow();
            for (int j = j0; j < j1; j++) {
                double sum = dot(a, g.aCol(), g.b() + j * g.bCol(), g.bRow(), g.k());
                double value = g.alpha() * sum;
                if (g.beta() != 0) {
                    value += g.beta() * Memory.getFloat(c + (long) j * WORD);
                }
                if (g.bias() != 0) {
                    value += Memory.getFloat(g.bias() + (long) j * WORD);
                }
                Memory.setFloat(c + (long) j * WORD, (float) value);
            }
        }
        GemmEnds.finish(g, i0, i1, j0, j1);
    }

    private static double dot(long a, long aStep, long b, long bStep, int count) {
        double sum = 0;
        for (int k = 0; k < count; k++) {
            sum += (double) Memory.getFloat(a + k * aStep) * Memory.getFloat(b + k * bStep);
        }
        return sum;
    }
}
