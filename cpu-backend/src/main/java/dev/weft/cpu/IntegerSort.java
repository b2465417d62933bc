// twin: I64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.XOR;

import dev.weft.DType;
import dev.weft.backend.View;

import jdk.incubator.vector.IntVector;

import java.util.Arrays;

/**
 * Sorts the lines of I32 and F32: records of a key, whose order as an integer is the one asked for,
 * and a place. By insertion where they are few, otherwise by one digit of the keys after the other,
 * which keeps equal ones in order. Where only the first are asked for, those that can be among them
 * are picked out on the way: vectors of keys are compared with the last of the best so far, which
 * soon leaves few. Up to {@link #FEW} best are kept in order, and each that is picked is inserted;
 * a first look at the smallest of groups of elements leaves few from the start. Of more, a pool is
 * sorted when it is full.
 */
final class IntegerSort {
    /** Elements of a task, and those that are gathered at a time. */
    private static final int CHUNK = 1 << 14;

    private static final int STEP = 1 << 10;

    private static final int RECORD = 2 * WORD;

    /** Up to so many records insertion is faster than digits. */
    private static final int FEW = 32;

    /** From so many records on, longer digits are worth their counters. */
    private static final int MANY = 1 << 14;

    private static final int SHORT_DIGIT = 8;
    private static final int LONG_DIGIT = 11;

    /** So many times as long is a line of which elements are picked out. */
    private static final int PICKED = 8;

    private static final int LEAST_POOL = 256;

    /** Where a float is infinite: what is above, without the sign, is NaN. */
    // I64: private static final long INFINITY = 0x7FF0_0000_0000_0000L;
    private static final int INFINITY = 0x7F80_0000;

    private final WorkerPool pool;
    private final Scratch[] scratch;

