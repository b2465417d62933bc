package dev.weft.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Normalizations;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/** ONNX Runtime's operators, held to what they stand for, in tensors. */
class FusedOperatorsTest {
    private static final int BATCH = 2;
    private static final int LENGTH = 3;
    private static final int WIDTH = 4;
    private static final int HEADS = 2;

    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();
    private final SingleNode node = new SingleNode(device, "com.microsoft", 17);
    private int drawn;

    @AfterEach
    void close() {
        scope.close();
        device.close();
    }

    private Tensor normal(long... dims) {
        return device.random(drawn++).normal(DType.F32, 0, 1, dims);
    }

    private Tensor run(String operator, @Nullable Tensor... inputs) {
        return node.run(operator, new Proto[0], inputs);
    }

    private static Proto[] with(Proto... attributes) {
        return attributes;
    }

    private static void assertSame(Tensor expected, Tensor actual) {
        assertEquals(expected.shape(), actual.shape());
        assertArrayEquals(expected.toDoubleArray(), actual.toDoubleArray(), 1e-5);
    }

    @Test
    void activationsWithTheirBias() {
        Tensor x = normal(LENGTH, WIDTH);
        Tensor b = normal(WIDTH);
        assertSame(x.gelu(), run("Gelu", x));
        assertSame(x.add(b).gelu(), run("BiasGelu", x, b));
        assertSame(x.geluTanh(), run("FastGelu", x));
        assertSame(x.add(b).geluTanh(), run("FastGelu", x, b));
        assertSame(x.mul(x.mul(1.702).sigmoid()), run("QuickGelu", x));
    }

    @Test
    void productsWithWhatIsAroundThem() {
        Tensor a = normal(BATCH, WIDTH, LENGTH);
        Tensor b = normal(BATCH, WIDTH, LENGTH);
        assertSame(
                a.transpose().matmul(b).mul(0.5),
                node.run(
                        "FusedMatMul",
                        with(TestGraph.real("alpha", 0.5f), TestGraph.number("transA", 1)),
                        a,
                        b));
        assertThrows(
                UnsupportedOnnxException.class,
                () -> node.run("FusedMatMul", with(TestGraph.number("transBatchA", 1)), a, b));
        Tensor x = normal(LENGTH, WIDTH);
        Tensor w = normal(WIDTH, 2);
        Tensor c = normal(2);
        assertSame(
                x.matmul(w).add(c).leakyRelu(0.1),
                node.run(
                        "FusedGemm",
                        with(
                                TestGraph.text("activation", "LeakyRelu"),
                                TestGraph.real("activation_alpha", 0.1f)),
                        x,
                        w,
                        c));
        Tensor picture = normal(1, 2, 3, 3);
        Tensor kernel = normal(2, 2, 1, 1);
        Tensor added = normal(1, 2, 3, 3);
        Tensor flat = kernel.reshape(2, 2).matmul(picture.reshape(2, 9)).reshape(1, 2, 3, 3);
        assertSame(
                flat.add(added).relu(),
                node.run(
                        "FusedConv",
                        with(TestGraph.text("activation", "Relu")),
                        picture,
                        kernel,
                        null,
                        added));
        assertThrows(
                UnsupportedOnnxException.class,
                () ->
                        node.run(
                                "FusedConv",
                                with(TestGraph.text("activation", "Softplus")),
                                picture,
                                kernel));
    }

    @Test
    void normsOfSums() {
        Tensor x = normal(BATCH, LENGTH, WIDTH);
        Tensor skip = normal(BATCH, LENGTH, WIDTH);
        Tensor gamma = normal(WIDTH);
        Tensor beta = normal(WIDTH);
        Tensor bias = normal(WIDTH);
        Tensor sum = x.add(skip).add(bias);
        Proto[] epsilon = with(TestGraph.real("epsilon", 1e-5f));
        Tensor expected = Normalizations.layerNorm(sum, -1, gamma, beta, 1e-5);
        assertSame(
                expected, node.run("SkipLayerNormalization", epsilon, x, skip, gamma, beta, bias));
        Tensor rms = Normalizations.rmsNorm(sum, -1, gamma, 1e-5);
        assertSame(
                rms, node.run("SkipSimplifiedLayerNormalization", epsilon, x, skip, gamma, bias));
        assertSame(
                Normalizations.rmsNorm(x, -1, gamma, 1e-5),
                new SingleNode(device, "", 17)
                        .run("SimplifiedLayerNormalization", epsilon, x, gamma));
    }

