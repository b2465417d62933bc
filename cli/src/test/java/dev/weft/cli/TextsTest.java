package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A text is learnt by characters, tested, and gone on with. */
class TextsTest {
    private static final String SENTENCE = "the cat sat on the mat. ";
    private static final String[] TINY = {
        "--model", "gpt:1,2,16", "--context", "12", "--batch", "8", "--lr", "0.02"
    };

    @TempDir Path folder;

    private Path text = Path.of("");

    @BeforeEach
    void write() throws IOException {
        text = folder.resolve("cat.txt");
        Files.writeString(text, SENTENCE.repeat(60));
    }

    private static String[] joined(String[] first, String... second) {
        return Stream.of(first, second).flatMap(Arrays::stream).toArray(String[]::new);
    }

    private Ran train(String out, String... more) {
        String[] fixed = {
            "train", "--backend", "cpu", "--data", text.toString(), "--force", "--out", at(out)
        };
        return Ran.program(joined(fixed, more));
    }

    private Ran tiny(String out, int epochs, String... more) {
        String[] set = joined(TINY, "--epochs", Integer.toString(epochs));
        return train(out, joined(set, more));
    }

    private Ran generate(String out, String... more) {
        String[] fixed = {"generate", "--backend", "cpu", "--model", at(out, "model.safetensors")};
        return Ran.program(joined(fixed, more));
    }

    private String at(String first, String... more) {
        return folder.resolve(Path.of(first, more)).toString();
    }

    private String parameters(String out) throws IOException {
        return metrics(out).get("parameters_sha256") instanceof String hash ? hash : "none";
    }

    private double tested(String out, String figure) throws IOException {
        return metrics(out).get("test") instanceof Map<?, ?> test
                        && test.get(figure) instanceof Number number
                ? number.doubleValue()
                : Double.NaN;
    }

    private Map<String, Object> metrics(String out) throws IOException {
        return JSON.std.mapFrom(Files.readString(folder.resolve(out).resolve("metrics.json")));
    }

    @Test
    void aTextIsLearntTestedAndGoneOnWith() throws IOException {
        Ran trained = tiny("out", 8).assertDone();
        // 1,296 of 1,440 characters in windows of 12 with the one behind, and 11 of the others.
        assertTrue(trained.out().contains("107 examples to train, 11 to test"), trained::out);
        assertTrue(trained.out().contains("bits a character)"), trained::out);
        assertTrue(trained.out().contains("test: bits_per_character "), trained::out);
        double bits = tested("out", "bits_per_character");
        assertEquals(tested("out", "loss") / Math.log(2), bits, 1e-3);
        // Of its 11 characters alone, by their frequencies, each costs 3.1 bits.
        assertTrue(bits < 1, () -> "bits a character: " + bits);

        Ran evaluated =
                Ran.program(
                                "evaluate",
                                "--backend",
                                "cpu",
                                "--model",
                                at("out", "model.safetensors"),
                                "--data",
                                text.toString())
                        .assertDone();
        assertTrue(evaluated.out().contains("bits_per_character"), evaluated::out);

        String[] asked = {"--prompt", "the cat sat on t", "--length", "40", "--temperature", "0"};
        Ran made = generate("out", joined(asked, "--json", at("made.json")));
        assertEquals(0, made.code(), made::toString);
        assertTrue(made.out().startsWith("the cat sat on the "), made::out);
        assertEquals(16 + 40, made.out().stripTrailing().length(), 1);
        assertTrue(made.err().startsWith("device: cpu"), made::err);
        assertTrue(made.err().contains("40 characters in "), made::err);
        assertEquals(made.out(), generate("out", joined(asked, "--no-cache")).out());
        Map<String, Object> json = JSON.std.mapFrom(Files.readString(folder.resolve("made.json")));
        assertEquals("the cat sat on t", json.get("prompt"));
        assertEquals(40, json.get("tokens"));
        assertTrue(
                json.get("tokens_per_second") instanceof Number speed && speed.doubleValue() > 0);
        assertEquals(made.out(), "the cat sat on t" + json.get("text") + System.lineSeparator());
    }

    @Test
    void equalSeedsGiveEqualRunsAlsoAfterAStop() throws IOException {
        tiny("whole", 3, "--seed", "5").assertDone();
        tiny("other", 3, "--seed", "6").assertDone();
        tiny("part", 2, "--seed", "5").assertDone();
        train(
                        "part",
                        "--model",
                        "gpt:1,2,16",
                        "--epochs",
                        "3",
                        "--resume",
                        at("part", "model.safetensors"))
                .assertDone();
        assertEquals(parameters("whole"), parameters("part"));
        assertNotEquals(parameters("whole"), parameters("other"));

        String[] drawn = {"--prompt", "the", "--length", "30", "--temperature", "2"};
        String first = generate("whole", joined(drawn, "--seed", "1")).out();
        assertEquals(first, generate("part", joined(drawn, "--seed", "1")).out());
        assertNotEquals(first, generate("whole", joined(drawn, "--seed", "2")).out());
        assertFalse(first.contains("\uFFFD"), first);
        String likeliest = generate("whole", joined(drawn, "--top-k", "1")).out();
        assertEquals(
                likeliest, generate("whole", joined(drawn, "--top-k", "1", "--seed", "9")).out());

        train("part", "--context", "13", "--resume", at("whole", "model.safetensors"))
                .assertRefused("was trained with --context 12");
        Files.writeString(text, SENTENCE.repeat(50));
        train("part", "--epochs", "9", "--resume", at("whole", "model.safetensors"))
                .assertRefused("was trained on other data");
    }

