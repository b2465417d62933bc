package dev.weft.cpu;

import dev.weft.DType;
import dev.weft.backend.Encoding;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Reserve;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/** {@link KernelCall.Gemm} of every type that has it. */
final class GemmKernels implements AutoCloseable {
    private final Gemm floats;
    private final DoubleGemm doubles;
    private final HalfGemm halves;
    private final HalfGemm bfloats;
    private final Scratch[] blocks;
    private final GemmProblem problem = new GemmProblem();
    private final Scratch bias = new Scratch();

    GemmKernels(WorkerPool pool, Scratch[] scratch) {
        floats = new Gemm(pool, scratch);
        doubles = new DoubleGemm(pool, scratch);
        blocks = new Scratch[pool.threads()];
        Arrays.setAll(blocks, i -> new Scratch());
        halves = new HalfGemm(DType.F16, pool, blocks, floats);
        bfloats = new HalfGemm(DType.BF16, pool, blocks, floats);
    }

    /** What is given up where there is no memory. */
    void reserve(Reserve reserve) {
        bias.reserve(reserve);
        for (Scratch block : blocks) {
            block.reserve(reserve);
        }
    }

    /** Whether {@link #run} has the call's types. */
    static boolean supports(KernelCall.Gemm call) {
        return call.a().dtype().isFloating();
    }

    void run(KernelCall.Gemm call) {
        multiply(call, set(problem, call));
    }

    /**
     * What {@link #run} does, to be done again and again; a bias that is copied is so each time.
     */
    Runnable prepare(KernelCall.Gemm call) {
        View shift = call.epilogue().bias();
        if (shift != null && !isReadInPlace(shift, call.c().dtype().computesIn())) {
            return () -> run(call);
        }
        GemmProblem own = set(new GemmProblem(), call);
        return () -> multiply(call, own);
    }

    private GemmProblem set(GemmProblem g, KernelCall.Gemm call) {
        View a = call.a();
        View b = call.b();
        View c = call.c();
        int width = a.dtype().bytes();
        return g.set(
                Math.toIntExact(c.dim(-2)),
                Math.toIntExact(c.dim(-1)),
                Math.toIntExact(a.dim(-1)),
                call.alpha(),
                CpuBuffer.address(a),
                a.stride(-2) * width,
                a.stride(-1) * width,
                CpuBuffer.address(b),
                b.stride(-2) * width,
                // The stride of a single column means nothing.
                b.dim(-1) == 1 ? width : b.stride(-1) * width,
                call.beta(),
                CpuBuffer.address(c),
                c.stride(-2) * c.dtype().bytes(),
                adjacent(call.epilogue().bias(), c.dtype().computesIn()),
                call.epilogue().activation());
    }

    private void multiply(KernelCall.Gemm call, GemmProblem g) {
        View a = call.a();
        View b = call.b();
        View c = call.c();
        int width = a.dtype().bytes();
        boolean isBatch = c.rank() > 2;
        long batch = isBatch ? c.dim(0) : 1;
        long aStep = isBatch ? a.stride(0) * width : 0;
        long bStep = isBatch ? b.stride(0) * width : 0;
        long cStep = isBatch ? c.stride(0) * c.dtype().bytes() : 0;
        boolean wide = c.dtype() == DType.F32;
        switch (a.dtype()) {
            case F64 -> doubles.multiplyBatch(g, batch, aStep, bStep, cStep);
            case F32 -> floats.multiplyBatch(g, batch, aStep, bStep, cStep);
            case F16 -> halves.multiplyBatch(g, wide, batch, aStep, bStep, cStep);
            case BF16 -> bfloats.multiplyBatch(g, wide, batch, aStep, bStep, cStep);
            case I64, I32, U8, I8, BOOL ->
                    throw new IllegalArgumentException("gemm of " + a.dtype() + " is no kernel");
        }
    }

    /** Whether a bias's elements are of such a type, next to each other. */
    private static boolean isReadInPlace(View bias, DType type) {
        return bias.isContiguous() && bias.dtype() == type;
    }

    /** The address of a bias's elements as such a type, next to each other; 0 for none. */
    private long adjacent(@Nullable View view, DType type) {
        if (view == null) {
            return 0;
        }
        long from = CpuBuffer.address(view);
        if (isReadInPlace(view, type)) {
            return from;
        }
        long to = bias.reserve(view.size() * type.bytes(), "matmul");
        long first = from / view.dtype().bytes();
        for (long i = 0; i < view.size(); i++) {
            double value = Encoding.get(view.dtype(), Memory.MEM, first + i * view.stride(0));
            Encoding.set(type, Memory.MEM, to / type.bytes() + i, value);
        }
        return to;
    }

    @Override
    public void close() {
        bias.close();
        for (Scratch block : blocks) {
            block.close();
        }
    }
}
