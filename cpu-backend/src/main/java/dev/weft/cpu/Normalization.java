// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;
import static dev.weft.cpu.NormalizationLoop.BLOCK;

import dev.weft.backend.KernelCall;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

/**
 * A normalisation, by the addresses of its operands, which are 0 where there are none. What belongs
 * to one statistic is added up, added up again as squares, and written: while it is in a cache.
 */
record Normalization(
        NormalizedParts parts,
        double eps,
        long x,
        long weight,
        long bias,
        long y,
        long mean,
        long variance) {
    /** Elements of a task. */
    static final int CHUNK = 1 << 14;

    static Runnable prepare(KernelCall.Normalize call, WorkerPool pool, Scratch[] scratch) {
        NormalizedParts parts = NormalizedParts.of(call.x(), call.variance());
        if (call.x().size() == 0) {
            return () -> {};
        }
        Normalization all =
                new Normalization(
                        parts,
                        call.eps(),
                        address(call.x()),
                        address(call.weight()),
                        address(call.bias()),
                        address(call.y()),
                        address(call.mean()),
                        address(call.variance()));
        Pieces tasks = new Pieces(parts.statistics(), Math.max(1, CHUNK / parts.members()));
        WorkerPool.Body body =
                (index, worker) -> {
                    long ones = all.ones(scratch[worker]);
                    long end = tasks.end(index);
                    long step = parts.together();
                    for (long at = tasks.start(index); at < end; at += step) {
                        all.run(at, Math.min(end, at + step), ones);
                    }
                };
        return () -> pool.forPieces(tasks.count(), body);
    }

    static long address(@Nullable View view) {
        return view == null ? 0 : CpuBuffer.address(view);
    }

    /** An element, or a constant where there are none. */
    static float get(long address, long index, float otherwise) {
        return address == 0 ? otherwise : Memory.getFloat(address + index * WORD);
    }

    /** 1 / √(variance + eps). */
    static float inverse(long variance, long statistic, double eps) {
        return (float) (1 / Math.sqrt(Memory.getFloat(variance + statistic * WORD) + eps));
    }

    /** Elements of the block that begins here. */
    static int block(long start, long length) {
        return (int) Math.min(BLOCK, length - start);
    }

    /** A row of ones and one of zeros, for weights and biases that are not there. */
    private long ones(Scratch memory) {
        if (!parts.byPosition() || (weight != 0 && bias != 0)) {
            return 0;
        }
        long ones = memory.reserve(2 * parts.length() * WORD, "normalize");
        NormalizationLoop.fill(ones, 1, parts.length());
        NormalizationLoop.fill(ones + parts.length() * WORD, -0f, parts.length());
        return ones;
    }

    /** In three rounds, so that none waits for one row's sum. */
    private void run(long start, long end, long ones) {
        for (long at = start; mean != 0 && at < end; at++) {
            Memory.setFloat(mean + at * WORD, mean(at));
        }
        for (long at = start; at < end; at++) {
            Memory.setFloat(variance + at * WORD, variance(at, get(mean, at, 0)));
        }
        for (long at = start; at < end; at++) {
            float m = get(mean, at, 0);
            float inverse = inverse(variance, at, eps);
            if (parts.byPosition()) {
                row(at, m, inverse, ones);
            } else {
                planes(at, m, inverse);
            }
        }
    }

    private float mean(long statistic) {
        FloatSum sum = new FloatSum();
        for (long run = 0; run < parts.runs(); run++) {
            long from = x + parts.first(statistic, run) * WORD;
            for (long i = 0; i < parts.run(); i += BLOCK) {
                sum.add(ReduceLoop.run(ReduceOp.SUM, from + i * WORD, block(i, parts.run())));
            }
        }
        return sum.mean(parts.members());
    }

    private float variance(long statistic, float m) {
        FloatSum sum = new FloatSum();
        for (long run = 0; run < parts.runs(); run++) {
            long from = x + parts.first(statistic, run) * WORD;
            for (long i = 0; i < parts.run(); i += BLOCK) {
                sum.add(NormalizationLoop.squares(from + i * WORD, m, block(i, parts.run())));
            }
        }
        return sum.mean(parts.members());
    }

    private void row(long row, float m, float inverse, long ones) {
        long length = parts.length();
        long from = row * length * WORD;
        long first = parts.group(row) * length * WORD;
        long w = weight == 0 ? ones : weight + first;
        long b = bias == 0 ? ones + length * WORD : bias + first;
        for (long done = 0; done < length; done += BLOCK) {
            long i = done * WORD;
            int count = block(done, length);
            NormalizationLoop.row(x + from + i, w + i, b + i, y + from + i, m, inverse, count);
        }
    }

    private void planes(long statistic, float m, float inverse) {
        long length = parts.length();
        for (long each = 0; each < parts.planes(); each++) {
            long plane = parts.plane(statistic, each);
            float w = get(weight, parts.channel(statistic, each), 1);
            float b = get(bias, parts.channel(statistic, each), -0f);
            for (long i = 0; i < length; i += BLOCK) {
                long from = (plane * length + i) * WORD;
                NormalizationLoop.plane(x + from, w, b, y + from, m, inverse, block(i, length));
            }
        }
    }
}
