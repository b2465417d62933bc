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
import java.util.Set;

/** PyTorch's optimizers by update rules: some steps with given gradients, from a state of zeros. */
final class TorchUpdates {
    private static final String PREFIX = "optimizer_";

    private TorchUpdates() {}

    static boolean has(TorchCase c) {
        return c.operation().startsWith(PREFIX);
    }

    /** The parameters after each step. */
    static double[] run(TorchCase c, Device device, DType dtype) {
        UpdateRule rule = rule(c);
        double[] start = c.array("in.p").values();
        double[] gradients = c.array("in.gradients").values();
        int size = start.length;
        Tensor p = device.tensor(dtype, start);
        View control =
                device.tensor(dtype, new double[] {c.real("lr", Double.NaN), Float.MAX_VALUE})
                        .view();
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
        return after;
    }

    private static UpdateRule rule(TorchCase c) {
        Set<String> settings = Set.of("amsgrad", "centered", "dampening", "lr_decay");
        if (c.attributes().keySet().stream().anyMatch(settings::contains)) {
            throw new UnsupportedCase(c.attributes().toString());
        }
        String[] betas = c.attributes().getOrDefault("betas", "0.9,0.999").split(",", -1);
        double beta1 = Double.parseDouble(betas[0]);
        double beta2 = Double.parseDouble(betas[1]);
        double eps = c.real("eps", 1e-8);
        Penalty l2 = new Penalty(0, c.real("weight_decay", 0), 0);
        return switch (c.operation().substring(PREFIX.length())) {
            case "sgd" -> {
                boolean nesterov = c.text("nesterov").equals("true");
                yield new UpdateRule.Sgd(c.real("momentum", 0), nesterov, l2);
            }
            case "adam" -> new UpdateRule.Adam(beta1, beta2, eps, l2);
            case "adamw" -> {
                Penalty decay = new Penalty(0, 0, c.real("weight_decay", 0.01));
                yield new UpdateRule.Adam(beta1, beta2, eps, decay);
            }
            case "rmsprop" -> new UpdateRule.RmsProp(c.real("alpha", 0.99), eps, l2);
            default -> throw new UnsupportedCase("optimizer");
        };
    }
}
