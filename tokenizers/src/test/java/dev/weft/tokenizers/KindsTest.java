package dev.weft.tokenizers;

import static dev.weft.tokenizers.Samples.added;
import static dev.weft.tokenizers.Samples.bertTemplate;
import static dev.weft.tokenizers.Samples.byteBpe;
import static dev.weft.tokenizers.Samples.byteLevel;
import static dev.weft.tokenizers.Samples.characterBpe;
import static dev.weft.tokenizers.Samples.json;
import static dev.weft.tokenizers.Samples.part;
import static dev.weft.tokenizers.Samples.unigram;
import static dev.weft.tokenizers.Samples.wordLevel;
import static dev.weft.tokenizers.Samples.wordPiece;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Every kind of every section, in files that are read by Hugging Face's own library too. */
class KindsTest {
    private static final List<String> TEXTS = texts();

    private static List<String> texts() {
        List<String> texts = new ArrayList<>(Samples.HARD);
        texts.addAll(Samples.random(2, 100));
        return texts;
    }

    private static void check(Map<String, @Nullable Object> model, @Nullable Object... sections)
            throws IOException {
        try (Peer peer = Peer.open(json(model, sections))) {
            TEXTS.forEach(peer::check);
            TEXTS.stream().limit(12).forEach(text -> peer.check(text, "and the whale " + text));
        }
    }

    /** By bytes, so that every text can be told from the others by its tokens. */
    private static void checkNormalizer(Map<String, @Nullable Object> normalizer)
            throws IOException {
        check(
                byteBpe(),
                "normalizer",
                normalizer,
                "pre_tokenizer",
                byteLevel(false, true),
                "decoder",
                byteLevel(false, true));
    }

    private static Map<String, @Nullable Object> sequence(String name, Object... parts) {
        return part("Sequence", name, List.of(parts));
    }

