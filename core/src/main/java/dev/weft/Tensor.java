package dev.weft;

import dev.weft.backend.Activation;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.CompareOp;
import dev.weft.backend.KernelCall;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.Formattable;
import java.util.FormattableFlags;
import java.util.Formatter;
import java.util.List;

/**
 * An n-dimensional array on a device. Operations never change their operands; they return a new
 * tensor that belongs to the device's innermost open {@link Scope}, and are noted by the open
 * {@link dev.weft.autograd.Tape}, if any. Operands must be on the same device and of the same type.
 *
 * <p>{@link #reshape}, {@link #transpose()}, {@link #permute}, {@link #slice} and {@link #expand}
 * return views: tensors that share memory, without a copy. Every other operation returns fresh
 * memory.
 *
 * <p>Errors: a {@link ShapeException} where shapes, axes or types do not fit; an {@link
 * IllegalStateException} where a tensor was closed. Elementwise functions are specified, with their
 * derivatives, by {@link UnaryOp} and {@link BinaryOp}; operands broadcast as in NumPy.
 */
public final class Tensor extends Scoped implements AutoCloseable, Formattable {
    private final Device device;
    private final Storage storage;
    private final View view;
    private @Nullable String name;

    Tensor(Device device, Storage storage, View view) {
        this.device = device;
        this.storage = storage;
        this.view = view;
    }

    // ---- what it is

    /** The extents. */
    public Shape shape() {
        return view.shape();
    }

    /** The extent of an axis; a negative one counts from the end. */
    public long dim(int axis) {
        return view.shape().dim(view.shape().axis("dim", axis));
    }

    /** The number of axes. */
    public int rank() {
        return view.rank();
    }

    /** The number of elements. */
    public long size() {
        return view.size();
    }

    /** The type of the elements. */
    public DType dtype() {
        return view.dtype();
    }

    /** The device that holds it. */
    public Device device() {
        return device;
    }

    /** Gives the tensor a name, which errors use. Returns this tensor. */
    public Tensor named(String newName) {
        name = newName;
        return this;
    }

    /**
     * The view that kernels read, or write for the first time.
     *
     * @throws IllegalStateException where the tensor was closed, or the calling thread may not use
     *     its device
     */
    public View view() {
        storage();
        return view;
    }

    /**
     * The view for a kernel that overwrites what is there: from now on a tape refuses to read what
     * it recorded of this memory before.
     *
     * @throws IllegalStateException as {@link #view}, and where the memory is shared
     */
    public View viewToWrite() {
        Storage written = storage();
        if (written.isShared()) {
            throw new IllegalStateException(
                    describe() + " is shared with other devices: write to a copy() of it");
        }
        device.written(written);
        return view;
    }

    /**
     * Lets devices of this kind read the memory at the same time, on threads of their own: see
     * {@link SharedTensor}. From now on it can only be read, on this device and by other views too.
     * Blocks until it is written.
     *
     * @throws IllegalStateException as {@link #view}, and while a step is captured
     */
    public SharedTensor share() {
        Storage shared = storage();
        device.synchronize();
        return new SharedTensor(device.toString(), shared.share(), view);
    }

    /**
     * When this memory, also by another view, was last overwritten, in the count of {@link
     * Device#writes}: by {@link #assign}, by a kernel through {@link #viewToWrite}, or by a replay.
     * 0 where it still holds what it was made with.
     */
    public long lastWrite() {
        return storage.lastWrite();
    }

    @Override
    Storage storage() {
        device.check();
        if (storage.isClosed()) {
            throw new IllegalStateException(describe() + " was closed: it can no longer be used");
        }
        return storage;
    }

    /** Whether its memory was given back. */
    public boolean isClosed() {
        return storage.isClosed();
    }

    /**
     * Moves the memory (and so all tensors that share it) to the scope that owns another tensor's,
     * so that they live as long. Returns this tensor.
     *
     * @throws IllegalArgumentException where the other is on another device
     * @throws IllegalStateException where one of them was closed
     */
    public Tensor ownedWith(Tensor other) {
        Elementwise.sameDevice("ownedWith", this, other);
        storage().moveTo(other.storage().owner());
        return this;
    }

    /**
     * Gives the memory back to the pool, before the scope does. Views of this tensor close with it.
     * Idempotent.
     */
    @Override
    public void close() {
        storage.close();
    }

    // ---- to the host

    /** The elements in row-major order, of any type, rounded. Blocks. */
    public float[] toFloatArray() {
        return Transfers.toFloatArray(this);
    }

    /**
     * The elements in row-major order, of any type; an I64 beyond 2⁵³ is rounded. The reference
     * backend gives its full precision. Blocks.
     */
    public double[] toDoubleArray() {
        return Transfers.toDoubleArray(this);
    }

    /**
     * The elements of an integer or BOOL tensor in row-major order. Blocks.
     *
     * @throws ShapeException where the type is floating
     */
    public long[] toLongArray() {
        return Transfers.toLongArray(this);
    }

    /**
     * The elements of an I32, U8, I8 or BOOL tensor in row-major order. Blocks.
     *
     * @throws ShapeException where the type is another
     */
    public int[] toIntArray() {
        return Transfers.toIntArray(this);
    }

    /**
     * The elements of a BOOL tensor in row-major order. Blocks.
     *
     * @throws ShapeException where the type is another
     */
    public boolean[] toBooleanArray() {
        return Transfers.toBooleanArray(this);
    }

