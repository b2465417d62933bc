package dev.weft.reference;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.Activation;
import dev.weft.backend.Backend;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.CompareOp;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceInfo;
import dev.weft.backend.Encoding;
import dev.weft.backend.Epilogue;
import dev.weft.backend.KernelCall;
import dev.weft.backend.LossOp;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;
import dev.weft.random.Philox;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The executable specification: every kernel as the plainest loop that computes it, in double, with
 * every access checked. Slow on purpose.
 */
public final class ReferenceBackend implements Backend {
    static final DeviceInfo INFO =
            new DeviceInfo(
                    "reference",
                    "scalar loops in double, the specification that other backends are tested"
                            + " against",
                    0,
                    Map.of("precision", "double"));

    /** Opens the backend. */
    public ReferenceBackend() {}

    @Override
    public DeviceInfo info() {
        return INFO;
    }

    @Override
    public DeviceBuffer allocate(DType dtype, long elements) {
        return new ReferenceBuffer(dtype, elements);
    }

    @Override
    public @Nullable DeviceBuffer shared(DeviceBuffer buffer) {
        return buffer instanceof ReferenceBuffer other ? new ReferenceBuffer(other) : null;
    }

    @Override
    public void release(DeviceBuffer buffer) {
        ((ReferenceBuffer) buffer).free();
    }

    @Override
    public void upload(MemorySegment source, View target) {
        DType dtype = target.dtype();
        for (long i = 0; i < target.size(); i++) {
            long at = target.offset() + i;
            if (dtype.isFloating()) {
                Elements.of(target).set(at, Encoding.get(dtype, source, i));
            } else {
                Elements.of(target).setLong(at, Encoding.getLong(dtype, source, i));
            }
        }
    }

    @Override
    public void download(View source, MemorySegment target) {
        DType dtype = source.dtype();
        for (long i = 0; i < source.size(); i++) {
            long at = source.offset() + i;
            if (dtype.isFloating()) {
                Encoding.set(dtype, target, i, Elements.of(source).get(at));
            } else {
                Encoding.setLong(dtype, target, i, Elements.of(source).getLong(at));
            }
        }
    }

    @Override
    public void upload(double[] source, View target) {
        for (int i = 0; i < source.length; i++) {
            long at = target.offset() + i;
            if (target.dtype().isFloating()) {
                Elements.of(target).set(at, source[i]);
            } else {
                Elements.of(target).setLong(at, Encoding.truncated(target.dtype(), source[i]));
            }
        }
    }

    @Override
    public void download(View source, double[] target) {
        for (int i = 0; i < target.length; i++) {
            target[i] = Elements.of(source).get(source.offset() + i);
        }
    }

    @Override
    public void synchronize() {}

    @Override
    public void close() {}

