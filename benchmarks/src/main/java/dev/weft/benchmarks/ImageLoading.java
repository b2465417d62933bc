package dev.weft.benchmarks;

import dev.weft.Device;
import dev.weft.DeviceOptions;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.data.Feed;
import dev.weft.data.StreamedBatches;
import dev.weft.data.image.ImageFolder;
import dev.weft.data.image.ImageOptions;
import dev.weft.data.image.ImageShape;
import dev.weft.nn.ActivationLayer;
import dev.weft.nn.Flatten;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.nn.Sequential;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.imageio.ImageIO;

/**
 * Trains a small network from a folder of pictures, which are read and decoded in each epoch anew,
 * and says how long the device waited for them.
 */
@Command(
        name = "ImageLoading",
        description = "Train on a folder of generated PNGs, and measure how long the device waits.",
        mixinStandardHelpOptions = true)
final class ImageLoading implements Callable<Integer> {
    private static final int CLASSES = 10;
    private static final long SEED = 1;

    @Option(names = "--images", defaultValue = "20000", description = "How many PNGs.")
    private int images;

    @Option(names = "--side", defaultValue = "64", description = "Their pixels on a side.")
    private int side;

    @Option(names = "--hidden", defaultValue = "512", description = "Units of the hidden layer.")
    private int hidden;

    @Option(names = "--batch", defaultValue = "64", description = "Images of a batch.")
    private int batch;

    @Option(names = "--epochs", defaultValue = "3", description = "How many.")
    private int epochs;

    @Option(names = "--readers", defaultValue = "1", description = "Threads that read.")
    private int readers;

    @Option(names = "--threads", defaultValue = "1", description = "Threads of the CPU backend.")
    private int threads;

    @Option(names = "--backend", defaultValue = "cpu", description = "The device, such as cuda.")
    private String backend = "cpu";

    private ImageLoading() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new ImageLoading()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Path folder = Files.createTempDirectory("weft-images-");
        try {
            long bytes = draw(folder);
            System.out.printf(
                    "%d PNGs of %dx%d in colours, %d bytes each%n",
                    images, side, side, bytes / images);
            train(folder);
        } finally {
            delete(folder);
        }
        return 0;
    }

    private void train(Path folder) throws IOException {
        long started = System.nanoTime();
        ImageFolder found = ImageFolder.open(folder, ImageOptions.defaults());
        double opened = seconds(started);
        started = System.nanoTime();
        var source = found.normalised(found.fit());
        System.out.printf(
                "all sizes looked at in %.2f s, mean and deviation fitted in %.2f s%n",
                opened, seconds(started));
        ImageShape shape = found.shape();
        DeviceOptions options = DeviceOptions.defaults();
        try (Device device =
                        Devices.open(
                                backend,
                                backend.equals("cpu") ? options.threads(threads) : options);
                Scope _ = device.scope();
                StreamedBatches batches =
                        new StreamedBatches(device, Feed.of(source), batch, readers)) {
            Sequential layers =
                    new Sequential(
                            new Flatten(),
                            new Linear(shape.size(), hidden),
                            ActivationLayer.relu(),
                            new Linear(hidden, CLASSES));
            Network network = Network.create(device, layers, SEED);
            Optimizer sgd = new Optimizer(network.parameters(), OptimizerKind.SGD, 0.01);
            Trainer trainer = new Trainer(network, Objective.crossEntropy(), sgd);
            trainer.captureSteps(true);
            trainer.listen(new Waits(batches));
            trainer.train(batches, 1, epochs, SEED);
        }
    }

    /** Prints each epoch's. */
    private final class Waits implements TrainingListener {
        private final StreamedBatches batches;
        private long before;

        Waits(StreamedBatches batches) {
            this.batches = batches;
        }

        @Override
        public void onEpoch(EpochEvent event) {
            double waited = (batches.waitedNanos() - before) * 1e-9;
            before = batches.waitedNanos();
            System.out.printf(
                    "epoch %d: %.2f s, %.0f images/s, the device waited %.1f %% of it (%s, %d"
                            + " threads, %d readers)%n",
                    event.epoch(),
                    event.seconds(),
                    event.examples() / event.seconds(),
                    100 * waited / event.seconds(),
                    backend,
                    threads,
                    readers);
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) * 1e-9;
    }

    /** A gradient with a few discs and some noise, which compress like photos do; returns bytes. */
    private long draw(Path folder) throws IOException {
        for (int label = 0; label < CLASSES; label++) {
            Files.createDirectory(folder.resolve("class-" + label));
        }
        return IntStream.range(0, images)
                .parallel()
                .mapToLong(
                        i -> {
                            Path file = folder.resolve("class-" + i % CLASSES + "/" + i + ".png");
                            try {
                                ImageIO.write(picture(new Random(i)), "png", file.toFile());
                                return Files.size(file);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        })
                .sum();
    }

    private BufferedImage picture(Random random) {
        BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = picture.createGraphics();
        graphics.setPaint(new GradientPaint(0, 0, colour(random), side, side, colour(random)));
        graphics.fillRect(0, 0, side, side);
        for (int i = 0; i < 4; i++) {
            graphics.setColor(colour(random));
            graphics.fillOval(
                    random.nextInt(side), random.nextInt(side), side / 3, random.nextInt(side));
        }
        graphics.dispose();
        for (int i = 0; i < side * side; i++) {
            int noise = 0x010101 * random.nextInt(8);
            picture.setRGB(i % side, i / side, picture.getRGB(i % side, i / side) ^ noise);
        }
        return picture;
    }

    private static Color colour(Random random) {
        return new Color(random.nextInt(1 << 24));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
