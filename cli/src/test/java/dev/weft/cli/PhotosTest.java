package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.data.GeneratedDigits;
import dev.weft.data.InMemoryBatches;
import dev.weft.data.MnistFolder;
import dev.weft.data.Normalization;
import dev.weft.data.Split;
import dev.weft.nn.Models;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.train.Trainer;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A network reads photos of digits nearly as well as the digits themselves. */
class PhotosTest {
    private static final int PHOTOS = 200;

    @Test
    void drawnDigitsOnPhotos() {
        // Those are of many sizes and places, which a photo's digit loses.
        Split digits = Split.last(GeneratedDigits.generate(4000 + PHOTOS, 11), PHOTOS);
        assertPhotosAreRead(digits, 0.12);
    }

    @Test
    void handwrittenDigitsOnPhotos() throws IOException {
        Path mnist = Path.of(System.getProperty("weft.shared", "../../shared"), "data", "mnist10k");
        assumeTrue(Files.isDirectory(mnist), () -> "skipped: there is no " + mnist);
        assertPhotosAreRead(MnistFolder.read(mnist, PHOTOS), 0.04);
    }

    private static void assertPhotosAreRead(Split digits, double less) {
        try (Device device = Devices.open("cpu");
                Scope _ = device.scope()) {
            Normalization scale = Normalization.of(digits.train());
            Network network = Network.create(device, Models.SIMPLENET.layers(0), 1);
            Batches batches = new InMemoryBatches(device, digits.train().examples(scale), 64);
            Optimizer adam = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.002);
            new Trainer(network, Objective.crossEntropy(), adam).train(batches, 1, 4, 1);
            Reader reader = new Reader(network, scale, digits.test());
            int plain = reader.correct(i -> digits.test().pixels(i));
            int photos = reader.correct(i -> fromPhoto(digits.test(), i));
            assertTrue(plain > PHOTOS * 0.85, "plain: " + plain);
            assertTrue(photos >= plain - PHOTOS * less, plain + " plain, " + photos + " as photos");
        }
    }

    private interface Pixels {
        byte[] of(int example);
    }

    private record Reader(Network network, Normalization scale, Dataset digits) {
        int correct(Pixels pixels) {
            int correct = 0;
            try (Scope _ = network.device().scope()) {
                byte[] all = new byte[digits.size() * 784];
                for (int i = 0; i < digits.size(); i++) {
                    System.arraycopy(pixels.of(i), 0, all, i * 784, 784);
                }
                float[] outputs =
                        network.forward(
                                        network.device()
                                                .tensor(scale.apply(all), digits.size(), 784))
                                .toFloatArray();
                for (int i = 0; i < digits.size(); i++) {
                    int best = 0;
                    for (int j = 1; j < 10; j++) {
                        best = outputs[i * 10 + j] > outputs[i * 10 + best] ? j : best;
                    }
                    correct += best == digits.label(i) ? 1 : 0;
                }
            }
            return correct;
        }
    }

    /** Somewhere on shaded paper, four to nine times as large, dark on light or light on dark. */
    private static byte[] fromPhoto(Dataset digits, int i) {
        Random random = new Random(i);
        int side = 28 * 4 + random.nextInt(28 * 5);
        GreyImage digit = GreyImage.of(digits.pixels(i), 28, 28).scaled(side, side);
        int width = side + 50 + random.nextInt(250);
        int height = side + 50 + random.nextInt(250);
        boolean darkOnLight = random.nextInt(4) > 0;
        float contrast = 70 + random.nextInt(80);
        Photo photo =
                Photo.paper(width, height, darkOnLight ? 245 : 120)
                        .ink(
                                digit,
                                random.nextInt(width - side),
                                random.nextInt(height - side),
                                darkOnLight ? contrast : -contrast)
                        .shaded(random.nextDouble() * 6.28, random.nextInt(90))
                        .noise(i, 1 + random.nextInt(4));
        return DigitImage.of(photo.image()).map(DigitImage::pixels).orElse(new byte[784]);
    }
}
