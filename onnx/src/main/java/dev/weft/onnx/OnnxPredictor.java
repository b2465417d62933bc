package dev.weft.onnx;

import dev.weft.Device;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.onnx.graph.Dimension;
import dev.weft.serve.Predictor;
import dev.weft.serve.PredictorOptions;
import dev.weft.serve.Worker;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Answers requests of any threads by an ONNX model on several devices, which read one set of
 * weights where they can: a {@link Predictor} from the inputs by name to the outputs by name.
 *
 * <p>Requests whose inputs agree in names, types and all extents but the first run together, one
 * behind the other along the first axis, as far as the model leaves its extent open for all inputs
 * and outputs. Others run one by one.
 */
public final class OnnxPredictor {
    private OnnxPredictor() {}

    /**
     * Opens the workers.
     *
     * <pre>{@code
     * DeviceOptions one = DeviceOptions.defaults().threads(1);
     * try (Predictor<Map<String, HostArray>, Map<String, HostArray>> predictor =
     *         OnnxPredictor.open(
     *                 OnnxModel.read(path),
     *                 PredictorOptions.defaults().workers(2).maxBatch(8),
     *                 () -> Devices.open("cpu", one))) {
     *     HostArray y = predictor.predict(Map.of("x", HostArray.of(row, 1, row.length))).get("y");
     * }
     * }</pre>
     *
     * @param devices opens a device for a worker, which closes it. Several workers on the CPU give
     *     most where each has its part of the processor: {@link dev.weft.DeviceOptions#threads}
     * @throws IllegalStateException where a device cannot be opened, or cannot run the model
     */
    public static Predictor<Map<String, HostArray>, Map<String, HostArray>> open(
            OnnxModel model, PredictorOptions options, Supplier<Device> devices) {
        Sessions sessions = new Sessions(model, devices);
        return Predictor.open(options, sessions, sessions::key);
    }

    /** Opens sessions of one model that share its weights. */
    private static final class Sessions
            implements Worker.Factory<Map<String, HostArray>, Map<String, HostArray>> {
        private final OnnxModel model;
        private final Supplier<Device> devices;
        private final boolean batches;
        private @Nullable SharedOnnxModel shared;

        Sessions(OnnxModel model, Supplier<Device> devices) {
            this.model = model;
            this.devices = devices;
            this.batches =
                    model.inputs().stream().allMatch(info -> hasRows(info.dims()))
                            && model.outputs().stream().allMatch(info -> hasRows(info.dims()));
        }

        private static boolean hasRows(@Nullable List<Dimension> dims) {
            return dims != null && !dims.isEmpty() && dims.getFirst().size() < 0;
        }

        @Override
        public synchronized SessionWorker open() {
            Device device = devices.get();
            try {
                return new SessionWorker(this, device, session(device));
            } catch (RuntimeException | Error e) {
                device.close();
                throw e;
            }
        }

        private OnnxSession session(Device device) {
            if (shared != null && !shared.isGone() && shared.isReadableOn(device)) {
                return shared.on(device);
            }
            OnnxSession session = model.on(device);
            shared = session.share();
            return session;
        }

        /** No two are opened and closed at once, so that weights do not go while they are taken. */
        synchronized void close(OnnxSession session) {
            session.close();
        }

        /** Of what may run together; of anything else, the request itself. */
        Object key(Map<String, HostArray> request) {
            Map<String, Object> likeness = new TreeMap<>();
            long rows = -1;
            for (Map.Entry<String, HostArray> input : request.entrySet()) {
                HostArray array = input.getValue();
                if (!batches || array.shape().rank() == 0 || (rows >= 0 && array.rows() != rows)) {
                    return new Object();
                }
                rows = array.rows();
                likeness.put(input.getKey(), List.of(array.dtype(), array.shape().with(0, 0)));
            }
            return likeness;
        }
    }

    /** A session on a device of its own. */
    private record SessionWorker(Sessions sessions, Device device, OnnxSession session)
            implements Worker<Map<String, HostArray>, Map<String, HostArray>> {
        /** In pieces of a power of two, so that few sizes are captured and replayed. */
        @Override
        public List<Map<String, HostArray>> answer(List<Map<String, HostArray>> requests) {
            List<Map<String, HostArray>> answers = new ArrayList<>();
            while (answers.size() < requests.size()) {
                int from = answers.size();
                int piece = Integer.highestOneBit(requests.size() - from);
                answers.addAll(run(requests.subList(from, from + piece)));
            }
            return answers;
        }

        private List<Map<String, HostArray>> run(List<Map<String, HostArray>> requests) {
            List<Map<String, HostArray>> answers = new ArrayList<>();
            requests.forEach(_ -> answers.add(new HashMap<>()));
            try (Scope _ = device.scope()) {
                Map<String, Tensor> inputs = new HashMap<>();
                for (String name : requests.getFirst().keySet()) {
                    List<HostArray> parts = requests.stream().map(each -> each.get(name)).toList();
                    inputs.put(name, HostArray.concat(parts).on(device));
                }
                session.run(inputs)
                        .forEach(
                                (name, output) -> {
                                    List<HostArray> pieces = pieces(HostArray.of(output), requests);
                                    for (int i = 0; i < answers.size(); i++) {
                                        answers.get(i).put(name, pieces.get(i));
                                    }
                                });
            }
            return answers;
        }

        /** The rows of each request; of a request alone, whatever the model gives. */
        private static List<HostArray> pieces(
                HostArray output, List<Map<String, HostArray>> requests) {
            return requests.size() == 1
                    ? List.of(output)
                    : output.split(
                            requests.stream()
                                    .map(each -> each.values().iterator().next().rows())
                                    .toList());
        }

        @Override
        public void close() {
            sessions.close(session);
            device.close();
        }
    }
}
