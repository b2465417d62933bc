package dev.weft.benchmarks.peers;

import dev.weft.DType;
import dev.weft.benchmarks.library.Library;
import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.ArrayOperation;
import dev.weft.benchmarks.task.DenseLayer;
import dev.weft.benchmarks.task.Elementwise;
import dev.weft.benchmarks.task.Gemm;
import dev.weft.benchmarks.task.Singles;
import dev.weft.benchmarks.task.Softmax;
import dev.weft.benchmarks.task.Task;
import dev.weft.benchmarks.task.TrainingStep;
import dev.weft.optim.OptimizerKind;

import org.bytedeco.javacpp.Loader;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.api.ops.impl.transforms.custom.LogSoftMax;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Exp;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Log;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sigmoid;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Tanh;
import org.nd4j.linalg.factory.Nd4j;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * ND4J's arrays, each operation into an array that is there already. Its BLAS is MKL, which it
 * finds where that was opened first.
 */
public final class Nd4jArrays implements Library {
    /** For {@link java.util.ServiceLoader}. */
    public Nd4jArrays() {}

    @Override
    public String name() {
        return "nd4j";
    }

    @Override
    public String describe() {
        return "ND4J %s, %d threads; BLAS: %s"
                .formatted(version(), Nd4j.getEnvironment().maxMasterThreads(), Mkl.description());
    }

    private static String version() {
        try {
            return Loader.getVersion("org.nd4j", "nd4j-native");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void setThreads(int threads) {
        Mkl.setMklThreads(threads);
        Nd4j.getEnvironment().setMaxThreads(threads);
        Nd4j.getEnvironment().setMaxMasterThreads(threads);
        Nd4j.factory().blas().setMaxThreads(threads);
    }

    @Override
    public Optional<Work> prepare(Task task) {
        if (task.dtype() != DType.F32) {
            return Optional.empty();
        }
        return switch (task) {
            case Gemm gemm -> Optional.of(gemm(gemm));
            case DenseLayer layer -> Optional.of(dense(layer));
            case Elementwise elementwise -> elementwise(elementwise);
            case Softmax softmax -> Optional.of(softmax(softmax));
            case TrainingStep step when step.kind() == OptimizerKind.SGD ->
                    Optional.of(new Nd4jTraining(step));
            case ArrayOperation operation when operation.kind() == ArrayOperation.Kind.SMALL_ADD ->
                    Optional.of(smallAdd(operation));
            default -> Optional.empty();
        };
    }

    /** Memory that the garbage collector would free later than the next task takes more. */
    private record Arrays(Runnable call, Supplier<double[]> values, List<INDArray> made, int times)
            implements Work {
        Arrays(Runnable call, Supplier<double[]> values, List<INDArray> made) {
            this(call, values, made, 1);
        }

        @Override
        public void run() {
            call.run();
        }

        @Override
        public double[] result() {
            return values.get();
        }

        @Override
        public void close() {
            made.forEach(INDArray::close);
        }
    }

    static INDArray matrix(float[] values, long rows, long columns) {
        return Nd4j.create(values, new long[] {rows, columns}, 'c');
    }

    /** In the order that its gemm writes: into another it copies. */
    static INDArray product(long rows, long columns) {
        return Nd4j.createUninitialized(new long[] {rows, columns}, 'f');
    }

    static double[] values(INDArray array) {
        return array.dup('c').data().asDouble();
    }

    private static Work smallAdd(ArrayOperation task) {
        INDArray x = Nd4j.create(task.x());
        INDArray y = Nd4j.create(task.y());
        return new Arrays(
                () -> {
                    for (int i = 0; i < task.calls(); i++) {
                        x.add(y).close();
                    }
                },
                () -> {
                    try (INDArray sum = x.add(y)) {
                        return values(sum);
                    }
                },
                List.of(x, y),
                task.calls());
    }

    private static Work gemm(Gemm task) {
        boolean ta = task.transA();
        boolean tb = task.transB();
        INDArray a =
                matrix(Singles.of(task.a()), ta ? task.k() : task.m(), ta ? task.m() : task.k());
        INDArray b =
                matrix(Singles.of(task.b()), tb ? task.n() : task.k(), tb ? task.k() : task.n());
        INDArray c = product(task.m(), task.n());
        return new Arrays(
                () -> Nd4j.gemm(a, b, c, ta, tb, 1, 0), () -> values(c), List.of(a, b, c));
    }

    private static Work dense(DenseLayer task) {
        INDArray x = matrix(task.x(), task.rows(), task.inputs());
        INDArray w = matrix(task.w(), task.outputs(), task.inputs());
        INDArray bias = Nd4j.create(task.bias());
        INDArray y = product(task.rows(), task.outputs());
        return new Arrays(
                () -> {
                    Nd4j.gemm(x, w, y, false, true, 1, 0);
                    y.addiRowVector(bias);
                    Nd4j.getExecutioner().exec(new RectifiedLinear(y, y));
                },
                () -> values(y),
                List.of(x, w, bias, y));
    }

    /** Without GELU, of which it has approximations. */
    private static Optional<Work> elementwise(Elementwise task) {
        if (task.function() == Elementwise.Function.GELU) {
            return Optional.empty();
        }
        INDArray x = Nd4j.create(Singles.of(task.x()));
        INDArray y = Nd4j.createUninitialized(task.elements());
        Runnable call =
                switch (task.function()) {
                    case COPY -> () -> y.assign(x);
                    case RELU -> () -> Nd4j.getExecutioner().exec(new RectifiedLinear(x, y));
                    case EXP -> () -> Nd4j.getExecutioner().exec(new Exp(x, y));
                    case LOG -> () -> Nd4j.getExecutioner().exec(new Log(x, y));
                    case TANH -> () -> Nd4j.getExecutioner().exec(new Tanh(x, y));
                    case SIGMOID -> () -> Nd4j.getExecutioner().exec(new Sigmoid(x, y));
                    case GELU -> throw new IllegalArgumentException(task.what());
                };
        return Optional.of(new Arrays(call, () -> values(y), List.of(x, y)));
    }

    private static Work softmax(Softmax task) {
        INDArray x = matrix(Singles.of(task.x()), task.rows(), task.columns());
        INDArray y = Nd4j.createUninitialized(new long[] {task.rows(), task.columns()}, 'c');
        Runnable call =
                task.log()
                        ? () -> Nd4j.exec(new LogSoftMax(x, y))
                        : () -> Nd4j.exec(new SoftMax(x, y, 1));
        return new Arrays(call, () -> values(y), List.of(x, y));
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
