package dev.weft.benchmarks.peers;

import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.NetworkStep;
import dev.weft.benchmarks.task.Operand;
import dev.weft.optim.OptimizerKind;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.DoubleStream;

/** Networks of libtorch's functions, with Weft's parameters by their names, and their training. */
final class TorchNetworks {
    private static final double EPS = 1e-5;

    /** By their paths, in the order of a result. */
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();

    private final NetworkStep task;
    private final Optimizer optimizer;
    private final Tensor input;
    private final Tensor labels;
    private double loss = Double.NaN;

    private TorchNetworks(NetworkStep task) {
        this.task = task;
        TensorVector vector = new TensorVector();
        for (Map.Entry<String, Operand> entry : task.parameters().entrySet()) {
            Tensor parameter = TorchLayers.tensor(entry.getValue());
            parameter.set_requires_grad(true);
            parameters.put(entry.getKey(), parameter);
            vector.push_back(parameter);
        }
        optimizer = TorchTraining.optimizer(OptimizerKind.ADAM, NetworkStep.LR, vector);
        long[] shape = task.inputShape().toArray();
        input =
                task.model().ids() > 0
                        ? TorchTraining.labels(task.ids()).reshape(shape)
                        : Tensor.create(task.numbers(), shape);
        labels = TorchTraining.labels(task.labels());
    }

    static Work of(NetworkStep task) {
        try (PointerScope owned = new PointerScope()) {
            TorchNetworks training = new TorchNetworks(task);
            owned.extend();
            return new TorchWork(owned, training::step, training::result);
        }
    }

    private void step() {
        optimizer.zero_grad();
        Tensor rows =
                switch (task.model()) {
                    case NetworkStep.SmallCnn _ -> cnn();
                    case NetworkStep.Gpt2 gpt -> gpt(gpt);
                };
        Tensor value = torch.cross_entropy_loss(rows, labels);
        value.backward();
        optimizer.step();
        loss = value.item_float();
    }

    private double[] result() {
        DoubleStream all =
                parameters.values().stream()
                        .flatMapToDouble(parameter -> Arrays.stream(TorchWork.values(parameter)));
        return DoubleStream.concat(DoubleStream.of(loss), all).toArray();
    }

    private Tensor parameter(String path) {
        Tensor parameter = parameters.get(path);
        if (parameter == null) {
            throw new IllegalStateException(
                    "%s: there is no parameter %s, only %s"
                            .formatted(task.what(), path, parameters.keySet()));
        }
        return parameter;
    }

    private TensorOptional optional(String path) {
        return new TensorOptional(parameter(path));
    }

    private Tensor cnn() {
        Tensor first = pooled(input, "0");
        Tensor second = pooled(first, "3");
        Tensor hidden = torch.relu(linear(torch.flatten(second, 1, -1), "7"));
        return linear(hidden, "9");
    }

    /** A convolution that keeps the extents, ReLU, and the largest of two by two. */
    private Tensor pooled(Tensor x, String path) {
        long[] ones = {1, 1};
        Tensor y =
                torch.conv2d(
                        x,
                        parameter(path + ".weight"),
                        optional(path + ".bias"),
                        ones,
                        ones,
                        ones,
                        1);
        return torch.max_pool2d(torch.relu(y), 2, 2);
    }

    private Tensor linear(Tensor x, String path) {
        return torch.linear(x, parameter(path + ".weight"), optional(path + ".bias"));
    }

    private Tensor gpt(NetworkStep.Gpt2 gpt) {
        Tensor table = parameter("tokens.weight");
        Tensor x = torch.add(torch.embedding(table, input), parameter("positions.weight"));
        for (int i = 0; i < gpt.depth(); i++) {
            Tensor attended = attended(norm(x, i + ".norm1"), i + ".self_attn", gpt);
            x = torch.add(x, attended);
            Tensor inner = torch.gelu(linear(norm(x, i + ".norm2"), i + ".linear1"), "tanh");
            x = torch.add(x, linear(inner, i + ".linear2"));
        }
        return torch.linear(norm(x, "norm").reshape(-1, gpt.width()), table);
    }

    private Tensor norm(Tensor x, String path) {
        long[] width = {x.size(2)};
        return torch.layer_norm(
                x, width, optional(path + ".weight"), optional(path + ".bias"), EPS, false);
    }

    private Tensor attended(Tensor x, String path, NetworkStep.Gpt2 gpt) {
        long headWidth = gpt.width() / gpt.heads();
        TensorVector parts =
                torch.linear(
                                x,
                                parameter(path + ".in_proj_weight"),
                                optional(path + ".in_proj_bias"))
                        .reshape(x.size(0), x.size(1), 3L * gpt.heads(), headWidth)
                        .transpose(1, 2)
                        .chunk(3, 1);
        Tensor y =
                torch.scaled_dot_product_attention(
                        parts.get(0),
                        parts.get(1),
                        parts.get(2),
                        new TensorOptional(),
                        0,
                        true,
                        new DoubleOptional(),
                        false);
        Tensor together = y.transpose(1, 2).reshape(x.size(0), x.size(1), gpt.width());
        return linear(together, path + ".out_proj");
    }
}
