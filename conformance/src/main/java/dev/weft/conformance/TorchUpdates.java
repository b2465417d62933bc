package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** PyTorch's optimizers by update rules: some steps with given gradients, from the first state. */
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
            states.add(device.full(dtype, rule.initialState(), Shape.of(size)).view());
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
        String name = o.operation().substring(PREFIX.length());
        double beta1 = 0.9;
        double beta2 = 0.999;
        if (!o.text("betas").isEmpty()) {
            double[] betas = o.reals("betas");
            beta1 = betas[0];
            beta2 = betas[1];
        }
        boolean up = o.flag("maximize");
        double decay = o.real("weight_decay", name.equals("adamw") ? 0.01 : 0);
        boolean isDecoupled = name.equals("adamw");
        Penalty penalty = new Penalty(0, isDecoupled ? 0 : decay, isDecoupled ? decay : 0);
        return switch (name) {
            case "sgd" ->
                    new UpdateRule.Sgd(
                            o.real("momentum", 0),
                            o.real("dampening", 0),
                            o.flag("nesterov"),
                            up,
                            penalty);
            case "adam", "adamw" ->
                    new UpdateRule.Adam(beta1, beta2, eps(o), o.flag("amsgrad"), up, penalty);
            case "rmsprop" ->
                    new UpdateRule.RmsProp(
                            o.real("alpha", 0.99),
                            eps(o),
                            o.real("momentum", 0),
                            o.flag("centered"),
                            up,
                            penalty);
            case "adagrad" ->
                    new UpdateRule.Adagrad(
                            o.real("lr_decay", 0),
                            o.real("initial_accumulator_value", 0),
                            o.real("eps", 1e-10),
                            up,
                            penalty);
            case "adadelta" ->
                    new UpdateRule.Adadelta(o.real("rho", 0.9), o.real("eps", 1e-6), up, penalty);
            case "adamax" -> new UpdateRule.Adamax(beta1, beta2, eps(o), up, penalty);
            case "nadam" ->
                    // The cases are of PyTorch 1.13.
                    new UpdateRule.NAdam(
                            beta1,
                            beta2,
                            eps(o),
                            o.real("momentum_decay", 0.004),
                            true,
                            up,
                            penalty);
            case "radam" -> new UpdateRule.RAdam(beta1, beta2, eps(o), up, penalty);
            default -> throw new UnsupportedCase("unknown optimizer");
        };
    }

    private static double eps(TorchOperands o) {
        return o.real("eps", 1e-8);
    }
}
