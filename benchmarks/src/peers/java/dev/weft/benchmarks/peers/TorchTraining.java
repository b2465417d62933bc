package dev.weft.benchmarks.peers;

import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.CrossEntropy;
import dev.weft.benchmarks.task.Epoch;
import dev.weft.benchmarks.task.SimpleNet;
import dev.weft.benchmarks.task.SquaredError;
import dev.weft.benchmarks.task.TrainingStep;
import dev.weft.benchmarks.task.Update;
import dev.weft.optim.OptimizerKind;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.RMSprop;
import org.bytedeco.pytorch.RMSpropOptions;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** What libtorch differentiates and updates. */
final class TorchTraining {
    private final List<Tensor> parameters = new ArrayList<>();
    private final Optimizer optimizer;
    private double loss = Double.NaN;

    /** SimpleNet, from the parameters that every library starts from. */
    private TorchTraining(OptimizerKind kind, double lr) {
        float[][] initial = SimpleNet.initial();
        TensorVector vector = new TensorVector();
        for (int i = 0; i < initial.length; i++) {
            // Weights and biases alternate, so a bias tells its weight's first extent.
            boolean weight = i % 2 == 0;
            long outputs = weight ? initial[i + 1].length : initial[i].length;
            Tensor parameter =
                    weight
                            ? Tensor.create(initial[i], outputs, initial[i].length / outputs)
                            : Tensor.create(initial[i], outputs);
            parameter.set_requires_grad(true);
            parameters.add(parameter);
            vector.push_back(parameter);
        }
        optimizer = optimizer(kind, lr, vector);
    }

    /** With PyTorch's defaults, which are Weft's. */
    static Optimizer optimizer(OptimizerKind kind, double lr, TensorVector parameters) {
        return switch (kind) {
            case SGD -> new SGD(parameters, new SGDOptions(lr));
            case MOMENTUM, NESTEROV -> {
                SGDOptions options = new SGDOptions(lr);
                options.momentum().put(0.9);
                options.nesterov().put(kind == OptimizerKind.NESTEROV);
                yield new SGD(parameters, options);
            }
            case ADAM -> new Adam(parameters, new AdamOptions(lr));
            case ADAMW -> new AdamW(parameters, new AdamWOptions(lr));
            case RMSPROP -> {
                RMSpropOptions options = new RMSpropOptions(lr);
                options.alpha().put(0.99);
                yield new RMSprop(parameters, options);
            }
            case ADAGRAD, ADADELTA, ADAMAX, NADAM, RADAM, LION ->
                    throw new IllegalArgumentException("no benchmark compares " + kind);
        };
    }

    private static Work work(PointerScope owned, Runnable call, Supplier<double[]> values) {
        owned.extend();
        return new TorchWork(owned, call, values);
    }

    static Work update(Update task) {
        try (PointerScope owned = new PointerScope()) {
            Tensor p = Tensor.create(task.p(), task.elements());
            p.set_requires_grad(true);
            p.mutable_grad().put(Tensor.create(task.g(), task.elements()));
            Optimizer optimizer = optimizer(task.kind(), Update.LR, new TensorVector(p));
            return work(owned, optimizer::step, () -> TorchWork.values(p));
        }
    }

    static Work crossEntropy(CrossEntropy task) {
        try (PointerScope owned = new PointerScope()) {
            Tensor logits = Tensor.create(task.logits(), task.rows(), task.classes());
            Tensor labels = labels(task.labels());
            return gradient(owned, logits, () -> torch.cross_entropy_loss(logits, labels));
        }
    }

    static Work squaredError(SquaredError task) {
        try (PointerScope owned = new PointerScope()) {
            Tensor x = Tensor.create(task.x(), task.elements());
            Tensor t = Tensor.create(task.t(), task.elements());
            return gradient(owned, x, () -> torch.mse_loss(x, t));
        }
    }

    /** The loss, and its gradient by x as autograd computes it. */
    private static Work gradient(PointerScope owned, Tensor x, Supplier<Tensor> loss) {
        x.set_requires_grad(true);
        double[] latest = new double[1];
        return work(
                owned,
                () -> {
                    // Without this the gradients of the calls would add up.
                    x.mutable_grad().reset();
                    Tensor value = loss.get();
                    value.backward();
                    latest[0] = value.item_float();
                },
                () -> {
                    double[] values = TorchWork.values(x.grad());
                    double[] both = Arrays.copyOf(values, values.length + 1);
                    both[values.length] = latest[0];
                    return both;
                });
    }

    static Tensor labels(int[] classes) {
        long[] indices = Arrays.stream(classes).asLongStream().toArray();
        return Tensor.create(indices, indices.length);
    }

    static Work step(TrainingStep task) {
        try (PointerScope owned = new PointerScope()) {
            TorchTraining training = new TorchTraining(task.kind(), task.lr());
            Tensor images = Tensor.create(task.images(), task.batch(), SimpleNet.INPUTS);
            Tensor labels = labels(task.labels());
            return work(owned, () -> training.step(images, labels), training::result);
        }
    }

    /** In every epoch the order of the first. */
    static Work epoch(Epoch task) {
        try (PointerScope owned = new PointerScope()) {
            TorchTraining training = new TorchTraining(task.kind(), task.lr());
            int[] order = task.order();
            Tensor images = Tensor.create(task.images(), order.length, SimpleNet.INPUTS);
            Tensor labels = labels(task.digits().labels());
            List<Tensor> batches =
                    IntStream.iterate(0, from -> from < order.length, from -> from + task.batch())
                            .mapToObj(
                                    from ->
                                            Arrays.copyOfRange(
                                                    order,
                                                    from,
                                                    Math.min(order.length, from + task.batch())))
                            .map(TorchTraining::labels)
                            .toList();
            return work(
                    owned,
                    () -> {
                        double sum = 0;
                        for (Tensor batch : batches) {
                            try (PointerScope _ = new PointerScope()) {
                                training.step(
                                        images.index_select(0, batch),
                                        labels.index_select(0, batch));
                                sum += training.loss * batch.numel();
                            }
                        }
                        training.loss = sum / order.length;
                    },
                    training::result);
        }
    }

    private void step(Tensor images, Tensor labels) {
        optimizer.zero_grad();
        Tensor hidden = torch.linear(images, parameters.get(0), parameters.get(1));
        Tensor logits = torch.linear(torch.relu(hidden), parameters.get(2), parameters.get(3));
        Tensor value = torch.cross_entropy_loss(logits, labels);
        value.backward();
        optimizer.step();
        // Read as a training loop does that shows its loss; Weft's step does the same.
        loss = value.item_float();
    }

    private double[] result() {
        double[] result = {loss};
        for (Tensor parameter : parameters) {
            double[] values = TorchWork.values(parameter);
            int at = result.length;
            result = Arrays.copyOf(result, at + values.length);
            System.arraycopy(values, 0, result, at, values.length);
        }
        return result;
    }
}
