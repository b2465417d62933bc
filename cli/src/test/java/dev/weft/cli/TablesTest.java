package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

/** The road of a table: train, evaluate and predict. */
class TablesTest {
    private static final int ROWS = 120;

    @TempDir Path folder;

    private Path flowers = Path.of("");

    /** Kinds that two measures tell apart, a colour, a height that is a sum, and some gaps. */
    @BeforeEach
    void write() throws IOException {
        flowers = folder.resolve("flowers.csv");
        Random random = new Random(5);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            int kind = i % 3;
            double a = kind + 0.2 * random.nextGaussian();
            double b = -kind + 0.2 * random.nextGaussian();
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "%.3f,%s,%s,%.3f,%s",
                            a,
                            i % 17 == 0 ? "" : String.format(Locale.ROOT, "%.3f", b),
                            List.of("red", "blue").get(random.nextInt(2)),
                            10 + 3 * a - b,
                            List.of("iris", "lily", "rose").get(kind)));
        }
        Collections.shuffle(lines, random);
        lines.addFirst("length,width,colour,height,kind");
        Files.write(flowers, lines);
    }

    private Ran train(String... more) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "train",
                                "--backend",
                                "cpu",
                                "--data",
                                flowers.toString(),
                                "--out",
                                folder.resolve("out").toString(),
                                "--json",
                                folder.resolve("r.json").toString(),
                                "--force"));
        all.addAll(List.of(more));
        return Ran.program(all.toArray(String[]::new));
    }

    private Map<String, Object> json() throws IOException {
        return JSON.std.mapFrom(Files.readString(folder.resolve("r.json")));
    }

    private static double number(Map<String, Object> json, String object, String name) {
        Map<?, ?> figures = (Map<?, ?>) Objects.requireNonNull(json.get(object));
        return ((Number) Objects.requireNonNull(figures.get(name))).doubleValue();
    }

    private String model() {
        return folder.resolve("out/model.safetensors").toString();
    }

    @Test
    void classesAreTrainedEvaluatedAndPredicted() throws IOException {
        Ran trained = train("--target", "kind", "--epochs", "40", "--ignore", "height");
        assertEquals(0, trained.code(), trained::err);
        assertTrue(
                trained.out().contains("for missing, which one more feature says"), trained::out);
        assertTrue(trained.out().contains("iris"), trained::out);
        Map<String, Object> json = json();
        assertTrue(number(json, "test", "accuracy") > 0.95, trained::out);
        assertTrue(number(json, "test", "macro_f1") > 0.95, trained::out);
        assertEquals(List.of("iris", "lily", "rose"), json.get("classes"));
        Ran evaluated =
                Ran.program(
                        "evaluate",
                        "--backend",
                        "cpu",
                        "--model",
                        model(),
                        "--data",
                        flowers.toString(),
                        "--report",
                        folder.resolve("tested.html").toString(),
                        "--json",
                        folder.resolve("r.json").toString());
        assertEquals(0, evaluated.code(), evaluated::err);
        String page = Files.readString(folder.resolve("tested.html"));
        assertTrue(page.contains("ROC curve") && page.contains("rose"), page);
        String run = Files.readString(folder.resolve("out/report.html"));
        assertTrue(run.contains(">colour</th>") && run.contains(">one-hot</td>"), run);
        assertTrue(run.contains("Calibration") && run.contains("Confusion matrix"), run);
        assertTrue(evaluated.out().contains("balanced_accuracy"), evaluated::out);
        // Of the same rows those that were kept for the test, and so the same figures.
        assertEquals(ROWS / 5, number(json(), "test", "examples"));
        assertEquals(json.get("test"), json().get("test"));
        // Raw rows: other order, one column that nobody knows, none of the target.
        Path fresh = folder.resolve("new.csv");
        Files.writeString(
                fresh, "colour,note,width,length\nred,x,0.1,0.0\ngreen,y,-2.1,2.0\nblue,z,,1.0\n");
        Path predictions = folder.resolve("p.csv");
        Ran predicted =
                Ran.program(
                        "predict",
                        "--backend",
                        "cpu",
                        "--model",
                        model(),
                        fresh.toString(),
                        "--out",
                        predictions.toString());
        assertEquals(0, predicted.code(), predicted::err);
        List<String> lines = Files.readAllLines(predictions);
        assertEquals("kind,p_iris,p_lily,p_rose", lines.get(0));
        assertTrue(lines.get(1).startsWith("iris,0."), lines::toString);
        assertTrue(lines.get(2).startsWith("rose,"), lines::toString);
        assertTrue(lines.get(3).startsWith("lily,"), lines::toString);
        assertEquals(4, lines.size());
    }

    /** Parts, cleaning and what is tested are the same; only the order of examples is not. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--target kind --split 0.6/0.2/0.2",
                "--target kind --split-by order",
                "--target height --split-by group:kind",
                "--target kind --split-by time:height --ignore height",
                "--target kind --duplicates drop --folds 3",
                "--target kind --class-weights balanced",
            })
    void aTableThatIsStreamedIsDividedAsOneInMemory(String options) throws IOException {
        List<String> rows = new ArrayList<>(Files.readAllLines(flowers));
        rows.addAll(rows.subList(1, 30));
        Files.write(flowers, rows);
        List<Object> tests = new ArrayList<>();
        List<List<String>> said = new ArrayList<>();
        // So small a rate leaves the first parameters, whatever the order is.
        String[] common =
                with(options.split(" "), "--epochs", "1", "--optimizer", "sgd", "--lr", "1e-30");
        for (String how : List.of("--stream", "--no-stream")) {
            Ran trained = train(with(common, how));
            assertEquals(0, trained.code(), trained::err);
            tests.add(Objects.requireNonNull(json().get("test")));
            said.add(
                    trained.out()
                            .replace(", which is read in each epoch", "")
                            .lines()
                            .takeWhile(line -> !line.contains("epoch"))
                            .toList());
        }
        assertEquals(tests.get(1), tests.get(0));
        assertEquals(said.get(1), said.get(0));
    }

    @Test
    void aStreamedRunIsResumedAsOne() throws IOException {
        String[] common = {"--target", "kind", "--split", "0.6/0.2/0.2", "--augment", "mixup=0.2"};
        assertEquals(0, train(with(common, "--epochs", "4", "--stream")).code());
        assertTrue(number(json(), "test", "accuracy") > 0.5);
        Object whole = json().get("parameters_sha256");
        assertEquals(0, train(with(common, "--epochs", "2", "--stream")).code());
        Path half = folder.resolve("half.safetensors");
        Files.copy(Path.of(model()), half);
        Ran resumed = train(with(common, "--epochs", "4", "--resume", half.toString()));
        assertEquals(0, resumed.code(), resumed::err);
        assertEquals(whole, json().get("parameters_sha256"));
        train(with(common, "--epochs", "4", "--resume", half.toString(), "--no-stream"))
                .assertRefused("was trained with --stream true");
    }

    /** What was learnt is no test: it is left out, or said to be known. */
    @Test
    void aTestOnTheDataOfTheTrainingIsOnWhatWasKept() throws IOException {
        String[] evaluate = {"evaluate", "--backend", "cpu", "--model", model(), "--data"};
        Path other = folder.resolve("other.csv");
        Files.write(other, Files.readAllLines(flowers).subList(0, 60));
        assertEquals(0, train("--target", "kind", "--epochs", "1", "--split-by", "order").code());
        Ran kept = Ran.program(with(evaluate, flowers.toString()));
        assertTrue(kept.out().contains("24 examples (" + flowers), kept::out);
        assertTrue(kept.out().contains("kept of it for the test"), kept::out);
        Ran fresh = Ran.program(with(evaluate, other.toString()));
        assertTrue(fresh.out().contains("59 examples (" + other + ")"), fresh::out);
        assertEquals(0, train("--target", "kind", "--epochs", "1", "--folds", "2").code());
        Ran known = Ran.program(with(evaluate, flowers.toString()));
        assertTrue(known.out().contains("note: the model was trained on all of"), known::out);
    }

    @Test
    void numbersAreTrainedAndPredictedInTheirOwnUnit() throws IOException {
        Ran trained =
                train(
                        "--target",
                        "height",
                        "--ignore",
                        "kind",
                        "--split",
                        "0.6/0.2/0.2",
                        "--patience",
                        "30",
                        "--epochs",
                        "150");
        assertEquals(0, trained.code(), trained::err);
        assertTrue(number(json(), "test", "r2") > 0.9, trained::out);
        assertTrue(json().containsKey("validation_loss"));
        assertFalse(json().containsKey("test_accuracy"));
        Ran predicted =
                Ran.program("predict", "--backend", "cpu", "--model", model(), flowers.toString());
        assertEquals(0, predicted.code(), predicted::err);
        List<String> lines =
                predicted.out().lines().dropWhile(line -> !line.equals("height")).skip(1).toList();
        assertEquals(ROWS, lines.size());
        double first = Double.parseDouble(lines.getFirst());
        double actual = Double.parseDouble(Files.readAllLines(flowers).get(1).split(",", -1)[3]);
        assertEquals(actual, first, 2);
    }

    @Test
    void foldsGiveMeansAndDeviations() throws IOException {
        Ran trained = train("--target", "kind", "--folds", "3", "--epochs", "50");
        assertEquals(0, trained.code(), trained::err);
        Map<String, Object> json = json();
        assertTrue(number(json, "test", "accuracy") > 0.9, trained::out);
        assertTrue(number(json, "test_deviation", "accuracy") >= 0);
        assertEquals(3, ((List<?>) Objects.requireNonNull(json.get("folds"))).size());
        assertTrue(trained.out().contains("fold 3/3"), trained::out);
        assertTrue(trained.out().contains("120 examples to train, 0 to test"), trained::out);
    }

    /** From the middle, to the same bits. */
    @Test
    void aRunThatIsResumedEndsAlike() throws IOException {
        String[] common = {
            "--target",
            "kind",
            "--optimizer",
            "adam",
            "--dropout",
            "0.1",
            "--accumulate",
            "2",
            "--set",
            "amsgrad=true",
            "--schedule",
            "cosine(12, 0.1)",
            "--clip-norm",
            "1"
        };
        assertEquals(0, train(with(common, "--epochs", "6")).code());
        Object whole = json().get("parameters_sha256");
        assertEquals(0, train(with(common, "--epochs", "3")).code());
        Path half = folder.resolve("half.safetensors");
        Files.copy(Path.of(model()), half);
        for (String[] given : new String[][] {common, {"--target", "kind"}}) {
            Ran resumed = train(with(given, "--epochs", "6", "--resume", half.toString()));
            assertEquals(0, resumed.code(), resumed::err);
            assertEquals(whole, json().get("parameters_sha256"));
        }
        Ran other =
                train(with(common, "--epochs", "6", "--split-by", "order", "--resume", half + ""));
        other.assertRefused("was trained on other data");
    }

    @Test
    void aRunGoesOnFromACheckpoint() throws IOException {
        String[] common = {"--target", "kind", "--epochs", "4"};
        assertEquals(0, train(common).code());
        Object whole = json().get("parameters_sha256");
        Ran kept = train(with(common, "--checkpoint-steps", "2", "--keep", "2"));
        assertEquals(0, kept.code(), kept::err);
        Path checkpoints = folder.resolve("out/checkpoints");
        try (Stream<Path> files = Files.list(checkpoints)) {
            assertEquals(3, files.count(), "two and the best");
        }
        Ran resumed =
                train(
                        with(
                                common,
                                "--resume",
                                checkpoints.resolve("step-10.safetensors").toString()));
        assertEquals(0, resumed.code(), resumed::err);
        assertEquals(whole, json().get("parameters_sha256"));
    }

    private static String[] with(String[] some, String... more) {
        return Stream.of(some, more).flatMap(Stream::of).toArray(String[]::new);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--epochs 1; needs --target",
                "--target species; species",
                "--target kind --split 0.5/0.6; add up to 1",
                "--target kind --split 1; two or three shares",
                "--target kind --split a/b; two or three shares",
                "--target kind --split-by never; random, order, time:COLUMN or group:COLUMN",
                "--target kind --split-by group:nobody; nobody",
                "--target kind --folds 121; --folds",
                "--target kind --folds 3 --split 0.8/0.2; exclude each other",
                "--target kind --patience 3; three shares",
                "--target kind --patience 0; --patience must be at least 1",
                "--target kind --accumulate 0; --accumulate must be at least 1",
                "--target kind --clip-norm 0; --clip-norm must be above 0",
                "--target kind --keep 0; --keep at least 1",
                "--target kind --checkpoint-minutes -1; --checkpoint-minutes must be",
                "--target kind --set beta3=1; beta3",
                "--target kind --set beta1=x; beta1 must be a number",
                "--target kind --schedule up(3); --schedule",
                "--target kind --watch 70000; --watch must be from 0 to 65535",
                "--target kind --model simplenet; takes 784 numbers",
                "--target kind --model mlp:0; there is no model",
                "--target kind --encoding klingon; there is no encoding",
                "--target kind --task regression; kind",
                "--target kind --test-count 10; use --split",
                "--target kind --type colour=fish; --type",
            })
    void whatDoesNotFitIsRefused(String options, String message) {
        train(options.split(" ", -1)).assertRefused(message);
        assertFalse(Files.exists(folder.resolve("out/model.safetensors")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "a,b|1,x|2,x; nothing to learn",
                "a,b|1,|2,; missing",
                "a,b|1,x|2; 3",
                "a,b|1,\"x|2,y; quote",
                "a,b|1e999,x|2,y|3,x|4,y; 1e999",
            })
    void filesThatAreDamagedAreRefused(String content, String message) throws IOException {
        Files.writeString(flowers, content.replace("|", "\n") + "\n");
        train("--target", "b", "--epochs", "1").assertRefused(message);
    }

    @Test
    void whatIsNoTextIsRefused() throws IOException {
        byte[] bytes = new byte[1000];
        new Random(1).nextBytes(bytes);
        Files.write(flowers, bytes);
        train("--target", "b").assertRefused(flowers.toString());
        Files.delete(flowers);
        train("--target", "b").assertRefused("there is no such file");
    }

    @Test
    void howTheTableIsWrittenIsSaidOnce() throws IOException {
        StringBuilder rows = new StringBuilder("größe;farbe;wert\n");
        for (int i = 0; i < 40; i++) {
            rows.append("%d,5;%s;%d,25%n".formatted(i, i % 9 == 0 ? "leer" : "rot", 2 * i));
        }
        Files.write(flowers, rows.toString().getBytes(StandardCharsets.ISO_8859_1));
        String[] said = {"--encoding", "ISO-8859-1", "--decimal-comma", "--missing", "leer"};
        String[] learnt = with(said, "--target", "wert", "--task", "regression", "--epochs", "1");
        Ran trained = train(learnt);
        assertEquals(0, trained.code(), trained::err);
        String[] evaluate = {
            "evaluate", "--backend", "cpu", "--model", model(), "--data", flowers.toString()
        };
        Ran evaluated = Ran.program(evaluate);
        assertEquals(0, evaluated.code(), evaluated::err);
        assertEquals(Ran.program(with(evaluate, said)).out(), evaluated.out());
        String[] predict = {"predict", "--backend", "cpu", "--model", model(), flowers.toString()};
        Ran predicted = Ran.program(predict);
        assertEquals(0, predicted.code(), predicted::err);
        assertEquals(Ran.program(with(predict, said)).out(), predicted.out());
        // What is said now counts.
        Files.writeString(flowers, "größe,farbe\n1.5,rot\n");
        Ran.program(predict).assertRefused(flowers.toString());
        Ran other = Ran.program(with(predict, "--no-decimal-comma", "--encoding", "UTF-8"));
        assertEquals(0, other.code(), other::err);
    }

    @Test
    void rowsToPredictNeedTheColumnsOfTheModel() throws IOException {
        assertEquals(0, train("--target", "kind", "--epochs", "1").code());
        Path fresh = folder.resolve("new.csv");
        Files.writeString(fresh, "colour,width\nred,0.1\n");
        String[] predict = {"predict", "--backend", "cpu", "--model", model(), fresh.toString()};
        Ran.program(predict).assertRefused("lacks 2 of the columns");
        Files.writeString(fresh, "colour,width,length,height\nred,long,1,2\n");
        Ran.program(predict).assertRefused("long");
        Ran.program("evaluate", "--backend", "cpu", "--model", model())
                .assertRefused("give --data");
        Path gone = folder.resolve("no/such/p.csv");
        Ran.program(with(predict, "--out", gone.toString())).assertRefused("no/such");
        Path json = folder.resolve("p.json");
        Ran.program(with(predict, "--json", json.toString())).assertRefused("--out");
    }
}
