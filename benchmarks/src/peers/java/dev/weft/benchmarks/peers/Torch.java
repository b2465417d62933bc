package dev.weft.benchmarks.peers;

import dev.weft.benchmarks.library.Library;
import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.ArrayOperation;
import dev.weft.benchmarks.task.BatchedGemm;
import dev.weft.benchmarks.task.CapturedStep;
import dev.weft.benchmarks.task.ConvolutionPass;
import dev.weft.benchmarks.task.CrossEntropy;
import dev.weft.benchmarks.task.DenseLayer;
import dev.weft.benchmarks.task.Elementwise;
import dev.weft.benchmarks.task.Epoch;
import dev.weft.benchmarks.task.Gemm;
import dev.weft.benchmarks.task.LayerPass;
import dev.weft.benchmarks.task.NetworkStep;
import dev.weft.benchmarks.task.Operation;
import dev.weft.benchmarks.task.Reduction;
import dev.weft.benchmarks.task.Softmax;
import dev.weft.benchmarks.task.SquaredError;
import dev.weft.benchmarks.task.Task;
import dev.weft.benchmarks.task.TrainingStep;
import dev.weft.benchmarks.task.Update;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * PyTorch's C++ library, eager, with MKL for its products as PyTorch's own builds for x86 have it.
 * The build of org.bytedeco brings OpenBLAS instead, whose threads are in OpenMP's way.
 */
public final class Torch implements Library {
    /** For {@link java.util.ServiceLoader}. */
    public Torch() {}

    @Override
    public String name() {
        return "pytorch";
    }

    @Override
    public String describe() {
        return "libtorch %s of org.bytedeco, %d threads; BLAS: %s"
                .formatted(version(), torch.get_num_threads(), Mkl.description());
    }

    private static String version() {
        try {
            return Loader.getVersion("org.bytedeco", "pytorch");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void setThreads(int threads) {
        Mkl.setMklThreads(threads);
        torch.set_num_threads(threads);
    }

    @Override
    public Optional<Work> prepare(Task task) {
        return switch (task) {
            case Gemm gemm -> Optional.of(TorchKernels.gemm(gemm));
            case BatchedGemm gemm -> Optional.of(TorchKernels.batched(gemm));
            case ConvolutionPass pass -> TorchConvolutions.of(pass);
            case LayerPass pass -> Optional.of(TorchLayers.of(pass));
            case DenseLayer layer -> Optional.of(TorchKernels.dense(layer));
            case Elementwise elementwise -> Optional.of(TorchKernels.elementwise(elementwise));
            case Operation operation -> Optional.of(TorchKernels.operation(operation));
            case ArrayOperation operation -> Optional.of(TorchArrays.of(operation));
            case Softmax softmax -> Optional.of(TorchKernels.softmax(softmax));
            case Reduction reduction -> Optional.of(TorchKernels.reduction(reduction));
            case CrossEntropy loss -> Optional.of(TorchTraining.crossEntropy(loss));
            case SquaredError loss -> Optional.of(TorchTraining.squaredError(loss));
            case Update update -> Optional.of(TorchTraining.update(update));
            case TrainingStep step -> Optional.of(TorchTraining.step(step));
            case NetworkStep step -> Optional.of(TorchNetworks.of(step));
            case Epoch epoch -> Optional.of(TorchTraining.epoch(epoch));
            case CapturedStep _ -> Optional.empty();
        };
    }

    /**
     * OpenMP's idle threads spin for as long as {@code ./weft bench} tells them: GOMP_SPINCOUNT.
     */
    @Override
    public int settleMillis() {
        return 2;
    }

    @Override
    public void close() {}
}