    @Test
    void embeddingsOfThreeTables() {
        Tensor ids = device.tensor(new int[] {1, 2, 3, 4, 0, 0}, BATCH, LENGTH);
        Tensor segments = device.tensor(new int[] {0, 1, 1, 0, 0, 0}, BATCH, LENGTH);
        Tensor mask = device.tensor(new int[] {1, 1, 1, 1, 0, 0}, BATCH, LENGTH);
        Tensor words = normal(5, WIDTH);
        Tensor positions = normal(6, WIDTH);
        Tensor kinds = normal(2, WIDTH);
        Tensor gamma = normal(WIDTH);
        Tensor beta = normal(WIDTH);
        List<Tensor> results =
                node.run(
                        3,
                        "EmbedLayerNormalization",
                        with(TestGraph.real("epsilon", 1e-5f)),
                        ids,
                        segments,
                        words,
                        positions,
                        kinds,
                        gamma,
                        beta,
                        mask);
        Tensor sum =
                words.gather(ids.reshape(-1))
                        .add(kinds.gather(segments.reshape(-1)))
                        .reshape(BATCH, LENGTH, WIDTH)
                        .add(positions.slice(0, 0, LENGTH).unsqueeze(0));
        assertSame(Normalizations.layerNorm(sum, -1, gamma, beta, 1e-5), results.get(0));
        assertArrayEquals(new int[] {3, 1}, results.get(1).toIntArray());
        assertSame(sum, results.get(2));
    }

    /** softmax(q kᵀ / √d + added) v, head by head. */
    private static Tensor attention(Tensor q, Tensor k, Tensor v, @Nullable Tensor added) {
        Tensor[] heads = new Tensor[HEADS];
        long each = WIDTH / HEADS;
        for (int head = 0; head < HEADS; head++) {
            Tensor a = q.slice(2, head * each, (head + 1) * each);
            Tensor b = k.slice(2, head * each, (head + 1) * each);
            Tensor c = v.slice(2, head * each, (head + 1) * each);
            Tensor scores = a.matmul(b.transpose()).div(Math.sqrt((double) each));
            Tensor seen = added == null ? scores : scores.add(added);
            heads[head] = seen.softmax(-1).matmul(c);
        }
        return Tensor.concat(2, heads);
    }

    private Tensor hidden(float... additions) {
        return device.tensor(additions, BATCH, 1, LENGTH);
    }

    @Test
    void attentionOfOneProduct() {
        Tensor x = normal(BATCH, LENGTH, WIDTH);
        Tensor w = normal(WIDTH, 3 * WIDTH);
        Tensor b = normal(3 * WIDTH);
        Tensor all = x.reshape(BATCH * LENGTH, WIDTH).matmul(w).add(b);
        List<Tensor> parts =
                all.reshape(BATCH, LENGTH, 3 * WIDTH).split(new long[] {WIDTH, WIDTH, WIDTH}, 2);
        Tensor q = parts.get(0);
        Tensor k = parts.get(1);
        Tensor v = parts.get(2);
        Proto heads = TestGraph.number("num_heads", HEADS);
        assertSame(attention(q, k, v, null), node.run("Attention", with(heads), x, w, b));
        float no = -10_000;
        Tensor secondIsShort = hidden(0, 0, 0, 0, no, no);
        Tensor lengths = device.tensor(new int[] {3, 1});
        Tensor byKey = device.tensor(new int[] {1, 1, 1, 1, 0, 0}, BATCH, LENGTH);
        Tensor expected = attention(q, k, v, secondIsShort);
        assertSame(expected, node.run("Attention", with(heads), x, w, b, lengths));
        assertSame(expected, node.run("Attention", with(heads), x, w, b, byKey));
        Tensor endsAndStarts = device.tensor(new int[] {3, 3, 0, 1});
        assertSame(
                attention(q, k, v, hidden(0, 0, 0, no, 0, 0)),
                node.run("Attention", with(heads), x, w, b, endsAndStarts));
        Tensor future =
                device.ones(DType.BOOL, LENGTH, LENGTH)
                        .tril(0)
                        .where(device.scalar(0), device.scalar(Double.NEGATIVE_INFINITY));
        Proto[] causal = with(heads, TestGraph.number("unidirectional", 1));
        assertSame(attention(q, k, v, future), node.run("Attention", causal, x, w, b));
    }

    /** One token after two others gives what it gives as the last of three. */
    @Test
    void attentionGoesOnWithItsPast() {
        Tensor x = normal(BATCH, LENGTH, WIDTH);
        Tensor w = normal(WIDTH, 3 * WIDTH);
        Tensor b = normal(3 * WIDTH);
        Proto[] causal =
                with(TestGraph.number("num_heads", HEADS), TestGraph.number("unidirectional", 1));
        List<Tensor> whole = node.run(2, "Attention", causal, x, w, b);
        Tensor before = node.run(2, "Attention", causal, x.slice(1, 0, 2), w, b).get(1);
        List<Tensor> next = node.run(2, "Attention", causal, x.slice(1, 2, 3), w, b, null, before);
        assertSame(whole.get(0).slice(1, 2, 3), next.get(0));
        assertSame(whole.get(1), next.get(1));
    }

