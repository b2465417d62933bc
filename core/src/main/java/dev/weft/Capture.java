package dev.weft;

import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.Recording;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A step's kernel calls, recorded once by {@link Device#capture} and done again by {@link #replay}:
 * on CUDA as one graph, elsewhere as a list of calls. A replay costs no checks of shapes, no
 * tensors and no memory, and on a GPU one launch instead of many.
 *
 * <pre>{@code
 * Tensor[] loss = new Tensor[1];
 * try (Capture step = device.capture(() -> loss[0] = trainOn(x, labels))) {
 *     for (Tensor batch : batches) {
 *         x.assign(batch);
 *         step.replay();
 *     }
 *     System.out.println(loss[0].item());
 * }
 * }</pre>
 */
public final class Capture implements AutoCloseable {
    private final Memory memory;
    private final Captured captured;
    private final List<Storage> written;
    private final List<Runnable> before;
    private final Runnable unregister;

    /**
     * A capture.
     *
     * @param written what the step makes and leaves open, or overwrites
     * @param before what is done before each replay
     */
    private Capture(
            Memory memory, Captured captured, List<Storage> written, List<Runnable> before) {
        this.memory = memory;
        this.captured = captured;
        this.written = written;
        this.before = before;
        this.unregister = Holdings.whenDropped(this, captured);
    }

    /**
     * Does a step, and records it.
     *
     * @param own where the step's memory is from
     * @param direct does the calls
     * @param step does them through the backend that it is given instead
     */
    static Capture of(
            Memory memory,
            MemoryPool own,
            Holdings holdings,
            Backend direct,
            Consumer<Backend> step) {
        List<DeviceBuffer> held = new ArrayList<>();
        CallRecorder calls =
                new CallRecorder(
                        direct,
                        buffer -> {
                            if (!own.hasTaken(buffer)) {
                                own.hold(buffer);
                                held.add(buffer);
                            }
                        });
        Set<Storage> touched = new HashSet<>();
        List<Runnable> before = new ArrayList<>();
        boolean done = false;
        try {
            memory.capture(own, touched, before, () -> step.accept(calls));
            calls.replay();
            Recording recording = direct.record(calls::replay);
            touched.removeIf(Storage::isClosed);
            Captured holds = new Captured(holdings, recording, own, held);
            Capture capture = new Capture(memory, holds, List.copyOf(touched), List.copyOf(before));
            done = true;
            return capture;
        } finally {
            if (!done) {
                touched.stream()
                        .filter(storage -> own.hasTaken(storage.buffer()))
                        .forEach(Storage::close);
                own.close();
                held.forEach(own::unhold);
            }
        }
    }

    /** Its memory, for another capture that is on the same device. */
    MemoryPool sharedBy(Memory other) {
        if (memory != other || captured.isClosed()) {
            throw new IllegalArgumentException(
                    "capture: memory can be shared only with one that is open, on the same device");
        }
        return captured.memory().forAnotherCapture();
    }

    /**
     * Does the step again, with what is in its tensors by now: enqueues it and returns.
     *
     * @throws IllegalStateException where this capture or its device was closed, or a step is being
     *     captured
     */
    public void replay() {
        memory.check();
        if (captured.isClosed()) {
            throw new IllegalStateException("replay: this capture was closed");
        }
        if (memory.isCapturing()) {
            throw new IllegalStateException("replay: a step is being captured on " + memory);
        }
        before.forEach(Runnable::run);
        memory.written(written);
        try {
            captured.recording().replay();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Gives back the memory of the step's tensors, save those that are still open. Idempotent. The
     * device closes what was not closed; a capture that was dropped before is reported at WARNING.
     */
    @Override
    public void close() {
        if (!captured.isClosed()) {
            memory.check();
            try {
                captured.close();
            } finally {
                unregister.run();
            }
        }
    }
}
