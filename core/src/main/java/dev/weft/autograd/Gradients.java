package dev.weft.autograd;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Op;
import dev.weft.Products;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.ShapeException;
import dev.weft.Tensor;
import dev.weft.backend.Backend;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.CompareOp;
import dev.weft.backend.KernelCall;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The backward pass, and its results. The tape is read from its end; for each operation the switch
 * below writes the part that its result's gradient dy contributes to each operand's. A gradient is
 * freed as soon as it has been passed on.
 *
 * <p>What a derivative reads of the forward pass it gets from {@link #saved}, and after it has said
 * where it writes to: so nothing is read that was overwritten meanwhile, by whomever.
 */
public final class Gradients {
    private final Tape tape;
    private final Device device;
    private final Backend kernels;
    private final IdentityHashMap<Tensor, Tensor> gradients = new IdentityHashMap<>();

    /** Holds what passing on one operation needs; gradients are moved out of it. */
    private @Nullable Scope step;

    /** Gradients whose memory is somebody else's, to which nothing is added: not to be closed. */
    private final Set<Tensor> borrowed = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Whether the present operation's operand has got the memory of its result's gradient. */
    private boolean passedAlong;

    /** The operation that is passed on. */
    private Tape.@Nullable Entry current;

    private Gradients(Tape tape) {
        this.tape = tape;
        this.device = tape.device();
        this.kernels = device.backend();
    }

    /**
     * The gradient by a watched tensor: zeros where the result does not depend on it.
     *
     * @throws IllegalArgumentException where the tensor was not watched
     */
    public Tensor of(Tensor x) {
        Tensor gradient = gradients.get(x);
        if (gradient == null) {
            throw new IllegalArgumentException("gradients: " + x.describe() + " was not watched");
        }
        return gradient;
    }

    /** The gradients of y, times dy, or 1 where that is null. */
    static Gradients compute(Tape tape, Tensor y, @Nullable Tensor dy) {
        Gradients result = new Gradients(tape);
        result.backward(y, dy);
        return result;
    }

    private void backward(Tensor y, @Nullable Tensor dy) {
        try (Scope all = device.scope()) {
            start(y, dy);
            passAllOn();
            for (Tensor x : tape.watched().keySet()) {
                if (!gradients.containsKey(x)) {
                    contribute(x, dst -> kernels.run(new KernelCall.Fill(0, dst)));
                }
            }
            tape.watched().keySet().forEach(x -> all.keep(of(x)));
        }
    }

    private void start(Tensor y, @Nullable Tensor dy) {
        Tensor destination = tape.watched().get(y);
        if (dy == null) {
            begin(y);
        } else if (destination != null) {
            destination.assign(dy);
            gradients.put(y, destination);
        } else if (canBorrow(y, dy)) {
            gradients.put(y, dy);
            borrowed.add(dy);
        } else {
            contribute(y, dst -> kernels.run(new KernelCall.Copy(dy.view(), dst)));
        }
    }

    /** Whether dy itself may serve as y's gradient, since it is read only. */
    private boolean canBorrow(Tensor y, Tensor dy) {
        View d = dy.view();
        return !tape.watched().containsKey(y)
                && dy.dtype() == y.dtype()
                && d.isContiguous()
                && tape.watched().values().stream()
                        .noneMatch(written -> written != null && written.view().overlaps(d));
    }

    private void passAllOn() {
        for (Tape.Entry entry : tape.entries().reversed()) {
            Op op = entry.op();
            Tensor gradient = gradients.get(op.out());
            if (gradient == null) {
                continue;
            }
            try (Scope scope = device.scope()) {
                step = scope;
                current = entry;
                passedAlong = false;
                passOn(op, gradient);
            } finally {
                step = null;
            }
            if (!tape.watched().containsKey(op.out())) {
                gradients.remove(op.out());
                if (!passedAlong && !borrowed.contains(gradient)) {
                    gradient.close();
                }
            }
        }
    }

    /**
     * A tensor whose values the derivative of the present operation is made of, as they were when
     * it was recorded.
     *
     * @throws IllegalStateException where they are no longer there
     */
    private Tensor saved(Tensor x) {
        Tape.Entry entry = Objects.requireNonNull(current);
        if (x.isClosed()) {
            throw new IllegalStateException(
                    "gradients: the derivative of %s needs %s, which was closed: keep it open until the gradients are taken"
                            .formatted(entry.op().name(), x));
        }
        if (x.lastWrite() > entry.time()) {
            throw new IllegalStateException(
                    "gradients: the derivative of %s needs %s as it was then, and its memory was overwritten since: take the gradients before, or let %s work on a copy()"
                            .formatted(entry.op().name(), x, entry.op().name()));
        }
        return x;
    }

    /** The view of {@link #saved}. */
    private View read(Tensor x) {
        return saved(x).view();
    }

    /**
     * The gradient of y by itself, 1, and on through the sums and means that a loss ends in: as far
     * as it is one number for every element, it needs no kernel.
     */
    private void begin(Tensor y) {
        Tensor at = y;
        double number = 1;
        for (Tape.Entry entry : tape.entries().reversed()) {
            if (tape.watched().containsKey(at)) {
                break;
            }
            if (entry.op().out() != at) {
                continue;
            }
            if (entry.op() instanceof Op.CrossEntropy(var logits, var factor, var dx, var _)) {
                current = entry;
                crossEntropy(logits, number / factor, saved(dx));
                return;
            }
            if (!(entry.op() instanceof Op.Reduce(var op, var kept, var x, var _))
                    || (op != ReduceOp.SUM && op != ReduceOp.MEAN)) {
                break;
            }
            if (op == ReduceOp.MEAN) {
                number *= (double) kept.size() / x.size();
            }
            at = x;
        }
        double all = number;
        contribute(at, dst -> kernels.run(new KernelCall.Fill(all, dst)));
    }

    /**
     * The logits' gradient where every row's loss counts the same: what the kernel of the forward
     * pass has written, times {@code more}. As nothing else leads to a loss that ends in sums, it
     * is the whole gradient, and with a {@code more} of 1 it need not even be copied.
     */
    private void crossEntropy(Tensor logits, double more, Tensor gradient) {
        if (more == 1 && !tape.watched().containsKey(logits) && tape.isTracked(logits)) {
            gradients.put(logits, gradient);
            borrowed.add(gradient);
        } else {
            contribute(
                    logits,
                    dx ->
                            kernels.run(
                                    new KernelCall.Unary(
                                            UnaryOp.AFFINE, more, -0.0, gradient.view(), dx)));
        }
    }

    /** One case for each operation: dx = dy ∂out/∂x. */
    private void passOn(Op op, Tensor dy) {
        View d = dy.view();
        switch (op) {
            case Op.Unary unary -> unary(unary, dy);
            case Op.Binary binary -> binary(binary, dy);
            case Op.Where(var condition, var a, var b, var out) -> {
                where(condition, a, true, d);
                where(condition, b, false, d);
            }
            case Op.Reduce(var f, var kept, var x, var out) -> reduce(f, kept, x, out, d);
            case Op.Matmul(var a, var b, var out) -> {
                product(a, () -> dy, () -> saved(b).transpose());
                product(b, () -> saved(a).transpose(), () -> dy);
            }
            case Op.Linear linear -> linear(linear, dy);
            case Op.Convolution(var geometry, var x, var weight, var out) -> {
                contribute(
                        x,
                        dx ->
                                kernels.run(
                                        new KernelCall.ConvolutionInputGrad(
                                                geometry, d, read(weight), dx)));
                contribute(
                        weight,
                        dw ->
                                kernels.run(
                                        new KernelCall.ConvolutionWeightGrad(
                                                geometry, read(x), d, dw)));
            }
            case Op.ConvolutionTransposed(var geometry, var x, var weight, var out) -> {
                contribute(
                        x,
                        dx ->
                                kernels.run(
                                        new KernelCall.Convolution(geometry, d, read(weight), dx)));
                contribute(
                        weight,
                        dw ->
                                kernels.run(
                                        new KernelCall.ConvolutionWeightGrad(
                                                geometry, d, read(x), dw)));
            }
            case Op.Scan(var f, var reversed, var axis, var x, var out) ->
                    contribute(x, dx -> scan(f, reversed, axis, x, dy, dx));
            case Op.Softmax(var log, var axis, var x, var out) ->
                    contribute(
                            x,
                            dx ->
                                    kernels.run(
                                            new KernelCall.SoftmaxGrad(
                                                    log,
                                                    read(out).axisLast(axis),
                                                    d.axisLast(axis),
                                                    dx.axisLast(axis))));
            case Op.Normalize normalize -> normalize(normalize, d);
            case Op.CrossEntropy(var logits, var factor, var gradient, var out) -> {
                View rows = d.withUnitAxes(Shape.of(d.dim(0), 1)).expand(logits.shape());
                contribute(
                        logits,
                        dx -> {
                            kernels.run(
                                    new KernelCall.Unary(
                                            UnaryOp.AFFINE, 1 / factor, -0.0, read(gradient), dx));
                            kernels.run(new KernelCall.Binary(BinaryOp.MUL, dx, rows, dx));
                        });
            }
            case Op.Loss(var f, var p, var x, var target, var out) ->
                    contribute(
                            x,
                            dx ->
                                    kernels.run(
                                            new KernelCall.LossGrad(
                                                    f, p, read(x), read(target), d, dx)));
            case Op.TakeAlong(var axis, var x, var indices, var out) ->
                    contribute(
                            x,
                            dx -> {
                                kernels.run(new KernelCall.Fill(0, dx));
                                View at = read(indices).axisLast(axis);
                                View to = dx.axisLast(axis).startingWith(at.shape());
                                kernels.run(
                                        new KernelCall.ScatterAlong(
                                                true, d.axisLast(axis), at, to));
                            });
            case Op.MaxPool(var window, var x, var indices, var out) ->
                    contribute(
                            x,
                            dx ->
                                    kernels.run(
                                            new KernelCall.MaxPoolGrad(
                                                    window, read(indices), d, dx)));
            case Op.AveragePool(var window, var padded, var x, var out) ->
                    contribute(
                            x,
                            dx ->
                                    kernels.run(
                                            new KernelCall.AveragePoolGrad(window, padded, d, dx)));
            case Op.ScatterAlong scatter -> scatter(scatter, dy);
            case Op.Gather(var axis, var x, var indices, var out) ->
                    contribute(
                            x,
                            dx -> {
                                kernels.run(new KernelCall.Fill(0, dx));
                                kernels.run(
                                        new KernelCall.ScatterAdd(
                                                d.axisFirst(axis),
                                                read(indices),
                                                dx.axisFirst(axis)));
                            });
            case Op.Concat(var axis, var parts, var out) -> concat(axis, parts, d);
            case Op.Reshape(var x, var out) -> reshape(x, out, dy);
            case Op.Permute(var axes, var x, var out) ->
                    contribute(x, dx -> kernels.run(new KernelCall.Copy(d, dx.permute(axes))));
            case Op.Part(var part, var x, var out) -> part(part, x, d);
            case Op.Embed(var part, var x, var out) ->
                    contribute(x, dx -> kernels.run(new KernelCall.Copy(part.apply(d), dx)));
            case Op.Expand(var x, var out) -> contribute(x, dx -> sumTo(d, dx));
            case Op.Custom custom -> custom(custom, dy);
            case Op.Copy(var x, var out) ->
                    contribute(x, dx -> kernels.run(new KernelCall.Copy(d, dx)));
        }
    }

    /** Where nobody else needs dy's memory, it becomes dx's. */
    private void reshape(Tensor x, Tensor out, Tensor dy) {
        boolean isBorrowed = borrowed.contains(dy);
        boolean isAsked = tape.watched().containsKey(x);
        boolean passes =
                tape.isTracked(x)
                        && !gradients.containsKey(x)
                        && !tape.watched().containsKey(out)
                        && tape.watched().get(x) == null
                        && !(isBorrowed && isAsked);
        if (!passes) {
            View d = dy.view();
            View same = View.contiguous(d.buffer(), x.shape(), d.offset());
            contribute(x, dx -> kernels.run(new KernelCall.Copy(same, dx)));
            return;
        }
        Tensor dx = dy.reshape(x.shape().toArray());
        gradients.put(x, dx);
        passedAlong = true;
        if (isBorrowed) {
            borrowed.add(dx);
        }
    }

    /** Adds dy to a part of x's gradient alone, so that many parts cost no more than one. */
    private void part(UnaryOperator<View> part, Tensor x, View d) {
        Tensor present = gradients.get(x);
        if (present == null) {
            contribute(
                    x,
                    dx -> {
                        kernels.run(new KernelCall.Fill(0, dx));
                        kernels.run(new KernelCall.Copy(d, part.apply(dx)));
                    });
        } else {
            View sum = part.apply(present.viewToWrite());
            kernels.run(new KernelCall.Binary(BinaryOp.ADD, sum, d, sum));
        }
    }

    /** What the derivative does not read may be gone: then dy stands in its place. */
    private void unary(Op.Unary op, Tensor dy) {
        View d = dy.view();
        UnaryOp.Reads reads = op.op().derivativeReads();
        contribute(
                op.x(),
                dx -> {
                    if (!op.op().hasGradKernel()) {
                        scaled(dy, new Derivatives(this::saved).of(op), dx);
                        return;
                    }
                    View x = reads == UnaryOp.Reads.OPERAND ? read(op.x()) : d;
                    View y = reads == UnaryOp.Reads.RESULT ? read(op.out()) : d;
                    kernels.run(new KernelCall.UnaryGrad(op.op(), op.p(), op.q(), x, y, d, dx));
                });
    }

    private void binary(Op.Binary op, Tensor dy) {
        contributeBroadcast(op.a(), dy.shape(), da -> binaryGrad(op, false, dy, da));
        contributeBroadcast(op.b(), dy.shape(), db -> binaryGrad(op, true, dy, db));
    }

    private void binaryGrad(Op.Binary op, boolean byB, Tensor dy, View dx) {
        BinaryOp f = op.op();
        if (!f.hasGradKernel()) {
            scaled(dy, new Derivatives(this::saved).of(op, byB), dx);
            return;
        }
        View d = dy.view();
        View left = f.derivativeReadsA(byB) ? read(op.a()).expand(d.shape()) : d;
        View right = f.derivativeReadsB(byB) ? read(op.b()).expand(d.shape()) : d;
        kernels.run(new KernelCall.BinaryGrad(f, byB, left, right, d, dx));
    }

    /** dx = dy · slope, rounded once to dx's type; 0 where there is no slope. */
    private void scaled(Tensor dy, @Nullable Tensor slope, View dx) {
        if (slope == null) {
            kernels.run(new KernelCall.Fill(0, dx));
        } else if (slope.dtype() == dx.dtype()) {
            View factors = slope.view().expand(dx.shape());
            kernels.run(new KernelCall.Binary(BinaryOp.MUL, dy.view(), factors, dx));
        } else {
            kernels.run(new KernelCall.Copy(dy.to(slope.dtype()).mul(slope).view(), dx));
        }
    }

    /** dx = dy where x was chosen, and 0 elsewhere. */
    private void where(Tensor condition, Tensor x, boolean chosen, View d) {
        contributeBroadcast(
                x,
                d.shape(),
                dx -> {
                    try (Tensor zero = device.empty(x.dtype(), Shape.SCALAR)) {
                        View none = zero.view();
                        kernels.run(new KernelCall.Fill(0, none));
                        none = none.expand(d.shape());
                        View mask = read(condition).expand(d.shape());
                        kernels.run(
                                chosen
                                        ? new KernelCall.Where(mask, d, none, dx)
                                        : new KernelCall.Where(mask, none, d, dx));
                    }
                });
    }

    private void reduce(ReduceOp op, Shape kept, Tensor x, Tensor out, View d) {
        View dKept = View.contiguous(d.buffer(), kept, d.offset());
        switch (op) {
            case SUM ->
                    contribute(
                            x, dx -> kernels.run(new KernelCall.Copy(dKept.expand(x.shape()), dx)));
            case MEAN -> {
                double share = (double) kept.size() / x.size();
                contribute(
                        x,
                        dx ->
                                kernels.run(
                                        new KernelCall.Unary(
                                                UnaryOp.AFFINE,
                                                share,
                                                -0.0,
                                                dKept.expand(x.shape()),
                                                dx)));
            }
            case PROD ->
                    contribute(
                            x,
                            dx -> {
                                Tensor share = ProductRules.others(saved(x).detach(), kept);
                                kernels.run(
                                        new KernelCall.Binary(
                                                BinaryOp.MUL,
                                                share.view(),
                                                dKept.expand(x.shape()),
                                                dx));
                            });
            case MAX, MIN ->
                    contribute(
                            x,
                            dx -> {
                                View y = read(out);
                                View extreme = View.contiguous(y.buffer(), kept, y.offset());
                                shareAmongEquals(read(x), extreme, dKept, dx);
                            });
        }
    }

    /** What an element adds it adds to all that come after. */
    private void scan(ReduceOp op, boolean reversed, int axis, Tensor x, Tensor dy, View dx) {
        if (op == ReduceOp.SUM) {
            View d = dy.view().axisLast(axis);
            kernels.run(new KernelCall.Scan(op, !reversed, d, dx.axisLast(axis)));
        } else {
            Tensor gradient = ProductRules.scanned(saved(x).detach(), axis, reversed, dy);
            kernels.run(new KernelCall.Copy(gradient.view(), dx));
        }
    }

    /** dx = dy / n at the n elements that equal the extreme, and 0 elsewhere. */
    private void shareAmongEquals(View x, View extreme, View dy, View dx) {
        View share = device.empty(dx.dtype(), extreme.shape()).view();
        View equal = device.empty(DType.BOOL, x.shape()).view();
        kernels.run(new KernelCall.Compare(CompareOp.EQUAL, x, extreme.expand(x.shape()), equal));
        kernels.run(new KernelCall.Copy(equal, dx));
        kernels.run(new KernelCall.Reduce(ReduceOp.SUM, dx, share));
        kernels.run(new KernelCall.Binary(BinaryOp.DIV, dy, share, share));
        kernels.run(new KernelCall.Binary(BinaryOp.MUL, dx, share.expand(x.shape()), dx));
    }

    /** All three gradients in one call. */
    private void normalize(Op.Normalize op, View d) {
        contributeWhereTracked(
                op.x(),
                dx ->
                        contributeWhereTracked(
                                op.weight(),
                                dw ->
                                        contributeWhereTracked(
                                                op.bias(), db -> normalize(op, d, dx, dw, db))));
    }

    private void normalize(
            Op.Normalize op, View d, @Nullable View dx, @Nullable View dw, @Nullable View db) {
        Tensor weight = op.weight();
        Tensor mean = op.mean();
        kernels.run(
                new KernelCall.NormalizeGrad(
                        op.eps(),
                        read(op.x()),
                        weight == null ? null : read(weight),
                        mean == null ? null : read(mean),
                        read(op.variance()),
                        d,
                        dx,
                        dw,
                        db));
    }

    private void linear(Op.Linear op, Tensor dy) {
        Tensor dz;
        UnaryOp activation = op.activation().op();
        if (activation == null) {
            dz = dy;
        } else {
            dz = device.empty(dy.dtype(), dy.shape());
            View y = read(op.out());
            kernels.run(new KernelCall.UnaryGrad(activation, 0, 0, y, y, dy.view(), dz.view()));
        }
        Tensor bias = op.bias();
        if (bias != null) {
            View rows = dz.view();
            contribute(bias, db -> sumTo(rows, db));
        }
        product(op.weight(), dz::transpose, () -> saved(op.x()));
        product(op.x(), () -> dz, () -> saved(op.weight()));
    }

    /** All that the way back gives is looked at before any of it counts. */
    private void custom(Op.Custom op, Tensor dy) {
        List<Tensor> operands = op.operands();
        operands.forEach(this::saved);
        saved(op.out());
        List<? extends @Nullable Tensor> given = op.backward().gradients(dy);
        if (given.size() != operands.size()) {
            throw new ShapeException(
                    "gradients: the backward of %s gave %d gradients: needs one, or null, for each of its %d operands"
                            .formatted(op.name(), given.size(), operands.size()));
        }
        for (int i = 0; i < given.size(); i++) {
            Tensor gradient = given.get(i);
            Tensor x = operands.get(i);
            boolean fits =
                    gradient == null
                            || (gradient.device() == device
                                    && gradient.dtype() == x.dtype()
                                    && gradient.shape().equals(x.shape()));
            if (!fits) {
                throw new ShapeException(
                        "gradients: the backward of %s gave %s for operand %d, which is %s: needs one of its shape and type, on its device"
                                .formatted(op.name(), gradient, i, x));
            }
        }
        for (int i = 0; i < given.size(); i++) {
            Tensor gradient = given.get(i);
            if (gradient != null) {
                contribute(
                        operands.get(i),
                        dx -> kernels.run(new KernelCall.Copy(gradient.view(), dx)));
            }
        }
    }

    /** To what was written over flows nothing. */
    private void scatter(Op.ScatterAlong op, Tensor dy) {
        int axis = op.axis();
        Tensor indices = op.indices();
        Tensor taken = dy.takeAlong(axis, saved(indices));
        if (op.adds()) {
            contribute(op.x(), dx -> kernels.run(new KernelCall.Copy(dy.view(), dx)));
            contribute(op.source(), ds -> kernels.run(new KernelCall.Copy(taken.view(), ds)));
            return;
        }
        Tensor zeros = device.full(dy.dtype(), 0, indices.shape());
        Tensor rest = dy.scatter(axis, indices, zeros);
        contribute(op.x(), dx -> kernels.run(new KernelCall.Copy(rest.view(), dx)));
        int[] numbers = new int[(int) indices.dim(axis)];
        Arrays.setAll(numbers, i -> i);
        long[] along = new long[indices.rank()];
        Arrays.fill(along, 1);
        along[axis] = numbers.length;
        Tensor own = device.tensor(numbers).reshape(along).expand(indices.shape().toArray());
        Tensor last =
                device.full(DType.I32, 0, dy.shape())
                        .scatter(axis, indices, own)
                        .takeAlong(axis, indices);
        Tensor kept = last.equal(own).where(taken, zeros);
        contribute(op.source(), ds -> kernels.run(new KernelCall.Copy(kept.view(), ds)));
    }

    private void concat(int axis, List<Tensor> parts, View d) {
        long start = 0;
        for (Tensor part : parts) {
            View share = d.slice(axis, start, start + part.dim(axis), 1);
            contribute(part, dx -> kernels.run(new KernelCall.Copy(share, dx)));
            start += part.dim(axis);
        }
    }

    /**
     * Contributes left · right to x's gradient: straight to its place, or where x was repeated in
     * batches, their sum.
     */
    private void product(Tensor x, Supplier<Tensor> left, Supplier<Tensor> right) {
        contribute(
                x,
                dx -> {
                    Tensor a = left.get();
                    Tensor b = right.get();
                    Shape shape = Products.shape(a, b);
                    if (shape.equals(dx.shape())) {
                        Products.multiply(a, b, dx);
                    } else {
                        sumTo(a.matmul(b).view(), dx);
                    }
                });
    }

    /**
     * Adds what {@code write} writes to x's gradient; the first contribution is written in place.
     */
    private void contribute(Tensor x, Consumer<? super View> write) {
        if (!tape.isTracked(x)) {
            return;
        }
        Tensor present = gradients.get(x);
        if (present == null) {
            Tensor gradient = tape.watched().get(x);
            if (gradient == null) {
                gradient = device.empty(x.dtype(), x.shape());
                if (step != null) {
                    step.keep(gradient);
                }
            }
            // Before it is written: the same call may contribute to x twice.
            gradients.put(x, gradient);
            write.accept(gradient.viewToWrite());
        } else {
            try (Tensor more = device.empty(x.dtype(), x.shape())) {
                write.accept(more.view());
                View sum = present.viewToWrite();
                kernels.run(new KernelCall.Binary(BinaryOp.ADD, sum, more.view(), sum));
            }
        }
    }

    /** As {@link #contribute}, but where x is absent or not tracked, told so by null. */
    private void contributeWhereTracked(@Nullable Tensor x, Consumer<@Nullable View> write) {
        if (x != null && tape.isTracked(x)) {
            contribute(x, write);
        } else {
            write.accept(null);
        }
    }

    /** As {@link #contribute}, for a contribution of a shape to which x was broadcast. */
    private void contributeBroadcast(Tensor x, Shape shape, Consumer<View> write) {
        if (x.shape().equals(shape)) {
            contribute(x, write);
        } else {
            contribute(
                    x,
                    dx -> {
                        try (Tensor full = device.empty(x.dtype(), shape)) {
                            write.accept(full.view());
                            sumTo(full.view(), dx);
                        }
                    });
        }
    }

    /** dx = Σ full over the axes that were broadcast. */
    private void sumTo(View full, View dx) {
        if (full.shape().equals(dx.shape())) {
            kernels.run(new KernelCall.Copy(full, dx));
            return;
        }
        long[] dims = new long[full.rank()];
        int missing = full.rank() - dx.rank();
        for (int axis = 0; axis < dims.length; axis++) {
            dims[axis] = axis < missing ? 1 : dx.dim(axis - missing);
        }
        kernels.run(new KernelCall.Reduce(ReduceOp.SUM, full, dx.withUnitAxes(Shape.of(dims))));
    }
}
