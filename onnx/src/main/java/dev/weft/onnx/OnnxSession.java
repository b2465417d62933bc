package dev.weft.onnx;

import dev.weft.Capture;
import dev.weft.Device;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.graph.ValueInfo;
import dev.weft.onnx.rewrite.Rewrites;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model on a device, confined to the device's thread. Its weights are on the device until it is
 * closed.
 *
 * <p>The first run with inputs of certain extents works node by node; the second is captured, and
 * later ones replay it, unless the model reads values back on its way: then each run goes node by
 * node.
 */
public final class OnnxSession implements AutoCloseable {
    /** Each holds memory for all that a run makes; what is longest unused goes. */
    private static final int MOST_CAPTURES = 8;

    private final OnnxModel model;
    private final Device device;
    private final GraphRunner runner;
    private final InputCheck check;
    private final Map<List<Shape>, CapturedRun> captures =
            new LinkedHashMap<>(MOST_CAPTURES, 0.75f, true);
    private final Set<List<Shape>> seen = new HashSet<>();

    /** A run that can be replayed: what it reads, and what it writes. */
    private record CapturedRun(List<Tensor> inputs, Capture capture, List<Tensor> outputs) {
        void close() {
            capture.close();
            inputs.forEach(Tensor::close);
            outputs.forEach(Tensor::close);
        }
    }

    OnnxSession(OnnxModel model, Device device) {
        this(model, device, new GraphRunner(Rewrites.apply(model.graph()), model.opsets(), device));
    }

    OnnxSession(OnnxModel model, Device device, GraphRunner runner) {
        this.model = model;
        this.device = device;
        this.check = new InputCheck(model.toString(), model.inputs());
        this.runner = runner;
    }

    /**
     * Lets devices of this kind, on threads of their own, run the model with the same memory for
     * its weights: see {@link dev.weft.SharedTensor}. Weights inside branches and loops are each
     * session's own.
     */
    public SharedOnnxModel share() {
        return new SharedOnnxModel(model, runner.share());
    }

    /**
     * Runs the model.
     *
     * @param inputs a tensor of this device for each input, by name
     * @return the outputs by name, in the model's order, in the innermost open scope
     * @throws OnnxException where an input is missing, or is none of the model's, or of another
     *     type or shape than the model says, or where a node cannot be computed from them
     */
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        return byName(run(check.ordered(device, inputs)));
    }

    /**
     * Runs the model node by node, whatever was captured: so that nothing is copied, and an open
     * tape records what leads to gradients.
     *
     * @param inputs as {@link #run} takes them
     * @return the outputs by name, in the model's order, in the innermost open scope
     * @throws OnnxException as {@link #run} does; and where a value that the tape tracks meets an
     *     operator that hands no gradient on: the message names the node, its operator and version
     */
    public Map<String, Tensor> record(Map<String, Tensor> inputs) {
        return byName(eager(check.ordered(device, inputs)));
    }

    private Map<String, Tensor> byName(List<Tensor> outputs) {
        Map<String, Tensor> byName = new LinkedHashMap<>();
        List<ValueInfo> declared = model.outputs();
        for (int i = 0; i < declared.size(); i++) {
            byName.put(declared.get(i).name(), outputs.get(i));
        }
        return byName;
    }

    private List<Tensor> run(List<Tensor> inputs) {
        List<Shape> key = inputs.stream().map(Tensor::shape).toList();
        CapturedRun known = captures.get(key);
        boolean free = !device.isCapturing() && device.recording() == null;
        if (known == null && free && !runner.readsBack() && !seen.add(key)) {
            known = capture(inputs);
            captures.put(key, known);
            dropTheOldest();
        } else if (known == null || !free) {
            return eager(inputs);
        } else {
            for (int i = 0; i < inputs.size(); i++) {
                known.inputs().get(i).assign(inputs.get(i));
            }
            known.capture().replay();
        }
        return known.outputs().stream().map(Tensor::copy).toList();
    }

    private List<Tensor> eager(List<Tensor> inputs) {
        if (seen.size() > MOST_CAPTURES * MOST_CAPTURES) {
            seen.clear();
        }
        return device.computeAll(() -> runner.run(inputs));
    }

    private CapturedRun capture(List<Tensor> inputs) {
        return device.outsideScopes(
                () -> {
                    List<Tensor> own = inputs.stream().map(Tensor::copy).toList();
                    List<Tensor> outputs = new ArrayList<>();
                    try {
                        Capture capture = capture(() -> outputs.addAll(eager(own)));
                        return new CapturedRun(own, capture, List.copyOf(outputs));
                    } catch (RuntimeException | Error e) {
                        own.forEach(Tensor::close);
                        throw e;
                    }
                });
    }

    /** In the memory of those before: only one runs at a time. */
    private Capture capture(Runnable step) {
        return captures.isEmpty()
                ? device.capture(step)
                : device.capture(step, captures.values().iterator().next().capture());
    }

    private void dropTheOldest() {
        if (captures.size() > MOST_CAPTURES) {
            Iterator<Map.Entry<List<Shape>, CapturedRun>> all = captures.entrySet().iterator();
            Map.Entry<List<Shape>, CapturedRun> oldest = all.next();
            seen.remove(oldest.getKey());
            oldest.getValue().close();
            all.remove();
        }
    }

    /** Gives back the memory of the weights, and of what was captured. */
    @Override
    public void close() {
        captures.values().forEach(CapturedRun::close);
        captures.clear();
        runner.close();
    }

    @Override
    public String toString() {
        return "%s on %s".formatted(model, device);
    }
}
