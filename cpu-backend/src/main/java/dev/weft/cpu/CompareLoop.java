// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.load;

import dev.weft.backend.CompareOp;

import jdk.incubator.vector.VectorOperators;

/**
 * y = a op b for adjacent F32 elements, where y is BOOL.
 *
 * <p>As {@link BinaryLoop}, a loop is an object, so that each is compiled by itself.
 */
@FunctionalInterface
interface CompareLoop {
    /** Compares {@code count} elements, a multiple of {@link Lanes#COUNT}. */
    void run(long a, long b, long y, int count);

    /** The loop of an operation. */
    static CompareLoop of(CompareOp op) {
        return switch (op) {
            case EQUAL -> CompareLoop::equal;
            case NOT_EQUAL -> CompareLoop::notEqual;
            case LESS -> CompareLoop::less;
            case LESS_EQUAL -> CompareLoop::lessEqual;
            case GREATER -> CompareLoop::greater;
            case GREATER_EQUAL -> CompareLoop::greaterEqual;
        };
    }

    private static void equal(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            Truths.store(load(a, i).compare(VectorOperators.EQ, load(b, i)).toLong(), y + i, COUNT);
        }
    }

    private static void notEqual(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            Truths.store(load(a, i).compare(VectorOperators.NE, load(b, i)).toLong(), y + i, COUNT);
        }
    }

    private static void less(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            Truths.store(load(a, i).compare(VectorOperators.LT, load(b, i)).toLong(), y + i, COUNT);
        }
    }

    private static void lessEqual(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            Truths.store(load(a, i).compare(VectorOperators.LE, load(b, i)).toLong(), y + i, COUNT);
        }
    }

    private static void greater(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            Truths.store(load(a, i).compare(VectorOperators.GT, load(b, i)).toLong(), y + i, COUNT);
        }
    }

    private static void greaterEqual(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            Truths.store(load(a, i).compare(VectorOperators.GE, load(b, i)).toLong(), y + i, COUNT);
        }
    }
}