    /**
     * The bytes of a U8, I8 or BOOL tensor in row-major order; a U8 from 128 on is below 0 as a
     * byte. Blocks.
     *
     * @throws ShapeException where the type is another
     */
    public byte[] toByteArray() {
        return Transfers.toByteArray(this);
    }

    /** Copies the elements in row-major order to host memory of exactly their size. Blocks. */
    public void download(MemorySegment target) {
        Transfers.download(this, target);
    }

    /**
     * The value of a tensor with one element; {@link #itemAsLong} has all digits of an I64. Blocks.
     */
    public double item() {
        requireOne("item");
        return toDoubleArray()[0];
    }

    /**
     * The value of an integer or BOOL tensor with one element. Blocks.
     *
     * @throws ShapeException also where the type is floating
     */
    public long itemAsLong() {
        requireOne("itemAsLong");
        return toLongArray()[0];
    }

    /**
     * The value of a BOOL tensor with one element. Blocks.
     *
     * @throws ShapeException also where the type is another
     */
    public boolean itemAsBoolean() {
        requireOne("itemAsBoolean");
        return toBooleanArray()[0];
    }

    private void requireOne(String operation) {
        if (size() != 1) {
            throw new ShapeException(
                    "%s: %s has %d elements, not 1".formatted(operation, this, size()));
        }
    }

    /**
     * Overwrites the elements with those that {@code source} has before, broadcast to this shape:
     * also where the two share memory, as in {@code x.assign(x.transpose())}. Of a part, that is
     * assignment to a slice: {@code x.slice(0, 1, 3).assign(row)}. Types are converted as by {@link
     * #to}. Not recorded by a tape, which refuses to compute gradients that need what was
     * overwritten.
     *
     * @throws ShapeException where the source does not broadcast to this shape, or this tensor is
     *     expanded
     */
    public void assign(Tensor source) {
        Elementwise.sameDevice("assign", this, source);
        if (!source.shape().broadcastsTo(shape())) {
            throw new ShapeException("assign: " + source.shape() + " does not fit into " + shape());
        }
        requireOnce("assign");
        Layout.copyInto(source.view().expand(shape()), this);
    }

    /**
     * Overwrites the elements with one value; as {@link #assign}, also those of a part.
     *
     * @throws ShapeException where this tensor is expanded
     * @throws IllegalArgumentException where the type is of integers, and the value is not one of
     *     them
     */
    public void fill(double value) {
        Elementwise.fitting("fill", dtype(), describe(), value);
        requireOnce("fill");
        View destination = viewToWrite();
        device.backend().run(new KernelCall.Fill(value, destination));
    }

    private void requireOnce(String operation) {
        if (view.isRepeating()) {
            throw new ShapeException(
                    "%s: %s is expanded: several elements share one place in memory"
                            .formatted(operation, this));
        }
    }

    // ---- views

    /**
     * A view with other extents and the same elements in row-major order; one extent may be -1, to
     * be inferred.
     *
     * @throws ShapeException where the number of elements differs, or the strides do not allow it
     *     without a copy: call {@link #contiguous} first
     */
    public Tensor reshape(long... dims) {
        return Layout.reshape(this, dims);
    }

    /** A view with the last two axes exchanged. */
    public Tensor transpose() {
        int rank = rank();
        if (rank < 2) {
            throw new ShapeException("transpose: a is " + shape() + ", and needs at least 2 axes");
        }
        return transpose(rank - 2, rank - 1);
    }

    /** A view with two axes exchanged. */
    public Tensor transpose(int axis1, int axis2) {
        return Layout.transpose(this, axis1, axis2);
    }

    /**
     * A view with the axes in another order: axis i of the result is axis {@code axes[i]} of this
     * tensor.
     */
    public Tensor permute(int... axes) {
        return Layout.permute(this, axes);
    }

    /** A view of the elements whose index along {@code axis} is in [start, end). */
    public Tensor slice(int axis, long start, long end) {
        return slice(axis, start, end, 1);
    }

    /**
     * Every {@code step}th element whose index along {@code axis} is in [start, end), from start
     * on: a view. A negative step goes backwards from start to the last before end, and gives a
     * copy: {@code slice(0, n - 1, -1, -1)} is all, reversed.
     */
    public Tensor slice(int axis, long start, long end, long step) {
        return Layout.slice(this, axis, start, end, step);
    }

    /**
     * A view broadcast to {@code dims}: missing leading axes are added, extents of 1 are repeated.
     */
    public Tensor expand(long... dims) {
        return Layout.expand(this, Shape.of(dims));
    }

    /** Whether the elements lie in row-major order without gaps. */
    public boolean isContiguous() {
        return view.isContiguous();
    }

    /** This tensor where it is contiguous, otherwise a contiguous copy. */
    public Tensor contiguous() {
        return isContiguous() ? this : copy();
    }

    /** A contiguous copy. */
    public Tensor copy() {
        return Layout.copy(this);
    }

    /** A view of the same elements that no tape has seen: gradients stop here. */
    public Tensor detach() {
        return new Tensor(device, storage(), view);
    }

    // ---- elementwise, two operands

    /** this + b. */
    public Tensor add(Tensor b) {
        return Elementwise.binary(BinaryOp.ADD, this, b);
    }

    /** this - b. */
    public Tensor sub(Tensor b) {
        return Elementwise.binary(BinaryOp.SUB, this, b);
    }

    /** this · b, element by element. */
    public Tensor mul(Tensor b) {
        return Elementwise.binary(BinaryOp.MUL, this, b);
    }

