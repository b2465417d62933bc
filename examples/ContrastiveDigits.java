import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.data.Batches;
import dev.weft.data.Examples;
import dev.weft.data.Feed;
import dev.weft.data.GeneratedDigits;
import dev.weft.data.InMemoryBatches;
import dev.weft.data.IndexedSource;
import dev.weft.data.MnistFolder;
import dev.weft.data.Normalization;
import dev.weft.data.Split;
import dev.weft.data.StreamedBatches;
import dev.weft.data.Transform;
import dev.weft.data.augment.Augmentation;
import dev.weft.data.augment.Augmenter;
import dev.weft.data.augment.ImageAugmentations;
import dev.weft.nn.ActivationLayer;
import dev.weft.nn.BatchNorm;
import dev.weft.nn.Convolution;
import dev.weft.nn.Flatten;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.nn.Pool;
import dev.weft.nn.Sequential;
import dev.weft.nn.SimClr;
import dev.weft.nn.Unflatten;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Learns what digits look like without being told which is which: of two views of each digit, moved
 * about and cut off at random, a network is to tell that they belong together. Chen, Kornblith,
 * Norouzi and Hinton, "A simple framework for contrastive learning of visual representations"
 * (SimCLR), 2020. What it has learnt is shown by a linear probe: a single layer, which learns a few
 * labels from the network's features, beside the same layer on raw pixels.
 */
@Command(name = "ContrastiveDigits", mixinStandardHelpOptions = true, showDefaultValues = true)
public class ContrastiveDigits implements Callable<Integer> {
    private static final int SIDE = GeneratedDigits.SIDE;

    /** What the encoder leaves of an image: 64 channels of 3×3. */
    private static final int FEATURES = 64 * 3 * 3;

    /** What becomes of a view. A digit stays the same digit: no flips, and no large angles. */
    private static final Augmentation CHANGES =
            ImageAugmentations.crop(0.5)
                    .then(ImageAugmentations.rotate(20))
                    .then(ImageAugmentations.shift(0.1))
                    .then(ImageAugmentations.cutout(0.3))
                    .then(ImageAugmentations.noise(0.1));

    @Option(names = "--data", description = "Folder of MNIST's files; without it digits are drawn.")
    private Path data;

    @Option(names = "--examples", description = "How many digits are drawn, where there is none.")
    private int examples = 10_000;

    @Option(names = "--epochs", description = "Passes over the digits.")
    private int epochs = 20;

    @Option(names = "--batch", description = "Digits that are told from each other.")
    private int batch = 256;

    @Option(names = "--temperature", description = "The lower, the more the most alike count.")
    private double temperature = 0.5;

    @Option(names = "--labels", description = "How many labels the probe learns.")
    private int labels = 1000;

    @Option(names = "--seed", description = "Equal ones give equal parameters.")
    private long seed = 1;

    @Option(names = "--backend", description = "Such as cpu, opencl or cuda.")
    private String backend = "auto";

    @Spec private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(new CommandLine(new ContrastiveDigits()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Split digits =
                data == null
                        ? Split.last(GeneratedDigits.generate(examples, 1), examples / 10)
                        : MnistFolder.read(data, null);
        // From 0, black, which is also what comes in where an image is moved, to 1, white.
        Normalization scale = new Normalization(0, 1);
        Examples train = digits.train().examples(scale);
        Examples labelled = train.slice(0, Math.min(labels, train.size()));
        Examples test = digits.test().examples(scale);
        try (Device device = backend.equals("auto") ? Devices.best() : Devices.open(backend);
                Scope _ = device.scope()) {
            SimClr model = new SimClr(encoder(), FEATURES, 64);
            Network network = Network.create(device, model, seed);
            train(network, train, out);
            // The head has served its purpose: it forgets whatever the views do not share.
            Network encoder = network.part(model.encoder());
            double onPixels = probe(device, labelled, test);
            double onFeatures = probe(device, encoded(encoder, labelled), encoded(encoder, test));
            out.printf("linear probe on raw pixels %.1f %%%n", 100 * onPixels);
            out.printf("linear probe on features %.1f %%%n", 100 * onFeatures);
            out.printf("parameters_sha256 %s%n", network.parameters().sha256());
        }
        return 0;
    }

    private static Layer encoder() {
        return new Sequential(
                new Unflatten(1, SIDE, SIDE),
                stage(1, 32),
                stage(32, 64),
                stage(64, 64),
                new Flatten());
    }

    private static Layer stage(int inputs, int outputs) {
        return new Sequential(
                Convolution.conv2d(inputs, outputs, 3).padding(1),
                new BatchNorm(outputs),
                ActivationLayer.relu(),
                Pool.max(2, 2));
    }

    /** Labels are in the batches too; the objective does not look at them. */
    private void train(Network network, Examples digits, PrintWriter out) {
        Optimizer adam = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.001);
        Trainer trainer = new Trainer(network, SimClr.objective(temperature), adam);
        trainer.captureSteps(true);
        trainer.listen(
                new TrainingListener() {
                    @Override
                    public void onEpoch(EpochEvent event) {
                        out.printf("epoch %d: loss %.4f%n", event.epoch(), event.loss());
                    }
                });
        Feed feed = Feed.of(IndexedSource.of(digits));
        // Views are made on a thread of their own, while the device computes.
        try (Batches batches = new StreamedBatches(network.device(), feed, batch, 1, twoViews())) {
            trainer.train(batches, 1, epochs, seed);
        }
    }

    /** Each digit twice, next to each other, as two digits of different numbers are changed. */
    private static Transform twoViews() {
        Shape image = Shape.of(1, SIDE, SIDE);
        Transform changes = new Augmenter((x, _, random) -> CHANGES.apply(x, image, random));
        return (digits, numbers, seed, epoch) -> {
            int[] twice = new int[2 * numbers.length];
            Arrays.setAll(twice, i -> i / 2);
            long[] views = new long[twice.length];
            Arrays.setAll(views, i -> 2 * numbers[i / 2] + i % 2);
            return changes.apply(digits.select(twice), views, seed, epoch);
        };
    }

    /** The features of images, in place of them. */
    private static Examples encoded(Network encoder, Examples images) {
        float[] features = new float[images.size() * FEATURES];
        for (int from = 0; from < images.size(); from += 256) {
            Examples some = images.slice(from, Math.min(from + 256, images.size()));
            try (Scope _ = encoder.device().scope()) {
                float[] theirs =
                        encoder.forward(some.inputs().getFirst().on(encoder.device()))
                                .toFloatArray();
                System.arraycopy(theirs, 0, features, from * FEATURES, theirs.length);
            }
        }
        HostArray rows = HostArray.of(features, images.size(), FEATURES);
        return new Examples(List.of(rows), images.targets(), null);
    }

    /** The share of the test that one layer tells right, after it has learnt these labels. */
    private double probe(Device device, Examples labelled, Examples test) {
        int numbers = (int) labelled.inputs().getFirst().shape().dim(1);
        try (Scope _ = device.scope()) {
            Network network = Network.create(device, new Linear(numbers, 10), seed);
            Optimizer adam = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.003);
            Trainer trainer = new Trainer(network, Objective.crossEntropy(), adam);
            trainer.captureSteps(true);
            trainer.train(new InMemoryBatches(device, labelled, 100), 1, 100, seed);
            Batches batches = new InMemoryBatches(device, test, 256);
            return Evaluation.of(network, Objective.crossEntropy(), batches).accuracy();
        }
    }
}
