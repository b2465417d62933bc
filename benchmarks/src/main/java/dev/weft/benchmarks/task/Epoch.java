package dev.weft.benchmarks.task;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.data.Examples;
import dev.weft.data.GeneratedDigits;
import dev.weft.data.InMemoryBatches;
import dev.weft.data.Normalization;
import dev.weft.optim.OptimizerKind;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Objects;

/**
 * A pass of SimpleNet over digits in random order, with SGD, and a look at every loss. A result is
 * the mean loss of the first epoch and then the parameters after it.
 */
public final class Epoch implements Task {
    /** Which order of the examples, and which digits. */
    public static final int SEED = 1;

    /** What F32 keeps over some hundred steps. */
    private static final double BOUND = 1e-4;

    private final int examples;
    private final int batch;
    private @Nullable Dataset digits;
    private @Nullable Trained expected;

    /** A pass over so many digits. */
    public Epoch(int examples, int batch) {
        this.examples = examples;
        this.batch = batch;
    }

    /** How many examples a step has; the last may have fewer. */
    public int batch() {
        return batch;
    }

    /** Which optimizer updates. */
    public OptimizerKind kind() {
        return OptimizerKind.SGD;
    }

    /** The learning rate. */
    public double lr() {
        return kind().defaultLr();
    }

    /** The digits, drawn once. */
    public Dataset digits() {
        Dataset drawn = digits;
        if (drawn == null) {
            drawn = GeneratedDigits.generate(examples, SEED);
            digits = drawn;
        }
        return drawn;
    }

    /** How pixels become numbers. */
    public Normalization normalization() {
        return Normalization.of(digits());
    }

    /** The digits as numbers, examples×784. */
    public float[] images() {
        ByteArrayOutputStream pixels = new ByteArrayOutputStream();
        for (int i = 0; i < examples; i++) {
            pixels.writeBytes(digits().pixels(i));
        }
        return normalization().apply(pixels.toByteArray());
    }

    /** The order of the examples in the first epoch. */
    public int[] order() {
        // Batches order any examples of this number alike: here each is its own number.
        int[] numbers = new int[examples];
        Arrays.setAll(numbers, i -> i);
        HostArray each = HostArray.of(numbers, examples);
        try (Device device = Devices.open("reference");
                var _ = device.scope()) {
            Batches all = new InMemoryBatches(device, Examples.of(each, each), examples);
            all.begin(SEED, 1);
            return Objects.requireNonNull(all.next()).batch().target().toIntArray();
        }
    }

    @Override
    public String suite() {
        return "training";
    }

    @Override
    public String family() {
        return "epoch";
    }

    @Override
    public String what() {
        return String.format("epoch of %,d digits, batch %d", examples, batch);
    }

    @Override
    public double size() {
        return Double.NaN;
    }

    @Override
    public double flops() {
        return SimpleNet.FLOPS_PER_EXAMPLE * examples;
    }

    @Override
    public double bytes() {
        return 0;
    }

    @Override
    public void check(String library, double[] result) {
        Trained trained = expected;
        if (trained == null) {
            SimpleNet net = new SimpleNet(kind().rule(kind().defaultPenalty()), lr());
            trained = Trained.epoch(net, images(), digits().labels(), order(), batch);
            expected = trained;
        }
        trained.check(new Check(library, this), result, BOUND);
    }
}
