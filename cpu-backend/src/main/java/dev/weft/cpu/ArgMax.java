// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

/** The position of the largest, or the smallest, element of a run of a {@link Strided}. */
final class ArgMax {
    private ArgMax() {}

    /**
     * Of F32 times {@code sign}: the first of the largest, and the first NaN where there is one.
     */
    static int of(Strided x, float sign, long start, long length, long memory, int block) {
        int best = 0;
        float largest = Float.NEGATIVE_INFINITY;
        for (long done = 0; done < length; done += block) {
            int count = (int) Math.min(block, length - done);
            long at = x.read(start + done, count, memory);
            for (int i = 0; i < count; i++) {
                float value = sign * Memory.getFloat(at + (long) i * WORD);
                if (Float.isNaN(value)) {
                    return (int) (done + i);
                }
                if (value > largest) {
                    largest = value;
                    best = (int) (done + i);
                }
            }
        }
        return best;
    }
}