    @Test
    void threePartsAreOneBehindTheOther() throws IOException {
        Ran trained = tiny("out", 2, "--split", "0.7/0.2/0.1", "--patience", "5").assertDone();
        assertTrue(trained.out().contains("validation loss "), trained::out);
        assertTrue(trained.out().contains("83 examples to train, 11 to test"), trained::out);
    }

    @Test
    void textsThatCannotBeLearntAreRefused() throws IOException {
        Files.writeString(text, "");
        train("out", TINY).assertRefused(text + ": is empty");
        Files.writeString(text, "a cat");
        train("out", TINY)
                .assertRefused(
                        "its training part has 5 characters, and must have more than the context");
        Files.writeString(text, SENTENCE.repeat(3));
        train("out", TINY).assertRefused("its test part has 7 characters");
        Files.write(text, "caf\u00e9 ".repeat(99).getBytes(StandardCharsets.ISO_8859_1));
        train("out", TINY).assertRefused("is no text in UTF-8: byte 4, in line 1");
        Files.delete(text);
        train("out", TINY).assertRefused("there is no such file");
        Files.createDirectory(text);
        train("out", TINY).assertRefused("is a folder");
        Ran.program("train", "--model", "gpt").assertRefused("give a file in UTF-8 as --data");
        assertFalse(Files.exists(folder.resolve("out")));
    }

    @ParameterizedTest
    @CsvSource({
        "--context 0, --context must be at least 1",
        "--folds 3, --split-by and --folds are not for texts",
        "--split-by order, --split-by and --folds are not for texts",
        "--test-count 9, --test-count is for digits",
        "--duplicates drop, --duplicates is for tables",
        "--augment noise=1, --augment is not for texts",
        "--threshold f1, and a text is learnt",
        "--label-smoothing 0.1, --label-smoothing is for classes",
        "'--model gpt:1,3,16', the heads must divide the width",
        "--model gpt:0, there is no model 'gpt:0'",
        "--model mlp:4 --context 3, --context is for texts",
    })
    void optionsThatDoNotFit(String options, String message) {
        String[] asked = options.split(" ", -1);
        String[] all =
                options.startsWith("--model") ? asked : joined(asked, "--model", "gpt:1,2,16");
        train("out", all).assertRefused(message);
    }

    @Test
    void promptsThatCannotBeGoneOnWith() {
        tiny("out", 1).assertDone();
        for (List<String> wrong :
                List.of(
                        List.of("", "5", "1", "--prompt is empty"),
                        List.of("the Zoo", "5", "1", "has not learnt the characters 'Z'"),
                        List.of("the", "0", "1", "--length must be from 1"),
                        List.of("the", "5", "-1", "--temperature must be at least 0"))) {
            generate(
                            "out",
                            "--prompt",
                            wrong.get(0),
                            "--length",
                            wrong.get(1),
                            "--temperature",
                            wrong.get(2))
                    .assertRefused(wrong.get(3));
        }
        generate("out", "--prompt", "the", "--top-k", "0").assertRefused("--top-k must be at");
        generate("none", "--prompt", "the").assertRefused("there is no such file");
        Ran.program("predict", "--model", at("out", "model.safetensors"), text.toString())
                .assertRefused("is a model for text");
    }

    @Test
    void aNovelIsLearntBetterThanByTheFrequenciesOfItsCharacters() throws IOException {
        Path novel =
                Path.of(System.getProperty("weft.shared", "../../shared"))
                        .resolve(Path.of("data", "text", "moby-dick.txt"));
        assumeTrue(Files.exists(novel), () -> novel + " is not there");
        String part = Files.readString(novel).substring(100_000, 140_000);
        Files.writeString(text, part);
        tiny("out", 2).assertDone();
        double bits = tested("out", "bits_per_character");
        double entropy =
                part
                        .chars()
                        .boxed()
                        .collect(Collectors.groupingBy(c -> c, Collectors.counting()))
                        .values()
                        .stream()
                        .mapToDouble(n -> (double) n / part.length())
                        .map(p -> -p * Math.log(p) / Math.log(2))
                        .sum();
        assertTrue(bits < entropy - 0.5, () -> "%s of %s bits".formatted(bits, entropy));
    }
}