    IntegerSort(WorkerPool pool, Scratch[] scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    void run(boolean descending, View x, View y, View indices) {
        if (y.size() == 0) {
            return;
        }
        long length = x.dim(-1);
        Pieces tasks = new Pieces(x.size() / length, Math.max(1, CHUNK / length));
        pool.forPieces(
                tasks.count(),
                (index, worker) -> {
                    Lines lines = new Lines(descending, x, y, indices, scratch[worker]);
                    for (long line = tasks.start(index); line < tasks.end(index); line++) {
                        lines.sort(line);
                    }
                });
    }

    /** The lines of one task. */
    @SuppressWarnings("cast") // what is an int here is a long in the twin
    private static final class Lines {
        private final boolean descending;
        private final boolean floating;
        private final Strided x;
        private final Strided y;
        private final Strided places;
        private final int count;
        private final int kept;

        /** Records that are picked out before the best of them are; all, where none are. */
        private final int pooled;

        /**
         * Vectors of groups of the first elements that give a first bound; 0 for none. A half more
         * groups than are kept: then about a half more elements than are kept are below it.
         */
        private final int grouped;

        private final long records;
        private final long others;
        private final long block;
        private final int[] counters;

        Lines(boolean descending, View x, View y, View indices, Scratch scratch) {
            this.descending = descending;
            floating = x.dtype().isFloating();
            DType read = floating ? x.dtype() : DType.I32;
            this.x = Strided.of(x, read);
            this.y = Strided.of(y, read);
            places = Strided.of(indices);
            count = (int) x.dim(-1);
            kept = (int) y.dim(-1);
            boolean picks = kept < count / PICKED && count > LEAST_POOL;
            pooled = !picks ? count : kept < FEW ? kept + 1 : Math.max(2 * kept, LEAST_POOL);
            grouped = picks && kept < FEW ? new Pieces(kept + kept / 2, COUNT).count() : 0;
            long bytes = (long) pooled * RECORD;
            records = scratch.reserve(2 * bytes + 2L * STEP * RECORD, "sort");
            others = records + bytes;
            block = others + bytes;
            counters = new int[pooled <= FEW ? 0 : (int) (passes() << digit())];
        }

        private int digit() {
            return pooled < MANY ? SHORT_DIGIT : LONG_DIGIT;
        }

        private int passes() {
            return (Integer.SIZE + digit() - 1) / digit();
        }

        void sort(long line) {
            long first = line * count;
            int have = 0;
            int bound = Integer.MAX_VALUE;
            boolean all = true;
            int sorted = 0;
            for (long done = 0; done < count; done += STEP) {
                int some = (int) Math.min(STEP, count - done);
                long from = x.read(first + done, (int) some, block);
                if (done == 0 && grouped > 0) {
                    bound = firstBound(from, (int) some);
                    all = bound == Integer.MAX_VALUE;
                }
                int i = 0;
                while (i < some) {
                    int end = Math.min(some, i + COUNT);
                    long lanes = all || end < i + COUNT ? -1 : below(bound, from + (long) i * WORD);
                    for (lanes &= -1L >>> (i - end); lanes != 0; lanes &= lanes - 1) {
                        long place = (long) i + Long.numberOfTrailingZeros(lanes);
                        int key = key(Memory.getInt(from + place * WORD));
                        if (all || key < bound) {
                            long to = records + have * (long) RECORD;
                            Memory.setInt(to, key);
                            // I64: Memory.setLong(to + DOUBLE_WORD, done + place);
                            Memory.setInt(to + WORD, (int) (done + place));
                            if (++have == pooled && pooled < count) {
                                keep(ordered(sorted, (int) have), kept);
                                have = kept;
                                sorted = kept;
                                bound = Memory.getInt(records + (kept - 1) * (long) RECORD);
                                all = false;
                            }
                        }
                    }
                    i = (int) end;
                }
            }
            write(ordered(sorted, (int) have), line);
        }

        /**
         * A key that the kept ones are below, and few others: each of so many groups has one that
         * is its smallest, and the kept-th of these is not below the kept-th of all.
         */
        private int firstBound(long at, int count) {
            int groups = grouped * COUNT;
            long least = block + (long) STEP * WORD;
            for (int i = 0; i < groups; i += COUNT) {
                storeKeys(IntVector.broadcast(Lanes.I32, Integer.MAX_VALUE), least, i);
            }
            for (int i = 0; i < count / groups; i++) {
                long from = at + i * (long) groups * WORD;
                for (int index = 0; index < groups; index += COUNT) {
                    IntVector some = keys(loadKeys(from, index));
                    storeKeys(some.min(loadKeys(least, index)), least, index);
                }
            }
            for (int i = 1; i < groups; i++) {
                int key = Memory.getInt(least + (long) i * WORD);
                long to = least + (long) i * WORD;
                while (to > least && Memory.getInt(to - WORD) > key) {
                    Memory.setInt(to, Memory.getInt(to - WORD));
                    to -= WORD;
                }
                Memory.setInt(to, key);
            }
            int key = Memory.getInt(least + (kept - 1L) * WORD);
            // Where that is -1, it may be of -0, whose key is that of 0.
            return key == Integer.MAX_VALUE ? key : key == -1 ? 1 : key + 1;
        }

        private static IntVector loadKeys(long at, int index) {
            return IntVector.fromMemorySegment(
                    Lanes.I32, Memory.MEM, at + (long) index * WORD, Memory.ORDER);
        }

        private static void storeKeys(IntVector keys, long at, int index) {
            keys.intoMemorySegment(Memory.MEM, at + (long) index * WORD, Memory.ORDER);
        }

        /** What {@link #key} gives for each lane, but for -0, which stands beside 0. */
        private IntVector keys(IntVector bits) {
            IntVector keys = ordered(bits);
            keys = descending ? keys.not() : keys;
            return floating
                    ? keys.blend(
                            Integer.MAX_VALUE, bits.and(Integer.MAX_VALUE).compare(GT, INFINITY))
                    : keys;
        }

        /** The bits of numbers as integers that are in order; but NaN is at both ends. */
        private IntVector ordered(IntVector bits) {
            return floating
                    ? bits.lanewise(ASHR, Integer.SIZE - 1)
                            .and(Integer.MAX_VALUE)
                            .lanewise(XOR, bits)
                    : bits;
        }

        /**
         * Which lanes may have a key below the bound. That of NaN is not looked for here, and -0
         * stands beside 0, where no other key is: so it may name too many, but not too few.
         */
        private long below(int bound, long at) {
            IntVector keys = ordered(loadKeys(at, 0));
            return (descending ? keys.compare(GT, ~bound) : keys.compare(LT, bound)).toLong();
        }

        /** The first records to the place of all. */
        private void keep(long from, long count) {
            if (from != records) {
                Memory.copy(from, records, count * RECORD);
            }
        }

        /** The bits of a number as an integer that is in order. NaN is last either way. */
        private int key(int bits) {
            int key = bits;
            if (floating) {
                if ((bits & Integer.MAX_VALUE) > INFINITY) {
                    return Integer.MAX_VALUE;
                }
                // -0 is 0.
                key = bits >= 0 ? bits : bits == Integer.MIN_VALUE ? 0 : bits ^ Integer.MAX_VALUE;
            }
            return descending ? ~key : key;
        }

        /** Sorts so many records, the first of which are in order; returns where they are then. */
        private long ordered(int sorted, int count) {
            if (count <= FEW) {
                insert(sorted, count);
                return records;
            }
            return byDigits(count);
        }

        private void insert(int sorted, int count) {
            for (int i = Math.max((int) sorted, 1); i < count; i++) {
                long at = records + (long) i * RECORD;
                int key = Memory.getInt(at);
                int place = Memory.getInt(at + WORD);
                while (at > records && Memory.getInt(at - RECORD) > key) {
                    Memory.setInt(at, Memory.getInt(at - RECORD));
                    Memory.setInt(at + WORD, Memory.getInt(at - RECORD + WORD));
                    at -= RECORD;
                }
                Memory.setInt(at, key);
                Memory.setInt(at + WORD, place);
            }
        }

        private long byDigits(int count) {
            int digit = digit();
            int passes = passes();
            // I64: long mask = (1L << digit) - 1;
            int mask = (1 << digit) - 1;
            Arrays.fill(counters, 0);
            for (int i = 0; i < count; i++) {
                int key = Memory.getInt(records + (long) i * RECORD) ^ Integer.MIN_VALUE;
                for (int pass = 0; pass < passes; pass++) {
                    counters[(int) ((pass << digit) + ((key >>> (pass * digit)) & mask))]++;
                }
            }
            long from = records;
            long to = others;
            int one = Memory.getInt(records) ^ Integer.MIN_VALUE;
            for (int pass = 0; pass < passes; pass++) {
                int shift = pass * digit;
                int start = pass << digit;
                if (counters[(int) (start + (one >>> shift & mask))] == count) {
                    continue; // all have the same digit
                }
                int sum = 0;
                for (int bucket = start; bucket <= start + mask; bucket++) {
                    int size = counters[(int) bucket];
                    counters[(int) bucket] = sum;
                    sum += size;
                }
                for (int i = 0; i < count; i++) {
                    long at = from + (long) i * RECORD;
                    int key = Memory.getInt(at);
                    int bucket = start + ((key ^ Integer.MIN_VALUE) >>> shift & mask);
                    long target = to + counters[(int) bucket]++ * (long) RECORD;
                    Memory.setInt(target, key);
                    Memory.setInt(target + WORD, Memory.getInt(at + WORD));
                }
                long before = from;
                from = to;
                to = before;
            }
            return from;
        }

        /** The elements of the first records, and their places. */
        private void write(long from, long line) {
            for (long done = 0; done < kept; done += STEP) {
                int some = (int) Math.min(STEP, kept - done);
                long start = line * kept + done;
                long values = y.target(start, block);
                long to = places.target(start, block + (long) STEP * WORD);
                for (int i = 0; i < some; i++) {
                    long at = from + (done + i) * RECORD;
                    int place = Memory.getInt(at + WORD);
                    Memory.setInt(values + (long) i * WORD, bits(Memory.getInt(at), place, line));
                    Indices.set(to, i, place);
                }
                y.write(start, (int) some, values);
                places.write(start, (int) some, to);
            }
        }

        /** What {@link #key} was made of; zeros and NaNs, which it does not tell apart, from x. */
        private int bits(int key, int place, long line) {
            int ascending = descending ? ~key : key;
            if (!floating) {
                return ascending;
            }
            if (key == Integer.MAX_VALUE || ascending == 0) {
                return Memory.getInt(x.addressOf(line * count + place));
            }
            return ascending < 0 ? ascending ^ Integer.MAX_VALUE : ascending;
        }
    }
}
