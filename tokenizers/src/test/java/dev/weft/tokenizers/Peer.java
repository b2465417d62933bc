package dev.weft.tokenizers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A tokenizer.json read by Weft and by Hugging Face's own library, by way of DJL. */
final class Peer implements AutoCloseable {
    static {
        // Its native library is in its jar: it is unpacked beside the classes, and nothing is
        // fetched.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("RUST_FLAVOR", "cpu");
        System.setProperty("DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
    }

    private final Tokenizer ours;
    private final HuggingFaceTokenizer theirs;

    private Peer(Tokenizer ours, HuggingFaceTokenizer theirs) {
        this.ours = ours;
        this.theirs = theirs;
    }

    /**
     * Both without truncation and padding; a test that has no library for its system is skipped.
     */
    static Peer open(String json) throws IOException {
        return open(json, Map.of());
    }

    static Peer open(String json, Map<String, String> options) throws IOException {
        Map<String, String> all = new HashMap<>(Map.of("truncation", "false", "padding", "false"));
        all.putAll(options);
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        Tokenizer ours =
                Tokenizer.open(new ByteArrayInputStream(bytes), "test")
                        .withTruncation(null)
                        .withPadding(null);
        return new Peer(ours, theirs(bytes, all));
    }

    private static HuggingFaceTokenizer theirs(byte[] json, Map<String, String> options)
            throws IOException {
        try {
            return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options);
        } catch (UnsatisfiedLinkError | ExceptionInInitializerError | NoClassDefFoundError e) {
            Samples.require(false, "without Hugging Face's library for this system: " + e);
            throw e;
        }
    }

    Tokenizer ours() {
        return ours;
    }

    HuggingFaceTokenizer theirs() {
        return theirs;
    }

    /** Ids, tokens, types, masks, words, places and the text that comes back. */
    void check(String text) {
        check(text, theirs.encode(text, true, false), ours.encode(text), text, null);
        int[] ids = ours.encode(text).ids();
        for (boolean skipsSpecial : new boolean[] {true, false}) {
            assertEquals(
                    theirs.decode(longs(ids), skipsSpecial),
                    ours.decode(ids, skipsSpecial),
                    () -> "decoding " + quoted(text));
        }
    }

    void check(String text, String pair) {
        check(
                text + " / " + pair,
                theirs.encode(text, pair, true, false),
                ours.encode(text, pair),
                text,
                pair);
    }

    static void check(
            String name,
            ai.djl.huggingface.tokenizers.Encoding theirs,
            Encoding ours,
            String text,
            @Nullable String pair) {
        String quoted = quoted(name);
        assertEquals(List.of(theirs.getTokens()), ours.tokens(), () -> "tokens of " + quoted);
        assertArrayEquals(theirs.getIds(), longs(ours.ids()), () -> "ids of " + quoted);
        assertArrayEquals(theirs.getTypeIds(), longs(ours.typeIds()), () -> "types of " + quoted);
        assertArrayEquals(
                theirs.getAttentionMask(), longs(ours.attentionMask()), () -> "mask of " + quoted);
        assertArrayEquals(
                theirs.getSpecialTokenMask(),
                longs(ours.specialTokensMask()),
                () -> "special tokens of " + quoted);
        assertArrayEquals(theirs.getWordIds(), longs(ours.wordIds()), () -> "words of " + quoted);
        assertEquals(places(theirs, text, pair), places(ours), () -> "places of " + quoted);
    }

    private static List<String> places(Encoding encoding) {
        int[] starts = encoding.starts();
        int[] ends = encoding.ends();
        return IntStream.range(0, starts.length).mapToObj(i -> starts[i] + "-" + ends[i]).toList();
    }

    /** Theirs count code points. */
    private static List<String> places(
            ai.djl.huggingface.tokenizers.Encoding encoding, String text, @Nullable String pair) {
        CharSpan[] spans = encoding.getCharTokenSpans();
        long[] sequences = encoding.getSequenceIds();
        int[] first = indices(text);
        int[] second = pair == null ? first : indices(pair);
        List<String> places = new ArrayList<>();
        for (int i = 0; i < spans.length; i++) {
            int[] indices = sequences[i] == 1 ? second : first;
            CharSpan span = spans[i];
            places.add(
                    span == null ? "0-0" : indices[span.getStart()] + "-" + indices[span.getEnd()]);
        }
        return places;
    }

    /** Where each code point begins, and the end. */
    private static int[] indices(String text) {
        int[] indices = new int[text.codePointCount(0, text.length()) + 1];
        int place = 0;
        for (int i = 0; i + 1 < indices.length; i++) {
            indices[i] = place;
            place += Character.charCount(text.codePointAt(place));
        }
        indices[indices.length - 1] = place;
        return indices;
    }

    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars()
                .limit(200)
                .forEach(
                        c ->
                                quoted.append(
                                        c >= ' ' && c < 0x7F
                                                ? "" + (char) c
                                                : "\\u%04x".formatted(c)));
        return quoted.append(text.length() > 200 ? "…\"" : "\"").toString();
    }

    private static long[] longs(int[] ints) {
        return Arrays.stream(ints).asLongStream().toArray();
    }

    @Override
    public void close() {
        theirs.close();
    }
}