    /**
     * this / b; truncated for integers, of which the divisors are read back and looked at first.
     *
     * @throws ArithmeticException where these are integers and an element of b is 0; a step that is
     *     captured is not asked, and gives 0 there
     */
    public Tensor div(Tensor b) {
        return Elementwise.binary(BinaryOp.DIV, this, b);
    }

    /** this to the power of b: {@link BinaryOp#POW}; for integers a whole number, which wraps. */
    public Tensor pow(Tensor b) {
        return Elementwise.binary(BinaryOp.POW, this, b);
    }

    /** The smaller of this and b: {@link BinaryOp#MIN}. */
    public Tensor min(Tensor b) {
        return Elementwise.binary(BinaryOp.MIN, this, b);
    }

    /** The larger of this and b: {@link BinaryOp#MAX}. */
    public Tensor max(Tensor b) {
        return Elementwise.binary(BinaryOp.MAX, this, b);
    }

    // ---- comparisons, and the choice by them

    /** Where this = b; BOOL, as by {@link CompareOp}. */
    public Tensor equal(Tensor b) {
        return Elementwise.compare(CompareOp.EQUAL, this, b);
    }

    /** Where this ≠ b; BOOL. */
    public Tensor notEqual(Tensor b) {
        return Elementwise.compare(CompareOp.NOT_EQUAL, this, b);
    }

    /** Where this {@literal <} b; BOOL. */
    public Tensor less(Tensor b) {
        return Elementwise.compare(CompareOp.LESS, this, b);
    }

    /** Where this ≤ b; BOOL. */
    public Tensor lessEqual(Tensor b) {
        return Elementwise.compare(CompareOp.LESS_EQUAL, this, b);
    }

    /** Where this {@literal >} b; BOOL. */
    public Tensor greater(Tensor b) {
        return Elementwise.compare(CompareOp.GREATER, this, b);
    }

    /** Where this ≥ b; BOOL. */
    public Tensor greaterEqual(Tensor b) {
        return Elementwise.compare(CompareOp.GREATER_EQUAL, this, b);
    }

    /**
     * a where this holds, otherwise b, element by element; all three broadcast.
     *
     * @throws ShapeException where this is not BOOL, or a and b are of two types
     */
    public Tensor where(Tensor a, Tensor b) {
        return Elementwise.where(this, a, b);
    }

    // ---- elementwise, one operand

    // The number that an integer tensor is combined with has to be of its type, too: for I32 2 and
    // 1e9, but not 0.5, 1e10 or NaN. What else is meant, to(F32) says first.

    /**
     * this + b.
     *
     * @throws IllegalArgumentException where this is of integers and b is not one of them
     */
    public Tensor add(double b) {
        return Elementwise.binary(BinaryOp.ADD, this, b);
    }

    /**
     * this - b.
     *
     * @throws IllegalArgumentException where this is of integers and b is not one of them
     */
    public Tensor sub(double b) {
        return Elementwise.binary(BinaryOp.SUB, this, b);
    }

    /**
     * this · b.
     *
     * @throws IllegalArgumentException where this is of integers and b is not one of them
     */
    public Tensor mul(double b) {
        return Elementwise.binary(BinaryOp.MUL, this, b);
    }

    /**
     * this / b: correctly rounded, and for integers truncated.
     *
     * @throws IllegalArgumentException where this is of integers and b is not one of them
     * @throws ArithmeticException where this is of integers and b is 0
     */
    public Tensor div(double b) {
        return Elementwise.binary(BinaryOp.DIV, this, b);
    }

    /**
     * this to the power of b: {@link BinaryOp#POW}.
     *
     * @throws IllegalArgumentException where this is of integers and b is not one of them
     */
    public Tensor pow(double b) {
        return Elementwise.binary(BinaryOp.POW, this, b);
    }

    /** -this. */
    public Tensor neg() {
        return Elementwise.unary(UnaryOp.NEG, 0, 0, this);
    }

    /** |this|. */
    public Tensor abs() {
        return Elementwise.unary(UnaryOp.ABS, 0, 0, this);
    }

    /** e to the power of this. */
    public Tensor exp() {
        return Elementwise.unary(UnaryOp.EXP, 0, 0, this);
    }

    /** The natural logarithm. */
    public Tensor log() {
        return Elementwise.unary(UnaryOp.LOG, 0, 0, this);
    }

    /** The square root. */
    public Tensor sqrt() {
        return Elementwise.unary(UnaryOp.SQRT, 0, 0, this);
    }

    /** The square. */
    public Tensor square() {
        return Elementwise.unary(UnaryOp.SQUARE, 0, 0, this);
    }

    /** max(this, 0). */
    public Tensor relu() {
        return Elementwise.unary(UnaryOp.RELU, 0, 0, this);
    }

    /** {@link UnaryOp#LEAKY_RELU} with the given slope for negative elements. */
    public Tensor leakyRelu(double slope) {
        return Elementwise.unary(UnaryOp.LEAKY_RELU, slope, 0, this);
    }

    /** {@link UnaryOp#ELU}. */
    public Tensor elu(double alpha) {
        return Elementwise.unary(UnaryOp.ELU, alpha, 0, this);
    }

    /** {@link UnaryOp#SIGMOID}. */
    public Tensor sigmoid() {
        return Elementwise.unary(UnaryOp.SIGMOID, 0, 0, this);
    }