    private static void checkPreTokenizer(Map<String, @Nullable Object> preTokenizer)
            throws IOException {
        check(
                byteBpe(),
                "pre_tokenizer",
                sequence("pretokenizers", preTokenizer, byteLevel(false, false)),
                "decoder",
                byteLevel(false, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt"})
    void normalizers(String type) throws IOException {
        checkNormalizer(part(type));
    }

    @ParameterizedTest
    @ValueSource(strings = {"true true", "true false", "false true"})
    void stripped(String sides) throws IOException {
        checkNormalizer(
                part(
                        "Strip",
                        "strip_left",
                        sides.startsWith("true"),
                        "strip_right",
                        sides.endsWith("true")));
    }

    @Test
    void replaced() throws IOException {
        checkNormalizer(
                part("Replace", "pattern", Map.of("String", "whale"), "content", "leviathan é"));
        checkNormalizer(part("Replace", "pattern", Map.of("Regex", "\\s+|[aé]b?"), "content", ""));
        checkNormalizer(part("Replace", "pattern", Map.of("Regex", " {2,}"), "content", "\u2581"));
        checkNormalizer(part("Prepend", "prepend", "▁é"));
    }

    @Test
    void normalizersInSequence() throws IOException {
        checkNormalizer(
                sequence(
                        "normalizers",
                        part("NFKD"),
                        part("StripAccents"),
                        part("Lowercase"),
                        part("Replace", "pattern", Map.of("String", "e"), "content", "ee"),
                        part("NFC"),
                        part("Strip", "strip_left", true, "strip_right", true),
                        part("Prepend", "prepend", "_")));
        check(byteBpe(), "normalizer", part("ByteLevel"), "decoder", byteLevel(false, true));
        for (boolean set : new boolean[] {true, false}) {
            checkNormalizer(
                    part(
                            "BertNormalizer",
                            "clean_text",
                            set,
                            "handle_chinese_chars",
                            true,
                            "strip_accents",
                            !set,
                            "lowercase",
                            set));
        }
    }

    @Test
    void charsMaps() throws IOException {
        String map =
                CharsMaps.base64(
                        Map.of(
                                "ﬁ", "fi", "\u0001", "", "\t", " ", "e\u0301", "é", "Å", "A", "①",
                                "(1)", "\r", "", "👍", "+1"));
        checkNormalizer(part("Precompiled", "precompiled_charsmap", map));
    }

    @ParameterizedTest
    @ValueSource(strings = {"BertPreTokenizer", "Whitespace", "WhitespaceSplit"})
    void preTokenizers(String type) throws IOException {
        checkPreTokenizer(part(type));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"})
    void behaviors(String behavior) throws IOException {
        checkPreTokenizer(part("Punctuation", "behavior", behavior));
        for (boolean invert : new boolean[] {false, true}) {
            for (Map<String, String> pattern :
                    List.of(
                            Map.of("String", "a"),
                            Map.of("Regex", "\\s"),
                            Map.of("Regex", "\\p{L}{1,3}|\\p{N}|[^\\s\\w]+\\r?\\n?"))) {
                checkPreTokenizer(
                        part("Split", "pattern", pattern, "behavior", behavior, "invert", invert));
            }
        }
    }

    /** What Oniguruma and Java write differently, and GPT-4's pattern. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
                        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "[\\p{Han}\\p{Hiragana}\\p{^Latin}]+|\\P{Greek}",
                "^.|.$|\\h+",
                "[[:alpha:]]+|[[:digit:]_]|[[:^punct:]&&[^a]]|\\p{Punct}\\p{^Alnum}",
                "(?<=\\s)[\\w]++(?=\\s)|\\d"
            })
    void regularExpressions(String regex) throws IOException {
        checkPreTokenizer(
                part(
                        "Split",
                        "pattern",
                        Map.of("Regex", regex),
                        "behavior",
                        "Isolated",
                        "invert",
                        false));
    }

    @Test
    void morePreTokenizers() throws IOException {
        checkPreTokenizer(part("Digits", "individual_digits", true));
        checkPreTokenizer(part("Digits", "individual_digits", false));
        checkPreTokenizer(part("CharDelimiterSplit", "delimiter", "a"));
        checkPreTokenizer(part("CharDelimiterSplit", "delimiter", "👍"));
        checkPreTokenizer(byteLevel(true, true));
        checkPreTokenizer(byteLevel(false, true));
        checkPreTokenizer(sequence("pretokenizers", part("WhitespaceSplit"), part("Punctuation")));
    }

    /** The scripts of characters that are older than the library's table, of Unicode 8. */
    @Test
    void scripts() throws IOException {
        String json =
                json(
                        byteBpe(),
                        "pre_tokenizer",
                        sequence("pretokenizers", part("UnicodeScripts"), byteLevel(false, false)));
        try (Peer peer = Peer.open(json)) {
            Samples.HARD.stream().filter(text -> !text.contains("🥲")).forEach(peer::check);
            peer.check("どこで生れ。Yes ラーメン Привет, мир! 12 Ω");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"always", "first", "never"})
    void metaspaces(String scheme) throws IOException {
        for (boolean split : new boolean[] {true, false}) {
            for (Map<String, @Nullable Object> model :
                    List.of(unigram(false), unigram(true), characterBpe(true))) {
                Map<String, @Nullable Object> metaspace =
                        part(
                                "Metaspace",
                                "replacement",
                                "▁",
                                "prepend_scheme",
                                scheme,
                                "split",
                                split);
                check(
                        model,
                        "added_tokens",
                        List.of(added(0, "<unk>", "special")),
                        "pre_tokenizer",
                        metaspace,
                        "decoder",
                        sequence("decoders", part("ByteFallback"), metaspace));
            }
        }
    }

    @Test
    void models() throws IOException {
        check(wordLevel(), "pre_tokenizer", part("Whitespace"));
        check(
                wordPiece(),
                "pre_tokenizer",
                part("BertPreTokenizer"),
                "decoder",
                part("WordPiece", "prefix", "##", "cleanup", false));
        Map<String, @Nullable Object> fused = characterBpe(false);
        fused.put("fuse_unk", true);
        check(fused, "pre_tokenizer", part("WhitespaceSplit"));
        check(characterBpe(false), "pre_tokenizer", part("WhitespaceSplit"));
        Map<String, @Nullable Object> whole = byteBpe();
        whole.put("ignore_merges", true);
        check(whole, "pre_tokenizer", byteLevel(true, true), "decoder", byteLevel(true, true));
        check(unigram(false), "pre_tokenizer", part("WhitespaceSplit"));
    }

    /** As CLIP's words end, and as those of some older models go on. */
    @Test
    void wordsWithMarks() throws IOException {
        Map<String, Integer> ends =
                Map.of("a", 0, "b", 1, "a</w>", 2, "b</w>", 3, "ab</w>", 4, "ab", 5, "abab</w>", 6);
        Map<String, @Nullable Object> model =
                part(
                        "BPE",
                        "unk_token",
                        "a",
                        "end_of_word_suffix",
                        "</w>",
                        "vocab",
                        ends,
                        "merges",
                        List.of("a b</w>", "a b", "ab ab</w>"));
        check(
                model,
                "pre_tokenizer",
                part("WhitespaceSplit"),
                "decoder",
                part("BPEDecoder", "suffix", "</w>"));
        Map<String, Integer> goesOn =
                Map.of("a", 0, "b", 1, "##a", 2, "##b", 3, "ab", 4, "##ba", 5);
        check(
                part(
                        "BPE",
                        "unk_token",
                        "a",
                        "continuing_subword_prefix",
                        "##",
                        "vocab",
                        goesOn,
                        "merges",
                        List.of(List.of("a", "##b"), List.of("##b", "##a"))),
                "pre_tokenizer",
                part("WhitespaceSplit"));
    }

    @Test
    void addedTokens() throws IOException {
        Map<String, @Nullable Object> model = byteBpe();
        int first = ((Map<?, ?>) Objects.requireNonNull(model.get("vocab"))).size();
        check(
                model,
                "added_tokens",
                List.of(
                        added(first, "<mask>", "special", "lstrip"),
                        added(first + 1, "whale", "normalized", "single_word"),
                        added(first + 2, "CAPTAIN sea", "normalized", "rstrip"),
                        added(first + 3, "whale and", "normalized"),
                        added(first + 4, "</s>", "special", "rstrip"),
                        added(first + 5, "ÉA", "normalized", "lstrip", "rstrip")),
                "normalizer",
                part("Lowercase"),
                "pre_tokenizer",
                byteLevel(true, true),
                "decoder",
                byteLevel(true, true));
    }

    @Test
    void postProcessors() throws IOException {
        check(
                wordPiece(),
                "pre_tokenizer",
                part("BertPreTokenizer"),
                "post_processor",
                part("BertProcessing", "sep", List.of("[SEP]", 3), "cls", List.of("[CLS]", 2)));
        for (boolean trim : new boolean[] {true, false}) {
            for (boolean prefix : new boolean[] {true, false}) {
                check(
                        byteBpe(),
                        "pre_tokenizer",
                        byteLevel(prefix, true),
                        "post_processor",
                        part(
                                "RobertaProcessing",
                                "sep",
                                List.of("e", 3),
                                "cls",
                                List.of("b", 2),
                                "trim_offsets",
                                trim,
                                "add_prefix_space",
                                prefix),
                        "decoder",
                        byteLevel(true, true));
            }
        }
        check(
                byteBpe(),
                "pre_tokenizer",
                byteLevel(false, true),
                "post_processor",
                sequence("processors", byteLevel(false, true), bertTemplate()));
        check(wordPiece(), "pre_tokenizer", part("Whitespace"), "post_processor", bertTemplate());
    }

    @Test
    void decoders() throws IOException {
        Map<String, @Nullable Object> replace =
                part("Replace", "pattern", Map.of("String", "▁"), "content", " ");
        check(
                characterBpe(true),
                "normalizer",
                sequence(
                        "normalizers",
                        part("Prepend", "prepend", "▁"),
                        part("Replace", "pattern", Map.of("String", " "), "content", "▁")),
                "decoder",
                sequence(
                        "decoders",
                        replace,
                        part("ByteFallback"),
                        part("Fuse"),
                        part("Strip", "content", " ", "start", 1, "stop", 0)));
        check(
                characterBpe(false),
                "decoder",
                part("CTC", "pad_token", "a", "word_delimiter_token", "l", "cleanup", true));
        check(
                wordLevel(),
                "pre_tokenizer",
                part("Whitespace"),
                "decoder",
                part("Strip", "content", "e", "start", 1, "stop", 2));
    }
}
