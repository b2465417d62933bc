// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Memory.WORD;
import static dev.weft.cpu.Normalization.CHUNK;
import static dev.weft.cpu.Normalization.address;
import static dev.weft.cpu.Normalization.block;
import static dev.weft.cpu.NormalizationLoop.BLOCK;

import dev.weft.backend.KernelCall;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.Reserve;

/**
 * The gradients of a normalisation, all in one pass over memory: what belongs to one statistic is
 * added up, and gone through again while it is in a cache. The gradients of weights and biases are
 * sums of partial sums, whose number does not depend on the threads, in order.
 */
final class NormalizationGrad implements AutoCloseable {
    /** Tasks of rows, each with sums of its own, at the most. */
    private static final int TASKS = 32;

    /** Examples that are added up in F32, so that with those of tasks they are less than 128. */
    private static final int EXAMPLES = 64;

    /** Bytes for two sums and a factor. */
    private static final int SLOT = 4 * WORD;

    /** Rows whose sums are made before the first is written. */
    private static final int TOGETHER = 64;

    private final WorkerPool pool;
    private final Scratch[] scratch;
    private final Scratch partials = new Scratch();

    NormalizationGrad(WorkerPool pool, Scratch[] scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    /** A call, by the addresses of its operands, which are 0 where there are none. */
    private record Call(
            NormalizedParts parts,
            double eps,
            long x,
            long weight,
            long mean,
            long variance,
            long dy,
            long dx,
            long dWeight,
            long dBias) {
        float mean(long statistic) {
            return Normalization.get(mean, statistic, 0);
        }

        float inverse(long statistic) {
            return Normalization.inverse(variance, statistic, eps);
        }

        /** The mean of the sums of a statistic, where a mean was taken off. */
        float level(FloatSum sum) {
            return mean == 0 ? 0 : sum.mean(parts.members());
        }
    }

    Runnable prepare(KernelCall.NormalizeGrad call) {
        NormalizedParts parts = NormalizedParts.of(call.x(), call.variance());
        Call by =
                new Call(
                        parts,
                        call.eps(),
                        address(call.x()),
                        address(call.weight()),
                        address(call.mean()),
                        address(call.variance()),
                        address(call.dy()),
                        address(call.dx()),
                        address(call.dWeight()),
                        address(call.dBias()));
        return parts.byPosition() ? () -> rows(by) : () -> planes(by);
    }

    // ---- planes

    /** The partial sums are those of planes: of dy h, and then all of dy. */
    private void planes(Call call) {
        NormalizedParts parts = call.parts;
        long planes = parts.statistics() * parts.planes();
        long products = partials.reserve(2 * planes * WORD, "normalizeGrad");
        long sums = products + planes * WORD;
        Pieces tasks =
                new Pieces(parts.statistics(), Math.max(1, CHUNK / Math.max(1, parts.members())));
        pool.forPieces(
                tasks.count(),
                (index, worker) -> {
                    long memory = scratch[worker].reserve(SLOT, "normalizeGrad");
                    for (long at = tasks.start(index); at < tasks.end(index); at++) {
                        planes(call, at, products, sums, memory);
                    }
                });
        addUp(products, parts, call.dWeight);
        addUp(sums, parts, call.dBias);
    }

    private static void planes(Call call, long statistic, long products, long sums, long memory) {
        NormalizedParts parts = call.parts;
        float m = call.mean(statistic);
        float inverse = call.inverse(statistic);
        FloatSum levels = new FloatSum();
        FloatSum slopes = new FloatSum();
        for (long each = 0; each < parts.planes(); each++) {
            long plane = parts.plane(statistic, each);
            long at = plane * WORD;
            sumsOfPlane(call, plane, m, inverse, products + at, sums + at, memory);
            float w = Normalization.get(call.weight, parts.channel(statistic, each), 1);
            slopes.add(w * Memory.getFloat(products + at));
            levels.add(w * Memory.getFloat(sums + at));
        }
        if (call.dx == 0) {
            return;
        }
        float level = call.level(levels);
        float slope = slopes.mean(parts.members());
        long length = parts.length();
        for (long each = 0; each < parts.planes(); each++) {
            long plane = parts.plane(statistic, each);
            float w = Normalization.get(call.weight, parts.channel(statistic, each), 1);
            for (long i = 0; i < length; i += BLOCK) {
                long from = (plane * length + i) * WORD;
                NormalizationLoop.planeGrad(
                        call.x + from,
                        call.dy + from,
                        w,
                        call.dx + from,
                        m,
                        inverse,
                        level,
                        slope,
                        block(i, length));
            }
        }
    }

    private static void sumsOfPlane(
            Call call, long plane, float m, float inverse, long products, long sums, long memory) {
        FloatSum level = new FloatSum();
        FloatSum slope = new FloatSum();
        long length = call.parts.length();
        for (long i = 0; i < length; i += BLOCK) {
            long from = (plane * length + i) * WORD;
            int count = block(i, length);
            NormalizationLoop.sumsOfPlane(call.x + from, call.dy + from, m, inverse, count, memory);
            level.add(Memory.getFloat(memory));
            slope.add(Memory.getFloat(memory + WORD));
        }
        Memory.setFloat(sums, level.value());
        Memory.setFloat(products, slope.value());
    }

    /** The sum over all examples, for each channel. */
    private static void addUp(long ofPlanes, NormalizedParts parts, long to) {
        long channels = parts.allChannels();
        for (long channel = 0; to != 0 && channel < channels; channel++) {
            FloatSum sum = new FloatSum();
            for (long example = 0; example < parts.examples(); example++) {
                sum.add(Memory.getFloat(ofPlanes + (example * channels + channel) * WORD));
            }
            Memory.setFloat(to + channel * WORD, sum.value());
        }
    }

    // ---- rows

    /** The partial sums are those of tasks: a row of dy h for all channels, and a row of dy. */
    private void rows(Call call) {
        NormalizedParts parts = call.parts;
        long channels = parts.allChannels();
        long most = Math.ceilDiv(parts.examples(), TASKS);
        Pieces tasks = new Pieces(parts.examples(), Math.max(1, Math.max(most, CHUNK / channels)));
        int width = padded(channels);
        long slots = partials.reserve((tasks.count() + 1L) * 2 * width * WORD, "normalizeGrad");
        pool.forPieces(
                tasks.count(),
                (index, worker) ->
                        examples(
                                call,
                                tasks.start(index),
                                tasks.end(index),
                                scratch[worker],
                                slots + index * 2L * width * WORD));
        long total = slots + tasks.count() * 2L * width * WORD;
        ReduceLoop.rows(ReduceOp.SUM, slots, 2L * width * WORD, tasks.count(), total, 2 * width);
        copy(total, channels, call.dWeight);
        copy(total + (long) width * WORD, channels, call.dBias);
    }

    private static int padded(long channels) {
        return Math.toIntExact((channels + COUNT - 1) / COUNT * COUNT);
    }

    private static void copy(long from, long count, long to) {
        if (to != 0) {
            Memory.copy(from, to, count * WORD);
        }
    }

    /** Sums of a task's examples, in blocks. */
    private static void examples(Call call, long start, long end, Scratch scratch, long total) {
        NormalizedParts parts = call.parts;
        int width = 2 * padded(parts.allChannels());
        long row = parts.length() * WORD;
        long memory =
                scratch.reserve(TOGETHER * SLOT + 2L * width * WORD + 2 * row, "normalizeGrad");
        long current = memory + TOGETHER * SLOT;
        long lost = current + (long) width * WORD;
        long ones = lost + (long) width * WORD;
        long spare = ones + row;
        if (call.weight == 0) {
            NormalizationLoop.fill(ones, 1, parts.length());
        }
        NormalizationLoop.fill(total, 0, width);
        if (end - start <= EXAMPLES) {
            rows(call, start, end, ones, spare, total, memory);
            return;
        }
        NormalizationLoop.fill(lost, 0, width);
        for (long example = start; example < end; example += EXAMPLES) {
            NormalizationLoop.fill(current, 0, width);
            long until = Math.min(end, example + EXAMPLES);
            rows(call, example, until, ones, spare, current, memory);
            ReduceLoop.carry(current, total, lost, width);
        }
        ReduceLoop.settle(total, lost, width);
    }

    /** Adds the sums of few examples to those at {@code to}; the memory is for sums of rows. */
    private static void rows(
            Call call, long start, long end, long ones, long spare, long to, long memory) {
        NormalizedParts parts = call.parts;
        long last = end * parts.groups();
        long step = Math.min(TOGETHER, parts.together());
        for (long row = start * parts.groups(); row < last; row += step) {
            long until = Math.min(last, row + step);
            for (long at = row; at < until; at++) {
                sumsOfRow(call, at, weights(call, at, ones), memory + (at - row) * SLOT);
            }
            for (long at = row; at < until; at++) {
                long dx = call.dx == 0 ? spare : call.dx + at * parts.length() * WORD;
                long first = parts.group(at) * parts.length() * WORD;
                long biases = to + padded(parts.allChannels()) * (long) WORD;
                long sums = memory + (at - row) * SLOT;
                row(call, at, weights(call, at, ones), dx, to + first, biases + first, sums);
            }
        }
    }

    private static long weights(Call call, long row, long ones) {
        NormalizedParts parts = call.parts;
        return call.weight == 0 ? ones : call.weight + parts.group(row) * parts.length() * WORD;
    }

    /** The level and the slope of a row, and 1 / √(variance + eps). */
    private static void sumsOfRow(Call call, long row, long weight, long to) {
        float m = call.mean(row);
        float inverse = call.inverse(row);
        long length = call.parts.length();
        long from = row * length * WORD;
        FloatSum levels = new FloatSum();
        FloatSum slopes = new FloatSum();
        for (long done = 0; done < length; done += BLOCK) {
            long i = done * WORD;
            int count = block(done, length);
            long x = call.x + from + i;
            long dy = call.dy + from + i;
            NormalizationLoop.sumsOfRow(x, dy, weight + i, m, inverse, count, to);
            levels.add(Memory.getFloat(to));
            slopes.add(Memory.getFloat(to + WORD));
        }
        Memory.setFloat(to, call.level(levels));
        Memory.setFloat(to + WORD, slopes.mean(length));
        Memory.setFloat(to + 2 * WORD, inverse);
    }

    private static void row(
            Call call, long row, long weight, long dx, long dWeight, long dBias, long sums) {
        long length = call.parts.length();
        long from = row * length * WORD;
        for (long done = 0; done < length; done += BLOCK) {
            long i = done * WORD;
            NormalizationLoop.rowGrad(
                    call.x + from + i,
                    call.dy + from + i,
                    weight + i,
                    dx + i,
                    dWeight + i,
                    dBias + i,
                    call.mean(row),
                    Memory.getFloat(sums + 2 * WORD),
                    Memory.getFloat(sums),
                    Memory.getFloat(sums + WORD),
                    block(done, length));
        }
    }

    void reserve(Reserve reserve) {
        partials.reserve(reserve);
    }

    @Override
    public void close() {
        partials.close();
    }
}
