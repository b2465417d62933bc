package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

import javax.imageio.ImageIO;

/** The program as its users meet it: what they get, and what bad input ends in. */
class CommandLineTest {
    private static final int IMAGES = 60;

    @TempDir Path folder;

    private Path data = Path.of("");

    @BeforeEach
    void smallDataSet() throws IOException {
        data = Files.createDirectory(folder.resolve("data"));
        byte[] pixels = new byte[IMAGES * 28 * 28];
        byte[] labels = new byte[IMAGES];
        for (int i = 0; i < IMAGES; i++) {
            labels[i] = (byte) (i % 10);
            // A bright band whose place tells the class.
            Arrays.fill(pixels, i * 784 + (i % 10) * 78, i * 784 + (i % 10) * 78 + 60, (byte) 250);
        }
        write("t10k-images-idx3-ubyte", images(IMAGES, pixels));
        write("t10k-labels-idx1-ubyte", labels(IMAGES, labels));
    }

    private void write(String name, byte[] bytes) throws IOException {
        Files.write(data.resolve(name), bytes);
    }

    private static byte[] images(int count, byte[] pixels) {
        return ByteBuffer.allocate(16 + pixels.length)
                .putInt(2051)
                .putInt(count)
                .putInt(28)
                .putInt(28)
                .put(pixels)
                .array();
    }

    private static byte[] labels(int count, byte[] labels) {
        return ByteBuffer.allocate(8 + labels.length)
                .putInt(2049)
                .putInt(count)
                .put(labels)
                .array();
    }

    private Ran train(String... more) {
        List<String> args =
                new ArrayList<>(
                        List.of(
                                "train",
                                "--force",
                                "--data",
                                data.toString(),
                                "--out",
                                folder.resolve("out").toString()));
        args.addAll(List.of(more));
        if (!args.contains("--backend")) {
            args.addAll(List.of("--backend", "reference"));
        }
        return Ran.program(args.toArray(String[]::new));
    }

    private void assertRefused(Ran result, String message) throws IOException {
        result.assertRefused(message);
        assertFalse(Files.exists(folder.resolve("out")), "something was written");
        try (Stream<Path> files = Files.list(folder)) {
            assertTrue(files.noneMatch(file -> file.getFileName().toString().startsWith(".")));
        }
    }