    /** {@link UnaryOp#TANH}. */
    public Tensor tanh() {
        return Elementwise.unary(UnaryOp.TANH, 0, 0, this);
    }

    /** {@link UnaryOp#GELU_ERF}. */
    public Tensor gelu() {
        return Elementwise.unary(UnaryOp.GELU_ERF, 0, 0, this);
    }

    /** {@link UnaryOp#GELU_TANH}. */
    public Tensor geluTanh() {
        return Elementwise.unary(UnaryOp.GELU_TANH, 0, 0, this);
    }

    /** {@link UnaryOp#SILU}. */
    public Tensor silu() {
        return Elementwise.unary(UnaryOp.SILU, 0, 0, this);
    }

    /** {@link UnaryOp#SOFTPLUS}. */
    public Tensor softplus() {
        return Elementwise.unary(UnaryOp.SOFTPLUS, 0, 0, this);
    }

    /**
     * {@link UnaryOp#CLAMP} to [low, high]. An infinite bound is none.
     *
     * @throws IllegalArgumentException where low exceeds high or either is NaN, or where this is of
     *     integers and a finite bound is not one of them
     */
    public Tensor clamp(double low, double high) {
        return Elementwise.clamp(this, low, high);
    }

    /**
     * This tensor converted to another type: {@link dev.weft.backend.KernelCall.Copy}. Gradients
     * pass between floating types.
     */
    public Tensor to(DType dtype) {
        return Layout.convert(this, dtype);
    }

    // ---- functions

    /** The sine, of radians: {@link UnaryOp#SIN}. */
    public Tensor sin() {
        return Elementwise.unary(UnaryOp.SIN, 0, 0, this);
    }

    /** The cosine, of radians: {@link UnaryOp#COS}. */
    public Tensor cos() {
        return Elementwise.unary(UnaryOp.COS, 0, 0, this);
    }

    /** Tangent, of radians: {@link UnaryOp#TAN}. */
    public Tensor tan() {
        return Elementwise.unary(UnaryOp.TAN, 0, 0, this);
    }

    /** The inverse sine, in radians: {@link UnaryOp#ASIN}. */
    public Tensor asin() {
        return Elementwise.unary(UnaryOp.ASIN, 0, 0, this);
    }

    /** The inverse cosine, in radians: {@link UnaryOp#ACOS}. */
    public Tensor acos() {
        return Elementwise.unary(UnaryOp.ACOS, 0, 0, this);
    }

    /** The inverse tangent, in radians: {@link UnaryOp#ATAN}. */
    public Tensor atan() {
        return Elementwise.unary(UnaryOp.ATAN, 0, 0, this);
    }

    /** The hyperbolic sine: {@link UnaryOp#SINH}. */
    public Tensor sinh() {
        return Elementwise.unary(UnaryOp.SINH, 0, 0, this);
    }

    /** The hyperbolic cosine: {@link UnaryOp#COSH}. */
    public Tensor cosh() {
        return Elementwise.unary(UnaryOp.COSH, 0, 0, this);
    }

    /** The inverse hyperbolic sine: {@link UnaryOp#ASINH}. */
    public Tensor asinh() {
        return Elementwise.unary(UnaryOp.ASINH, 0, 0, this);
    }

    /** The inverse hyperbolic cosine: {@link UnaryOp#ACOSH}. */
    public Tensor acosh() {
        return Elementwise.unary(UnaryOp.ACOSH, 0, 0, this);
    }

    /** The inverse hyperbolic tangent: {@link UnaryOp#ATANH}. */
    public Tensor atanh() {
        return Elementwise.unary(UnaryOp.ATANH, 0, 0, this);
    }

    /** e to the power of this, less 1: {@link UnaryOp#EXPM1}. */
    public Tensor expm1() {
        return Elementwise.unary(UnaryOp.EXPM1, 0, 0, this);
    }

    /** The natural logarithm of 1 + this: {@link UnaryOp#LOG1P}. */
    public Tensor log1p() {
        return Elementwise.unary(UnaryOp.LOG1P, 0, 0, this);
    }

    /** The binary logarithm: {@link UnaryOp#LOG2}. */
    public Tensor log2() {
        return Elementwise.unary(UnaryOp.LOG2, 0, 0, this);
    }

    /** The decimal logarithm: {@link UnaryOp#LOG10}. */
    public Tensor log10() {
        return Elementwise.unary(UnaryOp.LOG10, 0, 0, this);
    }

    /** 2 to the power of this: {@link UnaryOp#EXP2}. */
    public Tensor exp2() {
        return Elementwise.unary(UnaryOp.EXP2, 0, 0, this);
    }

    /** 1 / √this: {@link UnaryOp#RSQRT}. */
    public Tensor rsqrt() {
        return Elementwise.unary(UnaryOp.RSQRT, 0, 0, this);
    }

    /** 1 / this: {@link UnaryOp#RECIPROCAL}. */
    public Tensor reciprocal() {
        return Elementwise.unary(UnaryOp.RECIPROCAL, 0, 0, this);
    }

    /** The error function: {@link UnaryOp#ERF}. */
    public Tensor erf() {
        return Elementwise.unary(UnaryOp.ERF, 0, 0, this);
    }

    /** The complementary error function: {@link UnaryOp#ERFC}. */
    public Tensor erfc() {
        return Elementwise.unary(UnaryOp.ERFC, 0, 0, this);
    }

    /** The largest whole number that is not above: {@link UnaryOp#FLOOR}. */
    public Tensor floor() {
        return Elementwise.unary(UnaryOp.FLOOR, 0, 0, this);
    }

