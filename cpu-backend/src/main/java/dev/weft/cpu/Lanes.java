// twin: F64
package dev.weft.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vectors that the kernels are written with, as wide as {@link VectorWidth} says. Constants,
 * since C2 compiles a vector operation to an instruction only where it knows the species.
 */
final class Lanes {
    /** Vectors of F32. */
    static final VectorSpecies<Float> F32 =
            VectorSpecies.of(float.class, VectorShape.forBitSize(VectorWidth.settle()));

    /** Vectors of I32 with as many lanes as {@link #F32}. */
    static final VectorSpecies<Integer> I32 = F32.withLanes(int.class);

    /**
     * The class of {@link #F32}'s vectors. C2 does not know it of a vector that was just loaded or
     * that a loop has carried; it then goes by the classes that it has seen, and if a program has
     * used vectors of two widths, it may allocate an object for each operation. A cast to this
     * class, which costs nothing, tells it. It is written out where it is needed, since C2 does not
     * inline a method of ours at a call that is rare beside the loop before it.
     */
    static final Class<?> VECTOR = F32.vectorType();

    /** Lanes of a vector. */
    static final int COUNT = F32.length();

    /** Bytes of a vector. */
    static final int BYTES = F32.vectorByteSize();

    /**
     * Whether a gemm tile of 24 accumulators fits the registers: AVX-512 (which also has 32 of its
     * narrower registers) and AArch64 have 32, others 16.
     */
    static final boolean MANY_REGISTERS =
            IntVector.SPECIES_MAX.vectorBitSize() >= 512
                    || System.getProperty("os.arch", "").equals("aarch64");

    /**
     * Shuffles that exchange each lane with the one 8, 4, 2 or 1 away in its group of twice as
     * many.
     */
    static final VectorShuffle<Float> BY_8 = exchange(8);

    static final VectorShuffle<Float> BY_4 = exchange(4);
    static final VectorShuffle<Float> BY_2 = exchange(2);
    static final VectorShuffle<Float> BY_1 = exchange(1);

    /** Every second lane of a vector and of the one behind it. */
    static final VectorShuffle<Float> EVEN =
            VectorShuffle.fromOp(F32, lane -> lane < COUNT / 2 ? 2 * lane : 2 * lane - 2 * COUNT);

    /** The lower half of a vector, twice. */
    static final VectorShuffle<Float> TWICE = VectorShuffle.fromOp(F32, lane -> lane % (COUNT / 2));

    /** The upper halves of those groups. */
    static final VectorMask<Float> UPPER_8 = upper(8);

    static final VectorMask<Float> UPPER_4 = upper(4);
    static final VectorMask<Float> UPPER_2 = upper(2);
    static final VectorMask<Float> UPPER_1 = upper(1);

    private Lanes() {}

    /** The vector of the elements from {@code index} on. */
    static FloatVector load(long address, int index) {
        return (FloatVector)
                VECTOR.cast(
                        FloatVector.fromMemorySegment(
                                F32,
                                Memory.MEM,
                                address + (long) index * Memory.WORD,
                                Memory.ORDER));
    }

    /** Stores a vector to the elements from {@code index} on. */
    static void store(FloatVector vector, long address, int index) {
        ((FloatVector) VECTOR.cast(vector))
                .intoMemorySegment(Memory.MEM, address + (long) index * Memory.WORD, Memory.ORDER);
    }

    /**
     * The sum of the lanes, halves first. The vector API's own reduction adds in an order that
     * differs between interpreted and compiled code, so that a result would change while a program
     * warms up.
     */
    static float sum(FloatVector vector) {
        FloatVector sum = (FloatVector) VECTOR.cast(vector);
        if (COUNT > 8) {
            sum = sum.add(sum.rearrange(BY_8));
        }
        if (COUNT > 4) {
            sum = sum.add(sum.rearrange(BY_4));
        }
        if (COUNT > 2) {
            sum = sum.add(sum.rearrange(BY_2));
        }
        sum = sum.add(sum.rearrange(BY_1));
        return sum.lane(0);
    }

    private static VectorShuffle<Float> exchange(int distance) {
        return VectorShuffle.fromOp(F32, lane -> (lane ^ distance) % COUNT);
    }

    private static VectorMask<Float> upper(int distance) {
        long bits = 0;
        for (int lane = 0; lane < COUNT; lane++) {
            bits |= (lane & distance) == 0 ? 0 : 1L << lane;
        }
        return VectorMask.fromLong(F32, bits);
    }
}
