package dev.weft.cpu;

import static dev.weft.cpu.Memory.DOUBLE_WORD;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.XOR;

import dev.weft.DType;
import dev.weft.backend.View;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.ValueLayout;

/**
 * mask = 0 or 1 / (1 - rate), drawn by Philox4x32-10 (see {@link dev.weft.random.Philox}), as many
 * blocks at a time as a vector has 64-bit lanes: each lane holds one 32-bit word of one block, so
 * that products have their high half too.
 */
final class DropoutMask {
    private static final VectorSpecies<Long> LANES = Lanes.F32.withLanes(long.class);
    private static final int BLOCKS = LANES.length();
    private static final int WORDS = 4;

    /**
     * C2 has no instructions for vectors of two 64-bit lanes and their masks: they would be on the
     * heap.
     */
    private static final boolean VECTORISED = BLOCKS >= 4;

    /** Elements that a vector's worth of blocks makes. */
    private static final int GROUP = BLOCKS * WORDS;

    /** Elements of a task, a multiple of {@link #GROUP} at any width. */
    private static final int TASK = 1 << 12;

    private static final int ROUNDS = 10;
    private static final long M0 = 0xD2511F53L;
    private static final long M1 = 0xCD9E8D57L;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;
    private static final long LOW = 0xFFFFFFFFL;

    private final WorkerPool pool;
    private final Scratch[] scratch;

    DropoutMask(WorkerPool pool, Scratch[] scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    void draw(double rate, View state, View mask) {
        long words = CpuBuffer.address(state);
        int key0 = Memory.getInt(words);
        int key1 = Memory.getInt(words + WORD);
        long start = Memory.getWords(words + 2 * WORD);
        long threshold = Math.round(rate * 0x1p32);
        double scale = 1 / (1 - rate);
        boolean floats = mask.dtype() == DType.F32;
        // Of another type is what a 1 is then multiplied to.
        long kept = floats ? Float.floatToRawIntBits((float) scale) : 1;
        int width = mask.dtype().bytes();
        long to = CpuBuffer.address(mask);
        long size = mask.size();
        Pieces tasks = new Pieces(size, TASK);
        pool.forPieces(
                tasks.count(),
                (index, worker) -> {
                    long memory = scratch[worker].reserve(2L * GROUP * WORD, "dropout");
                    long first = tasks.start(index);
                    int count = (int) (tasks.end(index) - first);
                    for (int i = 0; i < count; i += GROUP) {
                        group(key0, key1, start + (first + i) / WORDS, threshold, kept, memory);
                        int elements = Math.min(GROUP, count - i);
                        long at = to + (first + i) * width;
                        if (floats) {
                            Runs.adjacent(memory, at, (long) elements * WORD);
                        } else {
                            scaled(memory, scale, at, elements);
                        }
                    }
                });
        Memory.setWords(words + 2 * WORD, start + (size + WORDS - 1) / WORDS);
    }

    /** y = x scale, for I32 and F64. */
    private static void scaled(long x, double scale, long y, int count) {
        for (int i = 0; i < count; i++) {
            Memory.setDouble(
                    y + (long) i * DOUBLE_WORD, Memory.getInt(x + (long) i * WORD) * scale);
        }
    }

    /** The mask for {@link #BLOCKS} blocks. */
    private static void group(int key0, int key1, long block, long threshold, long kept, long to) {
        if (VECTORISED) {
            words(key0, key1, block, threshold, kept, to + (long) GROUP * WORD);
            interleave(to + (long) GROUP * WORD, to);
            return;
        }
        for (int i = 0; i < BLOCKS; i++) {
            one(key0, key1, block + i, threshold, kept, to + (long) i * WORDS * WORD);
        }
    }

    private static void one(int key0, int key1, long block, long threshold, long kept, long to) {
        long c0 = block & LOW;
        long c1 = block >>> 32;
        long c2 = 0;
        long c3 = 0;
        int k0 = key0;
        int k1 = key1;
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = c0 * M0;
            long p1 = c2 * M1;
            c0 = (p1 >>> 32) ^ c1 ^ (k0 & LOW);
            c2 = (p0 >>> 32) ^ c3 ^ (k1 & LOW);
            c1 = p1 & LOW;
            c3 = p0 & LOW;
            k0 += W0;
            k1 += W1;
        }
        Memory.setInt(to, c0 < threshold ? 0 : (int) kept);
        Memory.setInt(to + WORD, c1 < threshold ? 0 : (int) kept);
        Memory.setInt(to + 2 * WORD, c2 < threshold ? 0 : (int) kept);
        Memory.setInt(to + 3 * WORD, c3 < threshold ? 0 : (int) kept);
    }

    /**
     * As {@link #group}, but all blocks' elements 0 and 1 come first, then their elements 2 and 3.
     */
    private static void words(int key0, int key1, long block, long threshold, long kept, long to) {
        LongVector number = LongVector.broadcast(LANES, block).addIndex(1);
        LongVector c0 = number.and(LOW);
        LongVector c1 = number.lanewise(LSHR, 32);
        LongVector c2 = LongVector.zero(LANES);
        LongVector c3 = c2;
        int k0 = key0;
        int k1 = key1;
        for (int round = 0; round < ROUNDS; round++) {
            LongVector p0 = c0.mul(M0);
            LongVector p1 = c2.mul(M1);
            c0 = p1.lanewise(LSHR, 32).lanewise(XOR, c1).lanewise(XOR, k0 & LOW);
            c2 = p0.lanewise(LSHR, 32).lanewise(XOR, c3).lanewise(XOR, k1 & LOW);
            c1 = p1.and(LOW);
            c3 = p0.and(LOW);
            k0 += W0;
            k1 += W1;
        }
        LongVector even = LongVector.broadcast(LANES, kept);
        LongVector odd = even.lanewise(LSHL, 32);
        even.blend(0, c0.compare(LT, threshold))
                .or(odd.blend(0, c1.compare(LT, threshold)))
                .intoMemorySegment(MEM, to, ORDER);
        even.blend(0, c2.compare(LT, threshold))
                .or(odd.blend(0, c3.compare(LT, threshold)))
                .intoMemorySegment(MEM, to + Lanes.BYTES, ORDER);
    }

    private static void interleave(long from, long to) {
        for (int i = 0; i < BLOCKS; i++) {
            long at = from + (long) i * Long.BYTES;
            long out = to + (long) i * WORDS * WORD;
            MEM.set(
                    ValueLayout.JAVA_LONG_UNALIGNED,
                    out,
                    MEM.get(ValueLayout.JAVA_LONG_UNALIGNED, at));
            long second = MEM.get(ValueLayout.JAVA_LONG_UNALIGNED, at + Lanes.BYTES);
            MEM.set(ValueLayout.JAVA_LONG_UNALIGNED, out + Long.BYTES, second);
        }
    }
}
