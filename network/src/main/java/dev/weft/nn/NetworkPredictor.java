package dev.weft.nn;

import dev.weft.Device;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.serve.Predictor;
import dev.weft.serve.PredictorOptions;
import dev.weft.serve.Worker;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Answers requests of any threads by a network on several devices, which read one set of weights: a
 * {@link Predictor} from the inputs to the results, each an array with a row for each example.
 *
 * <p>Requests whose inputs agree in types and all extents but the first run together, one behind
 * the other along the first axis.
 */
public final class NetworkPredictor {
    private NetworkPredictor() {}

    /**
     * Shares the network and opens the workers.
     *
     * <pre>{@code
     * DeviceOptions one = DeviceOptions.defaults().threads(1);
     * try (Predictor<List<HostArray>, List<HostArray>> predictor =
     *         NetworkPredictor.open(
     *                 network,
     *                 PredictorOptions.defaults().workers(2),
     *                 () -> Devices.open("cpu", one))) {
     *     HostArray logits = predictor.predict(List.of(HostArray.of(row, 1, 784))).getFirst();
     * }
     * }</pre>
     *
     * @param network read-only from now on; it may be closed before the predictor is
     * @param devices opens a device for a worker, which closes it: of the network's kind
     * @throws IllegalStateException where a device cannot be opened, or cannot read the network's
     *     memory: see {@link dev.weft.SharedTensor#on}
     */
    public static Predictor<List<HostArray>, List<HostArray>> open(
            Network network, PredictorOptions options, Supplier<Device> devices) {
        SharedNetwork shared = network.share();
        return Predictor.open(options, () -> worker(shared, devices), NetworkPredictor::key);
    }

    private static NetworkWorker worker(SharedNetwork shared, Supplier<Device> devices) {
        Device device = devices.get();
        try {
            // Open, so that all of the network closes with the device.
            Scope scope = device.scope();
            return new NetworkWorker(device, scope, shared.on(device));
        } catch (RuntimeException | Error e) {
            device.close();
            throw e;
        }
    }

    /** Of what may run together; of what has no rows, or several numbers of them, the request. */
    private static Object key(List<HostArray> request) {
        List<Object> likeness = new ArrayList<>();
        for (HostArray input : request) {
            if (input.shape().rank() == 0 || input.rows() != request.getFirst().rows()) {
                return new Object();
            }
            likeness.add(input.dtype());
            likeness.add(input.shape().with(0, 0));
        }
        return likeness;
    }

    /** A network on a device of its own. */
    private record NetworkWorker(Device device, Scope scope, Network network)
            implements Worker<List<HostArray>, List<HostArray>> {
        @Override
        public List<List<HostArray>> answer(List<List<HostArray>> requests) {
            List<Integer> rows = requests.stream().map(each -> each.getFirst().rows()).toList();
            List<List<HostArray>> answers = new ArrayList<>();
            requests.forEach(_ -> answers.add(new ArrayList<>()));
            try (Scope _ = device.scope()) {
                List<Tensor> inputs = new ArrayList<>();
                for (int i = 0; i < requests.getFirst().size(); i++) {
                    int input = i;
                    List<HostArray> parts = requests.stream().map(each -> each.get(input)).toList();
                    inputs.add(HostArray.concat(parts).on(device));
                }
                for (Tensor output : network.run(false, inputs).outputs()) {
                    List<HostArray> pieces = HostArray.of(output).split(rows);
                    for (int i = 0; i < answers.size(); i++) {
                        answers.get(i).add(pieces.get(i));
                    }
                }
            }
            return answers;
        }

        @Override
        public void close() {
            scope.close();
            device.close();
        }
    }
}
