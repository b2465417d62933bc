package dev.weft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Recurrence;
import dev.weft.RecurrenceOptions;
import dev.weft.RecurrentCell;
import dev.weft.RecurrentWeights;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Recurrent blocks, with PyTorch's names and its initialisation. */
class RecurrentTest {
    private static final RecurrentSettings PLAIN = RecurrentSettings.defaults();

    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void nothingLeaks() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private Network network(Block block) {
        return Network.create(device, block, DType.F64, 1);
    }

    private static Tensor value(Network network, String path) {
        return Objects.requireNonNull(network.parameters().byPath().get(path)).value();
    }

    private Tensor normal(long seed, long... dims) {
        return device.random(seed).normal(DType.F64, 0, 1, dims);
    }

    @Test
    void namesAndShapesArePyTorchs() {
        Network network = network(new LSTM(3, 4, PLAIN.layers(2).bidirectional(true)));
        List<String> kinds = List.of("weight_ih", "weight_hh", "bias_ih", "bias_hh");
        List<String> expected =
                List.of("_l0", "_l0_reverse", "_l1", "_l1_reverse").stream()
                        .flatMap(suffix -> kinds.stream().map(kind -> kind + suffix))
                        .toList();
        assertEquals(expected, List.copyOf(network.parameters().byPath().keySet()));
        assertEquals(Shape.of(16, 3), value(network, "weight_ih_l0_reverse").shape());
        assertEquals(Shape.of(16, 8), value(network, "weight_ih_l1").shape());
        assertEquals(Shape.of(16, 4), value(network, "weight_hh_l1_reverse").shape());
        Network bare = network(new GRU(3, 4, PLAIN.bias(false)));
        assertEquals(
                List.of("weight_ih_l0", "weight_hh_l0"),
                List.copyOf(bare.parameters().byPath().keySet()));
    }

    /** Uniform in ±1/√hidden, the input's weight too. */
    @Test
    void initialisationIsPyTorchs() {
        Network network = network(new RNN(100, 25));
        for (String name : List.of("weight_ih_l0", "weight_hh_l0")) {
            double[] values = value(network, name).toDoubleArray();
            double most = Arrays.stream(values).map(Math::abs).max().orElse(0);
            assertTrue(most <= 0.2 && most > 0.19, name + ": " + most);
            assertEquals(0.2 / Math.sqrt(3), deviation(values), 0.01);
        }
    }

    private static double deviation(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(v -> v * v).average().orElse(0));
    }

    @Test
    void inputsAreSequencesLengthsAndStates() {
        Network network = network(new LSTM(3, 4, PLAIN.batchFirst(false)));
        Tensor x = normal(1, 5, 2, 3);
        Tensor h = normal(2, 1, 2, 4);
        Tensor c = normal(3, 1, 2, 4);
        List<Tensor> outputs =
                network.run(false, List.of(x, device.tensor(new int[] {5, 3}), h, c)).outputs();
        RecurrentWeights weights =
                new RecurrentWeights(
                        value(network, "weight_ih_l0"),
                        value(network, "weight_hh_l0"),
                        value(network, "bias_ih_l0"),
                        value(network, "bias_hh_l0"));
        RecurrenceOptions options = RecurrenceOptions.defaults().lengths(5, 3).h(h).c(c);
        Recurrence.Result expected =
                Recurrence.unroll(RecurrentCell.LSTM, x, List.of(weights), options);
        assertEquals(3, outputs.size());
        assertArrayEquals(expected.y().toDoubleArray(), outputs.get(0).toDoubleArray());
        assertArrayEquals(expected.h().toDoubleArray(), outputs.get(1).toDoubleArray());
        assertArrayEquals(
                Objects.requireNonNull(expected.c()).toDoubleArray(),
                outputs.get(2).toDoubleArray());
        List<Tensor> states = network.run(false, List.of(x, h, c)).outputs();
        assertFalse(Arrays.equals(outputs.get(1).toDoubleArray(), states.get(1).toDoubleArray()));
    }

    /** The batch is first, as in every block. */
    @Test
    void theBatchIsFirst() {
        Network network = network(new GRU(3, 4));
        List<Tensor> outputs = network.run(false, List.of(normal(1, 2, 5, 3))).outputs();
        assertEquals(Shape.of(2, 5, 4), outputs.get(0).shape());
        assertEquals(Shape.of(1, 2, 4), outputs.get(1).shape());
    }

    /** Between the layers, in training alone. */
    @Test
    void dropout() {
        Network network = network(new GRU(3, 4, PLAIN.layers(2).dropout(0.5)));
        Tensor x = normal(1, 2, 5, 3);
        double[] calm = network.run(false, List.of(x)).outputs().getFirst().toDoubleArray();
        double[] again = network.run(false, List.of(x)).outputs().getFirst().toDoubleArray();
        double[] training = network.run(true, List.of(x)).outputs().getFirst().toDoubleArray();
        assertArrayEquals(calm, again);
        assertFalse(Arrays.equals(calm, training));
    }

    @Test
    void whatIsRefused() {
        Tensor x = normal(1, 2, 5, 3);
        Network lstm = network(new LSTM(3, 4));
        refused(
                "LSTM(3, 4) takes sequences, I32 lengths if there are some, and hidden and cell"
                        + " states or none",
                lstm,
                x,
                normal(2, 1, 2, 4));
        refused("sequence 1 has length 6", lstm, x, device.tensor(new int[] {5, 6}));
        refused("and hidden states or none", network(new RNN(3, 4)), x, x, x);
        refused("input weight", lstm, normal(1, 2, 5, 2));
        assertThrows(IllegalArgumentException.class, () -> new GRU(0, 4));
        assertThrows(IllegalArgumentException.class, () -> PLAIN.layers(0));
        assertThrows(IllegalArgumentException.class, () -> PLAIN.dropout(1));
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new RNN(RecurrentCell.GRU, 3, 4, PLAIN));
        assertTrue(error.toString().endsWith("got GRU: take the block GRU"), error.toString());
    }

    private void refused(String message, Network network, Tensor... inputs) {
        var error = assertThrows(RuntimeException.class, () -> network.run(false, List.of(inputs)));
        assertTrue(error.toString().contains(message), error.toString());
    }
}
