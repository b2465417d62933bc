package dev.weft.cpu;

import static dev.weft.cpu.Lanes.BYTES;
import static dev.weft.cpu.Lanes.BY_1;
import static dev.weft.cpu.Lanes.BY_2;
import static dev.weft.cpu.Lanes.BY_4;
import static dev.weft.cpu.Lanes.BY_8;
import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.UPPER_1;
import static dev.weft.cpu.Lanes.UPPER_2;
import static dev.weft.cpu.Lanes.UPPER_4;
import static dev.weft.cpu.Lanes.UPPER_8;
import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;

import jdk.incubator.vector.FloatVector;

/**
 * Sums of the lanes of many vectors at once: each step folds pairs of vectors into one that has a
 * half of the lanes of either, so that sixteen vectors take 15 additions, and the order of
 * additions is the same for each.
 *
 * <p>The shorter ones, which C2 inlines into the kernel before them, load by the vector API's own
 * method: of {@link Lanes#load} it refuses the last where the kernel has become large.
 */
final class LaneSums {
    private LaneSums() {}

    /** Replaces 16 vectors by 16 floats: the sums of their lanes. */
    static void fold(long address) {
        switch (COUNT) {
            case 16 -> fold16(address, address);
            case 8 -> {
                fold8(address, address);
                fold8(address + 8 * BYTES, address + BYTES);
            }
            default -> {
                fold4(address, address);
                fold4(address + 4 * BYTES, address + BYTES);
                fold4(address + 8 * BYTES, address + 2 * BYTES);
                fold4(address + 12 * BYTES, address + 3 * BYTES);
            }
        }
    }

    private static void fold16(long from, long to) {
        FloatVector v0 = load(from, 0);
        FloatVector v1 = load(from, COUNT);
        FloatVector v2 = load(from, 2 * COUNT);
        FloatVector v3 = load(from, 3 * COUNT);
        FloatVector v4 = load(from, 4 * COUNT);
        FloatVector v5 = load(from, 5 * COUNT);
        FloatVector v6 = load(from, 6 * COUNT);
        FloatVector v7 = load(from, 7 * COUNT);
        FloatVector v8 = load(from, 8 * COUNT);
        FloatVector v9 = load(from, 9 * COUNT);
        FloatVector v10 = load(from, 10 * COUNT);
        FloatVector v11 = load(from, 11 * COUNT);
        FloatVector v12 = load(from, 12 * COUNT);
        FloatVector v13 = load(from, 13 * COUNT);
        FloatVector v14 = load(from, 14 * COUNT);
        FloatVector v15 = load(from, 15 * COUNT);
        FloatVector w0 = v0.blend(v8, UPPER_8).add(v8.blend(v0, UPPER_8).rearrange(BY_8));
        FloatVector w1 = v1.blend(v9, UPPER_8).add(v9.blend(v1, UPPER_8).rearrange(BY_8));
        FloatVector w2 = v2.blend(v10, UPPER_8).add(v10.blend(v2, UPPER_8).rearrange(BY_8));
        FloatVector w3 = v3.blend(v11, UPPER_8).add(v11.blend(v3, UPPER_8).rearrange(BY_8));
        FloatVector w4 = v4.blend(v12, UPPER_8).add(v12.blend(v4, UPPER_8).rearrange(BY_8));
        FloatVector w5 = v5.blend(v13, UPPER_8).add(v13.blend(v5, UPPER_8).rearrange(BY_8));
        FloatVector w6 = v6.blend(v14, UPPER_8).add(v14.blend(v6, UPPER_8).rearrange(BY_8));
        FloatVector w7 = v7.blend(v15, UPPER_8).add(v15.blend(v7, UPPER_8).rearrange(BY_8));
        FloatVector x0 = w0.blend(w4, UPPER_4).add(w4.blend(w0, UPPER_4).rearrange(BY_4));
        FloatVector x1 = w1.blend(w5, UPPER_4).add(w5.blend(w1, UPPER_4).rearrange(BY_4));
        FloatVector x2 = w2.blend(w6, UPPER_4).add(w6.blend(w2, UPPER_4).rearrange(BY_4));
        FloatVector x3 = w3.blend(w7, UPPER_4).add(w7.blend(w3, UPPER_4).rearrange(BY_4));
        FloatVector y0 = x0.blend(x2, UPPER_2).add(x2.blend(x0, UPPER_2).rearrange(BY_2));
        FloatVector y1 = x1.blend(x3, UPPER_2).add(x3.blend(x1, UPPER_2).rearrange(BY_2));
        FloatVector z0 = y0.blend(y1, UPPER_1).add(y1.blend(y0, UPPER_1).rearrange(BY_1));
        z0.intoMemorySegment(MEM, to, ORDER);
    }

