package dev.weft.cpu;

import static dev.weft.cpu.DoubleLanes.F64;
import static dev.weft.cpu.DoubleLanes.I64;
import static dev.weft.cpu.Memory.DOUBLE_WORD;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.D2F;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.I2D;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.I2L;
import static jdk.incubator.vector.VectorOperators.L2I;

import dev.weft.DType;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Between F64, F32, I64 and I32, as Java's casts: floats truncate and saturate, integers wrap. */
final class WideConversions {
    /** As many lanes as vectors of F64 have. */
    private static final int COUNT = DoubleLanes.COUNT;

    private static final VectorShape HALF = VectorShape.forBitSize(F64.vectorBitSize() / 2);
    private static final VectorSpecies<Float> F32 = VectorSpecies.of(float.class, HALF);
    private static final VectorSpecies<Integer> I32 = VectorSpecies.of(int.class, HALF);

    private WideConversions() {}

    static void floatToDouble(long x, long y, int count) {
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            FloatVector v = FloatVector.fromMemorySegment(F32, MEM, x + (long) i * WORD, ORDER);
            ((DoubleVector) v.convertShape(F2D, F64, 0))
                    .intoMemorySegment(MEM, y + (long) i * DOUBLE_WORD, ORDER);
        }
        Conversion.oneByOne(DType.F32, DType.F64, x, y, i, count);
    }

    static void doubleToFloat(long x, long y, int count) {
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            ((FloatVector) DoubleLanes.load(x, i).convertShape(D2F, F32, 0))
                    .intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
        Conversion.oneByOne(DType.F64, DType.F32, x, y, i, count);
    }

    static void intToDouble(long x, long y, int count) {
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            ((DoubleVector) ints(x, i).convertShape(I2D, F64, 0))
                    .intoMemorySegment(MEM, y + (long) i * DOUBLE_WORD, ORDER);
        }
        Conversion.oneByOne(DType.I32, DType.F64, x, y, i, count);
    }

    static void intToLong(long x, long y, int count) {
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            ((LongVector) ints(x, i).convertShape(I2L, I64, 0))
                    .intoMemorySegment(MEM, y + (long) i * DOUBLE_WORD, ORDER);
        }
        Conversion.oneByOne(DType.I32, DType.I64, x, y, i, count);
    }

    static void longToInt(long x, long y, int count) {
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            LongVector v =
                    LongVector.fromMemorySegment(I64, MEM, x + (long) i * DOUBLE_WORD, ORDER);
            ((IntVector) v.convertShape(L2I, I32, 0))
                    .intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
        Conversion.oneByOne(DType.I64, DType.I32, x, y, i, count);
    }

    private static IntVector ints(long address, int index) {
        return IntVector.fromMemorySegment(I32, MEM, address + (long) index * WORD, ORDER);
    }

    static void intToFloat(long x, long y, int count) {
        int i = 0;
        for (; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
            IntVector v = IntVector.fromMemorySegment(Lanes.I32, MEM, x + (long) i * WORD, ORDER);
            Lanes.store((FloatVector) v.convertShape(I2F, Lanes.F32, 0), y, i);
        }
        Conversion.oneByOne(DType.I32, DType.F32, x, y, i, count);
    }

    static void floatToInt(long x, long y, int count) {
        int i = 0;
        for (; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
            ((IntVector) Lanes.load(x, i).convertShape(F2I, Lanes.I32, 0))
                    .intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
        Conversion.oneByOne(DType.F32, DType.I32, x, y, i, count);
    }
}
