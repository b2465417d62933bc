package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Tensor;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** PyTorch's optimizers by update rules: some steps with given gradients, from a state of zeros. */
final class TorchUpdates {
    private static final String PREFIX = "optimizer_";

    private TorchUpdates() {}

    static boolean has(String operation) {
        return operation.startsWith(PREFIX);
    }

    /** Gives the parameters after each step, and returns them. */
    static Tensor run(TorchOperands o) {
        UpdateRule rule = rule(o);
        Device device = o.device();
        DType dtype = o.floating();
        double[] start = o.numbers("p");
        double[] gradients = o.numbers("gradients");
        int size = start.length;
        Tensor p = device.tensor(dtype, start);
        View control = device.tensor(dtype, new double[] {o.real("lr"), Float.MAX_VALUE}).view();
        View steps = device.tensor(new int[2]).view();
        View halt = device.tensor(new int[1]).view();
        List<View> states = new ArrayList<>();
        for (int i = 0; i < rule.states(); i++) {
            states.add(device.zeros(dtype, size).view());
        }
        double[] after = new double[gradients.length];
        for (int step = 0; step < gradients.length / size; step++) {
            double[] row = Arrays.copyOfRange(gradients, step * size, (step + 1) * size);
            View g = device.tensor(dtype, row).view();
            device.backend()
                    .run(
                            new KernelCall.Update(
                                    rule, control, steps, halt, p.viewToWrite(), g, states));
            System.arraycopy(p.toDoubleArray(), 0, after, step * size, size);
        }
        Tensor all = device.tensor(dtype, after).reshape(o.get("gradients").shape().toArray());
        o.give("p", all);
        return all;
    }

    private static UpdateRule rule(TorchOperands o) {
        double beta1 = 0.9;
        double beta2 = 0.999;
        if (!o.text("betas").isEmpty()) {
            double[] betas = o.reals("betas");
            beta1 = betas[0];
            beta2 = betas[1];
        }
        Penalty l2 = new Penalty(0, o.real("weight_decay", 0), 0);
        return switch (o.operation().substring(PREFIX.length())) {
            case "sgd" -> new UpdateRule.Sgd(o.real("momentum", 0), o.flag("nesterov"), l2);
            case "adam" -> new UpdateRule.Adam(beta1, beta2, o.real("eps", 1e-8), l2);
            case "adamw" -> {
                Penalty decay = new Penalty(0, 0, o.real("weight_decay", 0.01));
                yield new UpdateRule.Adam(beta1, beta2, o.real("eps", 1e-8), decay);
            }
            case "rmsprop" ->
                    new UpdateRule.RmsProp(o.real("alpha", 0.99), o.real("eps", 1e-8), l2);
            default -> throw new UnsupportedCase("unknown optimizer");
        };
    }
}
