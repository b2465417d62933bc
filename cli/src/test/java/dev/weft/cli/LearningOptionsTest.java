package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

/** Augmentation, the loss of classes, averages, duplicates, thresholds and texts, by options. */
class LearningOptionsTest {
    private static final int ROWS = 120;

    @TempDir Path folder;

    private Path table = Path.of("");

    /** A quarter is sick, with a higher fever and other words, but not always. */
    @BeforeEach
    void write() throws IOException {
        table = folder.resolve("patients.csv");
        Random random = new Random(7);
        List<String> lines = new ArrayList<>(List.of("fever,age,note,tags,state"));
        for (int i = 0; i < ROWS; i++) {
            boolean sick = i % 4 == 0;
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "%.3f,%d,%s %s patient %d,%s,%s",
                            37 + (sick ? 1.2 : 0) + random.nextGaussian(),
                            20 + random.nextInt(60),
                            sick ? "cough and chill" : "no complaint",
                            List.of("today", "since monday").get(random.nextInt(2)),
                            i,
                            sick ? "ward|drug" : i % 3 == 0 ? "drug" : "home",
                            sick ? "sick" : "fit"));
        }
        Files.write(table, lines);
    }

    private Ran train(String... more) {
        String[] fixed = {
            "train",
            "--backend",
            "cpu",
            "--data",
            table.toString(),
            "--out",
            out(),
            "--json",
            json(),
            "--force"
        };
        return Ran.program(joined(fixed, more));
    }

    private Ran withModel(String command, String... more) {
        String[] fixed = {command, "--backend", "cpu", "--model", out() + "/model.safetensors"};
        return Ran.program(joined(fixed, more));
    }

    private static String[] joined(String[] first, String... second) {
        return Stream.of(first, second).flatMap(Arrays::stream).toArray(String[]::new);
    }

    private String out() {
        return folder.resolve("out").toString();
    }

    private String json() {
        return folder.resolve("r.json").toString();
    }

    private Map<String, Object> results() throws IOException {
        return JSON.std.mapFrom(Files.readString(Path.of(json())));
    }

    private static double number(@Nullable Object value) {
        return ((Number) Objects.requireNonNull(value)).doubleValue();
    }

    /** What a run of some options ends in. */
    private @Nullable Object hash(String... options) throws IOException {
        train(joined(new String[] {"--target", "state", "--ignore", "note,tags"}, options))
                .assertDone();
        return results().get("parameters_sha256");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--augment noise=0.1",
                "--augment swap=0.2",
                "--augment mixup=0.3",
                "--class-weights balanced",
                "--class-weights sick=3",
                "--label-smoothing 0.1",
                "--moving-average 0.9"
            })
    void eachOptionCountsAndIsTheSameAgain(String option) throws IOException {
        String[] given = joined(option.split(" "), "--epochs", "2");
        Object first = hash(given);
        assertNotEquals(hash("--epochs", "2"), first);
        assertEquals(first, hash(given));
    }

    /** From the middle, to the same bits, and the options need not be said again. */
    @Test
    void aRunThatIsResumedEndsAlike() throws IOException {
        String[] options = {
            "--target", "state", "--ignore", "note,tags", "--augment", "noise=0.1,mixup=0.3",
            "--class-weights", "balanced", "--label-smoothing", "0.1", "--moving-average", "0.9",
            "--duplicates", "drop", "--split", "0.5/0.5", "--split-by", "order"
        };
        train(joined(options, "--epochs", "6")).assertDone();
        Object whole = results().get("parameters_sha256");
        Map<String, Object> trained = results();
        // The average and the loss are those of the test, and of all later ones.
        Path last = folder.resolve("last.csv");
        List<String> lines = new ArrayList<>(Files.readAllLines(table));
        lines.subList(1, 1 + ROWS / 2).clear();
        Files.write(last, lines);
        withModel("evaluate", "--data", last.toString(), "--json", json()).assertDone();
        assertEquals(whole, results().get("parameters_sha256"));
        assertEquals(trained.get("test_loss"), results().get("test_loss"));
        assertEquals(trained.get("confusion"), results().get("confusion"));

        train(joined(options, "--epochs", "3")).assertDone();
        Path half = folder.resolve("half.safetensors");
        Files.copy(Path.of(out(), "model.safetensors"), half);
        String[] resume = {"--epochs", "6", "--resume", half.toString()};
        train(joined(options, resume)).assertDone();
        assertEquals(whole, results().get("parameters_sha256"));
        String[] data = {
            "--target",
            "state",
            "--ignore",
            "note,tags",
            "--split",
            "0.5/0.5",
            "--split-by",
            "order"
        };
        train(joined(data, resume)).assertDone();
        assertEquals(whole, results().get("parameters_sha256"));
        for (String other :
                List.of(
                        "--augment noise=0.2",
                        "--class-weights sick=2",
                        "--label-smoothing 0.2",
                        "--moving-average 0.8",
                        "--duplicates keep")) {
            train(joined(joined(data, resume), other.split(" ")))
                    .assertRefused("goes on only with the same");
        }
    }

    @Test
    void theBestEpochIsThatOfTheAverage() throws IOException {
        String[] options = {
            "--target", "state", "--ignore", "note,tags", "--split", "0.5/0.25/0.25", "--split-by",
            "order", "--moving-average", "0.9", "--patience", "2", "--lr", "0.1"
        };
        Ran trained = train(joined(options, "--epochs", "60")).assertDone();
        assertTrue(trained.out().contains("the parameters are those of epoch"), trained::out);
        List<?> losses = (List<?>) Objects.requireNonNull(results().get("validation_loss"));
        double least = losses.stream().mapToDouble(loss -> number(loss)).min().orElseThrow();
        // What was saved has that loss on the rows that were looked at.
        Path middle = folder.resolve("middle.csv");
        List<String> lines = Files.readAllLines(table);
        List<String> validation = new ArrayList<>(lines.subList(0, 1));
        validation.addAll(lines.subList(1 + ROWS / 2, 1 + ROWS * 3 / 4));
        Files.write(middle, validation);
        withModel("evaluate", "--data", middle.toString(), "--json", json()).assertDone();
        assertEquals(least, number(results().get("test_loss")), 1e-9);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.9", "f1", "fbeta:2", "youden", "cost:1:10"})
    void whatIsPredictedFollowsTheThreshold(String rule) throws IOException {
        train(
                        "--target",
                        "state",
                        "--ignore",
                        "note,tags",
                        "--split",
                        "0.5/0.25/0.25",
                        "--epochs",
                        "5",
                        "--threshold",
                        rule)
                .assertDone();
        double threshold =
                number(((List<?>) Objects.requireNonNull(results().get("thresholds"))).getFirst());
        assertNotEquals(0.5, threshold);
        List<String> predicted =
                withModel("predict", table.toString())
                        .out()
                        .lines()
                        .dropWhile(line -> !line.startsWith("state,"))
                        .skip(1)
                        .toList();
        assertEquals(ROWS, predicted.size());
        double sick = 0;
        for (String line : predicted) {
            String[] cells = line.split(",", -1);
            double probability = Double.parseDouble(cells[2]);
            // Probabilities are written with six digits.
            if (Math.abs(probability - threshold) > 1e-6) {
                assertEquals(probability >= threshold ? "sick" : "fit", cells[0], line);
            }
            sick += cells[0].equals("sick") ? 1 : 0;
        }
        // Another file, so that the test is on all rows.
        Files.writeString(table, "\n", StandardOpenOption.APPEND);
        withModel("evaluate", "--data", table.toString(), "--json", json()).assertDone();
        List<?> confusion = (List<?>) Objects.requireNonNull(results().get("confusion"));
        double counted =
                confusion.stream().mapToDouble(row -> number(((List<?>) row).get(1))).sum();
        assertEquals(sick, counted);
    }

    /** Without examples of both kinds the usual one stays, and what is never predicted is said. */
    @Test
    void aThresholdThatTellsNothingIsSaid() throws IOException {
        String[] ages = {"--target", "state", "--ignore", "note,tags,fever", "--epochs", "1"};
        Ran never = train(joined(ages, "--threshold", "cost:1000:1")).assertDone();
        assertTrue(never.out().contains("'sick' is never predicted: by cost:1000:1"), never::out);
        assertTrue(
                withModel("evaluate", "--data", table.toString())
                        .assertDone()
                        .out()
                        .contains("fit"));
        List<String> rows = new ArrayList<>(Files.readAllLines(table));
        rows.subList(ROWS / 2, ROWS).removeIf(line -> line.endsWith("sick"));
        Files.write(table, rows);
        String[] ordered = {"--split", "0.6/0.3/0.1", "--split-by", "order", "--threshold", "f1"};
        Ran usual = train(joined(ages, ordered)).assertDone();
        assertTrue(
                usual.out().contains("'sick' stays 0.5: it is none of the examples"), usual::out);
        assertEquals(List.of(0.5), results().get("thresholds"));
    }

    @Test
    void eachLabelHasItsThreshold() throws IOException {
        Ran trained =
                train(
                        "--target",
                        "tags",
                        "--task",
                        "multi_label",
                        "--ignore",
                        "note",
                        "--epochs",
                        "10",
                        "--threshold",
                        "f1");
        trained.assertDone();
        assertTrue(trained.out().contains("thresholds by f1 on the training part: "), trained::out);
        List<?> thresholds = (List<?>) Objects.requireNonNull(results().get("thresholds"));
        assertEquals(3, thresholds.size());
        String page = Files.readString(Path.of(out(), "report.html"));
        assertTrue(page.contains("ROC curve") && page.contains("ward"), page);
        for (String line :
                withModel("predict", table.toString())
                        .out()
                        .lines()
                        .dropWhile(line -> !line.startsWith("tags,"))
                        .skip(1)
                        .toList()) {
            String[] cells = line.split(",", -1);
            for (int label = 0; label < 3; label++) {
                double probability = Double.parseDouble(cells[1 + label]);
                double threshold = number(thresholds.get(label));
                if (Math.abs(probability - threshold) > 1e-6) {
                    String name = List.of("drug", "home", "ward").get(label);
                    assertEquals(probability >= threshold, cells[0].contains(name), line);
                }
            }
        }
    }

    @Test
    void wordsOfTextsAreLearnt() throws IOException {
        Ran trained =
                train(
                        "--target",
                        "state",
                        "--ignore",
                        "fever,age,tags",
                        "--type",
                        "note=text",
                        "--epochs",
                        "30");
        trained.assertDone();
        assertTrue(trained.out().contains("note"), trained::out);
        Map<?, ?> test = (Map<?, ?>) Objects.requireNonNull(results().get("test"));
        assertEquals(1, number(Objects.requireNonNull(test.get("accuracy"))), trained::out);
        Path fresh = folder.resolve("new.csv");
        Files.writeString(fresh, "note\nChill and cough!\nno complaint\n");
        List<String> lines = withModel("predict", fresh.toString()).out().lines().toList();
        assertTrue(lines.get(lines.size() - 2).startsWith("sick,"), lines::toString);
        assertTrue(lines.getLast().startsWith("fit,"), lines::toString);
    }

    @Test
    void rowsThatAreThereTwiceAreDropped() throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(table));
        lines.addAll(List.copyOf(lines.subList(1, 41)));
        Files.write(table, lines);
        String[] options = {"--target", "state", "--epochs", "1", "--split", "0.5/0.5"};
        assertTrue(train(options).out().contains("80 examples to train"));
        Ran dropped = train(joined(options, "--duplicates", "drop")).assertDone();
        assertTrue(dropped.out().contains("60 examples to train"), dropped::out);
        assertTrue(
                dropped.out().contains("without 40 rows that were equal to one before"),
                dropped::out);
    }

    /** How the table is written is not said again to go on. */
    @Test
    void aResumedRunReadsTheTableAsBefore() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            rows.append("%d,5;%s;%d,25%n".formatted(i, i % 9 == 0 ? "leer" : "rot", 2 * i));
        }
        Files.writeString(table, rows);
        String[] target = {"--target", "column3", "--task", "regression"};
        String[] format = {
            "--separator", ";", "--decimal-comma", "--missing", "leer", "--no-header"
        };
        train(joined(joined(target, format), "--epochs", "1")).assertDone();
        Path half = folder.resolve("half.safetensors");
        Files.copy(Path.of(out(), "model.safetensors"), half);
        train(joined(target, "--epochs", "2", "--resume", half.toString())).assertDone();
        // It was kept, too; and can be taken back.
        Files.writeString(table, "column1;column2\n1,5;rot\n2,5;rot\n");
        Ran one = withModel("predict", table.toString());
        one.assertRefused("column1");
        Ran two = withModel("predict", table.toString(), "--header").assertDone();
        assertEquals(
                2, two.out().lines().dropWhile(line -> !line.equals("column3")).skip(1).count());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--target state --augment flip; --augment of a table takes noise=DEVIATION",
                "--target state --augment noise; --augment of a table takes",
                "--target state --augment noise=x; --augment of a table takes",
                "--target state --augment noise=-1; --augment: noise: -1.0",
                "--target state --augment mixup=0.1,swap=0.1; mixed in one way only",
                "--target state --class-weights ill=2; of the classes fit, sick",
                "--target state --class-weights sick=0; a weight must be above 0",
                "--target state --class-weights sick=x; is no number",
                "--target age --class-weights balanced; is not learnt as classes",
                "--target age --label-smoothing 0.1; is not learnt as classes",
                "--target state --label-smoothing 1; --label-smoothing must be in [0, 1)",
                "--target state --moving-average 1; --moving-average must be in [0, 1)",
                "--target state --threshold 0; --threshold must be a probability above 0",
                "--target state --threshold f2; --threshold must be",
                "--target state --threshold cost:1; --threshold must be",
                "--target state --threshold fbeta:0; --threshold must be",
                "--target age --threshold f1; is learnt as numbers",
                "--target state --duplicates some; --duplicates",
            })
    void whatDoesNotFitIsRefused(String options, String message) {
        train(joined(options.split(" "), "--task", "AUTO")).assertRefused(message);
        assertFalse(Files.exists(Path.of(out(), "model.safetensors")));
    }
}
