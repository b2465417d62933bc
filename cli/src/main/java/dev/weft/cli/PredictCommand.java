package dev.weft.cli;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.data.Idx;
import dev.weft.nn.LossKind;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;

/** Says which digit a picture shows, with the probabilities of all ten. */
@Command(
        name = "predict",
        description = "Classify pictures: PNG of any size, or the images of an IDX file.",
        mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private BackendOption backend = new BackendOption();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "FILE",
            description = "A model that train saved.")
    private Path model = Path.of("");

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "10",
            description = "At most N images of an IDX file. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "PNG or IDX files.")
    private List<Path> images = List.of();

    @Override
    public Integer call() throws IOException {
        if (limit < 1) {
            throw new InputException("--limit must be at least 1, got " + limit);
        }
        PrintWriter out = spec.commandLine().getOut();
        try (Device device = backend.open(out);
                Scope _ = device.scope()) {
            SavedModel saved = SavedModel.read(model, device);
            for (Path path : images) {
                if (isIdx(path)) {
                    Idx.Images file = Idx.images(path);
                    if (file.rows() != DigitImage.SIDE || file.columns() != DigitImage.SIDE) {
                        throw new InputException(
                                path
                                        + ": its images have "
                                        + file.rows()
                                        + "x"
                                        + file.columns()
                                        + " pixels, and the model takes 28x28");
                    }
                    int size = DigitImage.SIDE * DigitImage.SIDE;
                    for (int i = 0; i < Math.min(limit, file.count()); i++) {
                        byte[] pixels = Arrays.copyOfRange(file.pixels(), i * size, (i + 1) * size);
                        print(out, path + "[" + i + "]", saved, pixels);
                    }
                } else {
                    DigitImage image = DigitImage.read(path);
                    String name =
                            image.inverted()
                                    ? path + " (dark on light, inverted)"
                                    : path.toString();
                    print(out, name, saved, image.pixels());
                }
            }
        }
        return 0;
    }

    /** An IDX file begins with two zero bytes, also inside gzip; no picture does. */
    private static boolean isIdx(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            int first = in.read();
            int second = in.read();
            return (first == 0 && second == 0) || (first == 0x1F && second == 0x8B);
        }
    }

    private static void print(PrintWriter out, String name, SavedModel saved, byte[] pixels) {
        float[] probabilities;
        Device device = saved.network().device();
        try (Scope _ = device.scope()) {
            Tensor x = device.tensor(saved.normalization().apply(pixels), 1, pixels.length);
            Tensor y = saved.network().forward(x);
            boolean logits = saved.model().loss() == LossKind.CROSS_ENTROPY;
            probabilities = (logits ? y.softmax(-1) : y).toFloatArray();
        }
        int best = 0;
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < probabilities.length; i++) {
            best = probabilities[i] > probabilities[best] ? i : best;
            all.append(String.format("  %d: %.4f", i, probabilities[i]));
        }
        out.println(name + ": " + best + all);
    }
}