    @Override
    public void run(KernelCall call) {
        switch (call) {
            case KernelCall.Fill(var value, var y) -> fill(value, y);
            case KernelCall.Copy(var x, var y) -> copy(x, y);
            case KernelCall.Unary unary -> unary(unary);
            case KernelCall.UnaryGrad(var op, var p, var q, var x, var y, var dy, var dx) ->
                    unaryGrad(op, p, q, x, y, dy, dx);
            case KernelCall.Binary(var op, var a, var b, var y) -> binary(op, a, b, y);
            case KernelCall.BinaryGrad(var op, var byB, var a, var b, var dy, var d) ->
                    binaryGrad(op, byB, a, b, dy, d);
            case KernelCall.Compare(var op, var a, var b, var y) -> compare(op, a, b, y);
            case KernelCall.Where(var condition, var a, var b, var y) -> where(condition, a, b, y);
            case KernelCall.Reduce(var op, var x, var y) -> reduce(op, x, y);
            case KernelCall.ArgReduce(var op, var x, var y) -> argReduce(op, x, y);
            case KernelCall.Gemm(var alpha, var a, var b, var beta, var c, var epilogue) ->
                    gemm(alpha, a, b, beta, c, epilogue);
            case KernelCall.Softmax(var log, var x, var y) -> softmax(log, x, y);
            case KernelCall.SoftmaxGrad(var log, var y, var dy, var dx) ->
                    softmaxGrad(log, y, dy, dx);
            case KernelCall.Normalize normalize -> Normalizations.forward(normalize);
            case KernelCall.NormalizeGrad grad -> Normalizations.backward(grad);
            case KernelCall.Loss(var op, var p, var x, var t, var l) -> loss(op, p, x, t, l);
            case KernelCall.LossGrad(var op, var p, var x, var t, var dl, var dx) ->
                    lossGrad(op, p, x, t, dl, dx);
            case KernelCall.CrossEntropy(var x, var target, var factor, var l, var gradient) ->
                    crossEntropy(x, target, factor, l, gradient);
            case KernelCall.Gather(var table, var indices, var y) -> gather(table, indices, y);
            case KernelCall.ScatterAdd(var dy, var indices, var dTable) ->
                    scatterAdd(dy, indices, dTable);
            case KernelCall.Scan(var op, var reversed, var x, var y) ->
                    AlongAxis.scan(op, reversed, x, y);
            case KernelCall.Sort(var descending, var x, var y, var indices) ->
                    AlongAxis.sort(descending, x, y, indices);
            case KernelCall.TakeAlong(var x, var indices, var y) -> AlongAxis.take(x, indices, y);
            case KernelCall.ScatterAlong(var adds, var x, var indices, var y) ->
                    AlongAxis.scatter(adds, x, indices, y);
            case KernelCall.MaxPool(var window, var x, var y, var indices) ->
                    Pools.max(window, x, y, indices);
            case KernelCall.MaxPoolGrad(var window, var indices, var dy, var dx) ->
                    Pools.maxGrad(window, indices, dy, dx);
            case KernelCall.AveragePool(var window, var padded, var x, var y) ->
                    Pools.average(window, padded, x, y);
            case KernelCall.AveragePoolGrad(var window, var padded, var dy, var dx) ->
                    Pools.averageGrad(window, padded, dy, dx);
            case KernelCall.Convolution convolution -> Convolutions.forward(convolution);
            case KernelCall.ConvolutionInputGrad grad -> Convolutions.inputGrad(grad);
            case KernelCall.ConvolutionWeightGrad grad -> Convolutions.weightGrad(grad);
            case KernelCall.DropoutMask(var rate, var state, var mask) ->
                    dropoutMask(rate, state, mask);
            case KernelCall.Update update -> update(update);
            case KernelCall.CountUnfit unfit -> countUnfit(unfit);
            case KernelCall.CountNonFinite(var xs, var count) -> countNonFinite(xs, count);
        }
    }

    private static void fill(double value, View y) {
        Walk walk = new Walk(y.shape(), y);
        long whole = y.dtype().isFloating() ? 0 : Encoding.truncated(y.dtype(), value);
        while (walk.next()) {
            if (y.dtype().isFloating()) {
                walk.set(0, value);
            } else {
                walk.setLong(0, whole);
            }
        }
    }

    private static void copy(View x, View y) {
        DType from = x.dtype();
        DType to = y.dtype();
        Walk walk = new Walk(y.shape(), x, y);
        while (walk.next()) {
            if (!from.isFloating() && !to.isFloating()) {
                walk.setLong(1, walk.getLong(0));
            } else if (!to.isFloating()) {
                walk.setLong(1, Encoding.truncated(to, walk.get(0)));
            } else if (from == to) {
                walk.set(1, walk.get(0));
            } else {
                walk.set(1, converted(walk, from, to));
            }
        }
    }

    private static double converted(Walk walk, DType from, DType to) {
        return from.isFloating()
                ? Encoding.rounded(to, walk.get(0))
                : Encoding.rounded(to, walk.getLong(0));
    }

    private static void where(View condition, View a, View b, View y) {
        Walk walk = new Walk(y.shape(), condition, a, b, y);
        while (walk.next()) {
            int chosen = walk.getLong(0) != 0 ? 1 : 2;
            if (y.dtype().isFloating()) {
                walk.set(3, walk.get(chosen));
            } else {
                walk.setLong(3, walk.getLong(chosen));
            }
        }
    }

    private static void compare(CompareOp op, View a, View b, View y) {
        Walk walk = new Walk(y.shape(), a, b, y);
        while (walk.next()) {
            boolean holds =
                    a.dtype().isFloating()
                            ? Functions.compare(op, walk.get(0), walk.get(1))
                            : Functions.compare(op, walk.getLong(0), walk.getLong(1));
            walk.setLong(2, holds ? 1 : 0);
        }
    }