    /** The smallest whole number that is not below: {@link UnaryOp#CEIL}. */
    public Tensor ceil() {
        return Elementwise.unary(UnaryOp.CEIL, 0, 0, this);
    }

    /** The nearest whole number, the even one of two: {@link UnaryOp#ROUND}. */
    public Tensor round() {
        return Elementwise.unary(UnaryOp.ROUND, 0, 0, this);
    }

    /** This without its fraction: {@link UnaryOp#TRUNC}. */
    public Tensor trunc() {
        return Elementwise.unary(UnaryOp.TRUNC, 0, 0, this);
    }

    /** -1, 0 or 1 by the sign: {@link UnaryOp#SIGN}. */
    public Tensor sign() {
        return Elementwise.unary(UnaryOp.SIGN, 0, 0, this);
    }

    /** {@link UnaryOp#HARD_SIGMOID}. */
    public Tensor hardSigmoid() {
        return Elementwise.unary(UnaryOp.HARD_SIGMOID, 0, 0, this);
    }

    /** {@link UnaryOp#HARD_SWISH}. */
    public Tensor hardSwish() {
        return Elementwise.unary(UnaryOp.HARD_SWISH, 0, 0, this);
    }

    /** {@link UnaryOp#MISH}. */
    public Tensor mish() {
        return Elementwise.unary(UnaryOp.MISH, 0, 0, this);
    }

    /** {@link UnaryOp#SELU}. */
    public Tensor selu() {
        return Elementwise.unary(UnaryOp.SELU, 0, 0, this);
    }

    /** {@link UnaryOp#CELU}; PyTorch's default alpha is 1. */
    public Tensor celu(double alpha) {
        return Elementwise.unary(UnaryOp.CELU, alpha, 0, this);
    }

    /** {@link UnaryOp#SOFTSIGN}. */
    public Tensor softsign() {
        return Elementwise.unary(UnaryOp.SOFTSIGN, 0, 0, this);
    }

    /** {@link UnaryOp#LOG_SIGMOID}. */
    public Tensor logSigmoid() {
        return Elementwise.unary(UnaryOp.LOG_SIGMOID, 0, 0, this);
    }

    /** The angle of the point (b, this), in radians: {@link BinaryOp#ATAN2}. */
    public Tensor atan2(Tensor b) {
        return Elementwise.binary(BinaryOp.ATAN2, this, b);
    }

    /** √(this² + b²): {@link BinaryOp#HYPOT}. */
    public Tensor hypot(Tensor b) {
        return Elementwise.binary(BinaryOp.HYPOT, this, b);
    }

    /** {@link #hypot(Tensor)} with a number. */
    public Tensor hypot(double b) {
        return Elementwise.binary(BinaryOp.HYPOT, this, b);
    }

    /**
     * What is left of this divided by b, with the sign of this: {@link BinaryOp#FMOD}; for integers
     * as {@link #div(Tensor)}.
     *
     * @throws ArithmeticException where these are integers and an element of b is 0
     */
    public Tensor fmod(Tensor b) {
        return Elementwise.binary(BinaryOp.FMOD, this, b);
    }

    /**
     * {@link #fmod(Tensor)} with a number.
     *
     * @throws IllegalArgumentException where this is of integers and b is not one of them
     * @throws ArithmeticException where this is of integers and b is 0
     */
    public Tensor fmod(double b) {
        return Elementwise.binary(BinaryOp.FMOD, this, b);
    }

    /**
     * What is left of this divided by b, with the sign of b: {@link BinaryOp#REMAINDER}; for
     * integers as {@link #div(Tensor)}.
     *
     * @throws ArithmeticException where these are integers and an element of b is 0
     */
    public Tensor remainder(Tensor b) {
        return Elementwise.binary(BinaryOp.REMAINDER, this, b);
    }

    /**
     * {@link #remainder(Tensor)} with a number.
     *
     * @throws IllegalArgumentException where this is of integers and b is not one of them
     * @throws ArithmeticException where this is of integers and b is 0
     */
    public Tensor remainder(double b) {
        return Elementwise.binary(BinaryOp.REMAINDER, this, b);
    }

    /** Where this is NaN; BOOL. */
    public Tensor isNan() {
        return Logic.isNan(this);
    }

    /** Where this is infinite; BOOL. */
    public Tensor isInf() {
        return Logic.isInf(this);
    }

    /** Where this is neither infinite nor NaN; BOOL. */
    public Tensor isFinite() {
        return Logic.isFinite(this);
    }

    /** Where both this and b are true; BOOL, where any number but 0 is true. */
    public Tensor logicalAnd(Tensor b) {
        return Logic.and(this, b);
    }

    /** Where this or b is true, or both; BOOL, where any number but 0 is true. */
    public Tensor logicalOr(Tensor b) {
        return Logic.or(this, b);
    }

    /** Where either this or b is true, but not both; BOOL, where any number but 0 is true. */
    public Tensor logicalXor(Tensor b) {
        return Logic.xor(this, b);
    }

    /** Where this is not true; BOOL, where any number but 0 is true. */
    public Tensor logicalNot() {
        return Logic.not(this);
    }

    /**
     * Whether any element over {@code axes}, which vanish, is true; over all axes where none is
     * given. BOOL, where any number but 0 is true; of no elements none is.
     */
    public Tensor any(int... axes) {
        return Logic.any(this, axes);
    }

