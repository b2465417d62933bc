package dev.weft.benchmarks.library;

import dev.weft.DType;
import dev.weft.benchmarks.task.Gemm;
import dev.weft.benchmarks.task.Task;

import java.util.Optional;

/**
 * A device of Weft's that multiplies matrices in F32 whose numbers are of a type that is added up
 * in F32: what the narrower type costs, or saves.
 *
 * @param weft whoever opened it closes it
 */
public record InF32(WeftLibrary weft) implements Library {
    @Override
    public String name() {
        return weft.name() + ", in F32";
    }

    @Override
    public String describe() {
        return weft.describe();
    }

    @Override
    public void setThreads(int threads) {}

    @Override
    public DType dtype(Task task) {
        return DType.F32;
    }

    @Override
    public Optional<Work> prepare(Task task) {
        boolean narrow = task.dtype() != DType.F32 && task.dtype().computesIn() == DType.F32;
        return narrow && task instanceof Gemm gemm
                ? Optional.of(WeftProducts.gemm(weft.device(), gemm, DType.F32))
                : Optional.empty();
    }

    @Override
    public void close() {}
}
