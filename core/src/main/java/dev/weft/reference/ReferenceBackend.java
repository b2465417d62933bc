package dev.weft.reference;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.Activation;
import dev.weft.backend.Backend;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceInfo;
import dev.weft.backend.Epilogue;
import dev.weft.backend.KernelCall;
import dev.weft.backend.LossOp;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;
import dev.weft.random.Philox;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
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
    public void release(DeviceBuffer buffer) {
        ((ReferenceBuffer) buffer).free();
    }

    @Override
    public void upload(MemorySegment source, View target) {
        for (long i = 0; i < target.size(); i++) {
            double value =
                    switch (target.dtype()) {
                        case F32 -> source.get(ValueLayout.JAVA_FLOAT_UNALIGNED, i * Float.BYTES);
                        case I32 -> source.get(ValueLayout.JAVA_INT_UNALIGNED, i * Integer.BYTES);
                    };
            Elements.of(target).set(target.offset() + i, value);
        }
    }

    @Override
    public void download(View source, MemorySegment target) {
        for (long i = 0; i < source.size(); i++) {
            double value = Elements.of(source).get(source.offset() + i);
            switch (source.dtype()) {
                case F32 ->
                        target.set(
                                ValueLayout.JAVA_FLOAT_UNALIGNED, i * Float.BYTES, (float) value);
                case I32 ->
                        target.set(ValueLayout.JAVA_INT_UNALIGNED, i * Integer.BYTES, (int) value);
            }
        }
    }

    @Override
    public void upload(double[] source, View target) {
        for (int i = 0; i < source.length; i++) {
            Elements.of(target).set(target.offset() + i, source[i]);
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
            case KernelCall.Unary(var op, var p, var q, var x, var y) -> unary(op, p, q, x, y);
            case KernelCall.UnaryGrad(var op, var p, var q, var x, var y, var dy, var dx) ->
                    unaryGrad(op, p, q, x, y, dy, dx);
            case KernelCall.Binary(var op, var a, var b, var y) -> binary(op, a, b, y);
            case KernelCall.BinaryGrad(var op, var byB, var a, var b, var dy, var d) ->
                    binaryGrad(op, byB, a, b, dy, d);
            case KernelCall.Reduce(var op, var x, var y) -> reduce(op, x, y);
            case KernelCall.Argmax(var x, var y) -> argmax(x, y);
            case KernelCall.Gemm(var alpha, var a, var b, var beta, var c, var epilogue) ->
                    gemm(alpha, a, b, beta, c, epilogue);
            case KernelCall.Softmax(var log, var x, var y) -> softmax(log, x, y);
            case KernelCall.SoftmaxGrad(var log, var y, var dy, var dx) ->
                    softmaxGrad(log, y, dy, dx);
            case KernelCall.Loss(var op, var p, var x, var t, var l) -> loss(op, p, x, t, l);
            case KernelCall.LossGrad(var op, var p, var x, var t, var dl, var dx) ->
                    lossGrad(op, p, x, t, dl, dx);
            case KernelCall.CrossEntropy(var x, var target, var factor, var l, var gradient) ->
                    crossEntropy(x, target, factor, l, gradient);
            case KernelCall.Gather(var table, var indices, var y) -> gather(table, indices, y);
            case KernelCall.ScatterAdd(var dy, var indices, var dTable) ->
                    scatterAdd(dy, indices, dTable);
            case KernelCall.Pick(var x, var indices, var y) -> pick(x, indices, y);
            case KernelCall.Unpick(var dy, var indices, var dx) -> unpick(dy, indices, dx);
            case KernelCall.DropoutMask(var rate, var state, var mask) ->
                    dropoutMask(rate, state, mask);
            case KernelCall.Update update -> update(update);
            case KernelCall.CountUnfit unfit -> countUnfit(unfit);
            case KernelCall.CountNonFinite(var xs, var count) -> countNonFinite(xs, count);
        }
    }

    private static void fill(double value, View y) {
        Walk walk = new Walk(y.shape(), y);
        while (walk.next()) {
            walk.set(0, y.dtype() == DType.I32 ? (int) value : value);
        }
    }

    private static void copy(View x, View y) {
        Walk walk = new Walk(y.shape(), x, y);
        while (walk.next()) {
            walk.set(1, y.dtype() == DType.I32 ? (int) walk.get(0) : walk.get(0));
        }
    }

    private static void unary(UnaryOp op, double p, double q, View x, View y) {
        Walk walk = new Walk(y.shape(), x, y);
        while (walk.next()) {
            walk.set(1, Functions.unary(op, y.dtype(), p, q, walk.get(0)));
        }
    }

    private static void unaryGrad(
            UnaryOp op, double p, double q, View x, View y, View dy, View dx) {
        Walk walk = new Walk(dx.shape(), x, y, dy, dx);
        while (walk.next()) {
            walk.set(
                    3, walk.get(2) * Functions.unaryDerivative(op, p, q, walk.get(0), walk.get(1)));
        }
    }

    private static void binary(BinaryOp op, View a, View b, View y) {
        Walk walk = new Walk(y.shape(), a, b, y);
        while (walk.next()) {
            walk.set(2, Functions.binary(op, y.dtype(), walk.get(0), walk.get(1)));
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
        boolean integral = y.dtype() == DType.I32;
        fill(
                switch (op) {
                    case SUM, MEAN -> 0;
                    case MAX -> integral ? Integer.MIN_VALUE : Double.NEGATIVE_INFINITY;
                    case MIN -> integral ? Integer.MAX_VALUE : Double.POSITIVE_INFINITY;
                },
                y);
        Walk walk = new Walk(x.shape(), x, y.expand(x.shape()));
        while (walk.next()) {
            double value = walk.get(0);
            walk.set(
                    1,
                    switch (op) {
                        case SUM, MEAN -> walk.get(1) + value;
                        case MAX -> Math.max(walk.get(1), value);
                        case MIN -> Math.min(walk.get(1), value);
                    });
        }
        if (op == ReduceOp.MEAN) {
            double n = (double) x.size() / y.size();
            Walk means = new Walk(y.shape(), y);
            while (means.next()) {
                means.set(0, means.get(0) / n);
            }
        }
    }

    private static void argmax(View x, View y) {
        Walk rows = new Walk(y.shape(), y);
        Walk elements = new Walk(x.shape(), x);
        while (rows.next()) {
            long best = 0;
            double largest = Double.NEGATIVE_INFINITY;
            for (long j = 0; j < x.dim(-1); j++) {
                elements.next();
                double value = elements.get(0);
                if (value > largest || (Double.isNaN(value) && !Double.isNaN(largest))) {
                    largest = value;
                    best = j;
                }
            }
            rows.set(0, (double) best);
        }
    }

    private static void gemm(double alpha, View a, View b, double beta, View c, Epilogue epilogue) {
        long depth = a.dim(-1);
        long batches = c.rank() == 3 ? c.dim(0) : 1;
        for (long batch = 0; batch < batches; batch++) {
            for (long i = 0; i < c.dim(-2); i++) {
                for (long j = 0; j < c.dim(-1); j++) {
                    double sum = 0;
                    for (long l = 0; l < depth; l++) {
                        sum += element(a, batch, i, l) * element(b, batch, l, j);
                    }
                    double value = alpha * sum + (beta == 0 ? 0 : beta * element(c, batch, i, j));
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
        return op == null ? sum : Functions.unary(op, DType.F32, 0, 0, sum);
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
            double sum = 0;
            for (int j = 0; j < row.length; j++) {
                sum += log ? d[j] : d[j] * row[j];
            }
            for (int j = 0; j < row.length; j++) {
                out.next();
                out.set(0, log ? d[j] - Math.exp(row[j]) * sum : row[j] * (d[j] - sum));
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
        double sum = 0;
        for (double value : row) {
            sum += Math.exp(value - max);
        }
        return sum;
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
            walk.set(3, walk.get(2) * Functions.lossDerivative(op, p, walk.get(0), walk.get(1)));
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
            if (target.dtype() == DType.I32) {
                Arrays.fill(t, 0);
                targets.next();
                t[(int) checked("crossEntropy: label", (long) targets.get(0), i, classes)] = 1;
            } else {
                read(targets, t);
            }
            double max = max(row);
            double sum = sumOfExp(row, max);
            double total = 0;
            double loss = 0;
            for (int j = 0; j < classes; j++) {
                total += t[j];
                // A class without weight adds nothing, even where its logit is infinite.
                loss += t[j] == 0 ? 0 : t[j] * (max + Math.log(sum) - row[j]);
            }
            losses.next();
            losses.set(0, Double.isNaN(sum) ? sum : loss);
            for (int j = 0; j < classes; j++) {
                out.next();
                out.set(0, factor * (Math.exp(row[j] - max) / sum * total - t[j]));
            }
        }
    }

    private static long checked(String what, long index, long position, long bound) {
        if (index < 0 || index >= bound) {
            throw new IndexOutOfBoundsException(
                    what
                            + " "
                            + index
                            + " at position "
                            + position
                            + " is outside [0, "
                            + bound
                            + ")");
        }
        return index;
    }

    private static long index(String kernel, View indices, long i, long bound) {
        long index = (long) Elements.of(indices).get(indices.offset() + i * indices.stride(0));
        return checked(kernel + ": index", index, i, bound);
    }

    private static void gather(View table, View indices, View y) {
        for (long i = 0; i < indices.size(); i++) {
            copy(row(table, index("gather", indices, i, table.dim(0))), row(y, i));
        }
    }

    private static void scatterAdd(View dy, View indices, View dTable) {
        for (long i = 0; i < indices.size(); i++) {
            View row = row(dTable, index("scatterAdd", indices, i, dTable.dim(0)));
            binary(BinaryOp.ADD, row, row(dy, i), row);
        }
    }

    private static View row(View view, long i) {
        return view.slice(0, i, i + 1, 1);
    }

    private static void pick(View x, View indices, View y) {
        for (long i = 0; i < indices.size(); i++) {
            double value = element(x, 0, i, index("pick", indices, i, x.dim(1)));
            Elements.of(y).set(y.offset() + i * y.stride(0), value);
        }
    }

    private static void unpick(View dy, View indices, View dx) {
        fill(0, dx);
        for (long i = 0; i < indices.size(); i++) {
            double value = Elements.of(dy).get(dy.offset() + i * dy.stride(0));
            Elements.of(dx).set(position(dx, 0, i, index("unpick", indices, i, dx.dim(1))), value);
        }
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
        if (Elements.of(call.halt()).get(call.halt().offset()) != 0) {
            return;
        }
        View p = call.p();
        List<View> states = call.states();
        double lr = Elements.of(call.control()).get(call.control().offset());
        long t = counter(call.steps(), 0) + 1;
        Updates updates = new Updates(call.rule(), lr, t);
        Shape flat = Shape.of(p.size());
        Walk walk =
                new Walk(
                        flat,
                        flat(p),
                        flat(call.g()),
                        flat(states.isEmpty() ? p : states.get(0)),
                        flat(states.size() < 2 ? p : states.get(1)));
        while (walk.next()) {
            updates.apply(walk.get(0), walk.get(1), walk.get(2), walk.get(3));
            if (!states.isEmpty()) {
                walk.set(2, updates.first());
            }
            if (states.size() > 1) {
                walk.set(3, updates.second());
            }
            walk.set(0, updates.parameter());
        }
        setCounter(call.steps(), 0, t);
    }

    private static void countUnfit(KernelCall.CountUnfit call) {
        if (call.loss() != null) {
            countNonFinite(List.of(call.loss()), call.count());
        }
        double largest = Elements.of(call.control()).get(call.control().offset() + 1);
        double l2 = call.rule().penalty().l2();
        double found = 0;
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
        double found = 0;
        for (View x : xs) {
            Walk walk = new Walk(x.shape(), x);
            while (walk.next()) {
                found += Double.isFinite(walk.get(0)) ? 0 : 1;
            }
        }
        addTo(count, found);
    }

    private static void addTo(View count, double found) {
        Elements counter = Elements.of(count);
        double sum = counter.get(count.offset()) + found;
        counter.set(count.offset(), Math.min(sum, Integer.MAX_VALUE));
    }

    /** The number in words {@code at} (low) and {@code at} + 1 (high). */
    private static long counter(View words, int at) {
        Elements buffer = Elements.of(words);
        return ((long) buffer.get(words.offset() + at) & 0xFFFFFFFFL)
                | ((long) buffer.get(words.offset() + at + 1) << 32);
    }

    private static void setCounter(View words, int at, long value) {
        Elements buffer = Elements.of(words);
        buffer.set(words.offset() + at, (int) value);
        buffer.set(words.offset() + at + 1, (int) (value >>> 32));
    }
}
