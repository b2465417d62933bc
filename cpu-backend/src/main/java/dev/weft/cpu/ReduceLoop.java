// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Lanes.store;
import static dev.weft.cpu.Memory.WORD;

import dev.weft.backend.ReduceOp;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The reductions of adjacent elements to one value, and of rows to one row, in an order that their
 * number alone fixes.
 */
final class ReduceLoop {
    private static final int LANES4 = 4 * COUNT;

    /** Additions in a row in F32: a sum of more is cut into blocks of so many for each lane. */
    static final int BLOCK = 128;

    /** Adjacent elements of a block, in the lanes of four vectors. */
    private static final int BLOCK_RUN = BLOCK * LANES4;

    /** Rows of a block, alternately in two vectors. */
    static final int BLOCK_ROWS = 2 * BLOCK;

    private ReduceLoop() {}

    /** Σ, Π, max or min of {@code count} adjacent F32 elements. */
    static float run(ReduceOp op, long x, int count) {
        int whole = count - count % COUNT;
        float result =
                switch (op) {
                    case SUM, MEAN -> sum(x, whole);
                    case PROD -> product(x, whole);
                    case MAX -> max(x, whole);
                    case MIN -> min(x, whole);
                };
        for (int i = whole; i < count; i++) {
            result = combine(op, result, Memory.getFloat(x + (long) i * WORD));
        }
        return result;
    }

    /** Of nothing. */
    static float identity(ReduceOp op) {
        return switch (op) {
            case SUM, MEAN -> 0;
            case PROD -> 1;
            case MAX -> Float.NEGATIVE_INFINITY;
            case MIN -> Float.POSITIVE_INFINITY;
        };
    }

