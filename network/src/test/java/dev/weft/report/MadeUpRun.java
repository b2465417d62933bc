package dev.weft.report;

import dev.weft.metrics.Classification;
import dev.weft.metrics.Regression;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import javax.imageio.ImageIO;

/** A run of which every kind of block is shown, with figures as a real one has them. */
final class MadeUpRun {
    static final List<String> DIGITS = IntStream.range(0, 10).mapToObj(Integer::toString).toList();

    private MadeUpRun() {}

    /** The figures of a classifier that is mostly right. */
    static Classification classifier(int classes, int examples) {
        Random random = new Random(1);
        float[] scores = new float[classes * examples];
        int[] labels = new int[examples];
        for (int i = 0; i < examples; i++) {
            labels[i] = random.nextInt(classes);
            double sum = 0;
            double[] row = new double[classes];
            for (int c = 0; c < classes; c++) {
                row[c] = Math.exp(1.2 * random.nextGaussian() + (c == labels[i] ? 4 : 0));
                sum += row[c];
            }
            for (int c = 0; c < classes; c++) {
                scores[i * classes + c] = (float) (row[c] / sum);
            }
        }
        Classification figures = new Classification(classes).withCurves();
        figures.add(scores, labels, null);
        return figures;
    }

    /** Curves of a run of some epochs. */
    static History history(int epochs) {
        History history = new History("epoch");
        Random random = new Random(2);
        for (int e = 1; e <= epochs; e++) {
            double loss = 2.3 * Math.exp(-0.35 * e) + 0.012;
            history.add("Loss", "training", e, loss);
            history.add("Loss", "validation", e, loss * 1.1 + 0.01 * random.nextDouble() + 0.02);
            history.add("Accuracy", "training", e, 1 - 0.4 * Math.exp(-0.4 * e));
            history.add("Accuracy", "validation", e, 0.98 - 0.4 * Math.exp(-0.4 * e));
            history.add(
                    "Learning rate",
                    "rate",
                    e,
                    5e-4 * (1 + Math.cos(Math.PI * (e - 1) / epochs)) + 1e-6);
        }
        return history;
    }

    static byte[] picture(String digit) {
        BufferedImage image = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 24));
        graphics.drawString(digit, 7, 23);
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static Report.Section regression() {
        Random random = new Random(3);
        double[] actual = random.doubles(3000, 9, 46).toArray();
        double[] predicted =
                Arrays.stream(actual)
                        .map(mpg -> 2 + 0.92 * mpg + 2.4 * random.nextGaussian())
                        .toArray();
        Regression figures = new Regression();
        figures.add(predicted, actual, null);
        return new Report.Section("Regression", Results.of(figures, "mpg", predicted, actual));
    }

    private static Report.Section mistakes() {
        List<Block.Mistake> pictures = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            pictures.add(
                    new Block.Mistake(
                            "%d predicted as %d, with 9%d %%".formatted(i, (i + 3) % 10, 9 - i),
                            Picture.png(picture(Integer.toString(i))),
                            Map.of()));
        }
        Map<String, String> row = new LinkedHashMap<>();
        row.put("line", "217");
        row.put("island", "Torgersen");
        row.put("bill_length_mm", "38.9");
        row.put("flipper_length_mm", "181");
        row.put("note", "<b>\"a\" & 'b'</b>");
        return Report.Section.of(
                "Worst mistakes",
                new Block.Mistakes(pictures),
                new Block.Mistakes(
                        List.of(
                                new Block.Mistake("Adelie as Chinstrap, with 97 %", null, row),
                                new Block.Mistake("Gentoo as Adelie, with 64 %", null, row))));
    }

    static Report report() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("model", "784-128-10, ReLU");
        settings.put("optimizer", "adam, betas 0.9 and 0.999");
        settings.put("seed", "1");
        settings.put("Weft", "0.1.0-SNAPSHOT");
        settings.put("Java", "25.0.1+8, Eclipse Adoptium");
        settings.put(
                "sha256 of the parameters",
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
        return new Report(
                "penguins.csv: species",
                "Test accuracy 0.9735 after 12 epochs, in 3.1 s on the CPU.",
                List.of(
                        Report.Section.of(
                                "Data",
                                new Block.Text("344 rows of 8 columns: 275 to train, 69 to test."),
                                new Block.Table(
                                        List.of("column", "kind", "missing", "what was done"),
                                        List.of(
                                                List.of(
                                                        "bill_length_mm",
                                                        "number",
                                                        "2",
                                                        "mean of the training part; standardised"),
                                                List.of("island", "category", "0", "one of 3"),
                                                List.of(
                                                        "<sex>",
                                                        "category",
                                                        "11",
                                                        "one of 2, and an indicator of what is"
                                                                + " missing")))),
                        Report.Section.of(
                                "Model",
                                new Block.Listing(
                                        """
                                        layer           shape    parameters
                                        linear1         64x128      100,480
                                        relu            64x128            0
                                        linear2         64x10         1,290\
                                        """)),
                        new Report.Section("Training", history(12).charts()),
                        new Report.Section("Test", Results.of(classifier(10, 3000), DIGITS)),
                        regression(),
                        mistakes(),
                        new Report.Section("Nothing", List.of()),
                        Report.Section.of("Settings", new Block.Facts(settings))));
    }
}
