// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Memory.WORD;

import dev.weft.DType;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.View;

/**
 * dTable[indices[i], …] += dy[i, …], in the order of i. A row of the table that is met more often
 * than a sum may have additions in a row ({@link ReduceLoop#BLOCK}) is summed apart, in blocks,
 * with what is lost by rounding kept beside the sum, and added when all are in.
 */
final class ScatterAdd implements AutoCloseable {
    /** Elements that are carried at a time. */
    private static final int CHUNK = 1 << 14;

    private static final BinaryLoop ADD = BinaryLoop.of(BinaryOp.ADD);

    private final Elementwise elementwise;

    /** An I32 for each row of the table: how often it is met, then the number of its sum. */
    private final Scratch numbers = new Scratch();

    private final Scratch sums = new Scratch();

    ScatterAdd(Elementwise elementwise) {
        this.elementwise = elementwise;
    }

    void run(View dy, View indices, View dTable) {
        Indices.check("scatterAdd: index", indices, dTable.dim(0));
        if (dy.size() == 0) {
            return;
        }
        long count = indices.size();
        int frequent = count > ReduceLoop.BLOCK ? number(indices, dTable.dim(0)) : 0;
        Sums apart = new Sums(frequent, dy.size() / count);
        long number = numbers.reserve(0, "scatterAdd");
        for (long i = 0; i < count; i++) {
            int index = Indices.index(indices, i);
            int sum = frequent == 0 ? 0 : Memory.getInt(number + (long) index * Integer.BYTES);
            if (sum == 0) {
                add(Indices.row(dTable, index), Indices.row(dy, i));
            } else {
                apart.add(sum, index, Indices.row(dy, i));
            }
        }
        apart.addTo(dTable);
    }

    /**
     * Numbers, from 1, the rows that are met more than {@link ReduceLoop#BLOCK} times, and gives
     * the others 0.
     *
     * @return how many those are
     */
    private int number(View indices, long rows) {
        long number = numbers.reserve(rows * Integer.BYTES, "scatterAdd");
        for (long row = 0; row < rows; row++) {
            Memory.setInt(number + row * Integer.BYTES, 0);
        }
        for (long i = 0; i < indices.size(); i++) {
            long at = number + (long) Indices.index(indices, i) * Integer.BYTES;
            Memory.setInt(at, Math.min(Memory.getInt(at), ReduceLoop.BLOCK) + 1);
        }
        int frequent = 0;
        for (long row = 0; row < rows; row++) {
            long at = number + row * Integer.BYTES;
            Memory.setInt(at, Memory.getInt(at) > ReduceLoop.BLOCK ? ++frequent : 0);
        }
        return frequent;
    }

    private void add(Strided y, Strided x) {
        elementwise.run((a, b, c, to, n) -> ADD.run(a, b, to, n), y, x, y);
    }

    /** Sums of rows: for each a block that has begun, the blocks before, and what those lost. */
    private final class Sums {
        private final long length;
        private final long padded;
        private final long memory;

        /** The row of the table that each belongs to. */
        private final int[] rows;

        /** How many rows of dy the block has. */
        private final int[] begun;

        Sums(int count, long length) {
            this.length = length;
            padded = new Pieces(length, COUNT).count() * (long) COUNT;
            rows = new int[count];
            begun = new int[count];
            memory = sums.reserve(3 * count * padded * WORD, "scatterAdd");
            for (int sum = 1; sum <= count; sum++) {
                clear(block(sum));
                clear(total(sum));
                clear(lost(sum));
            }
        }

        private long block(int sum) {
            return memory + 3L * (sum - 1) * padded * WORD;
        }

        private long total(int sum) {
            return block(sum) + padded * WORD;
        }

        private long lost(int sum) {
            return total(sum) + padded * WORD;
        }

        private void clear(long row) {
            for (long i = 0; i < padded; i += CHUNK) {
                Runs.fill(0, row + i * WORD, (long) chunk(i) * WORD);
            }
        }

        private int chunk(long start) {
            return (int) Math.min(CHUNK, padded - start);
        }

        void add(int sum, int row, Strided x) {
            rows[sum - 1] = row;
            ScatterAdd.this.add(Strided.adjacent(block(sum), length, DType.F32), x);
            if (++begun[sum - 1] == ReduceLoop.BLOCK) {
                carry(sum);
                begun[sum - 1] = 0;
            }
        }

        private void carry(int sum) {
            for (long i = 0; i < padded; i += CHUNK) {
                long at = i * WORD;
                ReduceLoop.carry(block(sum) + at, total(sum) + at, lost(sum) + at, chunk(i));
            }
            clear(block(sum));
        }

        void addTo(View table) {
            for (int sum = 1; sum <= rows.length; sum++) {
                carry(sum);
                for (long i = 0; i < padded; i += CHUNK) {
                    ReduceLoop.settle(total(sum) + i * WORD, lost(sum) + i * WORD, chunk(i));
                }
                Strided row = Indices.row(table, rows[sum - 1]);
                ScatterAdd.this.add(row, Strided.adjacent(total(sum), length, DType.F32));
            }
        }
    }

    @Override
    public void close() {
        numbers.close();
        sums.close();
    }
}
