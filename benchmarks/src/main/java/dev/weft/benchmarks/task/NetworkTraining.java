package dev.weft.benchmarks.task;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Losses;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.nn.Network;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/** A network that is trained on one batch by Weft, as a program's own loop does it. */
public final class NetworkTraining {
    private final Device device;
    private final Network network;
    private final Optimizer optimizer;
    private final Tensor input;
    private final Tensor labels;
    private final int classes;
    private double loss = Double.NaN;

    /**
     * Allocates all in the innermost open scope; the parameters are those of {@link NetworkStep}.
     */
    public NetworkTraining(Device device, DType dtype, NetworkStep task) {
        this.device = device;
        network = Network.create(device, task.model().block(), dtype, NetworkStep.SEED);
        optimizer = new Optimizer(network.parameters(), OptimizerKind.ADAM, NetworkStep.LR);
        long[] shape = task.inputShape().toArray();
        input =
                task.model().ids() > 0
                        ? device.tensor(task.ids(), shape)
                        : device.tensor(dtype, Singles.widened(task.numbers()), shape);
        labels = device.tensor(task.labels());
        classes = task.model().classes();
    }

    /** One step, whose loss is read. */
    public void step() {
        try (Scope _ = device.scope();
                Tape tape = new Tape(device)) {
            network.parameters().watch(tape);
            Tensor rows = network.train(input).reshape(-1, classes);
            Tensor value = Losses.crossEntropy(rows, labels);
            tape.gradients(value);
            optimizer.step();
            loss = value.item();
        }
        device.synchronize();
    }

    /** The loss of the last step, and then the parameters. */
    public double[] result() {
        DoubleStream parameters =
                network.parameters().list().stream()
                        .flatMapToDouble(
                                parameter -> Arrays.stream(parameter.value().toDoubleArray()));
        return DoubleStream.concat(DoubleStream.of(loss), parameters).toArray();
    }
}
