package dev.weft.tokenizers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Files that are no tokenizer.json, or not a good one: one error each, which says where and what.
 */
class BadFilesTest {
    private static final String BPE =
            "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1, \"ab\": 2},"
                    + " \"merges\": [\"a b\"]}}";

    private static String error(String json) {
        TokenizerException error =
                assertThrows(TokenizerException.class, () -> Samples.open(json), json);
        return String.valueOf(error.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    "BPE"         | "CPE"                | model.type: unknown model "CPE"
                    "BPE"         | 5                    | model.type: expected a string, found 5
                    "vocab": {    | "vocab": {"c": -1,   | model.vocab.c: expected a whole number from 0 to 16777215, found -1
                    "vocab": {    | "vocab": {"c": 1.5,  | model.vocab.c: expected a whole number from 0 to 16777215, found 1.5
                    "vocab": {    | "vocab": {"c": 1e20, | model.vocab.c: expected a whole number from 0 to 16777215, found 1.0E20
                    "b": 1        | "b": 0               | model.vocab: "a" and "b" have the same id 0
                    "vocab"       | "words"              | model.vocab: expected an object, found nothing
                    "a b"         | "a c"                | model.merges[0]: "c" is not in the vocabulary
                    "a b"         | "b a"                | model.merges[0]: "ba" is not in the vocabulary
                    "a b"         | "a b c"              | model.merges[0]: expected two tokens with a space between them, found "a b c"
                    "a b"         | 7                    | model.merges[0]: expected a list, found 7
                    ["a b"]       | {}                   | model.merges: expected a list, found an object
                    "type"        | "unk_token": "u", "type" | model.vocab: is without the unknown token "u"
                    "model"       | "Model"              | model: expected an object, found nothing
                    {"model"      | {"added_tokens": [{"id": 1, "content": "x"}], "model" | added_tokens[0]: "x" has the id 1, which is that of "b"
                    {"model"      | {"added_tokens": [{"id": 9, "content": "b"}], "model" | added_tokens[0]: "b" has the id 9, and 1 elsewhere
                    {"model"      | {"added_tokens": [{"id": 9}], "model" | added_tokens[0].content: expected a string, found nothing
                    {"model"      | {"normalizer": {"type": "Upper"}, "model" | normalizer.type: unknown normalizer "Upper"
                    {"model"      | {"normalizer": {"type": "Sequence", "normalizers": [{}]}, "model" | normalizer.normalizers[0].type: expected a string, found nothing
                    {"model"      | {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "/w=="}, "model" | normalizer.precompiled_charsmap: its double array takes 0 bytes, and 1 are left
                    {"model"      | {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "_"}, "model" | normalizer.precompiled_charsmap: is not in base 64
                    {"model"      | {"pre_tokenizer": {"type": "Cut"}, "model" | pre_tokenizer.type: unknown pre-tokenizer "Cut"
                    {"model"      | {"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "("}, "behavior": "Removed"}, "model" | pre_tokenizer.pattern.Regex: "(" is no regular expression that Java knows: Unclosed group
                    {"model"      | {"pre_tokenizer": {"type": "Split", "pattern": "a", "behavior": "Kept"}, "model" | pre_tokenizer.behavior: unknown behavior "Kept"
                    {"model"      | {"pre_tokenizer": {"type": "Metaspace", "replacement": "ab"}, "model" | pre_tokenizer.replacement: expected one character, found "ab"
                    {"model"      | {"post_processor": {"type": "TemplateProcessing", "special_tokens": {}, "single": [{"SpecialToken": {"id": "X", "type_id": 0}}]}, "model" | post_processor.single[0].SpecialToken.id: is none of the special tokens
                    {"model"      | {"decoder": {"type": "Sequence", "decoders": [{"type": "Echo"}]}, "model" | decoder.decoders[0].type: unknown decoder "Echo"
                    {"model"      | {"truncation": {"max_length": -1}, "model" | truncation.max_length: expected a whole number from 0 to 268435456, found -1
                    {"model"      | {"padding": {"strategy": "Longest"}, "model" | padding.strategy: expected an object, found "Longest"
                    """)
    void theErrorSaysWhereAndWhat(String part, String replacement, String message) {
        assertTrue(BPE.contains(part), part);
        assertEquals("test: " + message, error(BPE.replace(part, replacement)));
    }

    @Test
    void whatIsNotJsonIsRefused() {
        assertTrue(error("").startsWith("test: "), error(""));
        assertTrue(error("[1, 2]").startsWith("test: expected an object"), error("[1, 2]"));
        assertTrue(error(BPE + "x").startsWith("test: "), error(BPE + "x"));
        assertEquals("test: goes on after the JSON value", error(BPE + " {}"));
        for (int length = 1; length < BPE.length(); length++) {
            assertTrue(error(BPE.substring(0, length)).startsWith("test: is not JSON: "));
        }
        String deep = "[".repeat(10_000_000);
        assertTrue(error(deep).startsWith("test: is not JSON: "), error(deep));
    }

    /** Bytes of small tokenizers, changed at random: a tokenizer that works, or one error. */
    @Test
    void mutationsAreReadOrRefused() throws IOException {
        int count = Integer.getInteger("weft.mutations", 2000);
        System.out.printf("%d mutations (-Dweft.mutations=…)%n", count);
        Random random = new Random(Samples.seed());
        byte[][] files = {
            BPE.getBytes(StandardCharsets.UTF_8),
            Samples.bert().getBytes(StandardCharsets.UTF_8),
            Samples.json(
                            Samples.part(
                                    "Unigram",
                                    "unk_id",
                                    0,
                                    "vocab",
                                    List.of(List.of("<unk>", 0.0), List.of("a", -1.0))),
                            "normalizer",
                            Samples.part(
                                    "Precompiled",
                                    "precompiled_charsmap",
                                    "EAAAAAAIAAAAAAAAAAAAAAAAAABhAA=="))
                    .getBytes(StandardCharsets.UTF_8)
        };
        int refused = 0;
        for (int i = 0; i < count; i++) {
            byte[] bytes = mutated(files[random.nextInt(files.length)], random);
            boolean isRefused =
                    assertTimeoutPreemptively(Duration.ofSeconds(60), () -> isRefused(bytes));
            refused += isRefused ? 1 : 0;
        }
        assertTrue(refused > 0 && refused < count, "refused " + refused + " of " + count);
    }

    private static boolean isRefused(byte[] bytes) throws IOException {
        try {
            Tokenizer tokenizer = Tokenizer.open(new ByteArrayInputStream(bytes), "test");
            Encoding encoding = tokenizer.encode("The whale, 中 é");
            tokenizer.decode(encoding.ids(), true);
            return false;
        } catch (TokenizerException | IllegalArgumentException e) {
            return true;
        }
    }

    private static byte[] mutated(byte[] file, Random random) {
        byte[] bytes = file.clone();
        for (int left = 1 + random.nextInt(4); left > 0; left--) {
            int place = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[place] = (byte) random.nextInt(256);
                case 1 ->
                        bytes[place] =
                                (byte) "{}[]\",:0123456789-.eatrunl\\ ".charAt(random.nextInt(28));
                case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, place));
                default -> {
                    int length = Math.min(random.nextInt(20), bytes.length - place);
                    int from = random.nextInt(bytes.length - length + 1);
                    System.arraycopy(bytes, from, bytes, place, length);
                }
            }
        }
        return bytes;
    }
}
