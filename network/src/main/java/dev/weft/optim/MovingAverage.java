package dev.weft.optim;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;
import dev.weft.nn.ParameterGroup;
import dev.weft.nn.Parameters;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An exponential moving average of a network's trained parameters: e = decay e + (1 - decay) p
 * after each step, from what they are when this is made. It often does better than the parameters
 * themselves (Polyak and Juditsky 1992):
 *
 * <pre>{@code
 * MovingAverage average = new MovingAverage(network.parameters(), 0.999);
 * trainer.average(average);
 * trainer.train(batches, 1, 10, seed);
 * average.swap(); // evaluate, save; swap again to train on
 * }</pre>
 *
 * <p>It belongs to the scope that is innermost when it is made.
 */
public final class MovingAverage implements TrainingAid {
    /** The key of the decay in {@link #progress}, and so in the metadata of checkpoints. */
    public static final String DECAY = "average.decay";

    private final double decay;
    private final UpdateRule towards = new UpdateRule.Sgd(0, false, Penalty.NONE);
    private final List<Average> averages = new ArrayList<>();

    /**
     * Of one group.
     *
     * @param control 1 - decay, as the learning rate that the averages go towards the parameters by
     */
    private record Average(ParameterGroup group, Tensor values, Tensor control, Tensor steps) {}

    /**
     * Copies the parameters.
     *
     * @param decay in [0, 1)
     */
    public MovingAverage(Parameters parameters, double decay) {
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException(
                    "moving average: decay must be in [0, 1), got " + decay);
        }
        this.decay = decay;
        for (ParameterGroup group : parameters.groups()) {
            Device device = group.values().device();
            DType dtype = group.values().dtype();
            try (Scope made = device.scope()) {
                averages.add(
                        new Average(
                                group,
                                group.values().copy().named("average of parameters"),
                                device.tensor(dtype, new double[] {1 - decay, Float.MAX_VALUE}),
                                device.tensor(new int[2])));
                made.keepAll();
            }
        }
    }

    /** How much of the average stays at each step. */
    public double decay() {
        return decay;
    }

    /**
     * Takes the parameters in, unless {@code halt} is not 0: as SGD would go towards them. It can
     * be captured.
     *
     * @param halt I32 of one element, as {@link Optimizer#step(Tensor)} takes it
     */
    public void update(Tensor halt) {
        for (Average average : averages) {
            Device device = average.values.device();
            try (Tensor away = average.values.sub(average.group.values())) {
                device.backend()
                        .run(
                                new KernelCall.Update(
                                        towards,
                                        average.control.view(),
                                        average.steps.viewToWrite(),
                                        halt.view(),
                                        average.values.viewToWrite(),
                                        away.view(),
                                        List.of()));
            }
        }
    }

    /** Puts the average into the network, and what the network had in its place. */
    public void swap() {
        for (Average average : averages) {
            Tensor values = average.group.values();
            try (Tensor before = values.copy()) {
                values.assign(average.values);
                average.values.assign(before);
            }
        }
    }

    /**
     * The average of each parameter, by {@code average.} and the parameter's path, for files: views
     * in the innermost open scope, which may be written to.
     */
    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (Average average : averages) {
            List<Tensor> parts = average.group.split(average.values);
            for (int i = 0; i < parts.size(); i++) {
                state.put("average." + average.group.parameters().get(i).name(), parts.get(i));
            }
        }
        return state;
    }

    /** The decay, as {@code average.decay}. */
    @Override
    public Map<String, String> progress() {
        return Map.of(DECAY, Double.toString(decay));
    }

    /**
     * Makes sure that the average was taken as this one is: all else is in {@link #state}.
     *
     * @throws IllegalArgumentException where it was of another decay
     */
    @Override
    public void restore(Map<String, String> progress) {
        String saved = progress.getOrDefault(DECAY, "none");
        if (!Double.toString(decay).equals(saved)) {
            throw new IllegalArgumentException(
                    "moving average: was of decay %s, and goes on only with the same, not with %s"
                            .formatted(saved, decay));
        }
    }
}
