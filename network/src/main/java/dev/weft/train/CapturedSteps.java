package dev.weft.train;

import dev.weft.Capture;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.data.Batches;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The steps of passes over batches, captured once for each slot: most batches have one shape, and
 * the last of a pass may be smaller. Which examples a step takes is in the slot, where the captured
 * kernels read it. No two are done at the same time, and so all have their memory together.
 */
final class CapturedSteps implements AutoCloseable {
    /**
     * They share the memory of what a step makes, but a graph has its own; the longest unused goes.
     */
    private static final int MOST = 16;

    private final Device device;
    private final TrainingStep step;
    private final @Nullable GradientSum sum;
    private final Map<Batches.Slot, OfSlot> captured = new LinkedHashMap<>(MOST, 0.75f, true);

    /**
     * The step of a slot.
     *
     * @param outcome what the last one has left
     */
    private record OfSlot(Capture capture, TrainingStep.Outcome outcome) {}

    /**
     * None yet.
     *
     * @param sum as {@link TrainingStep#run} takes it
     */
    CapturedSteps(Device device, TrainingStep step, @Nullable GradientSum sum) {
        this.device = device;
        this.step = step;
        this.sum = sum;
    }

    /** Enqueues the step on the batch in a slot. The next one overwrites its outcome. */
    TrainingStep.Outcome run(Batches.Slot slot) {
        OfSlot known = captured.get(slot);
        if (known == null) {
            OfSlot first = capture(slot);
            captured.put(slot, first);
            dropTheOldest();
            return first.outcome;
        }
        known.capture.replay();
        return known.outcome;
    }

    private void dropTheOldest() {
        if (captured.size() > MOST) {
            Map.Entry<Batches.Slot, OfSlot> oldest = captured.entrySet().iterator().next();
            captured.remove(oldest.getKey());
            oldest.getValue().capture.close();
        }
    }

    /** To capture a step is to do it, too. */
    private OfSlot capture(Batches.Slot slot) {
        List<TrainingStep.Outcome> made = new ArrayList<>();
        Runnable work =
                () -> {
                    try (Scope scope = device.scope()) {
                        made.add(step.run(slot.batch(), sum).keptBy(scope));
                    }
                };
        Capture capture =
                captured.isEmpty()
                        ? device.capture(work)
                        : device.capture(work, captured.values().iterator().next().capture);
        return new OfSlot(capture, made.getFirst());
    }

    @Override
    public void close() {
        captured.values().forEach(each -> each.capture.close());
        captured.clear();
    }
}