    private static void unary(KernelCall.Unary call) {
        UnaryOp op = call.op();
        Walk walk = new Walk(call.y().shape(), call.x(), call.y());
        while (walk.next()) {
            if (call.y().dtype().isFloating()) {
                walk.set(1, Functions.unary(op, call.p(), call.q(), walk.get(0)));
            } else {
                long x = walk.getLong(0);
                walk.setLong(1, Functions.unary(op, call.integerP(), call.integerQ(), x));
            }
        }
    }

    private static void unaryGrad(
            UnaryOp op, double p, double q, View x, View y, View dy, View dx) {
        Walk walk = new Walk(dx.shape(), x, y, dy, dx);
        while (walk.next()) {
            double grad = Functions.unaryGrad(op, p, q, walk.get(0), walk.get(1), walk.get(2));
            walk.set(3, grad);
        }
    }

    private static void binary(BinaryOp op, View a, View b, View y) {
        Walk walk = new Walk(y.shape(), a, b, y);
        while (walk.next()) {
            if (y.dtype().isFloating()) {
                walk.set(2, Functions.binary(op, walk.get(0), walk.get(1)));
            } else {
                walk.setLong(2, Functions.binary(op, walk.getLong(0), walk.getLong(1)));
            }
        }
    }

    private static void binaryGrad(BinaryOp op, boolean byB, View a, View b, View dy, View d) {
        Walk walk = new Walk(d.shape(), a, b, dy, d);
        while (walk.next()) {
            walk.set(
                    3, walk.get(2) * Functions.binaryDerivative(op, byB, walk.get(0), walk.get(1)));
        }
    }

    private static void reduce(ReduceOp op, View x, View y) {
        if (!y.dtype().isFloating()) {
            reduceIntegers(op, x, y);
        } else if (op == ReduceOp.SUM || op == ReduceOp.MEAN) {
            sum(x, y, op == ReduceOp.MEAN ? (double) x.size() / y.size() : 1);
        } else {
            fill(ofNothing(op), y);
            Walk walk = new Walk(x.shape(), x, y.expand(x.shape()));
            while (walk.next()) {
                double value = walk.get(0);
                double before = walk.get(1);
                walk.set(
                        1,
                        switch (op) {
                            case PROD -> before * value;
                            case MIN -> Math.min(before, value);
                            case MAX, SUM, MEAN -> Math.max(before, value);
                        });
            }
        }
    }