    @Test
    void trainsEvaluatesAndPredicts() throws IOException {
        Path json = folder.resolve("r.json");
        Ran trained =
                train(
                        "--epochs",
                        "30",
                        "--optimizer",
                        "adam",
                        "--lr",
                        "0.01",
                        "--batch",
                        "16",
                        "--json",
                        json.toString());
        assertEquals(0, trained.code(), trained::err);
        assertTrue(trained.out().contains("epoch 30/30"), trained::out);
        assertTrue(trained.out().contains("test accuracy 100.00 %"), trained::out);
        assertTrue(
                trained.out().chars().allMatch(c -> c >= ' ' || c == '\n'), "control characters");
        String results = Files.readString(json);
        for (String field :
                new String[] {
                    "backend",
                    "device",
                    "epochs",
                    "train_seconds",
                    "samples_per_second",
                    "loss",
                    "test_accuracy",
                    "parameters_sha256"
                }) {
            assertTrue(results.contains("\"" + field + "\""), field);
        }
        Path out = folder.resolve("out");
        assertEquals(results, Files.readString(out.resolve("metrics.json")));
        Path model = out.resolve("model.safetensors");

        Ran evaluated =
                Ran.program(
                        "evaluate",
                        "--backend",
                        "reference",
                        "--model",
                        model.toString(),
                        "--data",
                        data.toString());
        assertEquals(0, evaluated.code(), evaluated::err);
        assertTrue(evaluated.out().contains("accuracy 100.00 %"), evaluated::out);

        BufferedImage picture = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 60; i++) {
            int at = 3 * 78 + i;
            picture.getRaster().setSample(at % 28, at / 28, 0, 250);
        }
        Path png = folder.resolve("three.png");
        ImageIO.write(picture, "png", png.toFile());
        String idx = data.resolve("t10k-images-idx3-ubyte").toString();
        Ran predicted =
                Ran.program(
                        "predict",
                        "--backend",
                        "reference",
                        "--model",
                        model.toString(),
                        "--limit",
                        "2",
                        png.toString(),
                        idx);
        assertEquals(0, predicted.code(), predicted::err);
        assertTrue(predicted.out().contains(png + ": 3  0: "), predicted::out);
        assertTrue(predicted.out().contains(idx + "[1]: 1  0: "), predicted::out);
    }

    @Test
    void theSameCommandGivesTheSameParameters() throws IOException {
        String[] args = {"--epochs", "2", "--dropout", "0.3", "--model", "simplenet-softmax"};
        assertEquals(0, train(args).code());
        byte[] first = Files.readAllBytes(folder.resolve("out/model.safetensors"));
        assertEquals(0, train(args).code());
        assertArrayEquals(first, Files.readAllBytes(folder.resolve("out/model.safetensors")));
    }

    @Test
    void resumesExactly() throws IOException {
        // Not the reference backend: files hold F32, and it computes in double.
        String[] common = {"--backend", "cpu", "--optimizer", "adam", "--dropout", "0.2"};
        Path out = folder.resolve("out");
        Path half = folder.resolve("half.safetensors");
        assertEquals(0, train(with(common, "--epochs", "4")).code());
        byte[] straight = Files.readAllBytes(out.resolve("model.safetensors"));
        assertEquals(0, train(with(common, "--epochs", "2")).code());
        Files.move(out.resolve("model.safetensors"), half);
        Ran resumed = train(with(common, "--epochs", "4", "--resume", half.toString()));
        assertEquals(0, resumed.code(), resumed::err);
        assertArrayEquals(straight, Files.readAllBytes(out.resolve("model.safetensors")));
    }

    /** The seed is no double: 2^53 + 1 would become 2^53. */
    @Test
    void aResumedRunTakesWhatIsNotGivenFromTheSavedOne() throws IOException {
        Path out = folder.resolve("out");
        Path half = folder.resolve("half.safetensors");
        String[] begun = {
            "--backend", "cpu",
            "--model", "simplenet-softmax",
            "--optimizer", "adamw",
            "--lr", "0.003",
            "--l1", "0.0001",
            "--l2", "0.001",
            "--weight-decay", "0.05",
            "--dropout", "0.3",
            "--batch", "7",
            "--seed", "9007199254740993"
        };
        assertEquals(0, train(with(begun, "--epochs", "3")).code());
        byte[] straight = Files.readAllBytes(out.resolve("model.safetensors"));
        assertEquals(0, train(with(begun, "--epochs", "1")).code());
        Files.move(out.resolve("model.safetensors"), half);
        String[] resume = {"--backend", "cpu", "--epochs", "3", "--resume", half.toString()};
        Ran resumed = train(resume);
        assertEquals(0, resumed.code(), resumed::err);
        assertArrayEquals(straight, Files.readAllBytes(out.resolve("model.safetensors")));
        for (String[] other :
                new String[][] {
                    {"--model", "simplenet", "--model simplenet-softmax"},
                    {"--optimizer", "adam", "optimizer adamw"},
                    {"--lr", "0.002", "lr 0.003"},
                    {"--l1", "0", "l1 1.0E-4"},
                    {"--l2", "0", "l2 0.001"},
                    {"--weight-decay", "0.06", "weight_decay 0.05"},
                    {"--dropout", "0", "--dropout 0.3"},
                    {"--batch", "64", "--batch 7"},
                    {"--seed", "9007199254740992", "--seed 9007199254740993"},
                    {"--test-count", "20", "on 54 examples"}
                }) {
            Ran refused = train(with(resume, other[0], other[1]));
            assertEquals(2, refused.code(), other[0]);
            assertTrue(refused.err().contains("was trained"), refused::err);
            assertTrue(refused.err().contains(other[2]), refused::err);
        }
        Ran enough = train("--backend", "cpu", "--epochs", "1", "--resume", half.toString());
        assertTrue(enough.err().contains("for 1 epochs already"), enough::err);
    }

    private static String[] with(String[] args, String... more) {
        return Stream.concat(Arrays.stream(args), Arrays.stream(more)).toArray(String[]::new);
    }

    @ParameterizedTest
    @CsvSource({
        "--backend, nonesuch, there is no backend 'nonesuch'",
        "--optimizer, sdg, 'choose one of sgd, momentum'",
        "--model, vgg, 'choose one of simplenet, simplenet-softmax'",
        "--lr, -0.1, --lr must be from 1.4E-45",
        "--lr, NaN, --lr must be from 1.4E-45",
        "--lr, 0, --lr must be from 1.4E-45",
        "--lr, Infinity, to 3.4028235E38",
        "--lr, 1e39, to 3.4028235E38",
        "--lr, 1e-46, --lr must be from 1.4E-45",
        "--lr, ten, option '--lr': 'ten' is not a number",
        "--batch, 0, --batch must be at least 1",
        "--batch, 2147483648, option '--batch': '2147483648' is not from -2147483648 to 2147483647",
        "--epochs, 0, --epochs must be from 1 to 1000000",
        "--epochs, 2147483647, --epochs must be from 1 to 1000000",
        "--epochs, many, option '--epochs': 'many' is not a whole number",
        "--epochs, 1e3, option '--epochs': '1e3' is not a whole number",
        "--dropout, 1, '--dropout must be in [0, 1)'",
        "--dropout, NaN, '--dropout must be in [0, 1)'",
        "--dropout, 0.99999999999, '--dropout must be in [0, 1)'",
        "--dropout, -0.5, '--dropout must be in [0, 1)'",
        "--l1, -1, --l1 must be",
        "--l2, Infinity, --l2 must be",
        "--l2, 1e39, --l2 must be from 0 to 3.4028235E38",
        "--weight-decay, -1, --weight-decay must be",
        "--test-count, 0, --test-count: a test count of 0",
        "--test-count, 60, --test-count: a test count of 60",
        "--seed, x, option '--seed': 'x' is not a whole number",
        "--seed, 9223372036854775808, 'is not from -9223372036854775808 to 9223372036854775807'",
        "--out, '', option '--out': '' names no file or folder",
        "--resume, '', names no file or folder",
        "--nonesuch, 1, 'Unknown options: '",
        "--resume, nowhere, nowhere",
    })
    void badOptionsEndInOneLine(String option, String value, String message) throws IOException {
        assertRefused(train(option, value), message);
    }

    @Test
    void aLearningRateThatMakesTheLossNanEndsInOneLine() throws IOException {
        assertRefused(train("--lr", "1e38", "--epochs", "200"), "try a smaller learning rate");
    }

    @Test
    void anOutputThatCannotBeWrittenEndsInOneLineBeforeTraining() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Ran result =
                Ran.program(
                        "train",
                        "--backend",
                        "reference",
                        "--data",
                        data.toString(),
                        "--out",
                        file.toString());
        assertRefused(result, "is not a folder");
        assertFalse(result.out().contains("epoch"), result::out);
        assertRefused(train("--json", folder.resolve("no/such/r.json").toString()), "no/such");
    }

    @Test
    void tracesEveryKernel() throws IOException {
        assertRefused(
                train("--trace", folder.resolve("out/metrics.json").toString()),
                "is the run's own metrics.json");
        assertRefused(train("--trace", "/dev/full"), "/dev/full");
        Path trace = folder.resolve("trace.json");
        Ran traced = train("--trace", trace.toString());
        assertEquals(0, traced.code(), traced::err);
        Map<String, Integer> events = new TreeMap<>();
        try (JsonParser parser = JsonFactory.builder().build().createParser(trace.toFile())) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.VALUE_STRING
                        && "name".equals(parser.currentName())) {
                    events.merge(parser.getText(), 1, Integer::sum);
                }
            }
        }
        for (String name : List.of("gemm", "update", "countUnfit", "upload", "download")) {
            assertTrue(events.containsKey(name), events::toString);
        }
    }

    @Test
    void damagedDataEndsInOneLine() throws IOException {
        byte[] good = Files.readAllBytes(data.resolve("t10k-images-idx3-ubyte"));
        write("t10k-images-idx3-ubyte", Arrays.copyOf(good, good.length - 100));
        assertRefused(train(), "t10k-images-idx3-ubyte");
        write("t10k-images-idx3-ubyte", Arrays.copyOf(good, good.length + 100));
        assertRefused(train(), "t10k-images-idx3-ubyte");
        write("t10k-images-idx3-ubyte", Files.readAllBytes(data.resolve("t10k-labels-idx1-ubyte")));
        assertRefused(train(), "labels");
        write("t10k-images-idx3-ubyte", "no such thing at all".getBytes(StandardCharsets.UTF_8));
        assertRefused(train(), "t10k-images-idx3-ubyte");
        write(
                "t10k-images-idx3-ubyte",
                images(IMAGES - 1, Arrays.copyOf(new byte[784 * 59], 784 * 59)));
        assertRefused(train(), "59");
        write("t10k-images-idx3-ubyte", gzip(Arrays.copyOf(good, good.length + 5_000_000)));
        assertRefused(train(), "t10k-images-idx3-ubyte");
        Files.delete(data.resolve("t10k-images-idx3-ubyte"));
        Files.delete(data.resolve("t10k-labels-idx1-ubyte"));
        assertRefused(train(), "t10k-images-idx3-ubyte");
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    @Test
    void aModelThatIsNoneEndsInOneLine() throws IOException {
        Path model = folder.resolve("model");
        Files.writeString(model, "this is not a model, whatever its name says");
        String[] evaluate = {
            "evaluate",
            "--backend",
            "reference",
            "--model",
            model.toString(),
            "--data",
            data.toString()
        };
        assertRefused(Ran.program(evaluate), "not a safetensors file");
        assertEquals(0, train("--epochs", "1").code());
        byte[] good = Files.readAllBytes(folder.resolve("out/model.safetensors"));
        Files.write(model, Arrays.copyOf(good, good.length / 2));
        Ran result = Ran.program(evaluate);
        assertEquals(2, result.code());
        assertTrue(result.err().contains("truncated"), result::err);
        assertEquals(1, result.err().lines().count());
    }

    @Test
    void stacktraceShowsWhereAnErrorCameFrom() {
        Ran result = Ran.program("train", "--stacktrace", "--lr", "-1");
        assertEquals(2, result.code());
        assertTrue(result.err().contains("at dev.weft.cli."), result::err);
    }

    @Test
    void devicesListsTheReferenceBackend() {
        Ran text = Ran.program("devices");
        assertEquals(0, text.code(), text::err);
        assertTrue(text.out().contains("reference    ready"), text::out);
        Ran json = Ran.program("devices", "--json");
        assertTrue(json.out().contains("\"backend\" : \"reference\""), json::out);
    }

    @Test
    void devicesListsTheOptionsOfTheCpu() {
        Ran text = Ran.program("devices");
        assertTrue(text.out().contains("options: threads, vectorBits"), text::out);
        Ran json = Ran.program("devices", "--json");
        assertTrue(json.out().contains("\"options\" : [ \"threads\", \"vectorBits\" ]"), json::out);
    }

    @Test
    void helpNamesEveryCommand() {
        String help = Ran.program("--help").out();
        for (String command :
                List.of("devices", "train", "evaluate", "predict", "generate", "bench")) {
            assertTrue(help.contains(command), help);
        }
        assertEquals(2, Ran.program("trian").code());
    }
}
