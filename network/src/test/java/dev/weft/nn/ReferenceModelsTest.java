package dev.weft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.ShapeException;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The architectures that come with Weft. */
class ReferenceModelsTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void nothingLeaks() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private static long count(Block block) {
        long parameters = block.parameters().stream().mapToLong(spec -> spec.shape().size()).sum();
        return parameters + block.children().stream().mapToLong(c -> count(c.block())).sum();
    }

    private Tensor images(long... dims) {
        return device.random(3).normal(DType.F32, 0, 1, dims);
    }

    /** PyTorch and torchvision count as many. */
    @Test
    void parametersAreAsManyAsThePapers() {
        assertEquals(61_706, count(Cnn.leNet(10)));
        assertEquals(160 + 4640 + 32 * 49 * 64 + 64 + 650, count(Cnn.small(1, 28, 10)));
        assertEquals(11_689_512, count(ResNet.resNet18(1000)));
        assertEquals(25_557_032, count(ResNet.resNet50(1000)));
        // ViT-B/16.
        assertEquals(86_567_656, count(new VisionTransformer(3, 224, 16, 768, 12, 12, 0, 1000)));
        // GPT-2's smallest.
        assertEquals(124_439_808, count(Gpt.gpt2(50_257, 1024, 768, 12, 12, 0)));
    }

    @Test
    void resNetsHaveTorchvisionsNames() {
        Network network = Network.create(device, ResNet.small(1, 10), 1);
        Map<String, Parameter> paths = network.parameters().byPath();
        assertTrue(
                paths.keySet()
                        .containsAll(
                                List.of(
                                        "conv1.weight",
                                        "bn1.running_mean",
                                        "layer1.0.conv1.weight",
                                        "layer2.0.downsample.0.weight",
                                        "layer2.0.downsample.1.bias",
                                        "layer3.2.bn2.num_batches_tracked",
                                        "fc.bias")),
                paths.keySet()::toString);
        assertEquals(Shape.of(2, 10), network.train(images(2, 1, 8, 8)).shape());
    }

    @Test
    void everyNetworkOfImagesGivesALogitForEachClass() {
        for (Block block :
                List.of(
                        Cnn.leNet(10),
                        Cnn.small(1, 28, 10),
                        new VisionTransformer(1, 28, 7, 8, 2, 1, 0.1, 10),
                        new ResNet(1, 2, List.of(1, 1), true, true, 10))) {
            Network network = Network.create(device, block, 1);
            Tensor y = network.train(images(2, 1, 28, 28));
            assertEquals(Shape.of(2, 10), y.shape(), block.describe());
            assertTrue(Double.isFinite(y.sum().item()), block.describe());
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> new VisionTransformer(1, 28, 5, 8, 2, 1, 0, 10));
        assertThrows(IllegalArgumentException.class, () -> Cnn.small(1, 30, 10));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ResNet(1, 8, List.of(), false, false, 10));
    }

    @Test
    void namesOfTheCommandLine() {
        for (String text : List.of("cnn", "resnet", "vit")) {
            Network network = Network.create(device, new Architecture(text, 784, 3, 0).blocks(), 1);
            assertEquals(Shape.of(1, 3), network.forward(images(1, 784)).shape(), text);
        }
        var square =
                assertThrows(
                        IllegalArgumentException.class, () -> new Architecture("cnn", 783, 3, 0));
        assertEquals(
                "cnn takes square grey images, and the data has 783 numbers: choose another model,"
                        + " such as mlp:64",
                square.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Architecture("vit", 64, 3, 0));
        for (String text : List.of("cnn", "resnet")) {
            assertThrows(IllegalArgumentException.class, () -> new Architecture(text, 784, 3, 0.5));
        }
        Network vit = Network.create(device, new VisionTransformer(1, 28, 7, 8, 2, 1, 0, 10), 1);
        Tensor other = images(1, 1, 14, 28);
        var size = assertThrows(ShapeException.class, () -> vit.forward(other));
        assertTrue(String.valueOf(size.getMessage()).contains("must be batch×1×28×28"));
        // Embeddings of 83 tokens and 128 places, 4 layers of 198,272, and a norm.
        Network gpt = Network.create(device, new Architecture("gpt", 128, 83, 0).blocks(), 1);
        assertEquals((83 + 128) * 128 + 4 * 198_272 + 256, gpt.parameters().count());
        assertTrue(Architecture.takesText("gpt:2,1,8"));
        Network tiny = Network.create(device, new Architecture("gpt:2,1,8", 5, 7, 0).blocks(), 1);
        assertEquals(Shape.of(2, 5, 7), tiny.forward(device.zeros(DType.I32, 2, 5)).shape());
        for (String wrong : List.of("gpt:", "gpt:1,2", "gpt:0,1,8", "gpt:1,1,8,8", "gpt2")) {
            assertThrows(IllegalArgumentException.class, () -> Architecture.check(wrong), wrong);
        }
        assertThrows(IllegalArgumentException.class, () -> new Architecture("gpt:1,3,8", 5, 7, 0));
    }

    @Test
    void aTextGoesOnAsTheNetworkSaysWithoutACache() {
        for (Gpt gpt : List.of(Gpt.gpt2(11, 9, 8, 2, 2, 0), Gpt.modern(11, 9, 12, 6, 2, 2))) {
            Network network = Network.create(device, gpt, 5);
            int[] text = {3, 1, 4, 0, 0, 0, 0, 0, 0};
            for (int length = 3; length < text.length; length++) {
                Tensor ids = device.tensor(text, 1, text.length).slice(1, 0, length).contiguous();
                Tensor last = network.forward(ids).select(1, length - 1);
                text[length] = last.argmax(1).toIntArray()[0];
            }
            int[] first = {3, 1, 4};
            TextGenerator likeliest = TextGenerator.of(network).temperature(0);
            int[] made = likeliest.generate(first, 6);
            assertArrayEquals(Arrays.copyOfRange(text, 3, 9), made);
            TextGenerator drawing = TextGenerator.of(network).best(5).seed(2);
            assertArrayEquals(drawing.generate(first, 6), drawing.generate(first, 6));
            // The likeliest of one is no draw.
            assertArrayEquals(made, drawing.temperature(3).best(1).generate(first, 6));
            assertThrows(IllegalArgumentException.class, () -> drawing.generate(new int[0], 2));
            assertThrows(IllegalArgumentException.class, () -> drawing.generate(first, -1));
            assertThrows(
                    IndexOutOfBoundsException.class, () -> drawing.generate(new int[] {11}, 2));
        }
        Network other = Network.create(device, new Linear(2, 2), 1);
        assertThrows(IllegalArgumentException.class, () -> TextGenerator.of(other));
    }

    @Test
    void aTextGoesOnBeyondTheContextByItsLaterHalf() {
        Network network = Network.create(device, Gpt.gpt2(11, 6, 8, 2, 2, 0), 5);
        int[] first = {3, 1, 4, 1, 5};
        TextGenerator drawing = TextGenerator.of(network).seed(3).least(2);
        int[] made = drawing.generate(first, 30);
        assertEquals(30, made.length);
        assertTrue(Arrays.stream(made).allMatch(token -> token >= 2), () -> Arrays.toString(made));
        assertArrayEquals(made, drawing.cached(false).generate(first, 30));
        // Of more than the context, 6 tokens, only the last 3 are seen.
        int[] seen = {4, 1, 5};
        int[] longer = {9, 9, 9, 9, 4, 1, 5};
        assertArrayEquals(drawing.generate(seen, 3), drawing.generate(longer, 3));
        assertThrows(IllegalArgumentException.class, () -> drawing.least(11).generate(first, 1));
    }

    @Test
    void bertLooksAtTheTokensThatAreThere() {
        // BERT's smaller one: of PyTorch's transformers 108,891,648 with its pooler not counted.
        assertEquals(108_891_648, count(new Bert(30_522, 512, 768, 12, 12, 0.1)));
        Network network = Network.create(device, new Bert(7, 5, 8, 2, 2, 0), 1);
        Tensor ids = device.tensor(new int[] {1, 2, 3, 0, 4, 5, 6, 1}, 2, 4);
        Tensor segments = device.tensor(new int[] {0, 0, 1, 1, 0, 1, 1, 1}, 2, 4);
        Tensor mask =
                device.tensor(
                        new boolean[] {true, true, true, false, true, true, true, true}, 2, 4);
        Tensor y = network.forward(ids, segments, mask);
        assertEquals(Shape.of(2, 4, 8), y.shape());
        int[] other = {1, 2, 3, 5, 4, 5, 6, 1};
        Tensor z = network.forward(device.tensor(other, 2, 4), segments, mask);
        assertArrayEquals(y.slice(1, 0, 3).toFloatArray(), z.slice(1, 0, 3).toFloatArray(), 1e-6f);
        Tensor seen = network.forward(device.tensor(other, 2, 4), segments);
        assertTrue(
                seen.sub(network.forward(ids, segments)).slice(1, 0, 1).abs().max().item() > 1e-3);
        Tensor wide = mask.slice(1, 0, 3);
        assertThrows(ShapeException.class, () -> network.forward(ids, segments, wide));
        Tensor unknown = device.tensor(new int[] {7}, 1, 1);
        assertThrows(IndexOutOfBoundsException.class, () -> network.forward(unknown));
    }

    @Test
    void aUNetGivesANoiseForEachImageAndStep() {
        Network network = Network.create(device, new UNet(1, 8, 2, 10), 1);
        Tensor x = images(2, 1, 8, 8);
        Tensor y = network.forward(x, device.tensor(new int[] {0, 9}));
        assertEquals(x.shape(), y.shape());
        Tensor z = network.forward(x, device.tensor(new int[] {0, 3}));
        Tensor difference = y.sub(z).abs();
        assertEquals(0, difference.select(0, 0).max().item());
        assertTrue(difference.select(0, 1).max().item() > 1e-4);
        Tensor ragged = images(2, 1, 8, 6);
        Tensor steps = device.tensor(new int[] {0, 9});
        assertThrows(ShapeException.class, () -> network.forward(ragged, steps));
        Tensor beyond = device.tensor(new int[] {0, 10});
        assertThrows(IndexOutOfBoundsException.class, () -> network.forward(x, beyond));
        assertThrows(IllegalArgumentException.class, () -> new UNet(1, 12, 2, 10));
    }

    @Test
    void contrastiveLearningBringsViewsTogether() {
        SimClr model = new SimClr(new Sequential(new Linear(6, 8), ActivationLayer.tanh()), 8, 4);
        Network network = Network.create(device, model, 1);
        Optimizer adam = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.02);
        Tensor x = device.random(1).normal(DType.F32, 0, 1, 8, 6);
        Tensor noise = device.random(2).normal(DType.F32, 0, 0.3, 8, 2, 6);
        Tensor views = x.unsqueeze(1).add(noise).reshape(16, 6);
        Objective objective = SimClr.objective(0.5);
        double[] losses = new double[30];
        for (int step = 0; step < losses.length; step++) {
            try (Scope _ = device.scope();
                    Tape tape = new Tape(device)) {
                network.parameters().watch(tape);
                Tensor rows = network.train(views);
                Tensor loss = objective.loss(List.of(rows), List.of(rows), null);
                tape.gradients(loss);
                adam.step();
                losses[step] = loss.item();
            }
        }
        assertTrue(losses[29] < 0.7 * losses[0], () -> Arrays.toString(losses));
    }
}
