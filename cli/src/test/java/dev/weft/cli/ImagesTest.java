package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

import javax.imageio.ImageIO;

/** The road of a folder of pictures: train, evaluate and predict. */
class ImagesTest {
    private static final int SIDE = 16;

    @TempDir Path folder;

    private Path shapes = Path.of("");

    @BeforeEach
    void draw() throws IOException {
        shapes = folder.resolve("shapes");
        Random random = new Random(3);
        for (String kind : List.of("bars", "discs")) {
            Files.createDirectories(shapes.resolve(kind));
            for (int i = 0; i < 40; i++) {
                BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
                Graphics2D graphics = image.createGraphics();
                graphics.setColor(new Color(200 + random.nextInt(55), 180, 60));
                int at = 3 + random.nextInt(4);
                if (kind.equals("bars")) {
                    graphics.fillRect(at, 0, 3, SIDE);
                } else {
                    graphics.fillOval(at, at, 7, 7);
                }
                graphics.dispose();
                ImageIO.write(image, "png", shapes.resolve(kind).resolve(i + ".png").toFile());
            }
        }
    }

    private Ran train(String... more) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "train",
                                "--backend",
                                "cpu",
                                "--data",
                                shapes.toString(),
                                "--out",
                                folder.resolve("out").toString(),
                                "--json",
                                folder.resolve("r.json").toString(),
                                "--force"));
        all.addAll(List.of(more));
        return Ran.program(all.toArray(String[]::new));
    }

    @Test
    void picturesAreTrainedEvaluatedAndPredicted() throws IOException {
        Ran trained = train("--epochs", "15", "--batch", "16", "--split", "0.6/0.2/0.2");
        assertEquals(0, trained.code(), trained::err);
        Map<String, Object> json = JSON.std.mapFrom(Files.readString(folder.resolve("r.json")));
        Map<?, ?> test = (Map<?, ?>) Objects.requireNonNull(json.get("test"));
        assertTrue(
                ((Number) Objects.requireNonNull(test.get("accuracy"))).doubleValue() > 0.9,
                trained::out);
        String page = Files.readString(folder.resolve("out/report.html"));
        assertTrue(page.contains("Confusion matrix"));
        String model = folder.resolve("out/model.safetensors").toString();
        Ran evaluated =
                Ran.program(
                        "evaluate",
                        "--backend",
                        "cpu",
                        "--model",
                        model,
                        "--data",
                        shapes.toString());
        assertEquals(0, evaluated.code(), evaluated::err);
        assertTrue(evaluated.out().contains("on 16 examples"), evaluated::out);
        Path broken = folder.resolve("broken.png");
        Files.writeString(broken, "no picture");
        Path results = folder.resolve("p.json");
        Ran predicted =
                Ran.program(
                        "predict",
                        "--backend",
                        "cpu",
                        "--model",
                        model,
                        "--json",
                        results.toString(),
                        shapes.resolve("bars/3.png").toString(),
                        broken.toString(),
                        shapes.resolve("discs/3.png").toString());
        assertEquals(2, predicted.code());
        assertTrue(predicted.err().contains("broken.png"), predicted::err);
        assertTrue(predicted.out().contains("3.png: bars  bars: "), predicted::out);
        assertTrue(predicted.out().contains("3.png: discs  discs: "), predicted::out);
        assertTrue(Files.readString(results).contains("\"class\" : \"discs\""));
    }

    @Test
    void picturesAreAugmented() throws IOException {
        String[] common = {"--epochs", "12", "--batch", "16", "--size", "8x8"};
        train(common).assertDone();
        Object plain = hash();
        String all = "shift=0.1,rotate=5,scale=0.9:1.1,crop=0.9,noise=0.1,brightness=0.1";
        String others = "contrast=0.2,cutout=0.2,flip,flip_upside_down,cutmix=0.2";
        for (String what : List.of(all, others, "mixup=0.2")) {
            String[] options = with(common, "--augment", what);
            Ran trained = train(options).assertDone();
            assertTrue(trained.out().contains("test accuracy"), trained::out);
            Object first = hash();
            assertNotEquals(plain, first, what);
            train(options).assertDone();
            assertEquals(first, hash(), what);
        }
        train("--augment", "swap=0.1").assertRefused("--augment of pictures takes shift=SHARE");
        train("--augment", "shift=2").assertRefused("--augment: shift: 2.0");
        train("--duplicates", "drop").assertRefused("is for tables");
    }

    /** Nothing is as likely as that, so that all are taken for the first class. */
    @Test
    void whatPicturesAreTakenForFollowsTheThreshold() throws IOException {
        train("--epochs", "1", "--threshold", "1").assertDone();
        Path results = folder.resolve("p.json");
        Ran predicted =
                Ran.program(
                        "predict",
                        "--backend",
                        "cpu",
                        "--model",
                        folder.resolve("out/model.safetensors").toString(),
                        "--json",
                        results.toString(),
                        shapes.resolve("discs/3.png").toString());
        assertTrue(predicted.assertDone().out().contains("3.png: bars  "), predicted::out);
        assertTrue(Files.readString(results).contains("\"class\" : \"bars\""));
    }

    private static String[] with(String[] options, String... more) {
        return Stream.of(options, more).flatMap(Arrays::stream).toArray(String[]::new);
    }

    private @Nullable Object hash() throws IOException {
        return JSON.std
                .mapFrom(Files.readString(folder.resolve("r.json")))
                .get("parameters_sha256");
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        train("--size", "16").assertRefused("--size must be WIDTHxHEIGHT");
        train("--size", "16x0").assertRefused("--size must be WIDTHxHEIGHT");
        train("--model", "simplenet").assertRefused("takes 784 numbers");
        ImageIO.write(
                new BufferedImage(9, 9, BufferedImage.TYPE_INT_RGB),
                "png",
                shapes.resolve("bars/other.png").toFile());
        train("--epochs", "1").assertRefused("other.png");
        Ran resized = train("--epochs", "1", "--size", "8x8");
        assertEquals(0, resized.code(), resized::err);
        Files.writeString(shapes.resolve("bars/other.png"), "no picture");
        train("--epochs", "1").assertRefused("other.png");
    }
}