    /**
     * Whether all elements over {@code axes}, which vanish, are true; over all axes where none is
     * given. BOOL, where any number but 0 is true; of no elements all are.
     */
    public Tensor all(int... axes) {
        return Logic.all(this, axes);
    }

    // ---- products

    /**
     * The matrix product of the last two axes, M×K by K×N; leading axes are batches and broadcast.
     * A vector (rank 1) on the left counts as 1×K and on the right as K×1, and loses that axis
     * again, as in NumPy.
     *
     * <p>Both are of one floating type; F16 and BF16 are added up in F32 and rounded once. Or both
     * are bytes, U8 or I8, and the result is I32.
     */
    public Tensor matmul(Tensor b) {
        return Products.matmul(this, b);
    }

    /**
     * A dense layer in one kernel: activation(this · weightᵀ + bias).
     *
     * @param weight outputs×inputs
     * @param bias one for each output, or null
     */
    public Tensor linear(Tensor weight, @Nullable Tensor bias, Activation activation) {
        return Products.linear(this, weight, bias, activation);
    }

    // ---- reductions

    /** The sum over {@code axes}, which vanish; over all axes where none is given. */
    public Tensor sum(int... axes) {
        return Reductions.reduce(ReduceOp.SUM, this, false, axes);
    }

    /** The arithmetic mean over {@code axes}, which vanish; over all axes where none is given. */
    public Tensor mean(int... axes) {
        return Reductions.reduce(ReduceOp.MEAN, this, false, axes);
    }

    /** The product over {@code axes}, which vanish; over all axes where none is given. */
    public Tensor prod(int... axes) {
        return Reductions.reduce(ReduceOp.PROD, this, false, axes);
    }

    /** The largest element over {@code axes}, which vanish; over all axes where none is given. */
    public Tensor max(int... axes) {
        return Reductions.reduce(ReduceOp.MAX, this, false, axes);
    }

    /** The smallest element over {@code axes}, which vanish; over all axes where none is given. */
    public Tensor min(int... axes) {
        return Reductions.reduce(ReduceOp.MIN, this, false, axes);
    }

    /**
     * A reduction over {@code axes} (all, where none is given); {@code keepDims} keeps them, with
     * extent 1.
     */
    public Tensor reduce(ReduceOp op, boolean keepDims, int... axes) {
        return Reductions.reduce(op, this, keepDims, axes);
    }

    /**
     * The index of the largest element along {@code axis}, which vanishes: the first of equals, the
     * first NaN. I32.
     */
    public Tensor argmax(int axis) {
        return Reductions.argmax(this, axis);
    }

    /** The index of the smallest element along {@code axis}, as {@link #argmax}. I32. */
    public Tensor argmin(int axis) {
        return Reductions.argmin(this, axis);
    }

    /** Softmax along {@code axis}: {@link dev.weft.backend.KernelCall.Softmax}. */
    public Tensor softmax(int axis) {
        return Reductions.softmax(this, axis);
    }

    /** The logarithm of softmax along {@code axis}. */
    public Tensor logSoftmax(int axis) {
        return Reductions.logSoftmax(this, axis);
    }

    // ---- indexing

    /** The tensors one after the other along {@code axis}; all other extents are equal. */
    public static Tensor concat(int axis, Tensor... parts) {
        return Indexing.concat(axis, parts);
    }

    /** Rows by number: result[i, …] = this[indices[i], …], for integer indices of rank 1. */
    public Tensor gather(Tensor indices) {
        return Indexing.gather(this, indices);
    }

    /** One element of each row: result[i] = this[i, indices[i]], for integer indices of rank 1. */
    public Tensor pick(Tensor indices) {
        return Indexing.pick(this, indices);
    }

    // ---- selection and sorting

    /** What stands at some places of {@code axis}: result[…, i, …] = this[…, indices[i], …]. */
    public Tensor indexSelect(int axis, Tensor indices) {
        return Indexing.indexSelect(this, axis, indices);
    }

    /** The elements where a BOOL mask holds, of rank 1: {@link Indexing#maskedSelect}. Blocks. */
    public Tensor maskedSelect(Tensor mask) {
        return Indexing.maskedSelect(this, mask);
    }

    /** Where elements are not 0: I32, elements×rank: {@link Indexing#nonZero}. Blocks. */
    public Tensor nonZero() {
        return Indexing.nonZero(this);
    }

    /** All elements along {@code axis} in order, with their places before: {@link Sorting}. */
    public Sorted sort(int axis, boolean descending) {
        return Sorting.sort(this, axis, descending);
    }

    /** Where the elements along {@code axis}, in order, are: I32. */
    public Tensor argsort(int axis, boolean descending) {
        return Sorting.argsort(this, axis, descending);
    }

    /** The k largest, or smallest, elements along {@code axis} in order, with their places. */
    public Sorted topk(long k, int axis, boolean largest) {
        return Sorting.topk(this, k, axis, largest);
    }

    /** The median along {@code axis}, which vanishes: {@link Sorting#median}. */
    public Tensor median(int axis) {
        return Sorting.median(this, axis);
    }

    /** The q-quantile along {@code axis}, which vanishes, on the line between two elements. */
    public Tensor quantile(double q, int axis) {
        return Sorting.quantile(this, q, axis, Sorting.Interpolation.LINEAR);
    }

    /** The sums of the elements up to each along {@code axis}: {@link Reductions#scan}. */
    public Tensor cumsum(int axis) {
        return Reductions.scan(ReduceOp.SUM, this, axis, false);
    }

