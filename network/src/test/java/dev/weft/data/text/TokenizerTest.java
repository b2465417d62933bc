package dev.weft.data.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.data.Examples;
import dev.weft.io.FormatException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Text to tokens and back, windows of text, and files that are none. */
class TokenizerTest {
    private static final TokenizerOptions WORDS = TokenizerOptions.words().leastCount(1);

    @TempDir Path folder;

    private static Tokenizer fit(TokenizerOptions options, String... texts) {
        return Tokenizer.fit(List.of(texts), options);
    }

    @Test
    void wordsAndPunctuationAreTokens() {
        Tokenizer words = fit(WORDS, "Don't stop: it's 3.14, déjà-vu!\n");
        assertEquals(
                List.of("!", ",", "-", ".", "14", "3", ":", "don't", "déjà", "it's", "stop", "vu"),
                words.tokens());
        assertEquals("don't stop", words.decode(words.encode("DON'T\tstop")));
        assertEquals(
                List.of("A", "a"), fit(WORDS.lowerCase(false), "a A").tokens(), "by characters");
        assertEquals(
                words.encode("déjà")[0], words.encode("de\u0301ja\u0300")[0], "composed or not");
    }

    @Test
    void charactersAreTokens() {
        Tokenizer characters = fit(TokenizerOptions.characters(), "Ab \n𝄞b");
        assertEquals(List.of("b", "\n", " ", "A", "𝄞"), characters.tokens());
        assertEquals("Ab 𝄞\n", characters.decode(characters.encode("Ab 𝄞\n")));
        assertArrayEquals(new int[] {5, 1}, characters.encode("Aa"));
        assertEquals(List.of("a", "😀"), characters.unknown("Aa b😀a"));
    }

    @Test
    void theMostFrequentAreKnown() {
        String text = "c c c a a b b d";
        assertEquals(List.of("c", "a", "b", "d"), fit(WORDS, text).tokens());
        assertEquals(List.of("c", "a"), fit(WORDS.largest(4), text).tokens());
        Tokenizer twice = fit(WORDS.leastCount(2), text, "d");
        assertEquals(List.of("c", "a", "b", "d"), twice.tokens(), "of all texts");
        assertEquals(6, twice.size());
        Tokenizer some = fit(WORDS.leastCount(2), text);
        assertArrayEquals(new int[] {2, Tokenizer.UNKNOWN, 4}, some.encode("c d b"));
        assertEquals("c \uFFFD b", some.decode(2, 1, 4, Tokenizer.PADDING));
        assertEquals(List.of(), fit(WORDS.largest(2), text).tokens());
        assertThrows(IndexOutOfBoundsException.class, () -> some.decode(5));
    }

    @Test
    void sequencesAreCutAndPadded() {
        Tokenizer words = fit(WORDS, "a a a b b c");
        HostArray all = words.encode(List.of("a b c", "", "c"), 2);
        assertEquals(Shape.of(3, 2), all.shape());
        int[] expected = {2, 3, 0, 0, 4, 0};
        for (int i = 0; i < 6; i++) {
            assertEquals(expected[i], all.get(i));
        }
        Examples examples = words.examples(List.of("a", "b"), new int[] {1, 0}, 3);
        assertEquals(Shape.of(2, 3), examples.inputs().getFirst().shape());
        assertEquals(1, examples.targets().getFirst().get(0));
        assertEquals(DType.I32, examples.targets().getFirst().dtype());
        assertThrows(
                IllegalArgumentException.class, () -> words.examples(List.of("a"), new int[2], 3));
    }

    @Test
    void itIsKeptAsJson() throws IOException {
        for (TokenizerOptions options : List.of(WORDS, TokenizerOptions.characters())) {
            Tokenizer fitted = fit(options, "It's a \"quoted\" text\n\u0001 𝄞.");
            Tokenizer kept = Tokenizer.fromJson(fitted.toJson());
            assertEquals(fitted.toJson(), kept.toJson());
            assertArrayEquals(fitted.encode("A text. 𝄞?"), kept.encode("A text. 𝄞?"));
        }
        String json = fit(WORDS, "a b").toJson();
        for (String wrong :
                List.of(
                        "",
                        "[]",
                        "{}",
                        json.substring(5),
                        json.replace("words", "syllables"),
                        json.replace("\"a\"", "1"),
                        json.replace("\"a\"", "\"b\""),
                        json.replace("true", "1"))) {
            FormatException error =
                    assertThrows(FormatException.class, () -> Tokenizer.fromJson(wrong), wrong);
            assertTrue(String.valueOf(error.getMessage()).startsWith("tokenizer: "));
        }
    }

    @Test
    void optionsThatMakeNoSense() {
        assertThrows(IllegalArgumentException.class, () -> WORDS.largest(1));
        assertThrows(IllegalArgumentException.class, () -> WORDS.leastCount(0));
    }

    @Test
    void windowsHaveTheNextTokensAsTargets() {
        int[] tokens = {10, 11, 12, 13, 14, 15, 16};
        assertEquals(2, new TextWindows(tokens, 3, 3).count());
        assertEquals(4, new TextWindows(tokens, 3, 1).count());
        assertEquals(1, new TextWindows(tokens, 6, 6).count());
        Examples read = new TextWindows(tokens, 3, 3).read(new int[] {1, 0});
        int[] inputs = {13, 14, 15, 10, 11, 12};
        assertEquals(Shape.of(2, 3), read.inputs().getFirst().shape());
        assertEquals(Shape.of(2, 3), read.targets().getFirst().shape());
        for (int i = 0; i < 6; i++) {
            assertEquals(inputs[i], read.inputs().getFirst().get(i));
            assertEquals(inputs[i] + 1, read.targets().getFirst().get(i));
        }
        TextWindows windows = new TextWindows(tokens, 3, 3);
        assertThrows(IndexOutOfBoundsException.class, () -> windows.read(new int[] {2}));
        assertThrows(IllegalArgumentException.class, () -> new TextWindows(tokens, 7, 1));
        assertThrows(IllegalArgumentException.class, () -> new TextWindows(tokens, 3, 0));
    }

    @Test
    void filesAreReadAndWhatIsNoTextIsSaid() throws IOException {
        Path file = folder.resolve("a.txt");
        Files.writeString(file, "\uFEFFÄ b\n");
        assertEquals("Ä b\n", TextFile.read(file));
        Files.write(file, "one\ntwo \u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        FormatException error = assertThrows(FormatException.class, () -> TextFile.read(file));
        assertEquals(
                file + ": is no text in UTF-8: byte 9, in line 2, is 0xe9", error.getMessage());
        Files.write(file, new byte[] {'a', (byte) 0xC3});
        assertThrows(FormatException.class, () -> TextFile.read(file), "cut off");
    }
}
