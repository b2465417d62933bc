package dev.weft.benchmarks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.weft.Device;
import dev.weft.DeviceOptions;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.nn.Bert;
import dev.weft.nn.Network;
import dev.weft.nn.NetworkPredictor;
import dev.weft.serve.Predictor;
import dev.weft.serve.PredictorOptions;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;

/** What the CPU backend makes of batches of sentences. */
class ServingTest {
    private static final int TOKENS = 16;

    private static Device open() {
        return Devices.open("cpu", DeviceOptions.defaults().threads(1));
    }

    /** Each sum goes over one sentence alone, in an order that does not depend on how many. */
    @Test
    void aSentenceHasTheSameBitsInABatchAsAlone() throws Exception {
        Random random = new Random(1);
        List<List<HostArray>> sentences = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int[] ids = random.ints(TOKENS, 1, 1000).toArray();
            sentences.add(List.of(HostArray.of(ids, 1, TOKENS)));
        }
        try (Device device = open();
                Scope _ = device.scope()) {
            Network network = Network.create(device, new Bert(1000, TOKENS, 96, 4, 2, 0), 1);
            List<float[]> alone = new ArrayList<>();
            for (List<HostArray> sentence : sentences) {
                try (Scope _ = device.scope()) {
                    alone.add(network.forward(sentence.getFirst().on(device)).toFloatArray());
                }
            }
            PredictorOptions options = PredictorOptions.defaults().workers(2).maxBatch(8);
            try (Predictor<List<HostArray>, List<HostArray>> predictor =
                    NetworkPredictor.open(network, options, ServingTest::open)) {
                List<Future<List<HostArray>>> answers = new ArrayList<>();
                for (List<HostArray> sentence : sentences) {
                    answers.add(predictor.submit(sentence));
                }
                for (int i = 0; i < answers.size(); i++) {
                    assertArrayEquals(
                            alone.get(i), answers.get(i).get().getFirst().floats(), "" + i);
                }
            }
        }
    }
}
