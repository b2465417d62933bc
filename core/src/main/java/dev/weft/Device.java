package dev.weft;

import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceInfo;
import dev.weft.backend.ForwardingBackend;
import dev.weft.backend.GemmPrecision;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * An open device: it makes tensors, owns their memory and runs their operations in order.
 *
 * <p>A device belongs to the thread that opened it. Another thread may take it over with {@link
 * #adopt} when the first has stopped using it, and has it without that when the first has ended;
 * for work at the same time, open a device for each thread.
 *
 * <p>A service has a {@link dev.weft.serve.Predictor}, whose few workers answer all its threads. Or
 * it opens a device on each of its threads, and closes them when its threads have ended:
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
 * {@link DeviceOptions#threads(int)} says how many of them a device uses.
 */
public final class Device implements AutoCloseable {
    private final Confinement confinement;
    private final Memory memory;
    private final Holdings holdings;
    private final Runnable unregister;
    private Backend backend;

    /** What does calls at once while a step is captured. */
    private Backend uncaptured;

    private final Backend composites;
    private @Nullable Trace trace;
    private @Nullable Recorder recorder;

    /** Owns what operations made for themselves and the tape may have to read. */
    private final Scope taped;

    /**
     * A device over a backend, which it closes in the end. Most users call {@link Devices#open}
     * instead.
     */
    public Device(Backend backend) {
        this.backend = backend;
        this.uncaptured = backend;
        this.confinement = new Confinement("device " + backend.info().selector());
        this.memory = new Memory(confinement, backend);
        this.composites = new Composites(() -> this.backend, memory::pool);
        this.taped = memory.aside();
        this.holdings = new Holdings(backend, memory.pool());
        // Scopes and captures refer to the memory, tensors to all of the device.
        this.unregister = Holdings.whenDropped(memory, holdings);
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
        return memory.scope();
    }

    /**
     * What {@code make} makes as if no scope were open: it stays until it or the device is closed.
     * For what is kept from call to call, and first needed inside a caller's scope.
     */
    public <T> T outsideScopes(Supplier<T> make) {
        return memory.outsideScopes(make);
    }

    /**
     * Tells a recorder of all operations from now on, as a {@link dev.weft.autograd.Tape} asks when
     * it is made. What operations make for themselves, and the recorder may have to read, stays
     * open meanwhile.
     *
     * @return what the recorder has to run when it stops; does nothing the second time
     * @throws IllegalStateException where another records already
     */
    public Runnable record(Recorder started) {
        check();
        if (recorder != null) {
            throw new IllegalStateException(
                    "a tape is open on %s already: close it first".formatted(this));
        }
        recorder = started;
        return () -> stop(started);
    }

    private void stop(Recorder started) {
        check();
        if (started.equals(recorder)) {
            recorder = null;
            taped.reclaimAll();
        }
    }

    /** What records now, or null. */
    public @Nullable Recorder recording() {
        return recorder;
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
        Recorder before = recorder;
        int recorded = before == null ? 0 : before.length();
        try (Scope scope = scope()) {
            Tensor result = scope.keep(body.get());
            keepForTape(scope, before, recorded);
            return result;
        }
    }

    /** As {@link #compute}, with any number of results. */
    public List<Tensor> computeAll(Supplier<List<Tensor>> body) {
        Recorder before = recorder;
        int recorded = before == null ? 0 : before.length();
        try (Scope scope = scope()) {
            List<Tensor> results = body.get();
            results.forEach(scope::keep);
            keepForTape(scope, before, recorded);
            return results;
        }
    }

    /** What is left of a scope stays until the tape closes, where that has recorded meanwhile. */
    private void keepForTape(Scope scope, @Nullable Recorder before, int recorded) {
        if (recorder != null && (!recorder.equals(before) || recorder.length() > recorded)) {
            scope.moveAllTo(taped);
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
                    Recorder open = recorder;
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
        return upload(
                DType.F32, MemorySegment.ofArray(values), Transfers.shapeOf(values.length, dims));
    }

    /** A tensor of the given values in row-major order, I32. Without {@code dims}, of rank 1. */
    public Tensor tensor(int[] values, long... dims) {
        return upload(
                DType.I32, MemorySegment.ofArray(values), Transfers.shapeOf(values.length, dims));
    }

    /** A tensor of the given values in row-major order, F64. Without {@code dims}, of rank 1. */
    public Tensor tensor(double[] values, long... dims) {
        return upload(
                DType.F64, MemorySegment.ofArray(values), Transfers.shapeOf(values.length, dims));
    }

    /** A tensor of the given values in row-major order, I64. Without {@code dims}, of rank 1. */
    public Tensor tensor(long[] values, long... dims) {
        return upload(
                DType.I64, MemorySegment.ofArray(values), Transfers.shapeOf(values.length, dims));
    }

    /** A tensor of the given values in row-major order, BOOL. Without {@code dims}, of rank 1. */
    public Tensor tensor(boolean[] values, long... dims) {
        return Transfers.upload(this, values, Transfers.shapeOf(values.length, dims));
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
        return upload(dtype, MemorySegment.ofArray(values), Transfers.shapeOf(values.length, dims));
    }

    /**
     * A tensor of the given numbers in row-major order, rounded to a floating type. Without {@code
     * dims}, of rank 1.
     *
     * @throws ShapeException where the type is not floating
     */
    public Tensor tensor(DType dtype, double[] values, long... dims) {
        return Transfers.upload(this, dtype, values, Transfers.shapeOf(values.length, dims));
    }

    /** A tensor copied from host memory in row-major order, where BOOL is a byte of 0 or 1. */
    public Tensor upload(DType dtype, MemorySegment values, Shape shape) {
        return Transfers.upload(this, dtype, values, shape);
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

    /** 0, 1, … up to end, which is left out: {@link Creation#arange}. */
    public Tensor arange(DType dtype, double end) {
        return Creation.arange(this, dtype, 0, end, 1);
    }

    /** start, start + step, … up to end, which is left out: {@link Creation#arange}. */
    public Tensor arange(DType dtype, double start, double end, double step) {
        return Creation.arange(this, dtype, start, end, step);
    }

    /** n numbers from start to end, both included, at equal distances. */
    public Tensor linspace(DType dtype, double start, double end, long n) {
        return Creation.linspace(this, dtype, start, end, n);
    }

    /** The n×n unit matrix. */
    public Tensor eye(DType dtype, long n) {
        return Creation.eye(this, dtype, n, n);
    }

    /** Random tensors from a seed, the same on every backend. */
    public RandomTensors random(long seed) {
        return new RandomTensors(this, seed);
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
        Storage storage = memory.take(operation, dtype, shape);
        return new Tensor(this, storage, View.contiguous(storage.buffer(), shape, 0));
    }

    /** A tensor of memory that other devices have, too. */
    Tensor shared(DeviceBuffer handle, SharedMemory sharing, View like) {
        Storage storage = memory.take(handle, sharing);
        return new Tensor(
                this, storage, new View(handle, like.shape(), like.strides(), like.offset()));
    }

    /**
     * How often existing memory was overwritten so far: a clock that tells whether {@link
     * Tensor#lastWrite} was before or after something.
     */
    public long writes() {
        return memory.writes();
    }

    /** A storage is overwritten. */
    void written(Storage storage) {
        memory.written(storage);
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
        return capture(step, memory.pool()::forCapture);
    }

    /**
     * The same in the memory of another capture, as for batches of another shape: what its step has
     * closed is this step's to overwrite, and the other way round. Tensors that either leaves open
     * stay as they are. The memory goes back to the device when both are closed.
     *
     * @param beside a capture of this device
     * @throws IllegalArgumentException where that one was closed, or is of another device
     */
    public Capture capture(Runnable step, Capture beside) {
        return capture(step, () -> beside.sharedBy(memory));
    }

    private Capture capture(Runnable step, Supplier<MemoryPool> pool) {
        check();
        holdings.reclaim();
        if (isCapturing() || recorder != null) {
            throw new IllegalStateException(
                    "capture: "
                            + (recorder == null
                                    ? "another step is being captured"
                                    : "a tape is open")
                            + " on "
                            + this);
        }
        Backend direct = backend;
        return Capture.of(
                memory,
                pool.get(),
                holdings,
                direct,
                recorder -> {
                    backend = recorder;
                    uncaptured = direct;
                    try {
                        step.run();
                    } finally {
                        backend = direct;
                    }
                });
    }

    /**
     * What {@code make} makes, such as a table of positions: also within a step that is captured.
     * There it is made at once and once only, from the host's values too, and every replay has it
     * as an operand.
     *
     * <pre>{@code
     * Tensor ramp = device.constant(() -> device.linspace(DType.F32, 0, 1, 100));
     * }</pre>
     *
     * @param make makes a tensor that depends on none that may change, and changes none
     */
    public Tensor constant(Supplier<Tensor> make) {
        check();
        if (!isCapturing()) {
            return make.get();
        }
        Backend recording = backend;
        backend = uncaptured;
        try {
            return memory.uncaptured(make);
        } finally {
            backend = recording;
        }
    }

    /**
     * Writes a timeline of this device's kernels and transfers from now on, until it is closed or
     * the device is: see {@link Trace}.
     *
     * @param out takes the text, and is not closed
     * @throws IllegalStateException where a trace is open already, or a step is being captured
     * @throws java.io.UncheckedIOException where the text cannot be written; so does every
     *     operation while the trace is open
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

    /**
     * Does this before each replay of the step that is being captured, in the order of the calls:
     * what brings settings that change to where the step's kernels read them. It may use the device
     * as it likes.
     *
     * @throws IllegalStateException where no step is being captured
     */
    public void beforeReplay(Runnable work) {
        check();
        if (!isCapturing()) {
            throw new IllegalStateException(
                    "beforeReplay: no step is being captured on %s: do it now".formatted(this));
        }
        memory.beforeReplay(work);
    }

    /**
     * Does what {@code body} does, and tells {@code observer} of every kernel call on the way: what
     * counts operations, say. A trace is opened and closed outside of it.
     *
     * @throws IllegalStateException where a step is being captured
     */
    public void observe(Consumer<KernelCall> observer, Runnable body) {
        check();
        if (isCapturing()) {
            throw new IllegalStateException("observe: a step is being captured on " + this);
        }
        Backend unobserved = backend;
        backend =
                new ForwardingBackend(unobserved) {
                    @Override
                    public void run(KernelCall call) {
                        observer.accept(call);
                        super.run(call);
                    }
                };
        try {
            body.run();
        } finally {
            backend = unobserved;
        }
    }

    /** Whether a step is being captured: calls are recorded instead of done. */
    public boolean isCapturing() {
        return memory.isCapturing();
    }

    /** What is in use, pooled, and was allocated. */
    public MemoryStats memory() {
        return memory.pool().stats();
    }

    /** Gives pooled memory that no tensor uses back to the system. */
    public void trim() {
        check();
        try {
            holdings.reclaim();
            backend.synchronize();
            memory.pool().trim();
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
        confinement.adopt();
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
        if (confinement.isClosed()) {
            return;
        }
        confinement.awaitOwner();
        check();
        if (isCapturing()) {
            throw new IllegalStateException("close: a step is being captured on " + this);
        }
        if (recorder != null) {
            recorder.close();
        }
        memory.close();
        confinement.close();
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

    /** What a look at the device's tensors gives, or the other, where the thread may not read. */
    String look(Supplier<String> look, Supplier<String> otherwise) {
        return confinement.look(
                () -> (confinement.isUsable() && !isCapturing() ? look : otherwise).get());
    }

    void check() {
        confinement.check();
    }

    @Override
    public String toString() {
        return confinement.toString();
    }
}
