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
                    for (long at = tasks.start(index); at < tasks.end(index); at++) {
                        all.run(at, ones);
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

    private void run(long statistic, long ones) {
        float m = 0;
        if (mean != 0) {
            m = mean(statistic);
            Memory.setFloat(mean + statistic * WORD, m);
        }
        Memory.setFloat(variance + statistic * WORD, variance(statistic, m));
        float inverse = inverse(variance, statistic, eps);
        if (parts.byPosition()) {
            row(statistic, m, inverse, ones);
        } else {
            planes(statistic, m, inverse);
        }
    }

    private float mean(long statistic) {
        FloatSum sum = new FloatSum();
        long run = parts.run();
        for (long done = 0; done < parts.members(); done += run) {
            long from = x + (parts.first(statistic) + done / run * parts.step()) * WORD;
            for (long i = 0; i < run; i += BLOCK) {
                sum.add(ReduceLoop.run(ReduceOp.SUM, from + i * WORD, block(i, run)));
            }
        }
        return sum.mean(parts.members());
    }

    private float variance(long statistic, float m) {
        FloatSum sum = new FloatSum();
        long run = parts.run();
        for (long done = 0; done < parts.members(); done += run) {
            long from = x + (parts.first(statistic) + done / run * parts.step()) * WORD;
            for (long i = 0; i < run; i += BLOCK) {
                sum.add(NormalizationLoop.squares(from + i * WORD, m, block(i, run)));
            }
        }
        return sum.mean(parts.members());
    }

    private void row(long row, float m, float inverse, long ones) {
        long length = parts.length();
        long from = row * length * WORD;
        long first = row % parts.groups() * length * WORD;
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
            float w = get(weight, plane % parts.allChannels(), 1);
            float b = get(bias, plane % parts.allChannels(), -0f);
            for (long i = 0; i < length; i += BLOCK) {
                long from = (plane * length + i) * WORD;
                NormalizationLoop.plane(x + from, w, b, y + from, m, inverse, block(i, length));
            }
        }
    }
}