    static float combine(ReduceOp op, float a, float b) {
        return switch (op) {
            case SUM, MEAN -> a + b;
            case PROD -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    private static float sum(long x, int count) {
        float sum = 0;
        for (int i = 0; i < count; i += BLOCK_RUN) {
            sum += sumOfBlock(x + (long) i * WORD, Math.min(BLOCK_RUN, count - i));
        }
        return sum;
    }

    /** Σ of F32 elements which are sums themselves, or their mean if {@code length} is not 0. */
    static float sumOfSums(long x, int count, long length) {
        FloatSum sum = new FloatSum();
        for (int i = 0; i < count; i++) {
            sum.add(Memory.getFloat(x + (long) i * WORD));
        }
        return length == 0 ? sum.value() : sum.mean(length);
    }

    private static float sumOfBlock(long x, int count) {
        FloatVector s0 = FloatVector.zero(F32);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i <= count - LANES4; i += LANES4) {
            s0 = load(x, i).add(s0);
            s1 = load(x, i + COUNT).add(s1);
            s2 = load(x, i + 2 * COUNT).add(s2);
            s3 = load(x, i + 3 * COUNT).add(s3);
        }
        for (; i < count; i += COUNT) {
            s0 = load(x, i).add(s0);
        }
        return Lanes.sum(
                ((FloatVector) VECTOR.cast(s0))
                        .add(s1)
                        .add(((FloatVector) VECTOR.cast(s2)).add(s3)));
    }

    private static float product(long x, int count) {
        FloatVector p0 = FloatVector.broadcast(F32, 1f);
        FloatVector p1 = p0;
        int i = 0;
        for (; i <= count - 2 * COUNT; i += 2 * COUNT) {
            p0 = load(x, i).mul(p0);
            p1 = load(x, i + COUNT).mul(p1);
        }
        for (; i < count; i += COUNT) {
            p0 = load(x, i).mul(p0);
        }
        FloatVector both = ((FloatVector) VECTOR.cast(p0)).mul(p1);
        // Not by the vector API's own reduction, whose order differs once it is compiled.
        float product = 1;
        for (int lane = 0; lane < COUNT; lane++) {
            product *= both.lane(lane);
        }
        return product;
    }

    private static float max(long x, int count) {
        FloatVector m0 = FloatVector.broadcast(F32, Float.NEGATIVE_INFINITY);
        FloatVector m1 = m0;
        int i = 0;
        for (; i <= count - 2 * COUNT; i += 2 * COUNT) {
            m0 = load(x, i).max(m0);
            m1 = load(x, i + COUNT).max(m1);
        }
        for (; i < count; i += COUNT) {
            m0 = load(x, i).max(m0);
        }
        return ((FloatVector) VECTOR.cast(m0)).max(m1).reduceLanes(VectorOperators.MAX);
    }

    private static float min(long x, int count) {
        FloatVector m0 = FloatVector.broadcast(F32, Float.POSITIVE_INFINITY);
        FloatVector m1 = m0;
        int i = 0;
        for (; i <= count - 2 * COUNT; i += 2 * COUNT) {
            m0 = load(x, i).min(m0);
            m1 = load(x, i + COUNT).min(m1);
        }
        for (; i < count; i += COUNT) {
            m0 = load(x, i).min(m0);
        }
        return ((FloatVector) VECTOR.cast(m0)).min(m1).reduceLanes(VectorOperators.MIN);
    }

    /**
     * y[j] = Σ, Π, max or min of x[i, j] over {@code rows}; {@code columns} is a multiple of {@link
     * Lanes#COUNT}.
     */
    static void rows(ReduceOp op, long x, long rowBytes, long rows, long y, int columns) {
        for (int j = 0; j < columns; j += COUNT) {
            long at = x + (long) j * WORD;
            switch (op) {
                case SUM, MEAN -> sumRows(at, rowBytes, rows, y, j);
                case PROD -> multiplyRows(at, rowBytes, rows, y, j);
                case MAX -> maxRows(at, rowBytes, rows, y, j);
                case MIN -> minRows(at, rowBytes, rows, y, j);
            }
        }
    }

    private static void sumRows(long x, long rowBytes, long rows, long y, int j) {
        FloatVector s0 = FloatVector.zero(F32);
        FloatVector s1 = s0;
        long even = rows - (rows & 1);
        long at = x;
        for (long i = 0; i < even; i += 2) {
            s0 = load(at, 0).add(s0);
            s1 = load(at + rowBytes, 0).add(s1);
            at += 2 * rowBytes;
        }
        if (even < rows) {
            s0 = load(at, 0).add(s0);
        }
        store(((FloatVector) VECTOR.cast(s0)).add(s1), y, j);
    }

    private static void multiplyRows(long x, long rowBytes, long rows, long y, int j) {
        FloatVector p = FloatVector.broadcast(F32, 1f);
        for (long i = 0; i < rows; i++) {
            p = load(x + i * rowBytes, 0).mul(p);
        }
        store(p, y, j);
    }

    private static void maxRows(long x, long rowBytes, long rows, long y, int j) {
        FloatVector m = FloatVector.broadcast(F32, Float.NEGATIVE_INFINITY);
        for (long i = 0; i < rows; i++) {
            m = load(x + i * rowBytes, 0).max(m);
        }
        store(m, y, j);
    }

    private static void minRows(long x, long rowBytes, long rows, long y, int j) {
        FloatVector m = FloatVector.broadcast(F32, Float.POSITIVE_INFINITY);
        for (long i = 0; i < rows; i++) {
            m = load(x + i * rowBytes, 0).min(m);
        }
        store(m, y, j);
    }

    /** Of one column, in the order of {@link #rows}. */
    static float column(ReduceOp op, long x, long rowBytes, long rows) {
        float even = identity(op);
        float odd = even;
        for (long i = 0; i < rows; i++) {
            float value = Memory.getFloat(x + i * rowBytes);
            if ((i & 1) == 0) {
                even = combine(op, even, value);
            } else {
                odd = combine(op, odd, value);
            }
        }
        return combine(op, even, odd);
    }

    /**
     * total + lost += x, where lost is what total has lost by rounding (Knuth's TwoSum, The Art of
     * Computer Programming, volume 2, section 4.2.2); {@code count} is a multiple of {@link
     * Lanes#COUNT}.
     */
    static void carry(long x, long total, long lost, int count) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector add = load(x, i);
            FloatVector before = load(total, i);
            FloatVector after = before.add(add);
            FloatVector added = after.sub(before);
            FloatVector rounding = before.sub(after.sub(added)).add(add.sub(added));
            store(rounding.add(load(lost, i)), lost, i);
            store(after, total, i);
        }
    }

    /** total += lost, but where that is NaN since total has overflowed. */
    static void settle(long total, long lost, int count) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector rounding = load(lost, i);
            FloatVector rounded = load(total, i);
            FloatVector settled = rounded.add(rounding);
            store(rounded.blend(settled, rounding.test(VectorOperators.IS_FINITE)), total, i);
        }
    }

    /**
     * How many of {@code count} elements are NaN or infinite: usually none, which is seen first.
     */
    static int nonFinite(long x, int count) {
        int whole = count - count % COUNT;
        int found = 0;
        if (!Float.isFinite(zeros(x, whole))) {
            for (int i = 0; i < whole; i += COUNT) {
                found += COUNT - load(x, i).test(VectorOperators.IS_FINITE).trueCount();
            }
        }
        for (int i = whole; i < count; i++) {
            found += Float.isFinite(Memory.getFloat(x + (long) i * WORD)) ? 0 : 1;
        }
        return found;
    }

    /** Σ 0 x: NaN where an element is NaN or infinite, at one operation for a vector. */
    private static float zeros(long x, int count) {
        FloatVector zero = FloatVector.zero(F32);
        FloatVector s0 = FloatVector.zero(F32);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i <= count - LANES4; i += LANES4) {
            s0 = load(x, i).fma(zero, s0);
            s1 = load(x, i + COUNT).fma(zero, s1);
            s2 = load(x, i + 2 * COUNT).fma(zero, s2);
            s3 = load(x, i + 3 * COUNT).fma(zero, s3);
        }
        for (; i < count; i += COUNT) {
            s0 = load(x, i).fma(zero, s0);
        }
        return Lanes.sum(
                ((FloatVector) VECTOR.cast(s0))
                        .add(s1)
                        .add(((FloatVector) VECTOR.cast(s2)).add(s3)));
    }

    /** x = x / divisor. */
    static void divide(long x, float divisor, int count) {
        for (long at = x; at < x + (long) count * WORD; at += WORD) {
            Memory.setFloat(at, Memory.getFloat(at) / divisor);
        }
    }
}
