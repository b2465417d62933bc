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
import dev.weft.Tensor;

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
            int[] made = new TextGenerator(network, 0, 1, 1).generate(first, 6);
            assertArrayEquals(Arrays.copyOfRange(text, 3, 9), made);
            TextGenerator drawing = new TextGenerator(network, 1, 5, 2);
            assertArrayEquals(drawing.generate(first, 6), drawing.generate(first, 6));
            // The likeliest of one is no draw.
            assertArrayEquals(made, new TextGenerator(network, 3, 1, 2).generate(first, 6));
            assertThrows(IllegalArgumentException.class, () -> drawing.generate(first, 7));
            assertThrows(IllegalArgumentException.class, () -> drawing.generate(new int[0], 2));
            assertThrows(
                    IndexOutOfBoundsException.class, () -> drawing.generate(new int[] {11}, 2));
        }
        Network other = Network.create(device, new Linear(2, 2), 1);
        assertThrows(IllegalArgumentException.class, () -> new TextGenerator(other, 1, 1, 1));
    }
}
