package dev.weft.tokenizers;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Small tokenizers, and texts to try them on. */
final class Samples {
    /** What the small vocabularies are made of. */
    private static final String PROSE =
            "the whale the white whale and the sea, and the captain of the ship who sought the"
                + " whale on all the seas of the world. there is no folly of the beasts of the"
                + " earth which is not infinitely outdone by the madness of men! 1851 1820 12 3";

    /** Accents, scripts, emoji, spaces, control characters and other things that go wrong. */
    static final List<String> HARD =
            List.of(
                    "",
                    " ",
                    "\t\n",
                    "the whale",
                    "café naïve Ångström e\u0301\u0301\u0327x \u0327\u0301",
                    "你好，世界。東京 a中b 𠀀𪜀",
                    "한국어 가각 \u1100\u1161\u11a8 각 ㅏ",
                    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🥲🫠",
                    "שלום עולם مرحبا بالعالم",
                    "नमस्ते ไทย กำ",
                    "word ".repeat(1000),
                    "x".repeat(5000),
                    "whale".repeat(1000),
                    "a\u0000b\u0001c\u007f\u0085d\u00ade\u200bf\ufeffg\ufffd\ufffe",
                    "a\r\nb\rc\n\nd\u2028e\u2029f\u000bg\u000ch \r\n",
                    "İstanbul ΑΣ ΟΔΟΣ ﬁ Ⅷ ½ ① Ǆ ß ẞ",
                    "don't I'll we've it's 'tis do not . , ? !",
                    "3.14 1,000,000 ٣٤٥ ² 1851",
                    "<s> [CLS] hello [MASK] world</s> <mask><mask> a<mask>b",
                    "   leading and trailing   ",
                    "a  b   c    d",
                    "___--__ __init__ foo_bar $100 +5 x^2 ~`|",
                    "▁the▁ ▁ whale",
                    "\u00c5\u212b\u2126 \uac00\u11a8 ﾊﾞ ﷺ");

    private Samples() {}

    /**
     * {@code -Dweft.seed}: a number, or {@code random}; printed, so that a failure can be had
     * again.
     */
    static long seed() {
        String property = System.getProperty("weft.seed", "1");
        long seed = property.equals("random") ? System.nanoTime() : Long.parseLong(property);
        System.out.printf("seed %d (-Dweft.seed=…)%n", seed);
        return seed;
    }