    /** The products of the elements up to each along {@code axis}: {@link Reductions#scan}. */
    public Tensor cumprod(int axis) {
        return Reductions.scan(ReduceOp.PROD, this, axis, false);
    }

    /** The largest element up to each along {@code axis}, and its place: {@link Cumulative}. */
    public Cumulative.Extremes cummax(int axis) {
        return Cumulative.cummax(this, axis);
    }

    /** The smallest element up to each along {@code axis}, and its place: {@link Cumulative}. */
    public Cumulative.Extremes cummin(int axis) {
        return Cumulative.cummin(this, axis);
    }

    /** ln Σ e^x over the elements up to each along {@code axis}: {@link Cumulative}. */
    public Tensor logcumsumexp(int axis) {
        return Cumulative.logcumsumexp(this, axis);
    }

    /**
     * Elements by number along {@code axis}, PyTorch's gather: result[…, j, …] = this[…, indices[…,
     * j, …], …].
     */
    public Tensor takeAlong(int axis, Tensor indices) {
        return Indexing.takeAlong(this, axis, indices);
    }

    /**
     * This with elements replaced by number along {@code axis}: result[…, indices[…, j, …], …] =
     * source[…, j, …], in the order of j.
     */
    public Tensor scatter(int axis, Tensor indices, Tensor source) {
        return Indexing.scatter(this, axis, indices, source);
    }

    /**
     * This with numbers added by number along {@code axis}: result[…, indices[…, j, …], …] +=
     * source[…, j, …], in the order of j.
     */
    public Tensor scatterAdd(int axis, Tensor indices, Tensor source) {
        return Indexing.scatterAdd(this, axis, indices, source);
    }

    // ---- statistics, norms, products

    /** The unbiased variance, Σ (x - mean)² / (n - 1), over axes (all, where none is given). */
    public Tensor var(int... axes) {
        return Statistics.var(this, 1, false, axes);
    }

    /** The square root of {@link #var}. */
    public Tensor std(int... axes) {
        return Statistics.std(this, 1, false, axes);
    }

    /** ln Σ e^x over axes (all, where none is given), without overflow on the way. */
    public Tensor logsumexp(int... axes) {
        return Statistics.logsumexp(this, false, axes);
    }

    /** (Σ |x|^p)^(1/p) over axes (all, where none is given): {@link Norms#norm}. */
    public Tensor norm(double p, int... axes) {
        return Norms.norm(this, p, false, axes);
    }

    /** Divided by its Euclidean norm along an axis, or by 1e-12 where that is less. */
    public Tensor normalize(int axis) {
        return Norms.normalize(this, 2, axis, 1e-12);
    }

    /** The cosine of the angle to b along an axis, which vanishes: {@link Norms}. */
    public Tensor cosineSimilarity(Tensor b, int axis) {
        return Norms.cosineSimilarity(this, b, axis, 1e-8);
    }

    /** The Euclidean distance of each of these rows to each row of b: {@link Distances#cdist}. */
    public Tensor cdist(Tensor b) {
        return Distances.cdist(this, b);
    }

    /** Sums of products by Einstein's convention: {@link Einsum#einsum}. */
    public static Tensor einsum(String equation, Tensor... operands) {
        return Einsum.einsum(equation, operands);
    }

    /** The inner product of two vectors: a scalar. */
    public Tensor dot(Tensor b) {
        return LinearAlgebra.dot(this, b);
    }

    /** The outer product of two vectors: a matrix. */
    public Tensor outer(Tensor b) {
        return LinearAlgebra.outer(this, b);
    }

    /** This matrix times a vector. */
    public Tensor mv(Tensor x) {
        return LinearAlgebra.mv(this, x);
    }

    /** The products of two batches of matrices. */
    public Tensor bmm(Tensor b) {
        return LinearAlgebra.bmm(this, b);
    }

    /** beta this + alpha a b, for matrices. */
    public Tensor addmm(Tensor a, Tensor b, double beta, double alpha) {
        return LinearAlgebra.addmm(this, a, b, beta, alpha);
    }

    /** {@code value} where the mask is true: {@link Elementwise#maskedFill}. */
    public Tensor maskedFill(Tensor mask, double value) {
        return Elementwise.maskedFill(this, mask, value);
    }

    /** Where |this - b| ≤ 1e-8 + 1e-5 |b|, or both are equal: {@link Comparisons#isClose}. */
    public Tensor isClose(Tensor b) {
        return Comparisons.isClose(this, b, 1e-5, 1e-8, false);
    }

    /** Whether all elements are {@link #isClose}. Blocks. */
    public boolean allClose(Tensor b) {
        return Comparisons.allClose(this, b, 1e-5, 1e-8, false);
    }

    // ---- shapes

    /** A view without axes of extent 1: {@link Shapes#squeeze}. */
    public Tensor squeeze(int... axes) {
        return Shapes.squeeze(this, axes);
    }

    /** A view with an axis of extent 1 more, which is then the result's axis {@code axis}. */
    public Tensor unsqueeze(int axis) {
        return Shapes.unsqueeze(this, axis);
    }

    /** All axes as one: a view where strides allow it, and otherwise a copy. */
    public Tensor flatten() {
        return Shapes.flatten(this, 0, -1);
    }

    /**
     * The axes from {@code start} to {@code end}, both included, as one: {@link Shapes#flatten}.
     */
    public Tensor flatten(int start, int end) {
        return Shapes.flatten(this, start, end);
    }

