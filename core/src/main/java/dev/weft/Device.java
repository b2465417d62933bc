package dev.weft;

import dev.weft.autograd.Op;
import dev.weft.autograd.Tape;
import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceInfo;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.GemmPrecision;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Recording;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * An open device: it makes tensors, owns their memory and runs their operations in order.
 *
 * <p>A device belongs to the thread that opened it. Another thread may take it over with {@link
 * #adopt} when the first has stopped using it, and has it without that when the first has ended;
 * for work at the same time, open a device for each thread.
 *
 * <p>A service opens a device on each of its threads, and closes them when its threads have ended:
 *
 * <pre>{@code
 * Queue<Device> opened = new ConcurrentLinkedQueue<>();
 * ThreadLocal<Device> mine = ThreadLocal.withInitial(() -> {
 *     Device device = Devices.open("cpu");
 *     opened.add(device);
 *     return device;
 * });
 * ExecutorService pool = Executors.newFixedThreadPool(16);
 * Runtime.getRuntime().addShutdownHook(new Thread(() -> {
 *     pool.close(); // waits until the threads have no more work
 *     opened.forEach(Device::close);
 * }));
 * pool.submit(() -> answer(mine.get()));
 * }</pre>
 *
 * <p>All CPU devices of a JVM share their threads, so that many devices cost little more than one.
 */
public final class Device implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Device.class.getName());

    /** How long a thread may take to end that has nothing left to do. */
    private static final Duration ENDING = Duration.ofSeconds(1);

    private final Holdings holdings;
    private final Runnable unregister;
    private Backend backend;
    private final Backend composites;
    private @Nullable Trace trace;
    private MemoryPool pool;
    private final Scope root = new Scope(this);
    private Scope innermost = root;
    private @Nullable Tape tape;

    /** Owns what operations made for themselves and the tape may have to read. */
    private final Scope taped = new Scope(this);

    /** What the step that is being captured makes or overwrites; null while none is. */
    private @Nullable Set<Storage> captured;

    private long writes;
    private volatile Thread thread = Thread.currentThread();
    private volatile boolean closed;

    /**
     * A device over a backend, which it closes in the end. Most users call {@link Devices#open}
     * instead.
     */
    public Device(Backend backend) {
        this.backend = backend;
        this.pool = new MemoryPool(backend);
        this.composites = new Composites(() -> this.backend, () -> this.pool);
        this.holdings = new Holdings(backend, pool);
        this.unregister = Holdings.whenDropped(this, holdings);
    }

    /** What this device is. */
    public DeviceInfo info() {
        return backend.info();
    }

    /**
     * The backend, for those who call kernels themselves: as long as this device is open, and is
     * referred to. It does all calls that the device can do: those for which it has no kernel by
     * simpler ones.
     */
    public Backend backend() {
        check();
        return composites;
    }

    /** Opens a scope inside the innermost open one. */
    public Scope scope() {
        check();
        holdings.reclaim();
        innermost = new Scope(this, innermost);
        return innermost;
    }

    /**
     * Starts to record operations for differentiation, until the tape is closed.
     *
     * @throws IllegalStateException where a tape is open already
     */
    public Tape tape() {
        check();
        if (tape != null) {
            throw new IllegalStateException(
                    "a tape is open on " + this + " already: close it first");
        }
        Tape started = new Tape(this, this::tapeCloses);
        tape = started;
        return started;
    }

    private void tapeCloses() {
        check();
        tape = null;
        taped.reclaimAll();
    }

    /** The tape that records now, or null. */
    public @Nullable Tape recording() {
        return tape;
    }

    /**
     * The result of a computation, without what it makes on its way: that is closed when the
     * computation ends, or fails. What an open tape has recorded of it stays until the tape closes.
     *
     * <pre>{@code
     * Tensor distance = device.compute(() -> a.sub(b).square().sum().sqrt()); // one tensor is left
     * }</pre>
     *
     * @return what {@code body} returns: a tensor that it made, which then belongs to the innermost
     *     scope around this call, or any other
     */
    public Tensor compute(Supplier<Tensor> body) {
        Tape before = tape;
        int recorded = before == null ? 0 : before.length();
        try (Scope scope = scope()) {
            Tensor result = scope.keep(body.get());
            if (tape != null && (tape != before || tape.length() > recorded)) {
                scope.moveAllTo(taped);
            }
            return result;
        }
    }

    /**
     * An operation with a gradient of one's own: what {@code forward} makes of the operands, with
     * {@code backward} as the way back through it. For what no other operations compose, or where
     * their gradient is slow or inexact.
     *
     * <pre>{@code
     * Tensor y = device.custom("cube", List.of(x),
     *         () -> x.mul(x).mul(x),
     *         dy -> List.of(dy.mul(x.square()).mul(3)));
     * }</pre>
     *
     * <p>Where a tape is open, the operands and the result must stay open and as they are until the
     * gradients are taken; what {@code forward} makes on its way stays as long as the tape, for
     * {@code backward} to use. Without one it is closed when {@code forward} returns.
     *
     * @param name for messages
     * @param operands what gradients may flow to, of this device
     * @param forward makes the result, a tensor of its own: recorded as one operation
     * @throws IllegalArgumentException where an operand is on another device, or the result is an
     *     operand or was recorded before
     * @throws ShapeException where gradients may flow and the result is not floating; and, when
     *     they are taken, where {@code backward} gives another number of them than there are
     *     operands, or one of another shape or type
     */
    public Tensor custom(
            String name, List<Tensor> operands, Supplier<Tensor> forward, Op.Backward backward) {
        check();
        List<Tensor> kept = List.copyOf(operands);
        for (Tensor x : kept) {
            if (x.device() != this) {
                throw new IllegalArgumentException(
                        "%s: operand %s is not on %s".formatted(name, x, this));
            }
        }
        return compute(
                () -> {
                    Tape open = tape;
                    boolean tracked = open != null && kept.stream().anyMatch(open::tracks);
                    Tensor y = open == null ? forward.get() : open.paused(forward);
                    if (open == null || !tracked) {
                        return y;
                    }
                    if (kept.contains(y) || open.tracks(y)) {
                        throw new IllegalArgumentException(
                                "%s: forward returned %s, which it did not make: return a copy() of it"
                                        .formatted(name, y));
                    }
                    if (!y.dtype().isFloating()) {
                        throw new ShapeException(
                                "%s: forward returned %s: only floating types have gradients"
                                        .formatted(name, y));
                    }
                    open.record(new Op.Custom(name, kept, backward, y));
                    return y;
                });
    }

    /** A tensor of the given values in row-major order, F32. Without {@code dims}, of rank 1. */
    public Tensor tensor(float[] values, long... dims) {
        return upload(DType.F32, MemorySegment.ofArray(values), shapeOf(values.length, dims));
    }

    /** A tensor of the given values in row-major order, I32. Without {@code dims}, of rank 1. */
    public Tensor tensor(int[] values, long... dims) {
        return upload(DType.I32, MemorySegment.ofArray(values), shapeOf(values.length, dims));
    }

    /** A tensor of the given values in row-major order, F64. Without {@code dims}, of rank 1. */
    public Tensor tensor(double[] values, long... dims) {
        return upload(DType.F64, MemorySegment.ofArray(values), shapeOf(values.length, dims));
    }

    /** A tensor of the given values in row-major order, I64. Without {@code dims}, of rank 1. */
    public Tensor tensor(long[] values, long... dims) {
        return upload(DType.I64, MemorySegment.ofArray(values), shapeOf(values.length, dims));
    }

    /** A tensor of the given values in row-major order, BOOL. Without {@code dims}, of rank 1. */
    public Tensor tensor(boolean[] values, long... dims) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return upload(DType.BOOL, MemorySegment.ofArray(bytes), shapeOf(bytes.length, dims));
    }

    /**
     * A tensor of the given bytes in row-major order. Without {@code dims}, of rank 1.
     *
     * @param dtype U8 or I8
     */
    public Tensor tensor(DType dtype, byte[] values, long... dims) {
        if (dtype != DType.U8 && dtype != DType.I8) {
            throw new ShapeException("tensor: bytes are U8 or I8, not " + dtype);
        }
        return upload(dtype, MemorySegment.ofArray(values), shapeOf(values.length, dims));
    }

    /**
     * A tensor of the given numbers in row-major order, rounded to a floating type. Without {@code
     * dims}, of rank 1.
     *
     * @throws ShapeException where the type is not floating
     */
    public Tensor tensor(DType dtype, double[] values, long... dims) {
        if (!dtype.isFloating()) {
            throw new ShapeException("tensor: doubles are of a floating type, not " + dtype);
        }
        return make(
                "tensor",
                dtype,
                shapeOf(values.length, dims),
                y -> {
                    if (values.length > 0) {
                        backend.upload(values, y);
                    }
                });
    }

    /** A tensor copied from host memory in row-major order, where BOOL is a byte of 0 or 1. */
    public Tensor upload(DType dtype, MemorySegment values, Shape shape) {
        long needed = Math.multiplyExact(shape.size(), dtype.bytes());
        if (values.byteSize() != needed) {
            throw new ShapeException(
                    "upload: "
                            + dtype
                            + " "
                            + shape
                            + " takes "
                            + needed
                            + " bytes, got "
                            + values.byteSize());
        }
        return make(
                "upload",
                dtype,
                shape,
                y -> {
                    if (needed > 0) {
                        backend.upload(values, y);
                    }
                });
    }

    /** A scalar, F32. */
    public Tensor scalar(double value) {
        return full(value, Shape.SCALAR);
    }

    /** Zeros, F32. */
    public Tensor zeros(long... dims) {
        return full(0, Shape.of(dims));
    }

    /** Ones, F32. */
    public Tensor ones(long... dims) {
        return full(1, Shape.of(dims));
    }

    /** Zeros. */
    public Tensor zeros(DType dtype, long... dims) {
        return full(dtype, 0, Shape.of(dims));
    }

    /** Ones. */
    public Tensor ones(DType dtype, long... dims) {
        return full(dtype, 1, Shape.of(dims));
    }

    /** A tensor of one value, F32. */
    public Tensor full(double value, Shape shape) {
        return full(DType.F32, value, shape);
    }

    /**
     * A tensor of one value.
     *
     * @throws IllegalArgumentException where the type is of integers, and the value is not one of
     *     them
     */
    public Tensor full(DType dtype, double value, Shape shape) {
        Elementwise.fitting("full", dtype, dtype.name(), value);
        return make("full", dtype, shape, y -> backend().run(new KernelCall.Fill(value, y)));
    }

    /** A tensor with any content, to be written by a kernel. */
    public Tensor empty(DType dtype, Shape shape) {
        return empty("empty", dtype, shape);
    }

    /**
     * A fresh tensor, written by {@code write}; where that fails, its memory is given back.
     *
     * @param operation for messages
     */
    Tensor make(String operation, DType dtype, Shape shape, Consumer<View> write) {
        Tensor y = empty(operation, dtype, shape);
        try {
            write.accept(y.view());
            return y;
        } catch (RuntimeException | Error e) {
            y.close();
            throw e;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** As {@link #empty(DType, Shape)}, for an operation that messages name. */
    Tensor empty(String operation, DType dtype, Shape shape) {
        check();
        DeviceBuffer buffer;
        try {
            buffer = pool.take(dtype, shape.size());
        } catch (DeviceOutOfMemoryException e) {
            BigInteger bytes =
                    BigInteger.valueOf(shape.size()).multiply(BigInteger.valueOf(dtype.bytes()));
            throw new DeviceOutOfMemoryException(
                    "%s: %s has no memory for a tensor of %s %s, which takes %d bytes: close tensors that are no longer used, or work on fewer elements at once (%s)"
                            .formatted(operation, this, shape, dtype, bytes, e.getMessage()),
                    e);
        }
        Storage storage = new Storage(this, buffer, innermost);
        return new Tensor(storage, View.contiguous(buffer, shape, 0));
    }

    /**
     * How often existing memory was overwritten so far: a clock that tells whether {@link
     * Tensor#lastWrite} was before or after something.
     */
    public long writes() {
        return writes;
    }

    /** A storage is made. */
    void created(Storage storage) {
        if (captured != null) {
            captured.add(storage);
        }
    }

    /** A storage is overwritten. */
    void written(Storage storage) {
        storage.written(++writes);
        if (captured != null) {
            captured.add(storage);
        }
    }

    /** A replay overwrites all these. */
    void written(List<Storage> storages) {
        writes++;
        for (Storage storage : storages) {
            storage.written(writes);
        }
    }

    /**
     * Lets matrix products round their operands from now on, for speed: F32 until this is called.
     *
     * @throws UnsupportedOperationException where this device cannot do so, saying why
     */
    public void gemmPrecision(GemmPrecision precision) {
        check();
        backend.gemmPrecision(precision);
    }

    /**
     * Does a step once, and records its kernel calls so that it can be done again: see {@link
     * Capture}.
     *
     * <p>Every replay uses the same memory: what the step reads is replaced by writing into the
     * same tensors, and tensors that it makes and leaves open hold what the last replay made. Its
     * settings that change from step to step have to be in device memory, as {@code Optimizer} and
     * {@link DropoutState} have them. The step's Java code runs once, now; it may not read values
     * back or bring values from the host. Where it fails, what it made is closed.
     *
     * @throws IllegalStateException where the step does so, where a tape is open, or inside another
     *     capture; nothing was done then
     * @throws dev.weft.backend.DeviceOutOfMemoryException where there is no memory for the step or
     *     for what records it; some of the step, or all, may have been done then
     */
    public Capture capture(Runnable step) {
        check();
        holdings.reclaim();
        if (isCapturing() || tape != null) {
            throw new IllegalStateException(
                    "capture: "
                            + (tape == null ? "another step is being captured" : "a tape is open")
                            + " on "
                            + this);
        }
        Backend direct = backend;
        MemoryPool shared = pool;
        MemoryPool own = shared.forCapture();
        List<DeviceBuffer> held = new ArrayList<>();
        CallRecorder calls =
                new CallRecorder(
                        direct,
                        buffer -> {
                            if (!own.made(buffer)) {
                                own.hold(buffer);
                                held.add(buffer);
                            }
                        });
        Set<Storage> touched = new HashSet<>();
        boolean done = false;
        try {
            backend = calls;
            pool = own;
            captured = touched;
            try {
                step.run();
            } finally {
                backend = direct;
                pool = shared;
                captured = null;
            }
            calls.replay();
            Recording recording = direct.record(calls::replay);
            touched.removeIf(Storage::isClosed);
            Captured holds = new Captured(holdings, recording, own, held);
            Capture capture = new Capture(this, holds, List.copyOf(touched));
            done = true;
            return capture;
        } finally {
            if (!done) {
                touched.stream().filter(storage -> storage.isFrom(own)).forEach(Storage::close);
                own.close();
                held.forEach(own::unhold);
            }
        }
    }

    /**
     * Writes a timeline of this device's kernels and transfers from now on, until it is closed or
     * the device is: see {@link Trace}.
     *
     * @param out takes the text, and is not closed
     * @throws IllegalStateException where a trace is open already, or a step is being captured
     */
    public Trace trace(Appendable out) {
        check();
        if (trace != null || isCapturing()) {
            throw new IllegalStateException(
                    "trace: "
                            + (trace == null ? "a step is being captured" : "a trace is open")
                            + " on "
                            + this);
        }
        Backend untraced = backend;
        Trace started = new Trace(info().selector(), out, () -> traceCloses(untraced));
        trace = started;
        backend = started.of(untraced);
        return started;
    }

    private void traceCloses(Backend untraced) {
        check();
        if (isCapturing()) {
            throw new IllegalStateException("trace: a step is being captured on " + this);
        }
        trace = null;
        backend = untraced;
    }

    /** Whether a step is being captured: calls are recorded instead of done. */
    public boolean isCapturing() {
        return backend instanceof CallRecorder;
    }

    /** What is in use, pooled, and was allocated. */
    public MemoryStats memory() {
        return pool.stats();
    }

    /** Gives pooled memory that no tensor uses back to the system. */
    public void trim() {
        check();
        try {
            holdings.reclaim();
            backend.synchronize();
            pool.trim();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Blocks until everything enqueued so far is done. */
    public void synchronize() {
        check();
        try {
            backend.synchronize();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Makes the calling thread the one that may use this device. The thread that used it so far
     * must have stopped, and this one must know it, as by a {@code Future}, a lock or a latch: with
     * a call still running, memory would be given back under a kernel. From then on the other
     * thread's calls are refused.
     */
    public void adopt() {
        thread = Thread.currentThread();
    }

    /**
     * Closes the device and all its tensors. Tensors that are open outside any scope are reported
     * as leaks at WARNING, with the place where each was made if the system property {@code
     * weft.debug} is true. Idempotent.
     *
     * <p>The owning thread closes its device; when that thread has ended, any thread may. A device
     * that is dropped without being closed is found by the garbage collector some time later: a
     * message at WARNING says so, with the place where it was opened under {@code weft.debug}, and
     * all that it held is freed.
     *
     * @throws IllegalStateException where a step is being captured, or where the device belongs to
     *     another thread that lives
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        awaitOwner();
        check();
        if (isCapturing()) {
            throw new IllegalStateException("close: a step is being captured on " + this);
        }
        if (tape != null) {
            tape.close();
        }
        while (innermost != root) {
            innermost.close();
        }
        reportLeaks();
        root.reclaimAll();
        closed = true;
        try {
            holdings.close();
        } finally {
            unregister.run();
            // Last, since it may find no room.
            if (trace != null) {
                trace.end();
            }
        }
    }

    /**
     * Where another thread has this device and is about to end, as those of an executor that says
     * that it has ended, waits for that: then the device is the caller's.
     */
    private void awaitOwner() {
        Thread owner = thread;
        if (owner != Thread.currentThread()) {
            try {
                owner.join(ENDING);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void reportLeaks() {
        if (root.storages().isEmpty()) {
            return;
        }
        MemoryStats stats = pool.stats();
        LOG.log(
                Level.WARNING,
                "{0} is closed with {1} tensors ({2} bytes) that were not closed{3}",
                this,
                stats.liveTensors(),
                stats.liveBytes(),
                Debug.IS_ON ? ":" : "; -Dweft.debug=true tells where they were made");
        for (Storage storage : root.storages()) {
            Throwable site = storage.allocationSite();
            if (site != null) {
                LOG.log(Level.WARNING, "leaked " + storage.buffer().size() + " elements", site);
            }
        }
    }

    MemoryPool pool() {
        return pool;
    }

    /** Called by a scope that closes. */
    void closed(Scope scope) {
        check();
        if (scope != innermost) {
            throw new IllegalStateException(
                    "scopes of " + this + " must close in the reverse order of opening");
        }
        innermost = scope.parent();
    }

    void check() {
        if (closed) {
            throw new IllegalStateException(this + " was closed");
        }
        if (Thread.currentThread() != thread && !inherited()) {
            throw new IllegalStateException(
                    this
                            + " belongs to thread '"
                            + thread.getName()
                            + "', not to '"
                            + Thread.currentThread().getName()
                            + "': open a device for each thread; or, when '"
                            + thread.getName()
                            + "' has stopped using it, call adopt() here first. Once that thread"
                            + " has ended, any other may use and close it");
        }
    }

    /**
     * Whether the thread that had this device has ended, so that it is the caller's now: there is
     * nobody left to hand it over, as where each command of a shell has a thread of its own.
     */
    private synchronized boolean inherited() {
        if (!thread.isAlive()) {
            thread = Thread.currentThread();
        }
        return thread == Thread.currentThread();
    }

    private static Shape shapeOf(int values, long[] dims) {
        Shape shape = dims.length == 0 ? Shape.of(values) : Shape.of(dims);
        if (shape.size() != values) {
            throw new ShapeException(
                    "tensor: " + values + " values do not fill the shape " + Arrays.toString(dims));
        }
        return shape;
    }

    @Override
    public String toString() {
        return "device " + backend.info().selector();
    }
}
