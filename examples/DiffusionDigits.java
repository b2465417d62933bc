import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.RandomTensors;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
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
import dev.weft.nn.Cnn;
import dev.weft.nn.Layer;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.nn.Sequential;
import dev.weft.nn.UNet;
import dev.weft.nn.Unflatten;
import dev.weft.optim.MovingAverage;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.random.Philox;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;

import javax.imageio.ImageIO;

/**
 * Makes digits out of noise. A U-Net learns to tell the noise in a noisy digit; from noise alone it
 * is then taken away a little at a time, until a digit is left. Ho, Jain and Abbeel, "Denoising
 * diffusion probabilistic models", 2020. A classifier, which knows digits, judges the result.
 */
@Command(name = "DiffusionDigits", mixinStandardHelpOptions = true, showDefaultValues = true)
public class DiffusionDigits implements Callable<Integer> {
    private static final int SIDE = GeneratedDigits.SIDE;

    /** Samples along each side of the sheet. */
    private static final int SHEET = 8;

    @Option(names = "--data", description = "Folder of MNIST's files; without it digits are drawn.")
    private Path data;

    @Option(names = "--examples", description = "How many digits are drawn, where there is none.")
    private int examples = 10_000;

    @Option(names = "--epochs", description = "Passes over the digits.")
    private int epochs = 20;

    @Option(names = "--steps", description = "Steps from a digit to noise.")
    private int steps = 300;

    @Option(names = "--width", description = "Channels of the U-Net's first level.")
    private int width = 16;

    @Option(names = "--seed", description = "Equal ones give equal parameters.")
    private long seed = 1;

    @Option(names = "--backend", description = "Such as cpu, opencl or cuda.")
    private String backend = "auto";

    @Option(names = "--out", description = "The sheet of samples.")
    private Path sheet = Path.of("digits.png");

    @Spec private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(new CommandLine(new DiffusionDigits()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Split digits =
                data == null
                        ? Split.last(GeneratedDigits.generate(examples, 1), examples / 10)
                        : MnistFolder.read(data, null);
        // From -1, black, to 1, white.
        Normalization scale = new Normalization(0.5, 0.5);
        Examples train = digits.train().examples(scale);
        Diffusion diffusion = new Diffusion(steps);
        try (Device device = backend.equals("auto") ? Devices.best() : Devices.open(backend);
                Scope _ = device.scope()) {
            Network denoiser = denoiser(device, diffusion, train, out);
            Tensor samples = diffusion.samples(denoiser, SHEET * SHEET, device.random(seed));
            write(samples.toFloatArray());
            Network judge = judge(device, train);
            Batches test = new InMemoryBatches(device, digits.test().examples(scale), 256);
            double accuracy = Evaluation.of(judge, Objective.crossEntropy(), test).accuracy();
            out.printf("the classifier knows %.1f %% of the test's digits%n", 100 * accuracy);
            Tensor likely = judge.forward(samples.flatten(1, -1)).softmax(1);
            int[] seen = new int[10];
            for (int digit : likely.argmax(1).toIntArray()) {
                seen[digit]++;
            }
            out.printf("mean confidence on samples %.3f%n", likely.max(1).mean().item());
            out.printf("samples taken for 0 to 9: %s%n", Arrays.toString(seen));
            out.printf("parameters_sha256 %s%n", denoiser.parameters().sha256());
        }
        return 0;
    }

    /** A U-Net that has learnt the noise; its parameters are an average over the last steps. */
    private Network denoiser(Device device, Diffusion diffusion, Examples train, PrintWriter out) {
        Network network = Network.create(device, new UNet(1, width, 2, steps + 1), seed);
        Optimizer adam = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.001);
        MovingAverage average = new MovingAverage(network.parameters(), 0.995);
        Trainer trainer = new Trainer(network, Objective.mse(), adam);
        trainer.average(average);
        trainer.captureSteps(true);
        trainer.listen(
                new TrainingListener() {
                    @Override
                    public void onEpoch(EpochEvent event) {
                        out.printf("epoch %d: loss %.4f%n", event.epoch(), event.loss());
                    }
                });
        // Noise is drawn on a thread of its own, while the device computes.
        Feed digits = Feed.of(IndexedSource.of(train));
        try (Batches batches = new StreamedBatches(device, digits, 64, 1, diffusion)) {
            trainer.train(batches, 1, epochs, seed);
        }
        average.swap();
        return network;
    }

