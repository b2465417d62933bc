package dev.weft.benchmarks.peers;

import dev.weft.DType;
import dev.weft.benchmarks.library.Library;
import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.BatchedGemm;
import dev.weft.benchmarks.task.DenseLayer;
import dev.weft.benchmarks.task.Elementwise;
import dev.weft.benchmarks.task.Gemm;
import dev.weft.benchmarks.task.Reduction;
import dev.weft.benchmarks.task.Singles;
import dev.weft.benchmarks.task.Softmax;
import dev.weft.benchmarks.task.Task;

import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * TensorFlow's Java API: a graph of one task, run by a session that is fed its data. Eager, it
 * frees no result before the garbage collector runs, and takes fresh memory for each. It does not
 * train: optimizers and layers are not in this API.
 */
public final class TensorFlowGraphs implements Library {
    private int threads = 1;

    /** For {@link java.util.ServiceLoader}. */
    public TensorFlowGraphs() {}

    @Override
    public String name() {
        return "tensorflow";
    }

    @Override
    public String describe() {
        return "TensorFlow %s of org.tensorflow, %d threads"
                .formatted(TensorFlow.version(), threads);
    }

    /**
     * Of the sessions from now on. They have threads of their own only with
     * TF_OVERRIDE_GLOBAL_THREADPOOL, which {@code ./weft bench} sets: otherwise all have those of
     * the first.
     */
    @Override
    public void setThreads(int count) {
        threads = count;
    }

    @Override
    public Optional<Work> prepare(Task task) {
        boolean known =
                switch (task) {
                    case Gemm _, BatchedGemm _, DenseLayer _, Softmax _ -> true;
                    // Its sums over rows are not as exact as is asked for.
                    case Reduction reduction -> reduction.kind().axis() != Reduction.Axis.COLUMN;
                    // A copy within a session is none, and GELU is no operation of this API.
                    case Elementwise elementwise ->
                            elementwise.function() != Elementwise.Function.COPY
                                    && elementwise.function() != Elementwise.Function.GELU;
                    default -> false;
                };
        return known && task.dtype() == DType.F32
                ? Optional.of(new Run(task, threads))
                : Optional.empty();
    }

    @Override
    public void close() {}

    /** A session's run. */
    private static final class Run implements Work {
        private final Graph graph = new Graph();
        private final Ops tf = Ops.create(graph);
        private final List<Operand<TFloat32>> inputs = new ArrayList<>();
        private final List<Tensor> data = new ArrayList<>();
        private final Operand<?> output;
        private final Session session;

        Run(Task task, int threads) {
            output = build(task);
            ConfigProto config =
                    ConfigProto.newBuilder()
                            .setIntraOpParallelismThreads(threads)
                            .setInterOpParallelismThreads(1)
                            .build();
            session = new Session(graph, config);
        }

        private Operand<TFloat32> fed(float[] values, long... shape) {
            Operand<TFloat32> input = tf.placeholder(TFloat32.class);
            inputs.add(input);
            data.add(TFloat32.tensorOf(Shape.of(shape), DataBuffers.of(values)));
            return input;
        }

        private Operand<?> build(Task task) {
            return switch (task) {
                case Gemm gemm -> gemm(gemm);
                case BatchedGemm gemm -> {
                    long n = gemm.n();
                    yield tf.train.batchMatMul(
                            fed(gemm.a(), gemm.batch(), n, n),
                            fed(gemm.b(), gemm.batch(), n, n),
                            TFloat32.class);
                }
                case DenseLayer layer -> {
                    Operand<TFloat32> product =
                            tf.linalg.matMul(
                                    fed(layer.x(), layer.rows(), layer.inputs()),
                                    fed(layer.w(), layer.outputs(), layer.inputs()),
                                    MatMul.transposeB(true));
                    yield tf.nn.relu(tf.nn.biasAdd(product, fed(layer.bias(), layer.outputs())));
                }
                case Elementwise elementwise -> {
                    Operand<TFloat32> x = fed(Singles.of(elementwise.x()), elementwise.elements());
                    yield elementwise(elementwise.function(), x);
                }
                case Softmax softmax -> {
                    Operand<TFloat32> x =
                            fed(Singles.of(softmax.x()), softmax.rows(), softmax.columns());
                    yield softmax.log() ? tf.nn.logSoftmax(x) : tf.nn.softmax(x);
                }
                case Reduction reduction -> reduction(reduction);
                default -> throw new IllegalArgumentException(task.what());
            };
        }

        private Operand<?> gemm(Gemm task) {
            boolean ta = task.transA();
            boolean tb = task.transB();
            return tf.linalg.matMul(
                    fed(Singles.of(task.a()), ta ? task.k() : task.m(), ta ? task.m() : task.k()),
                    fed(Singles.of(task.b()), tb ? task.n() : task.k(), tb ? task.k() : task.n()),
                    MatMul.transposeA(ta),
                    MatMul.transposeB(tb));
        }

        private Operand<?> elementwise(Elementwise.Function function, Operand<TFloat32> x) {
            return switch (function) {
                case RELU -> tf.nn.relu(x);
                case EXP -> tf.math.exp(x);
                case LOG -> tf.math.log(x);
                case TANH -> tf.math.tanh(x);
                case SIGMOID -> tf.math.sigmoid(x);
                case COPY, GELU -> throw new IllegalArgumentException(function.name());
            };
        }

        private Operand<?> reduction(Reduction task) {
            Operand<TFloat32> x = fed(Singles.of(task.x()), task.rows(), task.columns());
            return switch (task.kind()) {
                case SUM -> tf.sum(x, tf.constant(new int[] {0, 1}));
                case MEAN -> tf.math.mean(x, tf.constant(new int[] {1}));
                case MAX -> tf.reduceMax(x, tf.constant(new int[] {0, 1}));
                case ARGMAX -> tf.math.argMax(x, tf.constant(1));
                case MEAN_OVER_ROWS, ONES_OVER_ROWS ->
                        throw new IllegalArgumentException(task.what());
            };
        }

        private Result once() {
            Session.Runner runner = session.runner().fetch(output);
            for (int i = 0; i < inputs.size(); i++) {
                runner.feed(inputs.get(i), data.get(i));
            }
            return runner.run();
        }

        @Override
        public void run() {
            once().close();
        }

        @Override
        public double[] result() {
            try (Result result = once()) {
                return switch (result.get(0)) {
                    case TFloat32 floats -> {
                        float[] values = new float[(int) floats.size()];
                        floats.copyTo(DataBuffers.of(values, false, false));
                        yield Singles.widened(values);
                    }
                    case TInt64 indices -> {
                        double[] values = new double[(int) indices.size()];
                        for (int i = 0; i < values.length; i++) {
                            values[i] = indices.getLong(i);
                        }
                        yield values;
                    }
                    default -> throw new IllegalStateException("a result of another type");
                };
            }
        }

        @Override
        public void close() {
            session.close();
            data.forEach(Tensor::close);
            graph.close();
        }
    }
}