    /** Texts of all kinds of characters; the same seed gives the same. */
    static List<String> random(long seed, int count) {
        Random random = new Random(seed);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            for (int left = random.nextInt(40); left > 0; left--) {
                int c = character(random);
                text.appendCodePoint(Character.isSurrogate((char) c) && c < 0x10000 ? ' ' : c);
            }
            texts.add(text.toString());
        }
        return texts;
    }

    private static int character(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextInt(0x20000);
            case 1 -> 0x300 + random.nextInt(0x70);
            case 2 -> 0x3000 + random.nextInt(0x7000);
            case 3 -> ' ';
            case 4 -> random.nextInt(0x250);
            case 5 -> 0x1F300 + random.nextInt(0x700);
            default -> ' ' + random.nextInt(95);
        };
    }

    /**
     * Skips a test where something is not there, and fails it where the system property {@code
     * require.vectors} is true, as in the build that has to pass.
     */
    static void require(boolean isThere, String without) {
        if (Boolean.getBoolean("require.vectors")) {
            assertTrue(isThere, without);
        }
        assumeTrue(isThere, without);
    }

    /** The first sentences of Moby-Dick, where the folder of external data is. */
    static List<String> sentences(int count) throws IOException {
        Path file =
                Path.of(
                        System.getProperty("weft.shared", "../../shared"),
                        "data/text/moby-dick.txt");
        require(Files.isRegularFile(file), "without " + file);
        return List.of(Files.readString(file).split("(?<=[.!?])\\s+", count + 1)).subList(0, count);
    }

    static Tokenizer open(String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return Tokenizer.open(new ByteArrayInputStream(bytes), "test");
    }

    /** An object of JSON with a type. */
    static Map<String, @Nullable Object> part(String type, @Nullable Object... members) {
        Map<String, @Nullable Object> part = new LinkedHashMap<>();
        part.put("type", type);
        for (int i = 0; i < members.length; i += 2) {
            part.put(String.valueOf(members[i]), members[i + 1]);
        }
        return part;
    }

    /** A tokenizer.json with this model and these other sections. */
    static String json(Map<String, @Nullable Object> model, @Nullable Object... sections)
            throws IOException {
        Map<String, @Nullable Object> whole = new LinkedHashMap<>();
        for (String each :
                List.of("truncation", "padding", "normalizer", "pre_tokenizer", "post_processor")) {
            whole.put(each, null);
        }
        whole.put("version", "1.0");
        whole.put("added_tokens", List.of());
        whole.put("decoder", null);
        for (int i = 0; i < sections.length; i += 2) {
            whole.put(String.valueOf(sections[i]), sections[i + 1]);
        }
        whole.put("model", model);
        return JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(whole);
    }

    static Map<String, @Nullable Object> added(int id, String content, String... set) {
        Map<String, @Nullable Object> token = new LinkedHashMap<>();
        token.put("id", id);
        token.put("content", content);
        for (String each : List.of("single_word", "lstrip", "rstrip", "normalized", "special")) {
            token.put(each, List.of(set).contains(each));
        }
        return token;
    }

    static Map<String, @Nullable Object> byteLevel(boolean prefix, boolean regex) {
        return part(
                "ByteLevel", "add_prefix_space", prefix, "trim_offsets", true, "use_regex", regex);
    }

    /** All 256 bytes, and the 200 pairs that are most frequent in the prose. */
    static Map<String, @Nullable Object> byteBpe() {
        List<String> alphabet = new ArrayList<>();
        for (char c = '!'; alphabet.size() < 256; c++) {
            // What no byte is written as reads as its own bytes, of which there are two.
            if (c != 0x7F && ByteAlphabet.read(Character.toString(c)).length == 1) {
                alphabet.add(Character.toString(c));
            }
        }
        return bpe(alphabet, ByteAlphabet.write(Text.of(PROSE)).toString().split("(?=\u0120)"));
    }

    /**
     * The prose's characters, marked as SentencePiece does, {@code <unk>}, and bytes if asked for.
     */
    static Map<String, @Nullable Object> characterBpe(boolean hasBytes) {
        List<String> alphabet = new ArrayList<>(List.of("<unk>"));
        for (int i = 0; hasBytes && i < 256; i++) {
            alphabet.add("<0x%02X>".formatted(i));
        }
        String marked = PROSE.replace(' ', '▁');
        marked.codePoints().distinct().forEach(c -> alphabet.add(Character.toString(c)));
        Map<String, @Nullable Object> model = bpe(alphabet, marked.split("(?=▁)"));
        model.put("unk_token", "<unk>");
        model.put("byte_fallback", hasBytes);
        return model;
    }

    /** Byte pair encoding as it is learned, the simplest way. */
    private static Map<String, @Nullable Object> bpe(List<String> alphabet, String[] words) {
        List<List<String>> split = new ArrayList<>();
        for (String word : words) {
            split.add(new ArrayList<>(word.codePoints().mapToObj(Character::toString).toList()));
        }
        Map<String, Integer> vocab = new LinkedHashMap<>();
        alphabet.forEach(token -> vocab.put(token, vocab.size()));
        List<List<String>> merges = new ArrayList<>();
        while (merges.size() < 200) {
            Map<List<String>, Integer> counts = new HashMap<>();
            for (List<String> word : split) {
                for (int i = 0; i + 1 < word.size(); i++) {
                    counts.merge(List.of(word.get(i), word.get(i + 1)), 1, Integer::sum);
                }
            }
            // The most frequent; of equals, the first by its letters.
            List<String> best =
                    counts.keySet().stream()
                            .min(
                                    Comparator.comparingInt(
                                                    (List<String> pair) ->
                                                            -counts.getOrDefault(pair, 0))
                                            .thenComparing(List::toString))
                            .orElse(null);
            if (best == null) {
                break;
            }
            merges.add(best);
            String both = String.join("", best);
            vocab.putIfAbsent(both, vocab.size());
            for (List<String> word : split) {
                for (int i = 0; i + 1 < word.size(); i++) {
                    if (word.get(i).equals(best.get(0)) && word.get(i + 1).equals(best.get(1))) {
                        word.set(i, both);
                        word.remove(i + 1);
                    }
                }
            }
        }
        return part(
                "BPE",
                "dropout",
                null,
                "unk_token",
                null,
                "continuing_subword_prefix",
                null,
                "end_of_word_suffix",
                null,
                "fuse_unk",
                false,
                "byte_fallback",
                false,
                "vocab",
                vocab,
                "merges",
                merges);
    }

    /** All parts of the prose up to four characters, by their logarithmic frequency. */
    static Map<String, @Nullable Object> unigram(boolean hasBytes) {
        String marked = "▁" + PROSE.replace(' ', '▁');
        Map<String, Integer> counts = new TreeMap<>();
        for (int length = 1; length <= 4; length++) {
            for (int i = 0; i + length <= marked.length(); i++) {
                counts.merge(marked.substring(i, i + length), length, Integer::sum);
            }
        }
        List<List<Object>> vocab = new ArrayList<>();
        vocab.add(List.of("<unk>", 0.0));
        vocab.add(List.of("<s>", 0.0));
        for (int i = 0; hasBytes && i < 256; i++) {
            vocab.add(List.of("<0x%02X>".formatted(i), -20.0));
        }
        counts.forEach((piece, count) -> vocab.add(List.of(piece, Math.log(count / 5000.0))));
        return part("Unigram", "unk_id", 0, "vocab", vocab, "byte_fallback", hasBytes);
    }

    /** Of whole words. */
    static Map<String, @Nullable Object> wordLevel() {
        Map<String, Integer> vocab = new LinkedHashMap<>();
        vocab.put("[UNK]", 0);
        for (String word : PROSE.split("[ ,.!]+", -1)) {
            vocab.putIfAbsent(word, vocab.size());
        }
        return part("WordLevel", "vocab", vocab, "unk_token", "[UNK]");
    }

    /** BERT's, of the prose's letters and some endings. */
    static Map<String, @Nullable Object> wordPiece() {
        Map<String, Integer> vocab = new LinkedHashMap<>();
        for (String token : List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")) {
            vocab.put(token, vocab.size());
        }
        for (String word : PROSE.split("[ ,.!]+", -1)) {
            vocab.putIfAbsent(word, vocab.size());
        }
        for (char letter : "etaoinshrdlcumwfgypbvkx 中.,!?'-1234".toCharArray()) {
            vocab.putIfAbsent("" + letter, vocab.size());
            vocab.putIfAbsent("##" + letter, vocab.size());
        }
        return part(
                "WordPiece",
                "unk_token",
                "[UNK]",
                "continuing_subword_prefix",
                "##",
                "max_input_chars_per_word",
                100,
                "vocab",
                vocab);
    }

    static Map<String, @Nullable Object> bertNormalizer() {
        return part(
                "BertNormalizer",
                "clean_text",
                true,
                "handle_chinese_chars",
                true,
                "strip_accents",
                null,
                "lowercase",
                true);
    }

    static Map<String, @Nullable Object> bertTemplate() {
        return part(
                "TemplateProcessing",
                "single",
                List.of(special("[CLS]", 0), sequence("A", 0), special("[SEP]", 0)),
                "pair",
                List.of(
                        special("[CLS]", 0),
                        sequence("A", 0),
                        special("[SEP]", 0),
                        sequence("B", 1),
                        special("[SEP]", 1)),
                "special_tokens",
                Map.of("[CLS]", ids("[CLS]", 2), "[SEP]", ids("[SEP]", 3)));
    }

    static Map<String, Object> special(String id, int type) {
        return Map.of("SpecialToken", Map.of("id", id, "type_id", type));
    }

    static Map<String, Object> sequence(String id, int type) {
        return Map.of("Sequence", Map.of("id", id, "type_id", type));
    }

    static Map<String, Object> ids(String token, int id) {
        return Map.of("id", token, "ids", List.of(id), "tokens", List.of(token));
    }

    /** A small BERT with everything. */
    static String bert() throws IOException {
        return json(
                wordPiece(),
                "added_tokens",
                List.of(
                        added(0, "[PAD]", "special"),
                        added(2, "[CLS]", "special"),
                        added(3, "[SEP]", "special"),
                        added(4, "[MASK]", "special", "lstrip")),
                "normalizer",
                bertNormalizer(),
                "pre_tokenizer",
                part("BertPreTokenizer"),
                "post_processor",
                bertTemplate(),
                "decoder",
                part("WordPiece", "prefix", "##", "cleanup", true));
    }
}
