package dev.weft.cpu;

import dev.weft.DType;
import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceInfo;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Reserve;
import dev.weft.backend.View;
import dev.weft.reference.ReferenceBackend;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The CPU as a device: vector kernels over native memory, on a few threads. Every call is done when
 * it returns.
 */
public sealed class CpuBackend implements Backend permits ScalarBackend {
    private final DeviceInfo info;
    private final WorkerPool pool;
    private final Scratch[] scratch;
    private final GemmKernels gemm;
    private final Elementwise elementwise;
    private final Copies copies;
    private final ReferenceBackend specification = new ReferenceBackend();
    private final Kernels floats;
    private final Kernels doubles;
    private final Kernels integers;
    private final Kernels longs;
    private final IntegerSort sort;
    private final LongSort longSort;
    private final List<Kernels> kernels;
    private boolean closed;

    /** Opens the backend; its threads start with the first kernel that needs them. */
    CpuBackend(int threads) {
        info = describe(threads);
        pool = new WorkerPool(threads);
        scratch = new Scratch[threads];
        for (int i = 0; i < threads; i++) {
            scratch[i] = new Scratch();
        }
        gemm = new GemmKernels(pool, scratch);
        elementwise = new Elementwise(pool, scratch);
        copies = new Copies(pool, scratch, elementwise);
        floats = new FloatKernels(pool, scratch, elementwise);
        // Of two lanes, C2 has no masks: they would be on the heap.
        doubles =
                DoubleLanes.COUNT >= 4
                        ? new DoubleKernels(pool, scratch, elementwise)
                        : call -> () -> specification.run(call);
        integers = new IntegerKernels(pool, scratch, elementwise);
        longs = new LongKernels(pool, scratch, elementwise);
        sort = new IntegerSort(pool, scratch);
        longSort = new LongSort(pool, scratch);
        kernels = List.of(floats, doubles, integers, longs);
    }

    /** Opens the backend, with vectors where the JVM compiles them. */
    static CpuBackend open(int threads) {
        Compiler.warn();
        return Compiler.IS_SCALAR ? new ScalarBackend(threads) : new CpuBackend(threads);
    }

    static DeviceInfo describe(int threads) {
        return Processor.describe(threads, VectorWidth.bits());
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    // ---- memory

    @Override
    public DeviceBuffer allocate(DType dtype, long elements) {
        return CpuBuffer.allocate(dtype, elements);
    }

    @Override
    public @Nullable DeviceBuffer shared(DeviceBuffer buffer) {
        return buffer instanceof CpuBuffer other ? other.anotherHandle() : null;
    }

    @Override
    public void reserve(Reserve reserve) {
        gemm.reserve(reserve);
        kernels.forEach(each -> each.reserve(reserve));
        for (Scratch each : scratch) {
            each.reserve(reserve);
        }
    }

    @Override
    public void release(DeviceBuffer buffer) {
        ((CpuBuffer) buffer).free();
    }

    @Override
    public void upload(MemorySegment source, View target) {
        long bytes = target.size() * target.dtype().bytes();
        MemorySegment.copy(source, 0, Memory.MEM, CpuBuffer.address(target), bytes);
    }

    @Override
    public void download(View source, MemorySegment target) {
        long bytes = source.size() * source.dtype().bytes();
        MemorySegment.copy(Memory.MEM, CpuBuffer.address(source), target, 0, bytes);
    }

    @Override
    public void synchronize() {}

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        pool.close();
        kernels.forEach(Kernels::close);
        gemm.close();
        for (Scratch memory : scratch) {
            memory.close();
        }
    }

    // ---- kernels

    @Override
    public boolean supports(KernelCall call) {
        return switch (call) {
            case KernelCall.CountNonFinite(var xs, var _) ->
                    xs.stream().allMatch(x -> kernels(x.dtype()) != null);
            case KernelCall.Fill _,
                    KernelCall.Copy _,
                    KernelCall.Where _,
                    KernelCall.Gather _,
                    KernelCall.TakeAlong _ ->
                    true;
            case KernelCall.Sort(var _, var x, var _, var _) ->
                    x.dtype().isInteger() || kernels(x.dtype()) != null;
            case KernelCall.ScatterAlong scatter ->
                    !scatter.adds() || kernels(scatter.y().dtype()) != null;
            case KernelCall.Gemm product -> GemmKernels.supports(product);
            case KernelCall.Normalize(var _, var x, var _, var _, var _, var _, var variance) ->
                    kernels(x.dtype()) != null && NormalizedParts.fit(x, variance);
            case KernelCall.NormalizeGrad grad ->
                    kernels(grad.dy().dtype()) != null
                            && NormalizedParts.fit(grad.x(), grad.variance());
            default -> kernels(type(call)) != null;
        };
    }

    @Override
    public void run(KernelCall call) {
        switch (call) {
            case KernelCall.Gemm product -> gemm.run(product);
            case KernelCall.Unary _, KernelCall.Binary _ -> required(call, type(call)).run(call);
            default -> prepare(call).run();
        }
    }