    @Test
    void attentionOfThreeInputs() {
        Tensor q = normal(BATCH, LENGTH, WIDTH);
        Tensor k = normal(BATCH, LENGTH, WIDTH);
        Tensor v = normal(BATCH, LENGTH, WIDTH);
        Proto[] heads = with(TestGraph.number("num_heads", HEADS));
        assertSame(attention(q, k, v, null), node.run("MultiHeadAttention", heads, q, k, v));
        Tensor bias = normal(3 * WIDTH);
        Tensor added = normal(BATCH, HEADS, LENGTH, LENGTH);
        assertSame(
                attention(
                        q.add(bias.slice(0, 0, 4)),
                        k.add(bias.slice(0, 4, 8)),
                        v.add(bias.slice(0, 8, 12)),
                        null),
                node.run("MultiHeadAttention", heads, q, k, v, bias));
        Tensor same = added.select(1, 0).unsqueeze(1).expand(BATCH, HEADS, LENGTH, LENGTH);
        assertSame(
                attention(q, k, v, added.select(1, 0)),
                node.run("MultiHeadAttention", heads, q, k, v, null, null, same.contiguous()));
        assertThrows(
                UnsupportedOnnxException.class, () -> node.run("MultiHeadAttention", heads, q));
    }

    @Test
    void attentionOfBytes() {
        Tensor x = normal(BATCH, LENGTH, WIDTH).mul(20).clamp(-100, 100).to(DType.I8);
        Tensor w = normal(WIDTH, 3 * WIDTH).mul(20).clamp(-100, 100).to(DType.I8);
        Tensor b = normal(3 * WIDTH);
        Proto[] heads = with(TestGraph.number("num_heads", HEADS));
        Tensor wide = x.to(DType.F32).mul(0.05);
        Tensor expected = node.run("Attention", heads, wide, w.to(DType.F32).mul(0.1), b);
        assertSame(
                expected,
                node.run("QAttention", heads, x, w, b, device.scalar(0.05), device.scalar(0.1)));
    }

    @Test
    void productsWithBytes() {
        Tensor a = normal(LENGTH, WIDTH);
        Tensor bytes = normal(WIDTH, 2).mul(20).clamp(-100, 100).to(DType.I8);
        Tensor scale = device.tensor(new float[] {0.1f, 0.02f});
        Tensor zero = device.tensor(DType.I8, new byte[] {3, -5});
        Tensor bias = normal(2);
        Tensor weight = bytes.to(DType.F32).sub(zero.to(DType.F32)).mul(scale);
        Tensor exact = a.matmul(weight).add(bias);
        Tensor found = run("DynamicQuantizeMatMul", a, bytes, scale, zero, bias);
        // An element of a is off by half a step of its range at most.
        double step = a.max().sub(a.min()).item() / 255;
        double most = weight.abs().sum(0).max().item() * step;
        assertTrue(found.sub(exact).abs().max().item() <= most, found + " for " + exact);
        Tensor left = a.mul(20).clamp(-100, 100).to(DType.I8);
        assertSame(
                left.to(DType.F32).mul(0.5).matmul(weight).add(bias),
                run(
                        "MatMulIntegerToFloat",
                        left,
                        bytes,
                        device.scalar(0.5),
                        scale,
                        null,
                        zero,
                        bias));
    }

    @Test
    void pairsAreTurnedByTheirPosition() {
        // One head of width 4, of which the first pair is turned by position, the second not.
        Tensor x = device.tensor(new float[] {1, 2, 3, 4, 1, 2, 3, 4}, 1, 1, 2, 4);
        Tensor angles = device.tensor(new float[] {0, 0, 0.3f, 0}, 2, 2);
        Tensor cos = angles.cos();
        Tensor sin = angles.sin();
        double c = Math.cos(0.3);
        double s = Math.sin(0.3);
        Tensor places = device.tensor(new long[] {0, 1}, 1, 2);
        SingleNode own = new SingleNode(device, "", 23);
        Tensor halves = own.run("RotaryEmbedding", new Proto[0], x, cos, sin, places);
        assertArrayEquals(
                new double[] {1, 2, 3, 4, c - 3 * s, 2, s + 3 * c, 4},
                halves.toDoubleArray(),
                1e-6);
        Proto[] interleaved = with(TestGraph.number("interleaved", 1));
        Tensor pairs = own.run("RotaryEmbedding", interleaved, x, cos, sin, places);
        assertArrayEquals(
                new double[] {1, 2, 3, 4, c - 2 * s, s + 2 * c, 3, 4}, pairs.toDoubleArray(), 1e-6);
        // ONNX Runtime's begins at one position, and takes all heads in a row.
        Tensor first = device.tensor(new long[] {0});
        Tensor rows = x.reshape(1, 2, 4);
        assertSame(halves.reshape(1, 2, 4), run("RotaryEmbedding", rows, first, cos, sin));
        Proto[] part =
                with(TestGraph.number("rotary_embedding_dim", 2), TestGraph.number("num_heads", 1));
        Tensor column = cos.slice(1, 0, 1);
        assertArrayEquals(
                new double[] {1, 2, 3, 4, c - 2 * s, s + 2 * c, 3, 4},
                node.run("RotaryEmbedding", part, rows, first, column, sin.slice(1, 0, 1))
                        .toDoubleArray(),
                1e-6);
    }
}
