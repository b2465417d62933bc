// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.EVEN;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Lanes.store;
import static dev.weft.cpu.Memory.ADDRESS;
import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The loops of pooling over a row: those of a step of 1 and of 2 by vectors. Addresses are masked
 * once, so that C2 does not compare each with the bounds of memory.
 */
final class PoolLoop {
    private PoolLoop() {}

    private static float get(long address, int index) {
        return Memory.getFloat(address + (long) index * WORD);
    }

    private static void set(long address, int index, float value) {
        Memory.setFloat(address + (long) index * WORD, value);
    }

    /** Every second element of the two vectors that begin here. */
    private static FloatVector everySecond(long x, int index) {
        return load(x, index).rearrange(EVEN, load(x, index + COUNT));
    }

    /** How many of so many windows are whole vectors; their elements lie so far apart. */
    private static int whole(int stride, int count) {
        return stride <= 2 ? count - count % COUNT : 0;
    }

    /** y = 0. */
    static void zero(long y, int count) {
        y &= ADDRESS;
        FloatVector zero = FloatVector.zero(F32);
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            store(zero, y, i);
        }
        for (; i < count; i++) {
            set(y, i, 0);
        }
    }

    /** y = a + b. */
    static void sum(long a, long b, long y, int count) {
        a &= ADDRESS;
        b &= ADDRESS;
        y &= ADDRESS;
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            store(load(a, i).add(load(b, i)), y, i);
        }
        for (; i < count; i++) {
            set(y, i, get(a, i) + get(b, i));
        }
    }

    /** y[k] += x[k stride]. */
    static void add(long x, int stride, long y, int count) {
        x &= ADDRESS;
        y &= ADDRESS;
        int whole = whole(stride, count);
        if (stride == 1) {
            for (int i = 0; i < whole; i += COUNT) {
                store(load(x, i).add(load(y, i)), y, i);
            }
        } else {
            for (int i = 0; i < whole; i += COUNT) {
                store(everySecond(x, 2 * i).add(load(y, i)), y, i);
            }
        }
        for (int i = whole; i < count; i++) {
            set(y, i, get(x, i * stride) + get(y, i));
        }
    }

    /** y[k stride] += x[k]. */
    static void spread(long x, long y, int stride, int count) {
        x &= ADDRESS;
        y &= ADDRESS;
        if (stride == 1) {
            add(x, 1, y, count);
            return;
        }
        for (int i = 0; i < count; i++) {
            set(y, i * stride, get(y, i * stride) + get(x, i));
        }
    }

    /** y += x / by. */
    static void addQuotients(long x, float by, long y, int count) {
        x &= ADDRESS;
        y &= ADDRESS;
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            store(load(x, i).div(by).add(load(y, i)), y, i);
        }
        for (; i < count; i++) {
            set(y, i, get(x, i) / by + get(y, i));
        }
    }

    /** y = y / by. */
    static void divide(long y, float by, int count) {
        y &= ADDRESS;
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            store(load(y, i).div(by), y, i);
        }
        for (; i < count; i++) {
            set(y, i, get(y, i) / by);
        }
    }

    /**
     * y[k] = the largest of x[k stride + taps[j]], and at[k] = the first j that has it, or that has
     * a NaN. The distances of the taps are in bytes.
     */
    static void largest(long x, int stride, int[] taps, long y, long at, int count) {
        x &= ADDRESS;
        y &= ADDRESS;
        at &= ADDRESS;
        int whole = whole(stride, count);
        if (stride == 1) {
            for (int i = 0; i < whole; i += COUNT) {
                largestOfVector(x + (long) i * WORD, taps, y, at, i);
            }
        } else {
            for (int i = 0; i < whole; i += COUNT) {
                largestOfEverySecond(x + 2L * i * WORD, taps, y, at, i);
            }
        }
        for (int i = whole; i < count; i++) {
            largest(x + (long) i * stride * WORD, taps, y, at, i);
        }
    }

    private static void largestOfVector(long x, int[] taps, long y, long at, int i) {
        x &= ADDRESS;
        y &= ADDRESS;
        at &= ADDRESS;
        FloatVector best = load(x + taps[0], 0);
        FloatVector where = FloatVector.zero(F32);
        for (int j = 1; j < taps.length; j++) {
            FloatVector value = load(x + taps[j], 0);
            VectorMask<Float> takes = best.compare(EQ, best).andNot(value.compare(LE, best));
            best = best.blend(value, takes);
            where = where.blend((float) j, takes);
        }
        store(best, y, i);
        store(where, at, i);
    }

    private static void largestOfEverySecond(long x, int[] taps, long y, long at, int i) {
        x &= ADDRESS;
        y &= ADDRESS;
        at &= ADDRESS;
        FloatVector best = everySecond(x + taps[0], 0);
        FloatVector where = FloatVector.zero(F32);
        for (int j = 1; j < taps.length; j++) {
            FloatVector value = everySecond(x + taps[j], 0);
            VectorMask<Float> takes = best.compare(EQ, best).andNot(value.compare(LE, best));
            best = best.blend(value, takes);
            where = where.blend((float) j, takes);
        }
        store(best, y, i);
        store(where, at, i);
    }

    @SuppressWarnings("ShortCircuitBoolean") // branches that nobody can predict
    private static void largest(long x, int[] taps, long y, long at, int i) {
        x &= ADDRESS;
        y &= ADDRESS;
        at &= ADDRESS;
        float best = Memory.getFloat(x + taps[0]);
        int where = 0;
        for (int j = 1; j < taps.length; j++) {
            float value = Memory.getFloat(x + taps[j]);
            boolean takes = value > best | (Float.isNaN(value) & !Float.isNaN(best));
            best = takes ? value : best;
            where = takes ? j : where;
        }
        set(y, i, best);
        set(at, i, where);
    }

    /** places[k] = (that of the chosen tap) + first + k stride, which are I32. */
    static void places(long chosen, int[] places, int first, int stride, long to, int count) {
        for (int i = 0; i < count; i++) {
            int tap = (int) get(chosen, i);
            Memory.setInt(to + (long) i * Integer.BYTES, places[tap] + first + i * stride);
        }
    }
}