    @Override
    public Runnable prepare(KernelCall call) {
        return switch (call) {
            case KernelCall.Fill(var value, var y) -> copies.fill(value, y);
            case KernelCall.Copy(var x, var y) -> copies.copy(x, y);
            case KernelCall.Where(var condition, var a, var b, var y) ->
                    copies.where(condition, a, b, y);
            case KernelCall.Gather(var table, var indices, var y) ->
                    () -> Indices.gather(table, indices, y, copies);
            case KernelCall.Sort(var descending, var x, var y, var indices) ->
                    x.dtype().bytes() == Long.BYTES
                            ? () -> longSort.run(descending, x, y, indices)
                            : () -> sort.run(descending, x, y, indices);
            case KernelCall.TakeAlong(var x, var indices, var y) ->
                    () -> Indices.takeAlong(x, indices, y);
            case KernelCall.ScatterAlong(var adds, var x, var indices, var y) when !adds ->
                    () -> Indices.scatterAlong(x, indices, y);
            case KernelCall.Gemm product -> gemm.prepare(product);
            case KernelCall.CountNonFinite(var xs, var count) -> {
                List<Runnable> parts = xs.stream().map(x -> counted(call, x, count)).toList();
                yield () -> parts.forEach(Runnable::run);
            }
            default -> required(call, type(call)).prepare(call);
        };
    }

    private Runnable counted(KernelCall call, View x, View count) {
        return required(call, x.dtype()).prepare(new KernelCall.CountNonFinite(List.of(x), count));
    }

    private Kernels required(KernelCall call, DType type) {
        Kernels kernels = kernels(type);
        if (kernels == null) {
            throw new IllegalArgumentException(
                    "%s: cpu has no kernel for %s".formatted(call.name(), type));
        }
        return kernels;
    }

    private @Nullable Kernels kernels(DType type) {
        return switch (type) {
            case F64 -> doubles;
            case F32 -> floats;
            case I64 -> longs;
            case I32 -> integers;
            case F16, BF16, U8, I8, BOOL -> null;
        };
    }

    /**
     * The type whose kernels do a call. Those of elements and of rows convert what they read and
     * write ({@link Strided}), a block at a time.
     */
    private static DType type(KernelCall call) {
        return switch (call) {
            case KernelCall.Unary unary -> unary.y().dtype().computesIn();
            case KernelCall.UnaryGrad grad -> grad.dx().dtype().computesIn();
            case KernelCall.Binary binary -> binary.y().dtype().computesIn();
            case KernelCall.BinaryGrad grad -> grad.d().dtype().computesIn();
            case KernelCall.Compare compare ->
                    compare.a().dtype() == DType.BOOL
                            ? DType.I32
                            : compare.a().dtype().computesIn();
            case KernelCall.Loss loss -> loss.l().dtype().computesIn();
            case KernelCall.LossGrad grad -> grad.dx().dtype().computesIn();
            case KernelCall.Normalize normalize -> normalize.y().dtype();
            case KernelCall.NormalizeGrad grad -> grad.dy().dtype();
            case KernelCall.Softmax softmax -> softmax.y().dtype().computesIn();
            case KernelCall.SoftmaxGrad grad -> grad.dx().dtype().computesIn();
            case KernelCall.CrossEntropy entropy -> entropy.logits().dtype().computesIn();
            case KernelCall.Reduce reduce ->
                    reduce.y().dtype().isInteger()
                            ? reduce.y().dtype().computesIn()
                            : reduce.y().dtype();
            case KernelCall.Scan scan ->
                    scan.y().dtype().isInteger() ? scan.y().dtype().computesIn() : scan.y().dtype();
            case KernelCall.ArgReduce arg ->
                    arg.x().dtype().isInteger() ? arg.x().dtype().computesIn() : arg.x().dtype();
            case KernelCall.ScatterAdd scatter -> scatter.dTable().dtype();
            case KernelCall.ScatterAlong scatter -> scatter.y().dtype();
            case KernelCall.MaxPool pool -> pool.y().dtype();
            case KernelCall.MaxPoolGrad grad -> grad.dx().dtype();
            case KernelCall.AveragePool pool -> pool.y().dtype();
            case KernelCall.AveragePoolGrad grad -> grad.dx().dtype();
            case KernelCall.Convolution convolution -> convolution.y().dtype();
            case KernelCall.ConvolutionInputGrad grad -> grad.dx().dtype();
            case KernelCall.ConvolutionWeightGrad grad -> grad.dWeight().dtype();
            case KernelCall.DropoutMask dropout -> dropout.mask().dtype();
            case KernelCall.Update update -> update.p().dtype();
            case KernelCall.CountUnfit unfit -> unfit.p().dtype();
            case KernelCall.CountNonFinite _,
                    KernelCall.Fill _,
                    KernelCall.Copy _,
                    KernelCall.Where _,
                    KernelCall.Gather _,
                    KernelCall.TakeAlong _,
                    KernelCall.Sort _,
                    KernelCall.Gemm _ ->
                    throw new IllegalArgumentException(call.name() + " is no kernel of a type");
        };
    }
}
