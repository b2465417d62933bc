package dev.weft.optim;

import dev.weft.Device;
import dev.weft.Schedule;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.KernelCall;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;
import dev.weft.nn.Parameter;
import dev.weft.nn.ParameterGroup;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The update of one group of parameters: its settings, its rates, its states and its steps. */
final class GroupUpdate {
    private final ParameterGroup group;
    private final OptimizerSettings settings;
    private final Rates rates;
    private final Tensor steps;
    private final List<Tensor> states = new ArrayList<>();

    /** In the innermost open scope. */
    GroupUpdate(ParameterGroup group, OptimizerSettings settings, Schedule schedule) {
        this.group = group;
        this.settings = settings;
        Tensor values = group.values();
        Device device = values.device();
        UpdateRule rule = settings.rule();
        rates = new Rates(device, values.dtype(), rule, settings.lr(), schedule);
        steps = device.tensor(new int[2]).named("steps done");
        for (String name : rule.stateNames()) {
            Shape shape = values.shape();
            states.add(device.full(values.dtype(), rule.initialState(), shape).named(name));
        }
    }

    ParameterGroup group() {
        return group;
    }

    OptimizerSettings settings() {
        return settings;
    }

    Rates rates() {
        return rates;
    }

    List<Tensor> states() {
        return states;
    }

    void step(Tensor halt) {
        List<View> written = new ArrayList<>(states.size());
        for (Tensor state : states) {
            written.add(state.viewToWrite());
        }
        Tensor values = group.values();
        values.device()
                .backend()
                .run(
                        new KernelCall.Update(
                                settings.rule(),
                                rates.table().view(),
                                steps.viewToWrite(),
                                halt.view(),
                                values.viewToWrite(),
                                group.gradients().view(),
                                written));
    }

    void countUnfit(@Nullable Tensor loss, Tensor count) {
        Tensor values = group.values();
        values.device()
                .backend()
                .run(
                        new KernelCall.CountUnfit(
                                settings.rule(),
                                rates.table().view(),
                                steps.view(),
                                loss == null ? null : loss.view(),
                                values.view(),
                                group.gradients().view(),
                                count.viewToWrite()));
    }

    /** Blocks. */
    long steps() {
        int[] words = steps.toIntArray();
        return Integer.toUnsignedLong(words[0]) | (long) words[1] << 32;
    }

    void restore(long done) {
        try (Tensor fresh = steps.device().tensor(new int[] {(int) done, (int) (done >>> 32)})) {
            steps.assign(fresh);
        }
        if (!rates.areConstant()) {
            rates.write(rates.lr(), done);
        }
    }

    /** Which gradient a step would refuse: the last parameter's first. Blocks. */
    Optional<String> refusal() {
        UpdateRule rule = settings.rule();
        double lr = rates.areConstant() ? rates.lr() : rates.at(steps());
        double l2 = rule.penalty().l2();
        double largest = rule.largestGradient(lr);
        for (Parameter parameter : group.parameters().reversed()) {
            double[] g = parameter.gradient().toDoubleArray();
            double[] p = l2 == 0 ? g : parameter.value().toDoubleArray();
            for (int i = 0; i < g.length; i++) {
                if (!(Math.abs(g[i]) + l2 * Math.abs(p[i]) <= largest)) {
                    return Optional.of(
                            "the gradient of %s is %s%s, where %s takes at most %.2g at lr %s"
                                    .formatted(
                                            parameter.element(i),
                                            g[i],
                                            l2 == 0 ? "" : " beside an l2 p of " + l2 * p[i],
                                            settings.kind().label(),
                                            largest,
                                            lr));
                }
            }
        }
        return Optional.empty();
    }

    /** The parts of the states, by the state's name and the parameter's, joined by a dot. */
    Map<String, Tensor> state() {
        Map<String, Tensor> parts = new LinkedHashMap<>();
        List<String> names = settings.rule().stateNames();
        for (int i = 0; i < names.size(); i++) {
            List<Tensor> views = group.split(states.get(i));
            for (int j = 0; j < views.size(); j++) {
                String parameter = group.parameters().get(j).name();
                parts.put(names.get(i) + "." + parameter, views.get(j));
            }
        }
        return parts;
    }
}