    /** A small classifier of clean digits. */
    private Network judge(Device device, Examples train) {
        Layer layers = new Sequential(new Unflatten(1, SIDE, SIDE), Cnn.small(1, SIDE, 10));
        Network network = Network.create(device, layers, seed);
        Optimizer adam = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.001);
        Trainer trainer = new Trainer(network, Objective.crossEntropy(), adam);
        trainer.captureSteps(true);
        trainer.train(new InMemoryBatches(device, train, 64), 1, 5, seed);
        return network;
    }

    private void write(float[] samples) throws IOException {
        BufferedImage image =
                new BufferedImage(SHEET * SIDE, SHEET * SIDE, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < samples.length; i++) {
            int sample = i / (SIDE * SIDE);
            int x = sample % SHEET * SIDE + i % SIDE;
            int y = sample / SHEET * SIDE + i / SIDE % SIDE;
            int grey = Math.clamp(Math.round(127.5f * (samples[i] + 1)), 0, 255);
            image.getRaster().setSample(x, y, 0, grey);
        }
        ImageIO.write(image, "png", sheet.toFile());
    }

    /**
     * The way from a digit to noise and back. After step t, x_t = √ā_t x_0 + √(1 - ā_t) ε, with ā_t
     * the product of 1 - β up to t: {@code kept[t]}, which is 1 at step 0 and next to 0 at the
     * last.
     */
    private static final class Diffusion implements Transform {
        private static final int NOISE_STREAM = 0x0D0153;

        private final double[] kept;

        /** β rises in a line, from 1e-4 to 0.02 over 1,000 steps; fewer steps are longer ones. */
        Diffusion(int steps) {
            kept = new double[steps + 1];
            kept[0] = 1;
            for (int t = 1; t <= steps; t++) {
                double beta = 1e-4 + (0.02 - 1e-4) * t / steps;
                kept[t] = kept[t - 1] * (1 - Math.min(0.999, beta * 1000 / steps));
            }
        }

        /** Each digit at a step drawn for it, and that step; the noise in it is what is learnt. */
        @Override
        public Examples apply(Examples digits, long[] numbers, long seed, int epoch) {
            float[] x = digits.inputs().getFirst().floats();
            float[] noise = new float[x.length];
            int[] step = new int[numbers.length];
            long key = Philox.stream(Philox.stream(seed, NOISE_STREAM).key(), epoch).key();
            for (int i = 0; i < step.length; i++) {
                Philox random = Philox.stream(key, (int) numbers[i]);
                step[i] = 1 + random.nextInt(kept.length - 1);
                double ofDigit = Math.sqrt(kept[step[i]]);
                double ofNoise = Math.sqrt(1 - kept[step[i]]);
                for (int j = i * SIDE * SIDE; j < (i + 1) * SIDE * SIDE; j++) {
                    noise[j] = (float) random.nextGaussian();
                    x[j] = (float) (ofDigit * x[j] + ofNoise * noise[j]);
                }
            }
            long[] dims = {step.length, 1, SIDE, SIDE};
            return new Examples(
                    List.of(HostArray.of(x, dims), HostArray.of(step, step.length)),
                    List.of(HostArray.of(noise, dims)),
                    null);
        }

        /**
         * Digits from noise, step by step. What a digit would be, by the noise that is told, and
         * x_t give the mean of x_{t-1}; its deviation is known: the paper's equation 7.
         */
        Tensor samples(Network denoiser, int count, RandomTensors random) {
            long[] dims = {count, 1, SIDE, SIDE};
            Tensor x = random.normal(DType.F32, 0, 1, dims);
            for (int t = kept.length - 1; t > 0; t--) {
                try (Scope _ = denoiser.device().scope()) {
                    double beta = 1 - kept[t] / kept[t - 1];
                    double ofDigit = Math.sqrt(kept[t - 1]) * beta / (1 - kept[t]);
                    double ofX = Math.sqrt(1 - beta) * (1 - kept[t - 1]) / (1 - kept[t]);
                    double deviation = Math.sqrt(beta * (1 - kept[t - 1]) / (1 - kept[t]));
                    Tensor step = denoiser.device().full(DType.I32, t, Shape.of(count));
                    Tensor noise = denoiser.forward(x, step);
                    Tensor digit = x.sub(noise.mul(Math.sqrt(1 - kept[t]))).div(Math.sqrt(kept[t]));
                    Tensor mean = digit.clamp(-1, 1).mul(ofDigit).add(x.mul(ofX));
                    x.assign(mean.add(random.normal(DType.F32, 0, deviation, dims)));
                }
            }
            return x;
        }
    }
}
