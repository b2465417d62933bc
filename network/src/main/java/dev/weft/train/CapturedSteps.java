package dev.weft.train;

import dev.weft.Capture;
import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.data.Batches;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The steps of passes over a data set, captured once for each size of batch: most have one size,
 * and the last may be smaller. Which examples a step takes is written to where the captured kernels
 * read it.
 */
final class CapturedSteps implements AutoCloseable {
    private final Device device;
    private final TrainingStep step;
    private final Batches batches;
    private final Map<Long, OfSize> captured = new HashMap<>();

    /**
     * The step of a size.
     *
     * @param chosen the numbers of its examples
     * @param outcome what the last one has left
     */
    private record OfSize(Tensor chosen, Capture capture, TrainingStep.Outcome outcome) {}

    /** Their few bytes belong to the scope that is innermost at the first step of a size. */
    CapturedSteps(Device device, TrainingStep step, Batches batches) {
        this.device = device;
        this.step = step;
        this.batches = batches;
    }

    /** Enqueues the step on batch {@code i}. The next one overwrites its outcome. */
    TrainingStep.Outcome run(int i) {
        Tensor examples = batches.examples(i);
        OfSize known = captured.get(examples.size());
        if (known == null) {
            OfSize first = capture(examples);
            captured.put(examples.size(), first);
            return first.outcome;
        }
        known.chosen.assign(examples);
        known.capture.replay();
        return known.outcome;
    }

    /** To capture a step is to do it, too. */
    private OfSize capture(Tensor examples) {
        Tensor chosen = device.empty(DType.I32, Shape.of(examples.size()));
        chosen.assign(examples);
        List<TrainingStep.Outcome> made = new ArrayList<>();
        Capture capture =
                device.capture(
                        () -> {
                            try (Scope scope = device.scope()) {
                                Tensor images = batches.images(chosen);
                                made.add(step.run(images, batches.target(chosen)).keptBy(scope));
                            }
                        });
        return new OfSize(chosen, capture, made.getFirst());
    }

    @Override
    public void close() {
        captured.values().forEach(each -> each.capture.close());
        captured.clear();
    }
}
