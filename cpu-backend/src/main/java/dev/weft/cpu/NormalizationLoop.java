// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.BYTES;
import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Lanes.store;
import static dev.weft.cpu.Memory.ADDRESS;
import static dev.weft.cpu.Memory.WORD;

import jdk.incubator.vector.FloatVector;

/**
 * The loops of a normalisation over adjacent elements: of a row, in which each has a weight and a
 * bias of its own, or of a plane, which has one of each. With h = (x - mean) inverse.
 */
final class NormalizationLoop {
    /** Elements that are added up in F32: at most so many for each lane of two vectors. */
    static final int BLOCK = 2 * COUNT * ReduceLoop.BLOCK;

    private NormalizationLoop() {}

    private static float get(long address, int index) {
        return Memory.getFloat(address + (long) index * WORD);
    }

    private static void set(long address, int index, float value) {
        Memory.setFloat(address + (long) index * WORD, value);
    }

    /** Σ (x - mean)². */
    static float squares(long x, float mean, int count) {
        x &= ADDRESS;
        FloatVector m = FloatVector.broadcast(F32, mean);
        FloatVector s0 = FloatVector.zero(F32);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i <= count - 4 * COUNT; i += 4 * COUNT) {
            FloatVector d0 = load(x, i).sub(m);
            FloatVector d1 = load(x, i + COUNT).sub(m);
            FloatVector d2 = load(x, i + 2 * COUNT).sub(m);
            FloatVector d3 = load(x, i + 3 * COUNT).sub(m);
            s0 = d0.fma(d0, s0);
            s1 = d1.fma(d1, s1);
            s2 = d2.fma(d2, s2);
            s3 = d3.fma(d3, s3);
        }
        for (; i <= count - COUNT; i += COUNT) {
            FloatVector d = load(x, i).sub(m);
            s0 = d.fma(d, s0);
        }
        float sum = Lanes.sum(sum(s0, s1, s2, s3));
        for (; i < count; i++) {
            float d = get(x, i) - mean;
            sum += d * d;
        }
        return sum;
    }

    private static FloatVector sum(FloatVector s0, FloatVector s1, FloatVector s2, FloatVector s3) {
        return ((FloatVector) VECTOR.cast(s0))
                .add((FloatVector) VECTOR.cast(s1))
                .add(((FloatVector) VECTOR.cast(s2)).add((FloatVector) VECTOR.cast(s3)));
    }

    /** y = h weight + bias, of a row. */
    static void row(long x, long weight, long bias, long y, float mean, float inverse, int count) {
        x &= ADDRESS;
        weight &= ADDRESS;
        bias &= ADDRESS;
        y &= ADDRESS;
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            FloatVector h = load(x, i).sub(mean).mul(inverse);
            store(h.fma(load(weight, i), load(bias, i)), y, i);
        }
        for (; i < count; i++) {
            set(y, i, (get(x, i) - mean) * inverse * get(weight, i) + get(bias, i));
        }
    }

    /** y = h weight + bias, of a plane. */
    static void plane(
            long x, float weight, float bias, long y, float mean, float inverse, int count) {
        x &= ADDRESS;
        y &= ADDRESS;
        FloatVector w = FloatVector.broadcast(F32, weight);
        FloatVector b = FloatVector.broadcast(F32, bias);
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            store(load(x, i).sub(mean).mul(inverse).fma(w, b), y, i);
        }
        for (; i < count; i++) {
            set(y, i, (get(x, i) - mean) * inverse * weight + bias);
        }
    }

    /** Σ g and Σ g h, where g = dy weight, of a row; they go to two places from {@code to} on. */
    static void sumsOfRow(
            long x, long dy, long weight, float mean, float inverse, int count, long to) {
        x &= ADDRESS;
        dy &= ADDRESS;
        weight &= ADDRESS;
        to &= ADDRESS;
        FloatVector a0 = FloatVector.zero(F32);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        int i = 0;
        for (; i <= count - 2 * COUNT; i += 2 * COUNT) {
            FloatVector g0 = load(dy, i).mul(load(weight, i));
            FloatVector g1 = load(dy, i + COUNT).mul(load(weight, i + COUNT));
            a0 = g0.add(a0);
            a1 = g1.add(a1);
            b0 = load(x, i).sub(mean).mul(inverse).fma(g0, b0);
            b1 = load(x, i + COUNT).sub(mean).mul(inverse).fma(g1, b1);
        }
        for (; i <= count - COUNT; i += COUNT) {
            FloatVector g = load(dy, i).mul(load(weight, i));
            a0 = g.add(a0);
            b0 = load(x, i).sub(mean).mul(inverse).fma(g, b0);
        }
        float level = Lanes.sum(((FloatVector) VECTOR.cast(a0)).add((FloatVector) VECTOR.cast(a1)));
        float slope = Lanes.sum(((FloatVector) VECTOR.cast(b0)).add((FloatVector) VECTOR.cast(b1)));
        for (; i < count; i++) {
            float g = get(dy, i) * get(weight, i);
            level += g;
            slope += (get(x, i) - mean) * inverse * g;
        }
        set(to, 0, level);
        set(to, 1, slope);
    }

    /** Σ dy and Σ dy h, of a plane; they go to two places from {@code to} on. */
    static void sumsOfPlane(long x, long dy, float mean, float inverse, int count, long to) {
        x &= ADDRESS;
        dy &= ADDRESS;
        to &= ADDRESS;
        FloatVector a0 = FloatVector.zero(F32);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        int i = 0;
        for (; i <= count - 2 * COUNT; i += 2 * COUNT) {
            FloatVector d0 = load(dy, i);
            FloatVector d1 = load(dy, i + COUNT);
            a0 = d0.add(a0);
            a1 = d1.add(a1);
            b0 = load(x, i).sub(mean).mul(inverse).fma(d0, b0);
            b1 = load(x, i + COUNT).sub(mean).mul(inverse).fma(d1, b1);
        }
        for (; i <= count - COUNT; i += COUNT) {
            FloatVector d = load(dy, i);
            a0 = d.add(a0);
            b0 = load(x, i).sub(mean).mul(inverse).fma(d, b0);
        }
        float level = Lanes.sum(((FloatVector) VECTOR.cast(a0)).add((FloatVector) VECTOR.cast(a1)));
        float slope = Lanes.sum(((FloatVector) VECTOR.cast(b0)).add((FloatVector) VECTOR.cast(b1)));
        for (; i < count; i++) {
            level += get(dy, i);
            slope += (get(x, i) - mean) * inverse * get(dy, i);
        }
        set(to, 0, level);
        set(to, 1, slope);
    }

    /** dx = (dy weight - level - h slope) inverse, dWeight += dy h and dBias += dy, of a row. */
    static void rowGrad(
            long x,
            long dy,
            long weight,
            long dx,
            long dWeight,
            long dBias,
            float mean,
            float inverse,
            float level,
            float slope,
            int count) {
        x &= ADDRESS;
        dy &= ADDRESS;
        weight &= ADDRESS;
        dx &= ADDRESS;
        dWeight &= ADDRESS;
        dBias &= ADDRESS;
        FloatVector minusSlope = FloatVector.broadcast(F32, -slope);
        FloatVector minusLevel = FloatVector.broadcast(F32, -level);
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            FloatVector d = load(dy, i);
            FloatVector h = load(x, i).sub(mean).mul(inverse);
            store(d.fma(load(weight, i), h.fma(minusSlope, minusLevel)).mul(inverse), dx, i);
            store(d.fma(h, load(dWeight, i)), dWeight, i);
            store(d.add(load(dBias, i)), dBias, i);
        }
        for (; i < count; i++) {
            float d = get(dy, i);
            float h = (get(x, i) - mean) * inverse;
            set(dx, i, (d * get(weight, i) - level - h * slope) * inverse);
            set(dWeight, i, get(dWeight, i) + d * h);
            set(dBias, i, get(dBias, i) + d);
        }
    }

    /** dx = (dy weight - level - h slope) inverse, of a plane. */
    static void planeGrad(
            long x,
            long dy,
            float weight,
            long dx,
            float mean,
            float inverse,
            float level,
            float slope,
            int count) {
        x &= ADDRESS;
        dy &= ADDRESS;
        dx &= ADDRESS;
        FloatVector w = FloatVector.broadcast(F32, weight);
        FloatVector minusSlope = FloatVector.broadcast(F32, -slope);
        FloatVector minusLevel = FloatVector.broadcast(F32, -level);
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            FloatVector h = load(x, i).sub(mean).mul(inverse);
            store(load(dy, i).fma(w, h.fma(minusSlope, minusLevel)).mul(inverse), dx, i);
        }
        for (; i < count; i++) {
            float h = (get(x, i) - mean) * inverse;
            set(dx, i, (get(dy, i) * weight - level - h * slope) * inverse);
        }
    }

    /** x = value. */
    static void fill(long x, float value, long count) {
        FloatVector v = FloatVector.broadcast(F32, value);
        long end = x + count * WORD;
        long at = x;
        for (; at <= end - BYTES; at += BYTES) {
            store(v, at, 0);
        }
        for (; at < end; at += WORD) {
            Memory.setFloat(at, value);
        }
    }
}
