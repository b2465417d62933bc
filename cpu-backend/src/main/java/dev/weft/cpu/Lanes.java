package dev.weft.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The width of the vectors that the kernels are written with: the machine's preferred one, or what
 * the system property {@code weft.cpu.vector.bits} says (128, 256 or 512). Constants, since C2
 * compiles a vector operation to an instruction only where it knows the species.
 */
final class Lanes {
    /** Vectors of F32. */
    static final VectorSpecies<Float> F32 = species();

    /** Vectors of I32 with as many lanes as {@link #F32}. */
    static final VectorSpecies<Integer> I32 = F32.withLanes(int.class);

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

    private Lanes() {}

    private static VectorSpecies<Float> species() {
        return switch (CpuSettings.vectorBits()) {
            case 128 -> FloatVector.SPECIES_128;
            case 256 -> FloatVector.SPECIES_256;
            case 512 -> FloatVector.SPECIES_512;
            default -> FloatVector.SPECIES_PREFERRED.length() >= 4 ? FloatVector.SPECIES_PREFERRED : FloatVector.SPECIES_128;
        };
    }

    /** The vector of the elements from {@code index} on. */
    static FloatVector load(long address, int index) {
        return FloatVector.fromMemorySegment(F32, Memory.MEM, address + (long) index * Memory.WORD, Memory.ORDER);
    }

    /** Stores a vector to the elements from {@code index} on. */
    static void store(FloatVector vector, long address, int index) {
        vector.intoMemorySegment(Memory.MEM, address + (long) index * Memory.WORD, Memory.ORDER);
    }
}
