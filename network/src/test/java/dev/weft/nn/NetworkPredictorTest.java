package dev.weft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.ShapeException;
import dev.weft.Tensor;
import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.ForwardingBackend;
import dev.weft.reference.ReferenceBackend;
import dev.weft.serve.Predictor;
import dev.weft.serve.PredictorOptions;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;

/** Networks in shared memory, and a predictor over them. */
@Timeout(60)
class NetworkPredictorTest {
    private static Block layers() {
        Linear tied = new Linear(4, 4);
        return new Sequential(new BatchNorm(4), tied, ActivationLayer.relu(), tied);
    }

    private static Backend unsharing() {
        return new ForwardingBackend(new ReferenceBackend()) {
            @Override
            public @Nullable DeviceBuffer shared(DeviceBuffer buffer) {
                return null;
            }
        };
    }

    @Test
    void aNetworkIsReadByOthers() {
        try (Device owner = Devices.open("reference");
                Device other = Devices.open("reference");
                Scope _ = owner.scope();
                Scope _ = other.scope()) {
            Network network = Network.create(owner, layers(), 1);
            Tensor x = owner.random(2).normal(DType.F32, 0, 1, 3, 4);
            Network reading = network.share().on(other);
            assertArrayEquals(
                    network.forward(x).toDoubleArray(),
                    reading.forward(HostArray.of(x).on(other)).toDoubleArray());
            assertEquals(
                    List.copyOf(network.parameters().byPath().keySet()),
                    List.copyOf(reading.parameters().byPath().keySet()));
            assertEquals(0, reading.parameters().trainedCount());
            assertEquals(network.parameters().sha256(), reading.parameters().sha256());
            Tensor weight = network.parameters().list().getFirst().value();
            assertThrows(IllegalStateException.class, () -> weight.assign(weight.neg()));
        }
    }

    @Test
    void requestsOfAnyThreadAreAnswered() throws Exception {
        try (Device owner = Devices.open("reference")) {
            List<Future<List<HostArray>>> answers = new ArrayList<>();
            List<float[]> expected = new ArrayList<>();
            Scope scope = owner.scope();
            Network network = Network.create(owner, layers(), 1);
            try (Predictor<List<HostArray>, List<HostArray>> predictor =
                    NetworkPredictor.open(
                            network,
                            PredictorOptions.defaults().workers(2).maxBatch(5),
                            () -> Devices.open("reference"))) {
                for (int i = 0; i < 20; i++) {
                    Tensor x = owner.random(i).normal(DType.F32, 0, 1, 1 + i % 3, 4);
                    expected.add(network.forward(x).toFloatArray());
                    answers.add(predictor.submit(List.of(HostArray.of(x))));
                }
                // The workers keep what they read.
                scope.close();
                var error =
                        assertThrows(
                                CompletionException.class,
                                () -> predictor.predict(List.of(HostArray.of(new float[3], 1, 3))));
                assertInstanceOf(ShapeException.class, error.getCause());
            }
            for (int i = 0; i < 20; i++) {
                List<HostArray> answer = answers.get(i).get();
                assertEquals(1, answer.size());
                assertEquals(1 + i % 3, answer.getFirst().rows());
                assertArrayEquals(expected.get(i), answer.getFirst().floats());
            }
        }
    }

    @Test
    void aDeviceOfAnotherKindIsRefused() {
        try (Device owner = Devices.open("reference");
                Scope _ = owner.scope()) {
            Network network = Network.create(owner, layers(), 1);
            var error =
                    assertThrows(
                            IllegalStateException.class,
                            () ->
                                    NetworkPredictor.open(
                                            network,
                                            PredictorOptions.defaults(),
                                            () -> new Device(unsharing())));
            assertTrue(
                    String.valueOf(error.getMessage()).contains("cannot read"), error.getMessage());
        }
    }
}
