package dev.weft.benchmarks.task;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.DeviceOptions;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.nn.Block;
import dev.weft.nn.Cnn;
import dev.weft.nn.Gpt;
import dev.weft.nn.Network;
import dev.weft.nn.Parameter;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A network's training step with one batch: forward, the mean cross-entropy, backward, Adam, and a
 * look at the loss. A result is the loss of the last step and then the parameters.
 */
public final class NetworkStep implements Task {
    /** Adam's. */
    public static final double LR = 1e-3;

    /** Of the parameters. */
    static final int SEED = 1;

    private static final int INPUTS_SEED = 43;
    private static final int LABELS_SEED = 50;
    private static final double BOUND = 1e-5;

    /**
     * Of so many parameters one may be off by more, as {@link TrainingStep#check} says; a bias of
     * keys has no gradient at all but what rounding leaves.
     */
    private static final int FEW = 200;

    private final Model model;
    private final int batch;
    private @Nullable Trained expected;

    /** A network, as every library builds it. */
    public sealed interface Model {
        /** Its name, with what tells it from others. */
        String title();

        /** What Weft runs. */
        Block block();

        /** Of the network's input for one example. */
        Shape input();

        /** How many ids there are, where the input is of these; 0 where it is of numbers. */
        int ids();

        /** How many classes a row of the result tells apart. */
        int classes();

        /** How many such rows an example has. */
        int rows();
    }

    /** {@link Cnn#small} for digits. */
    public record SmallCnn(int side) implements Model {
        private static final int CLASSES = 10;

        @Override
        public String title() {
            return "small CNN of %dx%d".formatted(side, side);
        }

        @Override
        public Block block() {
            return Cnn.small(1, side, CLASSES);
        }

        @Override
        public Shape input() {
            return Shape.of(1, side, side);
        }

        @Override
        public int ids() {
            return 0;
        }

        @Override
        public int classes() {
            return CLASSES;
        }

        @Override
        public int rows() {
            return 1;
        }
    }

    /** {@link Gpt#gpt2} without dropout. */
    public record Gpt2(int vocabulary, int context, int width, int heads, int depth)
            implements Model {
        @Override
        public String title() {
            return "GPT, %d layers of %d, context %d".formatted(depth, width, context);
        }

        @Override
        public Block block() {
            return Gpt.gpt2(vocabulary, context, width, heads, depth, 0);
        }

        @Override
        public Shape input() {
            return Shape.of(context);
        }

        @Override
        public int ids() {
            return vocabulary;
        }

        @Override
        public int classes() {
            return vocabulary;
        }

        @Override
        public int rows() {
            return context;
        }
    }

    /** A step with so many examples. */
    public NetworkStep(Model model, int batch) {
        this.model = model;
        this.batch = batch;
    }

    /** Which network. */
    public Model model() {
        return model;
    }

    /** The shape of the input. */
    public Shape inputShape() {
        long[] dims = model.input().toArray();
        long[] all = new long[dims.length + 1];
        all[0] = batch;
        System.arraycopy(dims, 0, all, 1, dims.length);
        return Shape.of(all);
    }

    /** The input of a network that takes numbers. */
    public float[] numbers() {
        return Draws.normal(INPUTS_SEED, inputSize());
    }

    /** The input of a network that takes ids. */
    public int[] ids() {
        return Draws.classes(INPUTS_SEED, inputSize(), model.ids());
    }

    private int inputSize() {
        return Math.toIntExact(inputShape().size());
    }

    /** A class for each row of the result. */
    public int[] labels() {
        return Draws.classes(LABELS_SEED, batch * model.rows(), model.classes());
    }

    /** The parameters to start from by their paths, in the order of a result. */
    public Map<String, Operand> parameters() {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Network network = Network.create(device, model.block(), SEED);
            Map<String, Operand> parameters = new LinkedHashMap<>();
            network.parameters()
                    .byPath()
                    .forEach((path, parameter) -> parameters.put(path, operand(parameter)));
            return parameters;
        }
    }

    private static Operand operand(Parameter parameter) {
        return new Operand(parameter.value().toFloatArray(), parameter.shape());
    }

    @Override
    public String suite() {
        return "training";
    }

    @Override
    public String family() {
        return "training steps of networks, Adam";
    }

    @Override
    public String what() {
        return "training step, %s, batch %d".formatted(model.title(), batch);
    }

    @Override
    public double size() {
        return Double.NaN;
    }

    @Override
    public double flops() {
        return 0;
    }

    @Override
    public double bytes() {
        return 0;
    }

    /** Gradients show in the parameters, and Adam's state from the second step on. */
    @Override
    public int runsBeforeCheck() {
        return 3;
    }

    /** Compares a result with that of the CPU's kernels in F64. */
    @Override
    public void check(String library, double[] result) {
        Trained trained = expected;
        if (trained == null) {
            trained = inDouble();
            expected = trained;
        }
        trained.check(
                new Check(library, this),
                result,
                BOUND,
                result.length / FEW,
                2 * LR * runsBeforeCheck());
    }

    private Trained inDouble() {
        try (Device device = Devices.open("cpu", DeviceOptions.defaults().threads(1));
                Scope _ = device.scope()) {
            NetworkTraining training = new NetworkTraining(device, DType.F64, this);
            for (int run = 0; run < runsBeforeCheck(); run++) {
                training.step();
            }
            double[] all = training.result();
            return new Trained(all[0], Arrays.copyOfRange(all, 1, all.length));
        }
    }
}
