package dev.weft.onnx.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.nn.Network;
import dev.weft.nn.Parameter;
import dev.weft.onnx.OnnxModel;
import dev.weft.onnx.OnnxSession;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A published encoder of sentences, all-MiniLM-L6-v2, as a block. */
class SentencesTest {
    private static OnnxModel model() throws IOException {
        String name = "/all-minilm-l6-v2.onnx";
        try (InputStream in =
                Objects.requireNonNull(SentencesTest.class.getResourceAsStream(name))) {
            return OnnxModel.read(name, in);
        }
    }

    @Test
    void givesTheBitsOfTheModelAndHasGradients() throws IOException {
        OnnxModel model = model();
        try (Device device = Devices.open("reference");
                Scope _ = device.scope();
                OnnxBlock block =
                        OnnxBlock.of(model)
                                .parametersMatching(
                                        "encoder.layer.5.*",
                                        "onnx::MatMul_95?",
                                        "onnx::MatMul_96?");
                OnnxSession session = model.on(device)) {
            Network network = Network.create(device, block, 1);
            Tensor ids = device.tensor(new long[] {101, 2023, 2003, 102}, 1, 4);
            Tensor mask = device.tensor(new long[] {1, 1, 1, 1}, 1, 4);
            Tensor types = device.tensor(new long[4], 1, 4);
            Map<String, Tensor> named =
                    Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types);
            List<Tensor> inputs =
                    model.inputs().stream()
                            .map(input -> Objects.requireNonNull(named.get(input.name())))
                            .toList();
            Tensor expected = session.run(named).values().iterator().next();
            Tensor found = network.run(false, inputs).outputs().getFirst();
            assertArrayEquals(expected.toFloatArray(), found.toFloatArray());
            assertEquals(16, network.parameters().list().size());
            try (Tape tape = new Tape(device)) {
                network.parameters().watch(tape);
                tape.gradients(network.run(true, inputs).outputs().getFirst().square().sum());
            }
            for (Parameter each : network.parameters().list()) {
                assertTrue(each.gradient().abs().sum().item() > 0, each.name());
            }
        }
    }
}