    private static double ofNothing(ReduceOp op) {
        return switch (op) {
            case SUM, MEAN -> 0;
            case PROD -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
    }

    /** y = Σ x / n. */
    private static void sum(View x, View y, double n) {
        PreciseSum[] sums = new PreciseSum[(int) y.size()];
        Arrays.setAll(sums, i -> new PreciseSum());
        ReferenceBuffer places = new ReferenceBuffer(DType.I64, sums.length);
        for (int i = 0; i < sums.length; i++) {
            places.setLong(i, i);
        }
        View place = View.contiguous(places, y.shape(), 0);
        Walk terms = new Walk(x.shape(), x, place.expand(x.shape()));
        while (terms.next()) {
            sums[(int) terms.getLong(1)].add(terms.get(0));
        }
        Walk results = new Walk(y.shape(), y, place);
        while (results.next()) {
            results.set(0, sums[(int) results.getLong(1)].value() / n);
        }
        places.free();
    }

    private static void reduceIntegers(ReduceOp op, View x, View y) {
        Walk start = new Walk(y.shape(), y);
        while (start.next()) {
            start.setLong(
                    0,
                    switch (op) {
                        case SUM -> 0;
                        case PROD -> 1;
                        case MAX -> y.dtype().smallest();
                        case MIN -> y.dtype().largest();
                        case MEAN ->
                                throw new IllegalArgumentException(
                                        op + " is not defined for integers");
                    });
        }
        Walk walk = new Walk(x.shape(), x, y.expand(x.shape()));
        while (walk.next()) {
            long value = walk.getLong(0);
            long before = walk.getLong(1);
            walk.setLong(
                    1,
                    switch (op) {
                        case SUM, MEAN -> before + value;
                        case PROD -> before * value;
                        case MAX -> Math.max(before, value);
                        case MIN -> Math.min(before, value);
                    });
        }
    }

    /** Along the last axis; y has the other axes. */
    private static void argReduce(ReduceOp op, View x, View y) {
        boolean smallest = op == ReduceOp.MIN;
        boolean floating = x.dtype().isFloating();
        Walk rows = new Walk(y.shape(), y);
        Walk elements = new Walk(x.shape(), x);
        while (rows.next()) {
            rows.setLong(
                    0,
                    floating
                            ? largest(elements, x.dim(-1), smallest ? -1 : 1)
                            : largestInteger(elements, x.dim(-1), smallest ? -1 : 0));
        }
    }

    /** Of the elements times {@code sign}. */
    private static long largest(Walk elements, long count, int sign) {
        long best = 0;
        double largest = Double.NEGATIVE_INFINITY;
        for (long j = 0; j < count; j++) {
            elements.next();
            double value = sign * elements.get(0);
            if (value > largest || (Double.isNaN(value) && !Double.isNaN(largest))) {
                largest = value;
                best = j;
            }
        }
        return best;
    }

    /** Of the elements, or with {@code flipped} = -1 of their complements, in the other order. */
    private static long largestInteger(Walk elements, long count, long flipped) {
        long best = 0;
        long largest = Long.MIN_VALUE;
        for (long j = 0; j < count; j++) {
            elements.next();
            long value = elements.getLong(0) ^ flipped;
            if (value > largest) {
                largest = value;
                best = j;
            }
        }
        return best;
    }

    private static void gemm(double alpha, View a, View b, double beta, View c, Epilogue epilogue) {
        long depth = a.dim(-1);
        long batches = c.rank() == 3 ? c.dim(0) : 1;
        PreciseSum sum = new PreciseSum();
        for (long batch = 0; batch < batches; batch++) {
            for (long i = 0; i < c.dim(-2); i++) {
                for (long j = 0; j < c.dim(-1); j++) {
                    sum.clear();
                    for (long l = 0; l < depth; l++) {
                        sum.addProduct(element(a, batch, i, l), element(b, batch, l, j));
                    }
                    double value =
                            alpha * sum.value() + (beta == 0 ? 0 : beta * element(c, batch, i, j));
                    Elements.of(c).set(position(c, batch, i, j), epilogue(epilogue, j, value));
                }
            }
        }
    }

    private static double epilogue(Epilogue epilogue, long column, double value) {
        View bias = epilogue.bias();
        double sum =
                bias == null
                        ? value
                        : value + Elements.of(bias).get(bias.offset() + column * bias.stride(0));
        Activation activation = epilogue.activation();
        UnaryOp op = activation.op();
        return op == null ? sum : Functions.unary(op, 0, 0, sum);
    }

    private static double element(View view, long batch, long i, long j) {
        return Elements.of(view).get(position(view, batch, i, j));
    }

    private static long position(View view, long batch, long i, long j) {
        long position = view.offset() + i * view.stride(-2) + j * view.stride(-1);
        return view.rank() == 3 ? position + batch * view.stride(0) : position;
    }

    private static void softmax(boolean log, View x, View y) {
        Walk in = new Walk(x.shape(), x);
        Walk out = new Walk(y.shape(), y);
        double[] row = new double[(int) x.dim(-1)];
        for (long i = 0; i < rows(x); i++) {
            read(in, row);
            double max = max(row);
            double sum = sumOfExp(row, max);
            for (double value : row) {
                out.next();
                out.set(0, log ? value - max - Math.log(sum) : Math.exp(value - max) / sum);
            }
        }
    }

    private static void softmaxGrad(boolean log, View y, View dy, View dx) {
        Walk results = new Walk(y.shape(), y);
        Walk gradients = new Walk(dy.shape(), dy);
        Walk out = new Walk(dx.shape(), dx);
        double[] row = new double[(int) y.dim(-1)];
        double[] d = new double[row.length];
        for (long i = 0; i < rows(y); i++) {
            read(results, row);
            read(gradients, d);
            PreciseSum total = new PreciseSum();
            for (int j = 0; j < row.length; j++) {
                total.addProduct(d[j], log ? 1 : row[j]);
            }
            double sum = total.value();
            for (int j = 0; j < row.length; j++) {
                out.next();
                // By halves: the difference alone may overflow.
                double grad = 2 * row[j] * (d[j] / 2 - sum / 2);
                out.set(0, log ? d[j] - Math.exp(row[j]) * sum : grad);
            }
        }
    }

    private static long rows(View view) {
        return view.dim(-1) == 0 ? 0 : view.size() / view.dim(-1);
    }

    private static void read(Walk walk, double[] row) {
        for (int j = 0; j < row.length; j++) {
            walk.next();
            row[j] = walk.get(0);
        }
    }

    private static double max(double[] row) {
        double max = Double.NEGATIVE_INFINITY;
        for (double value : row) {
            max = Math.max(max, value);
        }
        return max;
    }

    private static double sumOfExp(double[] row, double max) {
        PreciseSum sum = new PreciseSum();
        for (double value : row) {
            sum.add(Math.exp(value - max));
        }
        return sum.value();
    }

    private static void loss(LossOp op, double p, View x, View t, View l) {
        Walk walk = new Walk(l.shape(), x, t, l);
        while (walk.next()) {
            walk.set(2, Functions.loss(op, p, walk.get(0), walk.get(1)));
        }
    }

    private static void lossGrad(LossOp op, double p, View x, View t, View dl, View dx) {
        Walk walk = new Walk(dx.shape(), x, t, dl, dx);
        while (walk.next()) {
            walk.set(3, Functions.lossGrad(op, p, walk.get(0), walk.get(1), walk.get(2)));
        }
    }

    private static void crossEntropy(
            View logits, View target, double factor, View l, View gradient) {
        int classes = (int) logits.dim(1);
        Walk in = new Walk(logits.shape(), logits);
        Walk losses = new Walk(l.shape(), l);
        Walk out = new Walk(gradient.shape(), gradient);
        double[] row = new double[classes];
        double[] t = new double[classes];
        Walk targets = new Walk(target.shape(), target);
        for (long i = 0; i < logits.dim(0); i++) {
            read(in, row);
            if (target.dtype().isInteger()) {
                Arrays.fill(t, 0);
                targets.next();
                t[(int) AlongAxis.checked("crossEntropy: label", targets.getLong(0), i, classes)] =
                        1;
            } else {
                read(targets, t);
            }
            double max = max(row);
            double sum = sumOfExp(row, max);
            PreciseSum weights = new PreciseSum();
            PreciseSum loss = new PreciseSum();
            for (int j = 0; j < classes; j++) {
                weights.add(t[j]);
                // A class without weight adds nothing, even where its logit is infinite.
                double halved = (max + Math.log(sum)) / 2 - row[j] / 2;
                loss.add(t[j] == 0 ? 0 : 2 * t[j] * halved);
            }
            double total = weights.value();
            losses.next();
            losses.set(0, Double.isNaN(sum) ? sum : loss.value());
            for (int j = 0; j < classes; j++) {
                out.next();
                out.set(0, factor * (Math.exp(row[j] - max) / sum * total - t[j]));
            }
        }
    }

    private static long index(String kernel, View indices, long i, long bound) {
        long index = Elements.of(indices).getLong(indices.offset() + i * indices.stride(0));
        return AlongAxis.checked(kernel + ": index", index, i, bound);
    }

    private static void gather(View table, View indices, View y) {
        for (long i = 0; i < indices.size(); i++) {
            copy(row(table, index("gather", indices, i, table.dim(0))), row(y, i));
        }
    }

    private static void scatterAdd(View dy, View indices, View dTable) {
        Map<Long, List<PreciseSum>> sums = new LinkedHashMap<>();
        for (long i = 0; i < indices.size(); i++) {
            long row = index("scatterAdd", indices, i, dTable.dim(0));
            add(row(dy, i), sums.computeIfAbsent(row, at -> sums(row(dTable, at))));
        }
        sums.forEach(
                (row, totals) -> {
                    Walk table = new Walk(row(dTable, row).shape(), row(dTable, row));
                    for (PreciseSum total : totals) {
                        table.next();
                        table.set(0, total.value());
                    }
                });
    }

    /** A sum that begins with each element. */
    private static List<PreciseSum> sums(View row) {
        List<PreciseSum> sums = new ArrayList<>();
        for (long i = 0; i < row.size(); i++) {
            sums.add(new PreciseSum());
        }
        add(row, sums);
        return sums;
    }

    private static void add(View row, List<PreciseSum> sums) {
        Walk walk = new Walk(row.shape(), row);
        for (PreciseSum sum : sums) {
            walk.next();
            sum.add(walk.get(0));
        }
    }

    private static View row(View view, long i) {
        return view.slice(0, i, i + 1, 1);
    }

    private static void dropoutMask(double rate, View state, View mask) {
        long start = counter(state, 2);
        Philox stream = new Philox(counter(state, 0), start);
        long threshold = Math.round(rate * 0x1p32);
        for (long i = 0; i < mask.size(); i++) {
            boolean dropped = (stream.nextInt() & 0xFFFFFFFFL) < threshold;
            Elements.of(mask).set(mask.offset() + i, dropped ? 0 : 1 / (1 - rate));
        }
        setCounter(state, 2, start + (mask.size() + 3) / 4);
    }

    private static void update(KernelCall.Update call) {
        if (Elements.of(call.halt()).getLong(call.halt().offset()) != 0) {
            return;
        }
        double lr = setting(call.control(), call.steps(), 0);
        long t = counter(call.steps(), 0) + 1;
        Updates updates = new Updates(call.rule(), lr, t);
        List<View> operands = new ArrayList<>(List.of(flat(call.p()), flat(call.g())));
        call.states().forEach(state -> operands.add(flat(state)));
        Walk walk = new Walk(Shape.of(call.p().size()), operands.toArray(View[]::new));
        double[] states = new double[call.states().size()];
        while (walk.next()) {
            for (int i = 0; i < states.length; i++) {
                states[i] = walk.get(2 + i);
            }
            walk.set(0, updates.apply(walk.get(0), walk.get(1), states));
            for (int i = 0; i < states.length; i++) {
                walk.set(2 + i, states[i]);
            }
        }
        setCounter(call.steps(), 0, t);
    }

    /** What the row of the next step says: the learning rate, or the largest gradient. */
    private static double setting(View control, View steps, int which) {
        long row = counter(steps, 0) & (control.size() / 2 - 1);
        return Elements.of(control).get(control.offset() + 2 * row + which);
    }

    private static void countUnfit(KernelCall.CountUnfit call) {
        if (call.loss() != null) {
            countNonFinite(List.of(call.loss()), call.count());
        }
        double largest = setting(call.control(), call.steps(), 1);
        double l2 = call.rule().penalty().l2();
        long found = 0;
        Walk walk = new Walk(Shape.of(call.p().size()), flat(call.p()), flat(call.g()));
        while (walk.next()) {
            double size = Math.abs(walk.get(1)) + (l2 == 0 ? 0 : l2 * Math.abs(walk.get(0)));
            found += size <= largest ? 0 : 1;
        }
        addTo(call.count(), found);
    }

    private static View flat(View view) {
        return View.contiguous(view.buffer(), Shape.of(view.size()), view.offset());
    }

    private static void countNonFinite(List<View> xs, View count) {
        long found = 0;
        for (View x : xs) {
            Walk walk = new Walk(x.shape(), x);
            while (walk.next()) {
                found += Double.isFinite(walk.get(0)) ? 0 : 1;
            }
        }
        addTo(count, found);
    }

    private static void addTo(View count, long found) {
        Elements counter = Elements.of(count);
        long sum = counter.getLong(count.offset()) + found;
        counter.setLong(count.offset(), Math.min(sum, Integer.MAX_VALUE));
    }

    /** The number in words {@code at} (low) and {@code at} + 1 (high). */
    private static long counter(View words, int at) {
        Elements buffer = Elements.of(words);
        return (buffer.getLong(words.offset() + at) & 0xFFFFFFFFL)
                | (buffer.getLong(words.offset() + at + 1) << 32);
    }

    private static void setCounter(View words, int at, long value) {
        Elements buffer = Elements.of(words);
        buffer.setLong(words.offset() + at, value);
        buffer.setLong(words.offset() + at + 1, value >>> 32);
    }
}
