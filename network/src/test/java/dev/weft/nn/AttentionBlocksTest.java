package dev.weft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Normalizations;
import dev.weft.Positions;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.ShapeException;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.backend.Activation;
import dev.weft.io.Safetensors;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Embeddings, positions, attention of several heads, and the layers of transformers. */
class AttentionBlocksTest {
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

    private Tensor normal(long... dims) {
        return device.random(7).normal(DType.F64, 0, 1, dims);
    }

    private static Tensor value(Network network, String path) {
        return Objects.requireNonNull(network.parameters().byPath().get(path)).value();
    }

    private static List<String> paths(Block block) {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            return List.copyOf(Network.create(device, block, 1).parameters().byPath().keySet());
        }
    }

    private static void assertClose(Tensor expected, Tensor actual) {
        assertEquals(expected.shape(), actual.shape());
        assertArrayEquals(expected.toDoubleArray(), actual.toDoubleArray(), 1e-12);
    }

    @Test
    void theRowOfNoTokenBeginsAtZeroAndStays() {
        Network network = network(new Embedding(5, 2).padding(3));
        Tensor ids = device.tensor(new int[] {3, 0, 4, 3, 3, 0}, 2, 3);
        Tensor weight = value(network, "weight");
        assertArrayEquals(new double[2], weight.select(0, 3).toDoubleArray());
        try (Tape tape = new Tape(device)) {
            network.parameters().watch(tape);
            Tensor y = network.forward(ids);
            assertEquals(Shape.of(2, 3, 2), y.shape());
            assertClose(weight.select(0, 4), y.select(0, 0).select(0, 2));
            tape.gradients(y.sum());
        }
        assertArrayEquals(
                new double[] {2, 2, 0, 0, 0, 0, 0, 0, 1, 1},
                network.parameters().list().getFirst().gradient().toDoubleArray());
        // What a state dict brings for it is what it gives.
        weight.fill(7);
        assertArrayEquals(
                new double[] {7, 7}, network.forward(device.tensor(new int[] {3})).toDoubleArray());
    }

    @Test
    void anIdOutOfRangeIsOneError() {
        Network network = network(new Embedding(5, 2));
        Tensor ids = device.tensor(new int[] {1, 9, 4});
        var wrong = assertThrows(IndexOutOfBoundsException.class, () -> network.forward(ids));
        assertEquals("gather: index 9 at position 1 is outside [0, 5)", wrong.getMessage());
        // One whose lower half would be an id.
        Tensor far = device.tensor(new long[] {(1L << 32) + 1});
        assertThrows(IndexOutOfBoundsException.class, () -> network.forward(far));
        var type = assertThrows(ShapeException.class, () -> network.forward(normal(2).named("x")));
        assertEquals(
                "Embedding(5, 2): x is tensor 'x' ([2] F64 on reference): it must be of integers,"
                        + " the ids",
                type.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Embedding(5, 2).padding(5));
    }

    @Test
    void tablesOfPositions() {
        Network learned = network(new LearnedPositions(4, 6));
        Tensor x = normal(2, 3, 6).named("x");
        assertClose(x.add(value(learned, "weight").slice(0, 0, 3)), learned.forward(x));
        Network small = network(new LearnedPositions(2, 6));
        var few = assertThrows(ShapeException.class, () -> small.forward(x));
        assertEquals(
                "LearnedPositions(2, 6): x is tensor 'x' (2x3x6 F64 on reference), from position 0"
                        + " on: there are 2 positions: use a shorter sequence, or a larger table",
                few.getMessage());
        assertClose(
                x.add(Positions.sinusoidal(device, DType.F64, 0, 3, 6)),
                network(new SinusoidalPositions(6)).forward(x));
        assertThrows(IllegalArgumentException.class, () -> new SinusoidalPositions(5));
    }

    /** A state dict of PyTorch loads by name, and gives its results and its gradients. */
    @Test
    void multiHeadAttentionIsPyTorchs() throws IOException {
        int[] heads = {4, 3};
        for (int i = 0; i < heads.length; i++) {
            Path file =
                    Path.of(
                            System.getProperty("weft.shared", "../../shared"),
                            "vectors/torch/multi_head_attention_" + i + ".safetensors");
            Map<String, HostArray> arrays = Safetensors.read(file).tensors();
            Map<String, HostArray> state = new LinkedHashMap<>();
            Map<String, String> names =
                    Map.of(
                            "in_proj_weight", "in_proj_weight",
                            "in_proj_bias", "in_proj_bias",
                            "out_proj.weight", "out_weight",
                            "out_proj.bias", "out_bias");
            names.forEach(
                    (path, name) ->
                            state.put(path, Objects.requireNonNull(arrays.get("in." + name))));
            Tensor x = wide(arrays, "in.x");
            Network network =
                    network(new MultiHeadAttention(AttentionSettings.of((int) x.dim(2), heads[i])));
            StateDict.load(network, state);
            List<Tensor> inputs =
                    arrays.containsKey("in.memory")
                            ? List.of(x, wide(arrays, "in.memory"))
                            : List.of(x);
            try (Tape tape = new Tape(device)) {
                network.parameters().watch(tape);
                Tensor y = network.run(true, inputs).output();
                assertClose(wide(arrays, "out.y"), y);
                tape.gradients(y, wide(arrays, "dout.y"));
            }
            for (Parameter parameter : network.parameters().list()) {
                String name = Objects.requireNonNull(names.get(parameter.name()));
                assertClose(wide(arrays, "grad." + name), parameter.gradient());
            }
        }
    }

    private Tensor wide(Map<String, HostArray> arrays, String name) {
        return Objects.requireNonNull(arrays.get(name)).on(device).to(DType.F64);
    }

    private static AttentionSettings causal(HeadPositions positions) {
        return AttentionSettings.of(12, 6).keyValueHeads(2).causal(true).positions(positions);
    }

    @Test
    void aCacheGivesWhatTheWholeSequenceDoes() {
        for (HeadPositions positions : HeadPositions.values()) {
            Block decoder =
                    new Sequential(
                            new LearnedPositions(9, 12),
                            new SinusoidalPositions(12),
                            new TransformerEncoderLayer(
                                    TransformerSettings.of(causal(positions), 16)),
                            new TransformerEncoderLayer(
                                    TransformerSettings.of(causal(positions), 16)));
            Network network = network(decoder);
            Tensor x = normal(2, 7, 12);
            Tensor whole = network.forward(x);
            KeyValueCache cache = network.cache(2, 7);
            for (int pass = 0; pass < 2; pass++) {
                assertClose(whole.slice(1, 0, 4), network.forward(cache, x.slice(1, 0, 4)));
                for (int i = 4; i < 7; i++) {
                    assertClose(
                            whole.slice(1, i, i + 1), network.forward(cache, x.slice(1, i, i + 1)));
                }
                assertEquals(7, cache.length());
                Tensor more = x.slice(1, 0, 1);
                var full = assertThrows(ShapeException.class, () -> network.forward(cache, more));
                assertEquals(
                        "cache: 1 positions of 2 sequences do not fit behind 7: it is for 7"
                                + " positions of 2",
                        full.getMessage());
                cache.clear();
            }
            KeyValueCache strange = network(new MultiHeadAttention(causal(positions))).cache(2, 7);
            assertThrows(IllegalArgumentException.class, () -> network.forward(strange, x));
            assertThrows(IllegalArgumentException.class, () -> network.cache(0, 7));
        }
    }

    @Test
    void aCacheHasOnePlaceForABlock() {
        var shared = new MultiHeadAttention(causal(HeadPositions.NONE));
        Network network = network(new Sequential(shared, shared));
        Tensor x = normal(2, 3, 12);
        KeyValueCache cache = network.cache(2, 3);
        for (int pass = 0; pass < 2; pass++) {
            var twice =
                    assertThrows(IllegalArgumentException.class, () -> network.forward(cache, x));
            assertTrue(String.valueOf(twice.getMessage()).contains("is used twice in a pass"));
        }
    }

    @Test
    void fewerHeadsOfKeysServeSeveralOfQueries() {
        Network grouped = network(new MultiHeadAttention(causal(HeadPositions.NONE)));
        assertEquals(Shape.of(12 + 2 * 4, 12), value(grouped, "in_proj_weight").shape());
        Network plain = network(new MultiHeadAttention(AttentionSettings.of(12, 6).causal(true)));
        Tensor weight = value(grouped, "in_proj_weight");
        Tensor all = value(plain, "in_proj_weight");
        all.slice(0, 0, 12).assign(weight.slice(0, 0, 12));
        for (int part = 0; part < 2; part++) {
            for (int head = 0; head < 6; head++) {
                int to = 12 + part * 12 + head * 2;
                int from = 12 + part * 4 + head / 3 * 2;
                all.slice(0, to, to + 2).assign(weight.slice(0, from, from + 2));
            }
        }
        value(plain, "out_proj.weight").assign(value(grouped, "out_proj.weight"));
        Tensor x = normal(2, 5, 12);
        assertClose(plain.forward(x), grouped.forward(x));
    }

    @Test
    void masksHideWhatTheyDoNotHold() {
        Tensor x = normal(1, 3, 12);
        Tensor shorter = x.slice(1, 0, 2);
        Tensor mask = device.tensor(new boolean[] {true, true, false}, 1, 1, 1, 3);
        for (HeadPositions positions : List.of(HeadPositions.NONE, HeadPositions.ALIBI)) {
            Network network = network(new MultiHeadAttention(causal(positions)));
            Tensor y = network.forward(x, x, mask);
            assertClose(network.forward(shorter), y.slice(1, 0, 2));
            Tensor added =
                    mask.where(
                            device.zeros(DType.F64), device.full(DType.F64, -1e30, Shape.SCALAR));
            assertClose(y, network.forward(x, x, added));
            Tensor wrong = device.ones(DType.BOOL, 2, 2);
            assertThrows(ShapeException.class, () -> network.forward(x, x, wrong));
        }
        // A query that may see nothing takes the output's bias alone, which is 0.
        Network network = network(new MultiHeadAttention(AttentionSettings.of(12, 2)));
        Tensor none = device.zeros(DType.BOOL, 3, 3);
        assertEquals(0, network.forward(x, x, none).abs().max().item());
    }

    @Test
    void layersAreWhatTheirPartsAre() {
        AttentionSettings attention = AttentionSettings.of(12, 3);
        TransformerSettings post =
                TransformerSettings.of(attention, 16).feedForward(FeedForward.GELU);
        Tensor x = normal(2, 4, 12);
        for (boolean normFirst : new boolean[] {false, true}) {
            Network layer = network(new TransformerEncoderLayer(post.normFirst(normFirst)));
            Network alone = network(new MultiHeadAttention(attention));
            for (String path : paths(new MultiHeadAttention(attention))) {
                value(alone, path).assign(value(layer, "self_attn." + path));
            }
            Tensor taken = normFirst ? norm(x) : x;
            Tensor seen = x.add(alone.forward(taken));
            Tensor middle = normFirst ? seen : norm(seen);
            Tensor inner = normFirst ? norm(middle) : middle;
            Tensor fed =
                    linear(layer, "linear2", linear(layer, "linear1", inner).gelu()).add(middle);
            assertClose(normFirst ? fed : norm(fed), layer.forward(x));
        }
        Network gated =
                network(
                        new TransformerEncoderLayer(
                                post.feedForward(FeedForward.SWIGLU)
                                        .normFirst(true)
                                        .rootMeanSquare(true)));
        assertEquals(Shape.of(32, 12), value(gated, "linear1.weight").shape());
        value(gated, "self_attn.out_proj.weight").fill(0);
        Tensor y = Normalizations.rmsNorm(x, -1, null, 0x1p-23);
        Tensor both = linear(gated, "linear1", y);
        Tensor product = both.slice(2, 0, 16).silu().mul(both.slice(2, 16, 32));
        assertClose(x.add(linear(gated, "linear2", product)), gated.forward(x));
    }

    private static Tensor norm(Tensor x) {
        return Normalizations.layerNorm(x, -1, null, null, 1e-5);
    }

    private static Tensor linear(Network network, String name, Tensor x) {
        Tensor weight = value(network, name + ".weight");
        return x.reshape(-1, x.dim(2))
                .linear(weight, value(network, name + ".bias"), Activation.IDENTITY)
                .reshape(x.dim(0), x.dim(1), weight.dim(0));
    }

    @Test
    void layersHavePyTorchsNames() {
        TransformerSettings settings = TransformerSettings.of(AttentionSettings.of(4, 2), 8);
        assertEquals(
                List.of(
                        "self_attn.in_proj_weight",
                        "self_attn.in_proj_bias",
                        "self_attn.out_proj.weight",
                        "self_attn.out_proj.bias",
                        "linear1.weight",
                        "linear1.bias",
                        "linear2.weight",
                        "linear2.bias",
                        "norm1.weight",
                        "norm1.bias",
                        "norm2.weight",
                        "norm2.bias"),
                paths(new TransformerEncoderLayer(settings)));
        List<String> decoder = paths(new TransformerDecoderLayer(settings));
        assertEquals(18, decoder.size());
        assertTrue(
                decoder.containsAll(
                        List.of("multihead_attn.in_proj_weight", "norm3.bias", "linear2.weight")));
    }

    @Test
    void aDecoderSeesItsPastAndAllOfTheMemory() {
        Network network =
                network(
                        new TransformerDecoderLayer(
                                TransformerSettings.of(AttentionSettings.of(12, 3), 16)));
        Tensor x = normal(2, 4, 12);
        Tensor memory = normal(2, 5, 12).mul(0.5);
        Tensor y = network.forward(x, memory);
        assertClose(y.slice(1, 0, 3), network.forward(x.slice(1, 0, 3), memory));
        Tensor other = memory.copy();
        other.slice(1, 4, 5).fill(0);
        assertTrue(y.sub(network.forward(x, other)).abs().min().item() > 0);
        Tensor mask = device.tensor(new boolean[] {true, true, true, true, false}, 1, 1, 1, 5);
        assertClose(network.forward(x, memory, mask), network.forward(x, other, mask));
        assertThrows(IllegalArgumentException.class, () -> network.forward(x));
    }

    @Test
    void dropoutDropsInTrainingAlone() {
        Network network =
                network(
                        new TransformerEncoderLayer(
                                TransformerSettings.of(AttentionSettings.of(12, 3), 16)
                                        .dropout(0.5)));
        Tensor x = normal(2, 4, 12);
        assertClose(network.forward(x), network.forward(x));
        assertTrue(network.train(x).sub(network.train(x)).abs().max().item() > 0.01);
    }

    @Test
    void whatIsRefused() {
        AttentionSettings settings = AttentionSettings.of(12, 4);
        for (Executable wrong :
                List.<Executable>of(
                        () -> AttentionSettings.of(12, 5),
                        () -> AttentionSettings.of(0, 1),
                        () -> settings.keyValueHeads(3),
                        () -> settings.dropout(1),
                        () -> settings.positions(HeadPositions.ROTARY_HALVES),
                        () -> settings.positions(HeadPositions.ALIBI),
                        () -> TransformerSettings.of(settings, 0),
                        () -> TransformerSettings.of(settings, 4).dropout(-1))) {
            assertThrows(IllegalArgumentException.class, wrong);
        }
        Network network = network(new MultiHeadAttention(settings));
        Tensor x = normal(2, 3, 8).named("x");
        var width = assertThrows(ShapeException.class, () -> network.forward(x));
        assertEquals(
                "MultiHeadAttention(12, 4 heads): x is tensor 'x' (2x3x8 F64 on reference): it must"
                        + " be batch×length×width, with a width of 12",
                width.getMessage());
    }
}
