// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Memory.WORD;

import dev.weft.DType;
import dev.weft.backend.View;

/**
 * Softmax and what is fused with it, a row at a time: a row is copied to scratch memory, padded
 * there with what does not change its result, computed on in the cache, and copied back. Softmax
 * itself leaves rows of whole vectors where they are.
 */
final class SoftmaxRows {
    /** Elements of a task, in whole vectors: an exponential of each takes about 2 µs. */
    private static final int TASK = 1 << 11;

    private final WorkerPool pool;
    private final Scratch[] scratch;

    SoftmaxRows(WorkerPool pool, Scratch[] scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    /**
     * What is done to one row: its number, and the address of scratch memory for four padded rows.
     */
    @FunctionalInterface
    private interface Row {
        void compute(long row, long memory);
    }

    private Runnable forEachRow(View x, Row body) {
        int length = Math.toIntExact(x.dim(-1));
        if (x.size() == 0) {
            return () -> {};
        }
        long rows = x.size() / length;
        Pieces tasks = new Pieces(rows, Math.max(1, TASK / padded(length)));
        WorkerPool.Body part =
                (index, worker) -> {
                    long memory = scratch[worker].reserve(4L * padded(length) * WORD, "softmax");
                    long end = tasks.end(index);
                    for (long row = tasks.start(index); row < end; row++) {
                        body.compute(row, memory);
                    }
                };
        return () -> pool.forPieces(tasks.count(), part);
    }

    private static int padded(int length) {
        return (length + COUNT - 1) / COUNT * COUNT;
    }

    /** Copies a row to scratch memory and fills the rest of its last vector. */
    private static void load(Strided x, long row, int length, long to, float padding) {
        x.copy(row * length, length, to, true);
        for (int i = length; i < padded(length); i++) {
            Memory.setFloat(to + (long) i * WORD, padding);
        }
    }

    Runnable softmax(boolean log, View x, View y) {
        Strided in = Strided.of(x, DType.F32);
        Strided out = Strided.of(y, DType.F32);
        int length = Math.toIntExact(x.dim(-1));
        int count = padded(length);
        boolean whole = length == count;
        return forEachRow(
                x,
                (row, memory) -> {
                    long start = row * length;
                    long from = memory;
                    long to = memory;
                    if (whole) {
                        from = in.read(start, length, memory);
                        to = out.target(start, memory);
                    } else {
                        load(in, row, length, memory, Float.NEGATIVE_INFINITY);
                    }
                    float max = RowLoop.max(from, count);
                    if (log) {
                        float sum = RowLoop.sumOfExps(from, max, count);
                        RowLoop.subtract(from, max, (float) Math.log(sum), to, count);
                    } else {
                        float sum = RowLoop.exps(from, max, to, count);
                        RowLoop.multiply(to, 1 / sum, count);
                    }
                    if (to == memory) {
                        out.copy(start, length, memory, false);
                    }
                });
    }

    Runnable softmaxGrad(boolean log, View y, View dy, View dx) {
        Strided results = Strided.of(y, DType.F32);
        Strided gradients = Strided.of(dy, DType.F32);
        Strided out = Strided.of(dx, DType.F32);
        int length = Math.toIntExact(y.dim(-1));
        int count = padded(length);
        return forEachRow(
                y,
                (row, memory) -> {
                    long d = memory + (long) count * WORD;
                    load(results, row, length, memory, 0);
                    load(gradients, row, length, d, 0);
                    if (log) {
                        RowLoop.logSoftmaxGrad(memory, d, RowLoop.sum(d, count), count);
                    } else {
                        RowLoop.softmaxGrad(memory, d, RowLoop.dot(memory, d, count), count);
                    }
                    out.copy(row * length, length, d, false);
                });
    }

    Runnable crossEntropy(View logits, View target, float factor, View l, View gradient) {
        Strided in = Strided.of(logits, DType.F32);
        boolean byIndex = target.dtype() == DType.I32;
        Strided targets = Strided.of(target, byIndex ? DType.I32 : DType.F32);
        Strided losses = Strided.of(l, DType.F32);
        Strided out = Strided.of(gradient, DType.F32);
        int classes = Math.toIntExact(logits.dim(1));
        int count = padded(classes);
        if (!byIndex) {
            return forEachRow(
                    logits,
                    (row, memory) -> {
                        load(in, row, classes, memory, Float.NEGATIVE_INFINITY);
                        load(targets, row, classes, memory + 2L * count * WORD, 0);
                        long result = memory + 3L * count * WORD;
                        byWeights(factor, memory, count, result);
                        losses.copy(row, 1, result, false);
                        out.copy(row * classes, classes, memory + (long) count * WORD, false);
                    });
        }
        Runnable rows =
                forEachRow(
                        logits,
                        (row, memory) -> {
                            load(in, row, classes, memory, Float.NEGATIVE_INFINITY);
                            long result = memory + 3L * count * WORD;
                            byIndex(targets, row, factor, memory, count, result);
                            losses.copy(row, 1, result, false);
                            out.copy(row * classes, classes, memory + (long) count * WORD, false);
                        });
        return () -> {
            Indices.check("crossEntropy: label", target, classes);
            rows.run();
        };
    }

    /**
     * One row's loss, and its gradient in the second row of memory; the logits are in the first.
     */
    private static void byIndex(
            Strided targets, long row, float factor, long x, int count, long loss) {
        long e = x + (long) count * WORD;
        float max = RowLoop.max(x, count);
        float sum = RowLoop.exps(x, max, e, count);
        long label = (long) Memory.getInt(targets.read(row, 1, loss)) * WORD;
        double value = (double) max - Memory.getFloat(x + label) + Math.log(sum);
        RowLoop.multiply(e, factor / sum, count);
        Memory.setFloat(e + label, Memory.getFloat(e + label) - factor);
        Memory.setFloat(loss, Float.isNaN(sum) ? sum : (float) value);
    }

    /** The same where the row's weights of the classes are in the third row of memory. */
    private static void byWeights(float factor, long x, int count, long loss) {
        long e = x + (long) count * WORD;
        long t = e + (long) count * WORD;
        float max = RowLoop.max(x, count);
        float sum = RowLoop.exps(x, max, e, count);
        float level = (float) (max + Math.log(sum));
        float value = RowLoop.weighted(t, x, level, count);
        RowLoop.crossEntropyGrad(e, RowLoop.sum(t, count) * factor / sum, t, factor, count);
        Memory.setFloat(loss, Float.isNaN(sum) ? sum : value);
    }
}