    private static void fold8(long from, long to) {
        FloatVector v0 =
                (FloatVector) VECTOR.cast(FloatVector.fromMemorySegment(F32, MEM, from, ORDER));
        FloatVector v1 =
                (FloatVector)
                        VECTOR.cast(FloatVector.fromMemorySegment(F32, MEM, from + BYTES, ORDER));
        FloatVector v2 =
                (FloatVector)
                        VECTOR.cast(
                                FloatVector.fromMemorySegment(F32, MEM, from + 2 * BYTES, ORDER));
        FloatVector v3 =
                (FloatVector)
                        VECTOR.cast(
                                FloatVector.fromMemorySegment(F32, MEM, from + 3 * BYTES, ORDER));
        FloatVector v4 =
                (FloatVector)
                        VECTOR.cast(
                                FloatVector.fromMemorySegment(F32, MEM, from + 4 * BYTES, ORDER));
        FloatVector v5 =
                (FloatVector)
                        VECTOR.cast(
                                FloatVector.fromMemorySegment(F32, MEM, from + 5 * BYTES, ORDER));
        FloatVector v6 =
                (FloatVector)
                        VECTOR.cast(
                                FloatVector.fromMemorySegment(F32, MEM, from + 6 * BYTES, ORDER));
        FloatVector v7 =
                (FloatVector)
                        VECTOR.cast(
                                FloatVector.fromMemorySegment(F32, MEM, from + 7 * BYTES, ORDER));
        FloatVector w0 = v0.blend(v4, UPPER_4).add(v4.blend(v0, UPPER_4).rearrange(BY_4));
        FloatVector w1 = v1.blend(v5, UPPER_4).add(v5.blend(v1, UPPER_4).rearrange(BY_4));
        FloatVector w2 = v2.blend(v6, UPPER_4).add(v6.blend(v2, UPPER_4).rearrange(BY_4));
        FloatVector w3 = v3.blend(v7, UPPER_4).add(v7.blend(v3, UPPER_4).rearrange(BY_4));
        FloatVector x0 = w0.blend(w2, UPPER_2).add(w2.blend(w0, UPPER_2).rearrange(BY_2));
        FloatVector x1 = w1.blend(w3, UPPER_2).add(w3.blend(w1, UPPER_2).rearrange(BY_2));
        FloatVector y0 = x0.blend(x1, UPPER_1).add(x1.blend(x0, UPPER_1).rearrange(BY_1));
        y0.intoMemorySegment(MEM, to, ORDER);
    }

    private static void fold4(long from, long to) {
        FloatVector v0 =
                (FloatVector) VECTOR.cast(FloatVector.fromMemorySegment(F32, MEM, from, ORDER));
        FloatVector v1 =
                (FloatVector)
                        VECTOR.cast(FloatVector.fromMemorySegment(F32, MEM, from + BYTES, ORDER));
        FloatVector v2 =
                (FloatVector)
                        VECTOR.cast(
                                FloatVector.fromMemorySegment(F32, MEM, from + 2 * BYTES, ORDER));
        FloatVector v3 =
                (FloatVector)
                        VECTOR.cast(
                                FloatVector.fromMemorySegment(F32, MEM, from + 3 * BYTES, ORDER));
        FloatVector w0 = v0.blend(v2, UPPER_2).add(v2.blend(v0, UPPER_2).rearrange(BY_2));
        FloatVector w1 = v1.blend(v3, UPPER_2).add(v3.blend(v1, UPPER_2).rearrange(BY_2));
        FloatVector x0 = w0.blend(w1, UPPER_1).add(w1.blend(w0, UPPER_1).rearrange(BY_1));
        x0.intoMemorySegment(MEM, to, ORDER);
    }
}
