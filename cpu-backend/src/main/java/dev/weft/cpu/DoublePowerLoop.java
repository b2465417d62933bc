package dev.weft.cpu;

import static dev.weft.cpu.DoubleLanes.COUNT;
import static dev.weft.cpu.DoubleLanes.load;
import static dev.weft.cpu.Memory.DOUBLE_WORD;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;

import jdk.incubator.vector.DoubleVector;

/** y = a^b and its derivatives for adjacent F64 elements. */
final class DoublePowerLoop {
    private DoublePowerLoop() {}

    /** y = a^b. */
    static void pow(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            DoublePowers.pow(load(a, i), load(b, i))
                    .intoMemorySegment(MEM, y + (long) i * DOUBLE_WORD, ORDER);
        }
    }

    /** d = dy ∂a^b/∂a. */
    static void byBase(long a, long b, long dy, long d, int count) {
        for (int i = 0; i < count; i += COUNT) {
            DoubleVector slope = DoublePowers.powByBase(load(a, i), load(b, i));
            slope.mul(load(dy, i)).intoMemorySegment(MEM, d + (long) i * DOUBLE_WORD, ORDER);
        }
    }

    /** d = dy ∂a^b/∂b. */
    static void byExponent(long a, long b, long dy, long d, int count) {
        for (int i = 0; i < count; i += COUNT) {
            DoubleVector slope = DoublePowers.powByExponent(load(a, i), load(b, i));
            slope.mul(load(dy, i)).intoMemorySegment(MEM, d + (long) i * DOUBLE_WORD, ORDER);
        }
    }
}