    /** A view with axis {@code from} moved to {@code to}; the others stay in their order. */
    public Tensor moveaxis(int from, int to) {
        return Shapes.moveaxis(this, from, to);
    }

    /** A view of the elements with one index of an axis, which vanishes. */
    public Tensor select(int axis, long index) {
        return Shapes.select(this, axis, index);
    }

    /**
     * Views of {@code size} indices of an axis each, one after the other; the last has the rest.
     */
    public List<Tensor> split(long size, int axis) {
        return Shapes.split(this, size, axis);
    }

    /** Views of so many indices of an axis each, one after the other. */
    public List<Tensor> split(long[] sizes, int axis) {
        return Shapes.split(this, sizes, axis);
    }

    /** At most {@code chunks} views of an axis: {@link Shapes#chunk}. */
    public List<Tensor> chunk(int chunks, int axis) {
        return Shapes.chunk(this, chunks, axis);
    }

    /** A view for each index of an axis, which vanishes. */
    public List<Tensor> unbind(int axis) {
        return Shapes.unbind(this, axis);
    }

    /** The tensors, of one shape, one after the other along an axis that is added. */
    public static Tensor stack(int axis, Tensor... parts) {
        return Shapes.stack(axis, parts);
    }

    /** This tensor so many times along each axis: {@link Shapes#tile}. */
    public Tensor tile(long... repeats) {
        return Shapes.tile(this, repeats);
    }

    /** Each index of an axis {@code times} times, one after the other. */
    public Tensor repeatInterleave(long times, int axis) {
        return Shapes.repeatInterleave(this, times, axis);
    }

    /** The order of some axes reversed; of all, where none is given. */
    public Tensor flip(int... axes) {
        return Shapes.flip(this, axes);
    }

    /** Shifted along an axis; what leaves at one end comes in at the other. */
    public Tensor roll(long shift, int axis) {
        return Shapes.roll(this, shift, axis);
    }

    /** With {@code value} beside it, in pairs of widths, the last axis first: {@link Padding}. */
    public Tensor pad(double value, long... widths) {
        return Padding.pad(this, value, widths);
    }

    /**
     * With its own elements beside it, in pairs of widths, the last axis first: {@link Padding}.
     */
    public Tensor pad(PadMode mode, long... widths) {
        return Padding.pad(this, mode, widths);
    }

    /**
     * A view of diagonal {@code offset} of two axes, which becomes the last axis: {@link
     * Diagonals}.
     */
    public Tensor diagonal(long offset, int axis1, int axis2) {
        return Diagonals.diagonal(this, offset, axis1, axis2);
    }

    /** Of a vector the matrix with it on diagonal k, of a matrix that diagonal. */
    public Tensor diag(int k) {
        return Diagonals.diag(this, k);
    }

    /** The sum of the main diagonal of a matrix. */
    public Tensor trace() {
        return Diagonals.trace(this);
    }

    /** The last two axes' elements up to diagonal k, and 0 above. */
    public Tensor tril(int k) {
        return Diagonals.tril(this, k);
    }

    /** The last two axes' elements from diagonal k on, and 0 below. */
    public Tensor triu(int k) {
        return Diagonals.triu(this, k);
    }

    /** Zeros of this shape and type. */
    public Tensor zerosLike() {
        return device.full(dtype(), 0, shape());
    }

    /** Ones of this shape and type. */
    public Tensor onesLike() {
        return device.full(dtype(), 1, shape());
    }

    /** One value, of this shape and type. */
    public Tensor fullLike(double value) {
        Elementwise.fitting("full_like", dtype(), describe(), value);
        return device.full(dtype(), value, shape());
    }

    /** What records operations on this tensor now, or null. */
    @Nullable Recorder recorder() {
        Recorder recorder = device.recording();
        return recorder != null && recorder.tracks(this) ? recorder : null;
    }

    /** As {@link #named}, with the name that another tensor has: it is the caller's. */
    Tensor namedAs(Tensor other) {
        name = other.name;
        return this;
    }

    /** A tensor over the same memory. */
    Tensor sharing(View other) {
        return new Tensor(device, storage(), other);
    }

    /** The name or type, the shape, and the device, in one line: what messages say. */
    public String describe() {
        return (name == null ? "tensor" : "tensor '" + Excerpt.of(name) + "'")
                + " ("
                + shape()
                + " "
                + dtype()
                + " on "
                + device.info().selector()
                + ")";
    }

    /**
     * The elements as NumPy prints an array's, by {@link PrintOptions#defaults}; {@link #describe}
     * where they cannot be read, as after {@link #close}, on another thread or in a step that is
     * captured. Blocks.
     */
    @Override
    public String toString() {
        return isClosed()
                ? describe()
                : device.look(() -> Printing.text(this, PrintOptions.defaults()), this::describe);
    }

    /**
     * The elements as NumPy prints an array's: rows within brackets, in columns, and the ends of
     * long axes alone where there are many. Blocks.
     *
     * @throws IllegalStateException as {@link #view}
     */
    public String toString(PrintOptions options) {
        view();
        return Printing.text(this, options);
    }

    /**
     * In a format, {@code %s} is what messages say of a tensor, {@link #describe}, and {@code %#s}
     * the elements, {@link #toString()}.
     */
    @Override
    public void formatTo(Formatter formatter, int flags, int width, int precision) {
        boolean alternate = (flags & FormattableFlags.ALTERNATE) != 0;
        formatter.format("%s", alternate ? toString() : describe());
    }
}
