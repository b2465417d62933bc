package dev.weft.benchmarks.peers;

import dev.weft.benchmarks.TrainingPeer;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

import java.util.ArrayList;
import java.util.List;

/** PyTorch's C++ library, eager: linear, relu, linear, cross_entropy, backward, SGD's step. */
public final class Torch implements TrainingPeer {
    private static final int INPUTS = 784;

    private final PointerScope pointers = new PointerScope();
    private final List<Tensor> parameters = new ArrayList<>();
    private Tensor images = Tensor.create(0f);
    private Tensor labels = Tensor.create(0L);
    private SGD optimizer = new SGD(new TensorVector(), new SGDOptions(1));
    private double loss;

    /** For {@link java.util.ServiceLoader}. */
    public Torch() {}

    @Override
    public String name() {
        return "pytorch";
    }

    @Override
    public String describe() {
        return "libtorch of org.bytedeco, " + torch.get_num_threads() + " threads";
    }

    @Override
    public void setThreads(int threads) {
        torch.set_num_threads(threads);
    }

    @Override
    public void prepare(float[][] initial, float[] batch, int[] classes, double lr) {
        parameters.clear();
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
        images = Tensor.create(batch, batch.length / INPUTS, INPUTS);
        long[] indices = new long[classes.length];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = classes[i];
        }
        labels = Tensor.create(indices, indices.length);
        optimizer = new SGD(vector, new SGDOptions(lr));
    }

    @Override
    public void step() {
        // Frees what the step made on the way, as Weft's scope does.
        try (PointerScope _ = new PointerScope()) {
            optimizer.zero_grad();
            Tensor hidden = torch.linear(images, parameters.get(0), parameters.get(1));
            Tensor logits = torch.linear(torch.relu(hidden), parameters.get(2), parameters.get(3));
            Tensor value = torch.cross_entropy_loss(logits, labels);
            value.backward();
            optimizer.step();
            // Read as a training loop does that shows its loss; Weft's step does the same.
            loss = value.item_float();
        }
    }

    @Override
    public double loss() {
        return loss;
    }

    @Override
    public float[][] parameters() {
        float[][] values = new float[parameters.size()][];
        for (int i = 0; i < values.length; i++) {
            Tensor parameter = parameters.get(i);
            values[i] = new float[(int) parameter.numel()];
            new FloatPointer(parameter.data_ptr()).get(values[i]);
        }
        return values;
    }

    @Override
    public void close() {
        pointers.close();
    }
}
