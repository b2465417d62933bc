package dev.weft.tokenizers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A small tokenizer by hand: what it gives, for texts of any length and from any thread. */
class TokenizerTest {
    @TempDir Path folder;

    private static Tokenizer bert() throws IOException {
        return Samples.open(Samples.bert());
    }

    @Test
    void aTextIsEncoded() throws IOException {
        Path file = Files.writeString(folder.resolve("tokenizer.json"), Samples.bert());
        Tokenizer tokenizer = Tokenizer.open(file);
        Encoding encoding = tokenizer.encode("The WHALÉ, abe 中!");
        assertEquals(
                List.of("[CLS]", "the", "whale", ",", "a", "##b", "##e", "中", "!", "[SEP]"),
                encoding.tokens());
        assertArrayEquals(new int[] {0, 0, 4, 9, 11, 12, 13, 15, 16, 0}, encoding.starts());
        assertArrayEquals(new int[] {0, 3, 9, 10, 12, 13, 14, 16, 17, 0}, encoding.ends());
        assertArrayEquals(new int[] {-1, 0, 1, 2, 3, 3, 3, 4, 5, -1}, encoding.wordIds());
        assertEquals("the whale, abe 中!", tokenizer.decode(encoding.ids(), true));
        assertEquals(
                "the whale, abe 中!",
                tokenizer.decode(tokenizer.encodePlain("The whale, abe中!").ids(), false));
        assertThrows(NoSuchFileException.class, () -> Tokenizer.open(folder.resolve("none")));
    }

    @Test
    void tokensHaveIds() throws IOException {
        Tokenizer tokenizer = bert();
        assertEquals(4, tokenizer.tokenToId("[MASK]").orElseThrow());
        assertEquals("[MASK]", tokenizer.idToToken(4));
        assertEquals("##e", tokenizer.idToToken(tokenizer.tokenToId("##e").orElseThrow()));
        assertEquals(-1, tokenizer.tokenToId("cod").orElse(-1));
        assertNull(tokenizer.idToToken(-1));
        assertNull(tokenizer.idToToken(tokenizer.vocabularySize()));
        IllegalArgumentException error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> tokenizer.decode(new int[] {99999}, true));
        assertEquals(
                "decode: no token of %d has the id 99999".formatted(tokenizer.vocabularySize()),
                error.getMessage());
    }

    /** A lone surrogate is the sign for what cannot be read, and its places are its own. */
    @Test
    void loneSurrogatesAreReplaced() throws IOException {
        Tokenizer bytes =
                Samples.open(
                        Samples.json(
                                Samples.byteBpe(),
                                "pre_tokenizer",
                                Samples.byteLevel(false, true),
                                "decoder",
                                Samples.byteLevel(false, true)));
        Encoding encoding = bytes.encode("a\uDE00\uD83Db\uD83D");
        assertEquals("a\uFFFD\uFFFDb\uFFFD", bytes.decode(encoding.ids(), true));
        assertEquals(5, encoding.ends()[encoding.size() - 1]);
    }

    /**
     * 200,000 characters of one word, of spaces, of marks in the wrong order, take no time squared.
     */
    @ParameterizedTest
    @ValueSource(strings = {"a", "the ", " ", "é", "e\u0301\u0316", "中", "!?", "\n ", "👍", "▁"})
    void longTextsTakeLinearTime(String part) throws IOException {
        String text = part.repeat(200_000 / part.length());
        List<String> all = new ArrayList<>();
        all.add(Samples.bert());
        all.add(
                Samples.json(
                        Samples.byteBpe(),
                        "normalizer",
                        Samples.part("NFC"),
                        "pre_tokenizer",
                        Samples.byteLevel(true, true)));
        for (boolean split : new boolean[] {false, true}) {
            Map<String, ?> metaspace =
                    Samples.part(
                            "Metaspace",
                            "replacement",
                            "▁",
                            "prepend_scheme",
                            "always",
                            "split",
                            split);
            all.add(Samples.json(Samples.unigram(true), "pre_tokenizer", metaspace));
            all.add(Samples.json(Samples.characterBpe(true), "pre_tokenizer", metaspace));
        }
        for (String json : all) {
            Tokenizer tokenizer = Samples.open(json);
            assertTimeout(Duration.ofSeconds(60), () -> tokenizer.encode(text));
        }
    }

    @Test
    void threadsShareIt() throws IOException, InterruptedException, ExecutionException {
        Tokenizer tokenizer = bert();
        List<String> expected =
                Samples.HARD.stream().map(text -> tokenizer.encode(text).toString()).toList();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<String>>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                all.add(
                        threads.submit(
                                () ->
                                        Samples.HARD.stream()
                                                .map(text -> tokenizer.encode(text).toString())
                                                .toList()));
            }
            for (Future<List<String>> each : all) {
                assertEquals(expected, each.get());
            }
        }
    }

    /** Java's matcher goes a level deeper for each repetition of a group. */
    @Test
    void aPatternThatGoesTooDeepIsRefused() throws IOException {
        Tokenizer tokenizer =
                Samples.open(
                        Samples.json(
                                Samples.byteBpe(),
                                "pre_tokenizer",
                                Samples.part(
                                        "Split",
                                        "pattern",
                                        Map.of("Regex", "(a|b|ab)*c"),
                                        "behavior",
                                        "Isolated")));
        TokenizerException error =
                assertThrows(
                        TokenizerException.class, () -> tokenizer.encode("ab".repeat(500_000)));
        assertEquals(
                "\"(a|b|ab)*c\" repeats a group too often in a text of 1000000 characters for"
                        + " Java's stack",
                error.getMessage());
    }

    @Test
    void aModelWithoutAnUnknownTokenSaysSo() throws IOException {
        Tokenizer tokenizer =
                Samples.open(
                        Samples.json(
                                Samples.part("Unigram", "vocab", List.of(List.of("a", -1.0)))));
        assertEquals(List.of("a", "a"), tokenizer.encode("aa").tokens());
        TokenizerException error =
                assertThrows(TokenizerException.class, () -> tokenizer.encode("ab"));
        assertEquals(
                "test: model.unk_id: is missing, and no piece covers \"b\"", error.getMessage());
    }
}
