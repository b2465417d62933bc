package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.nn.Architecture;
import dev.weft.nn.Network;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.train.Checkpoint;
import dev.weft.train.TrainingState;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import javax.imageio.ImageIO;

/** What {@code predict} says of pictures. */
class PredictTest {
    @TempDir static Path folder;

    @BeforeAll
    static void model() {
        Ran.program(
                        "train",
                        "--backend",
                        "cpu",
                        "--epochs",
                        "2",
                        "--optimizer",
                        "adam",
                        "--test-count",
                        "50",
                        "--out",
                        folder.resolve("run").toString())
                .assertDone();
    }

    private static Ran predict(Object... args) {
        List<String> all = new ArrayList<>(List.of("predict", "--backend", "cpu", "--model"));
        all.add(folder.resolve("run/model.safetensors").toString());
        Arrays.stream(args).map(Object::toString).forEach(all::add);
        return Ran.program(all.toArray(String[]::new));
    }

    private static Path picture(String name, GreyImage image) throws IOException {
        BufferedImage picture =
                new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < image.grey().length; i++) {
            int level = Math.round(image.grey()[i]);
            picture.setRGB(i % image.width(), i / image.width(), level * 0x010101);
        }
        Path path = folder.resolve(name);
        ImageIO.write(picture, "png", path.toFile());
        return path;
    }

    private static Path three(String name) throws IOException {
        Photo photo = Photo.paper(300, 300, 230).ink(Photo.three(120, 14), 60, 90, 140);
        return picture(name, photo.shaded(1, 70).noise(1, 3).image());
    }

    private static Path blank(String name) throws IOException {
        return picture(name, Photo.paper(200, 200, 210).shaded(2, 50).noise(2, 3).image());
    }

    @Test
    void aShadedPhotoIsReadAndABlankPageIsNot() throws IOException {
        Path three = three("three.png");
        Path blank = blank("blank.png");
        Path json = folder.resolve("p.json");
        Ran ran = predict("--json", json, three, blank);
        assertEquals(3, ran.code(), ran::toString);
        assertEquals("", ran.err());
        assertTrue(ran.out().contains(three + ": 3  0: "), ran::out);
        assertTrue(ran.out().contains("dark on light: inverted; shading of"), ran::out);
        assertTrue(ran.out().contains(blank + ": no digit"), ran::out);
        String written = Files.readString(json);
        assertTrue(written.contains("\"digit\" : 3"), written);
        assertTrue(written.contains("\"digit\" : null"), written);
        assertTrue(written.contains("\"reason\" : \"no digit"), written);
        predict(three).assertDone();
    }

    @Test
    void aPictureThatCannotBeReadLeavesTheOthers() throws IOException {
        Path cut = three("cut.png");
        byte[] bytes = Files.readAllBytes(cut);
        Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
        Path three = three("whole.png");
        Path nowhere = folder.resolve("nowhere.png");
        Ran ran = predict(three, cut, nowhere, folder, three);
        assertEquals(2, ran.code(), ran::toString);
        assertEquals(2, ran.out().split(three + ": 3", -1).length - 1, ran::out);
        List<String> errors = ran.err().lines().toList();
        assertEquals(3, errors.size(), ran::err);
        assertTrue(errors.get(0).startsWith("weft predict: " + cut + ": is damaged"), ran::err);
        assertTrue(errors.get(1).contains("nowhere.png: there is no such file"), ran::err);
        assertTrue(errors.get(2).contains("is a folder"), ran::err);
    }

    /** More than one batch, in the order in which they were given. */
    @Test
    void manyPicturesKeepTheirOrder() throws IOException {
        Path three = three("again.png");
        Path blank = blank("nothing.png");
        Object[] all = new Object[150];
        Arrays.fill(all, three);
        all[0] = blank;
        all[70] = blank;
        all[149] = blank;
        List<String> lines =
                predict(all).out().lines().filter(line -> line.contains(".png: ")).toList();
        assertEquals(150, lines.size());
        for (int i = 0; i < 150; i++) {
            assertTrue(lines.get(i).startsWith(all[i] + ": "), i + lines.get(i));
        }
    }

    /** What is behind the first images is not looked at: here it is not even there. */
    @Test
    void anIdxFileIsReadAsFarAsItIsUsed() throws IOException {
        ByteBuffer some = ByteBuffer.allocate(16 + 784 * 5).putInt(2051).putInt(1 << 20);
        some.putInt(28).putInt(28);
        for (int i = 0; i < 3; i++) {
            some.position(16 + 784 * i + 300).put(new byte[] {-1, -1, -1, -1});
        }
        Path packed = folder.resolve("many.gz");
        try (var out = new java.util.zip.GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(some.array());
        }
        Ran ran = predict("--limit", "4", packed);
        assertEquals(3, ran.code(), ran::toString);
        assertTrue(ran.out().contains(packed + "[2]: "), ran::out);
        assertTrue(ran.out().contains(packed + "[3]: no digit"), ran::out);
        predict("--limit", "6", packed).assertRefused("truncated");
        predict("--limit", "0", packed).assertRefused("--limit must be at least 1");
    }

    @Test
    void lowConfidenceIsSaidAndWhatIsNotFiniteIsRefused() {
        float[] even = new float[10];
        Arrays.fill(even, 0.1f);
        assertTrue(
                new Prediction("x", "", Optional.of(even)).text("x").startsWith("x: 0 (unsure)"));
        float[] clear = {0, 0, 0.97f, 0.03f, 0, 0, 0, 0, 0, 0};
        assertFalse(new Prediction("x", "", Optional.of(clear)).text("x").contains("unsure"));
        even[3] = Float.NaN;
        var error =
                assertThrows(
                        InputException.class, () -> new Prediction("x", "", Optional.of(even)));
        assertTrue(String.valueOf(error.getMessage()).contains("not finite (NaN)"));
    }

    /** Parameters that are finite, and so large that nothing that they give is. */
    @Test
    void aModelWhoseOutputsAreNotFiniteIsRefused() throws IOException {
        Path file = folder.resolve("huge.safetensors");
        Architecture simplenet = new Architecture("simplenet", 784, 10, 0);
        Problem digits = new DigitProblem(DigitData.forTraining(null, 10, 1));
        try (Device device = Devices.open("cpu");
                Scope _ = device.scope()) {
            Network network = Network.create(device, simplenet.blocks(), 1);
            Tensor values = network.parameters().groups().getFirst().values();
            values.assign(values.mul(1e36));
            Optimizer sgd = new Optimizer(network.parameters(), OptimizerKind.SGD, 0.01);
            TrainingState state = new TrainingState("cross_entropy", 6000, 64, 1, 0);
            Checkpoint.save(file, network, sgd, SavedModel.metadata(simplenet, digits, state));
        }
        Path json = folder.resolve("none.json");
        String[] rest = {"--backend", "cpu", "--model", file.toString(), "--json", json.toString()};
        for (String command : new String[] {"evaluate", "predict"}) {
            List<String> args = new ArrayList<>(List.of(command));
            args.addAll(List.of(rest));
            if (command.equals("predict")) {
                args.add(three("3.png").toString());
            }
            Ran.program(args.toArray(String[]::new))
                    .assertRefused(command.equals("evaluate") ? "it overflows" : "not finite");
            assertFalse(Files.exists(json));
        }
    }
}
