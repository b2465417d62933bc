package dev.weft.benchmarks.machine;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * The machine's memory limit: STREAM's kernels (McCalpin 1995) and an update in place, on arrays
 * too large for any cache, of which each thread has its own part. Counted as STREAM counts: the
 * bytes read and the bytes written, whatever the cache fetches besides.
 */
final class MemoryBandwidth {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** All memory, by its address. */
    @SuppressWarnings("restricted")
    private static final MemorySegment MEM = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Of an array, on all threads together and on one at least. */
    private static final long TOTAL = 256L << 20;

    private static final long LEAST = 32L << 20;

    /** Of an array on each thread, where only a glance is wanted. */
    private static final long LITTLE = 4L << 20;

    /** A call's part of an array, so that the compiler sees many calls. */
    private static final long BLOCK = 1L << 20;

    private static final int ROUNDS = 8;
    private static final float FACTOR = 0.5f;

    private MemoryBandwidth() {}

    /** What is done with arrays a, b and c, and how many of them it reads and writes. */
    private enum Kernel {
        /** c = a, as the JDK copies. */
        COPY(2),
        /** b = q c. */
        SCALE(2),
        /** c = a + b. */
        ADD(3),
        /** a = b + q c. */
        TRIAD(3),
        /** a = a + q b: what an optimizer does. */
        UPDATE(3);

        private final int arrays;

        Kernel(int arrays) {
            this.arrays = arrays;
        }

        void run(long a, long b, long c, long bytes) {
            switch (this) {
                case COPY -> MEM.asSlice(c, bytes).copyFrom(MEM.asSlice(a, bytes));
                case SCALE -> scale(c, b, bytes);
                case ADD -> add(a, b, c, bytes);
                case TRIAD -> triad(b, c, a, bytes);
                case UPDATE -> triad(a, b, a, bytes);
            }
        }
    }

    /** GB/s of all threads together, of the kernel that is fastest. */
    static double measure(int threads) {
        return measure(threads, ROUNDS, Math.max(LEAST, TOTAL / threads / BLOCK * BLOCK));
    }

    /** The same of one call each, which is not compiled yet. */
    static double glance(int threads) {
        return measure(threads, 1, LITTLE);
    }

    private static double measure(int threads, int rounds, long bytes) {
        double best = 0;
        for (Kernel kernel : Kernel.values()) {
            double seconds = Together.fastest(threads, rounds, () -> part(kernel, bytes));
            best = Math.max(best, (double) kernel.arrays * bytes * threads / seconds * 1e-9);
        }
        return best;
    }

    /** A thread's part of an update in place, with arrays of so many bytes. */
    static Runnable update(long bytes) {
        return part(Kernel.UPDATE, bytes);
    }

    /** The size of the arrays of which an update reads and writes so many bytes, nearly. */
    static long updated(double bytes) {
        return Math.max(1, Math.round(bytes / Kernel.UPDATE.arrays / BLOCK)) * BLOCK;
    }

    /** What an update of such arrays reads and writes. */
    static long updateBytes(long bytes) {
        return Kernel.UPDATE.arrays * bytes;
    }

    /** A thread's part: its arrays belong to it until it ends. */
    private static Runnable part(Kernel kernel, long bytes) {
        Arena arena = Arena.ofAuto();
        MemorySegment a = arena.allocate(bytes, BLOCK).fill((byte) 1);
        MemorySegment b = arena.allocate(bytes, BLOCK).fill((byte) 2);
        MemorySegment c = arena.allocate(bytes, BLOCK).fill((byte) 3);
        return () -> {
            for (long at = 0; at < bytes; at += BLOCK) {
                kernel.run(a.address() + at, b.address() + at, c.address() + at, BLOCK);
            }
        };
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, MEM, address, ORDER);
    }

    private static void scale(long from, long to, long bytes) {
        for (long i = 0; i < bytes; i += SPECIES.vectorByteSize()) {
            load(from + i).mul(FACTOR).intoMemorySegment(MEM, to + i, ORDER);
        }
    }

    private static void add(long x, long y, long to, long bytes) {
        for (long i = 0; i < bytes; i += SPECIES.vectorByteSize()) {
            load(x + i).add(load(y + i)).intoMemorySegment(MEM, to + i, ORDER);
        }
    }

    /** to = x + q y. */
    private static void triad(long x, long y, long to, long bytes) {
        FloatVector q = FloatVector.broadcast(SPECIES, FACTOR);
        for (long i = 0; i < bytes; i += SPECIES.vectorByteSize()) {
            load(y + i).fma(q, load(x + i)).intoMemorySegment(MEM, to + i, ORDER);
        }
    }
}
