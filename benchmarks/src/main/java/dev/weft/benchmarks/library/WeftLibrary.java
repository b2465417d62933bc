package dev.weft.benchmarks.library;

import dev.weft.Device;
import dev.weft.DeviceOptions;
import dev.weft.Devices;
import dev.weft.backend.DeviceInfo;
import dev.weft.backend.GemmKernels;
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

import java.util.Optional;

/** A device of Weft's. */
public final class WeftLibrary implements Library {
    /** What is behind the name of a CUDA device that has no cuBLAS. */
    public static final String OWN_KERNELS = ", own gemm";

    private final Device device;

    /** Over an open device, which it closes in the end. */
    private WeftLibrary(Device device) {
        this.device = device;
    }

    /** Opens a device, such as {@code cpu}; a CPU's with so many threads. */
    public static WeftLibrary open(String selector, int threads) {
        DeviceOptions options = DeviceOptions.defaults();
        return new WeftLibrary(
                Devices.open(selector, isCpu(selector) ? options.threads(threads) : options));
    }

    private static boolean isCpu(String selector) {
        return selector.equals("cpu") || selector.startsWith("cpu:");
    }

    /** Opens the most preferred device that is there; a CPU's with so many threads. */
    public static WeftLibrary best(int threads) {
        return new WeftLibrary(Devices.best(DeviceOptions.defaults().threads(threads)));
    }

    /** Opens a CUDA device that multiplies by Weft's own kernels. */
    public static WeftLibrary withoutCublas(String selector) {
        return new WeftLibrary(
                Devices.open(selector, DeviceOptions.defaults().gemm(GemmKernels.OWN)));
    }

    /** The device. */
    public Device device() {
        return device;
    }

    /** What it is. */
    public DeviceInfo info() {
        return device.info();
    }

    @Override
    public String name() {
        boolean alone = CudaDirect.isCuda(info()) && !CublasDirect.isFound(info());
        return "weft " + info().selector() + (alone ? OWN_KERNELS : "");
    }

    @Override
    public String describe() {
        return info().description() + " " + info().properties();
    }

    /** A device has the number that it was opened with. */
    @Override
    public void setThreads(int threads) {}

    @Override
    public Optional<Work> prepare(Task task) {
        Work work =
                switch (task) {
                    case Gemm gemm -> WeftProducts.gemm(device, gemm, gemm.dtype());
                    case BatchedGemm gemm -> WeftProducts.batched(device, gemm);
                    case ConvolutionPass pass -> WeftConvolutions.of(device, pass);
                    case LayerPass pass -> WeftLayers.of(device, pass);
                    case DenseLayer layer -> WeftProducts.dense(device, layer);
                    case Elementwise elementwise -> WeftKernels.elementwise(device, elementwise);
                    case Operation operation -> WeftKernels.operation(device, operation);
                    case ArrayOperation operation -> WeftArrays.of(device, operation);
                    case Softmax softmax -> WeftKernels.softmax(device, softmax);
                    case Reduction reduction -> WeftKernels.reduction(device, reduction);
                    case CrossEntropy loss -> WeftKernels.crossEntropy(device, loss);
                    case SquaredError loss -> WeftKernels.squaredError(device, loss);
                    case Update update -> WeftKernels.update(device, update);
                    case TrainingStep step -> WeftTraining.step(device, step);
                    case CapturedStep step -> WeftTraining.captured(device, step);
                    case NetworkStep step -> WeftNetworks.of(device, step);
                    case Epoch epoch -> WeftTraining.epoch(device, epoch);
                };
        if (work instanceof DeviceWork kernels && !kernels.isSupported()) {
            work.close();
            return Optional.empty();
        }
        return Optional.of(work);
    }

    @Override
    public void close() {
        device.close();
    }
}
