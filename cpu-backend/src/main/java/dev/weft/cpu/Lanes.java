package dev.weft.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The width of the vectors that the kernels are written with: the machine's preferred one, or what
 * the system property {@code weft.cpu.vector.bits} says (128, 256 or 512). Constants, since C2
 * compiles a vector operation to an instruction only where it knows the species.
 */
final class Lanes {
    private static final String PROPERTY = "weft.cpu.vector.bits";

    /** Vectors of F32. */
    static final VectorSpecies<Float> F32 = species();

    /** Vectors of I32 with as many lanes as {@link #F32}. */
    static final VectorSpecies<Integer> I32 = F32.withLanes(int.class);

    /** Lanes of a vector. */
    static final int COUNT = F32.length();

    /** Bytes of a vector. */
    static final int BYTES = F32.vectorByteSize();

    /** {@code n & LOOP_MASK} is the largest multiple of {@link #COUNT} that is at most n. */
    static final long LOOP_MASK = -COUNT;

    /**
     * Whether a gemm tile of 24 accumulators fits the registers: AVX-512 (which also has 32 of its
     * narrower registers) and AArch64 have 32, others 16.
     */
    static final boolean MANY_REGISTERS =
            IntVector.SPECIES_MAX.vectorBitSize() >= 512
                    || System.getProperty("os.arch", "").equals("aarch64");

    private Lanes() {}

    private static VectorSpecies<Float> species() {
        String forced = System.getProperty(PROPERTY);
        if (forced == null) {
            VectorSpecies<Float> preferred = FloatVector.SPECIES_PREFERRED;
            return preferred.vectorBitSize() >= 128 ? preferred : FloatVector.SPECIES_128;
        }
        return switch (forced) {
            case "128" -> VectorSpecies.of(float.class, VectorShape.S_128_BIT);
            case "256" -> VectorSpecies.of(float.class, VectorShape.S_256_BIT);
            case "512" -> VectorSpecies.of(float.class, VectorShape.S_512_BIT);
            default ->
                    throw new IllegalArgumentException(
                            PROPERTY + " must be 128, 256 or 512, got " + forced);
        };
    }
}
